"""Partial least squares: the linear latent space that varies most with the movement (a control)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.methods.registry import Fit

if TYPE_CHECKING:
    from ner.data.recordings import Recording

SETTINGS = {
    "dimensions": {
        "type": "integer",
        "default": 3,
        "minimum": 1,
        "maximum": 4,
        "description": "components, at most as many as labels (velocity, and sine and cosine of the direction)",
    },
}
TRAINED = False


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Fit the components to the training bins of a recording and project all its bins on them.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: not used, nothing is random.
        device: not used.
        checkpoint: not used.

    Raises:
        InputError: if the recording has fewer neurons than components are asked for.

    References:
        sklearn.cross_decomposition.PLSRegression.
    """
    import numpy as np
    from sklearn.cross_decomposition import PLSRegression

    from ner.data.recordings import require_neurons

    require_neurons(recording, settings["dimensions"])
    angle = np.deg2rad(recording.direction)
    angles = [np.sin(angle), np.cos(angle)] if recording.has_directions else []
    labels = np.column_stack([recording.labels[:, :2], *angles])
    model = PLSRegression(settings["dimensions"]).fit(recording.rates[recording.train], labels[recording.train])
    return Fit(model.transform(recording.rates))
