"""PCA of the trial-averaged rates, or of single bins; single bins projected on its axes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.data.needs import CONDITIONS
from ner.methods.registry import Fit

if TYPE_CHECKING:
    from ner.data.recordings import Recording

TRAINED = False

SETTINGS = {
    "dimensions": {"type": "integer", "default": 3, "minimum": 1, "description": "principal components"},
    "fitted_to": {
        "enum": ["averages", "bins"],
        "default": "averages",
        "description": "what the axes are fitted to: averages over the trials of a condition (paper), or single bins",
    },
}


def needs(settings: Mapping) -> set[str]:
    """Averages are over conditions."""
    return {CONDITIONS} if settings["fitted_to"] == "averages" else set()


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Project a recording on the principal components of its direction averages or of its bins, of training trials.

    The averages (directions x bins, neurons) are those of training trials, of the bins that all have.
    `direction_averages` of the projected training bins are the paper's PCA embedding, as a projection and an average
    commute. Each component's sign is that which makes its neuron of the largest weight positive.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: not used, nothing is random.
        device: not used.
        checkpoint: not used.

    Raises:
        InputError: if the recording has fewer neurons than components are asked for.

    References:
        NER, Fig 3; sklearn.decomposition.PCA.
    """
    from sklearn.decomposition import PCA

    from ner.data.recordings import require_neurons
    from ner.data.trials import direction_averages

    require_neurons(recording, settings["dimensions"])
    train = recording.select(recording.train)
    points = train.rates
    if settings["fitted_to"] == "averages":
        train = train.common()
        averages, _ = direction_averages(train.per_trial(train.rates), train.trial_condition)
        points = averages.reshape(-1, averages.shape[-1])
    pca = PCA(settings["dimensions"], svd_solver="full").fit(points)
    return Fit(pca.transform(recording.rates))
