"""The smoothed rates themselves, z-scored: what decoders read without any latent space (a control)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.methods.registry import Fit

if TYPE_CHECKING:
    from ner.data.recordings import Recording

SETTINGS: dict = {}
TRAINED = False


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Z-score the rates of a recording by its training bins; a silent neuron stays at 0.

    Args:
        recording: what to embed.
        settings: empty, there are none.
        seed: not used, nothing is random.
        device: not used.
        checkpoint: not used.
    """
    from sklearn.preprocessing import StandardScaler

    return Fit(StandardScaler().fit(recording.rates[recording.train]).transform(recording.rates))
