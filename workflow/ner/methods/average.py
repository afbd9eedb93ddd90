"""The average movement of each direction (or other condition), as a control: what it says about the movement.

It does not embed, it predicts: a trial is the average movement of the direction that its rates point to. So that the
decoders of the other methods can read it, the embedding names the direction and the time within the trial, one
coordinate for each pair, 1 where a bin is of both and 0 elsewhere. A linear decoder of it gives the average of the
training trials. A linear decoder of another recording gives that recording's averages: what the labels of another day
alone give.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.data.needs import CONDITIONS, EQUAL_TRIALS
from ner.methods.registry import Fit

if TYPE_CHECKING:
    import numpy as np

    from ner.data.recordings import Recording

SETTINGS = {
    "direction": {
        "enum": ["trial", "bin", "real"],
        "default": "trial",
        "description": "where the direction of a test trial comes from: the mean rates of the trial, the rates of "
        "every bin, or the label itself, which no method may know (a bound of what directions alone can give)",
    },
}
TRAINED = False


def needs(settings: Mapping) -> set[str]:
    """Its averages are over conditions, bin by bin."""
    return {CONDITIONS, EQUAL_TRIALS}


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Name the direction of every bin; training trials have their own.

    Directions are decoded by linear discriminant analysis with a shrunk covariance, fitted to the training trials: to
    their mean rates, or, of single bins, to those of each bin of the trial on its own.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: not used, nothing is random.
        device: not used.
        checkpoint: not used.

    Returns:
        (bins, directions of training trials * bins in a trial); a test trial of another direction is 0 everywhere.

    Raises:
        InputError: if the training trials are of one condition alone.
    """
    import numpy as np

    from ner.storage.errors import InputError

    train = recording.train[recording.bin == 0]
    directions = recording.trial_condition
    known = np.unique(directions[train])
    if len(known) < 2:
        found = f"training trials of the condition {known[0]} alone"
        raise InputError(recording.name, found, "two conditions or more", "leave this method or the recording out")
    rates = recording.per_trial(recording.rates)
    bins = rates.shape[1]
    named = np.repeat(directions[:, None], bins, axis=1)
    if settings["direction"] == "trial":
        named[~train] = _decoded(rates.mean(axis=1), directions, train)[:, None]
    if settings["direction"] == "bin":
        for k in range(bins):
            named[~train, k] = _decoded(rates[:, k], directions, train)
    code = (named[..., None] == known)[:, :, None, :] & np.eye(bins, dtype=bool)[:, :, None]
    return Fit(code.reshape(named.size, -1).astype(float))


def _decoded(rates: "np.ndarray", directions: "np.ndarray", train: "np.ndarray") -> "np.ndarray":
    """Directions of the test trials by the rates, one row a trial."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    decoder = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return decoder.fit(rates[train], directions[train]).predict(rates[~train])
