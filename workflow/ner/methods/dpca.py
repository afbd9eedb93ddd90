"""Demixed PCA of the trial-averaged rates: the components of the stimulus, single bins projected on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from ner.data.needs import CONDITIONS
from ner.methods.registry import Fit

if TYPE_CHECKING:
    from ner.data.recordings import Recording

TRAINED = False

SETTINGS = {
    "dimensions": {
        "type": "integer",
        "default": 3,
        "minimum": 1,
        "description": "components of the stimulus marginalisation; averages over 8 directions span 7",
    },
}


@contextmanager
def _quiet_and_seeded(seed: int) -> Iterator[None]:
    """Run the dPCA package, which prints its progress and draws from numpy's global state."""
    import io

    import numpy as np

    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def needs(settings: Mapping) -> set[str]:
    """Its stimuli are the conditions."""
    return {CONDITIONS}


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Project a recording on the stimulus components of demixed PCA.

    Fitted to the averages over the first training trials of every direction (or other condition), equally many of each,
    as in the paper; conditions with a single training trial are left out, and bins that not every training trial has.
    `balanced_trials` of the projected training bins, averaged over trials, are the paper's dPCA embedding.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: seeds the splits of trials that choose the regularisation.
        device: not used.
        checkpoint: not used.

    Raises:
        InputError: if no condition has two training trials, or there are fewer neurons than components are asked for,
            or too few conditions for them.

    References:
        NER, Fig 3; Kobak et al., Demixed principal component analysis of neural population data, eLife 2016.
    """
    import numpy as np
    from dPCA.dPCA import dPCA

    from ner.data.recordings import require_neurons
    from ner.data.trials import balanced_trials
    from ner.storage.errors import InputError

    require_neurons(recording, settings["dimensions"])
    train = recording.select(recording.train).common()
    found, counts = np.unique(train.trial_condition, return_counts=True)
    if (single := found[counts == 1]).size and (counts > 1).sum() > 1:
        print(f"without the conditions {single.tolist()}, of which there is one training trial")
        train = train.select(~np.isin(train.condition, single))
        found = found[counts > 1]
    if len(found) <= settings["dimensions"]:
        raise InputError(
            recording.name,
            f"training trials of {len(found)} conditions, whose averages span {len(found) - 1} dimensions",
            f"more than {settings['dimensions']} conditions, the `dimensions` of the method",
            "set fewer, or leave the method out for this recording",
        )
    trials = balanced_trials(train.per_trial(train.rates), train.trial_condition)
    if len(trials) < 2:
        raise InputError(
            recording.name,
            "a single training trial of each condition",
            "two or more, to choose the regularisation by",
            "leave dpca out for this recording, or raise train_fraction",
        )
    trials = np.moveaxis(trials, -1, 1)  # trials, neurons, directions (s), bins (t)
    averages = trials.mean(0)
    with _quiet_and_seeded(seed):
        model = dPCA(labels="st", n_components=settings["dimensions"], regularizer="auto")
        model.protect = ["t"]
        model.fit(averages, trials)
    return Fit((recording.rates - averages.mean((1, 2))) @ model.D["s"])
