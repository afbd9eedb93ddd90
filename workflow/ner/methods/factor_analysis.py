"""Factor analysis of single bins, the field's usual latent space beside PCA (a control)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.methods.registry import Fit

if TYPE_CHECKING:
    from ner.data.recordings import Recording

SETTINGS = {
    "dimensions": {"type": "integer", "default": 10, "minimum": 1, "description": "factors"},
}
TRAINED = False


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Fit factors to the training bins of a recording and embed all its bins by their posterior means.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: of the randomized singular value decomposition.
        device: not used.
        checkpoint: not used.

    Raises:
        InputError: if the recording has fewer neurons than factors are asked for.

    References:
        Yu et al., Gaussian-process factor analysis, J Neurophysiol 2009; sklearn.decomposition.FactorAnalysis.
    """
    from sklearn.decomposition import FactorAnalysis

    from ner.data.recordings import require_neurons

    require_neurons(recording, settings["dimensions"])
    factors = FactorAnalysis(settings["dimensions"], random_state=seed).fit(recording.rates[recording.train])
    return Fit(factors.transform(recording.rates))
