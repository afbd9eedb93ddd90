"""CEBRA-behaviour: an encoder trained by InfoNCE, with positives looked up by movement."""

from ner.methods.registry import Fit

SETTINGS = {
    "dimensions": {
        "type": "integer",
        "minimum": 2,
        "default": 3,
        "description": "Dimensions of the space around the unit sphere.",
    },
    "hidden_units": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1},
        "minItems": 1,
        "default": [32, 32, 16],
        "description": "Units of each hidden layer of the encoder.",
    },
    "steps": {"type": "integer", "minimum": 1, "default": 20000, "description": "Steps of Adam."},
    "batch_size": {
        "type": "integer",
        "minimum": 2,
        "default": 512,
        "description": "Reference bins a step, and as many negatives.",
    },
    "learning_rate": {"type": "number", "exclusiveMinimum": 0, "default": 1e-4, "description": "Step size of Adam."},
    "temperature": {
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1.0,
        "description": "Divides the similarities of embeddings.",
    },
    "positives": {
        "enum": ["velocity+direction", "velocity"],
        "default": "velocity+direction",
        "description": "Label columns in which the positive bin is looked up; the paper's is velocity+direction, "
        "with the direction in degrees as a plain number.",
    },
}


def fit(recording, settings, *, seed, device, checkpoint) -> Fit:
    """Fit CEBRA to the training bins of a recording and embed all its bins.

    The sampler is ours rather than the cebra package's, which reseeds from the operating system and searches all
    distances at every step; encoder, criterion and distribution of the pairs are the package's.

    Args:
        recording: ner.data.recordings.Recording.
        settings: every key of SETTINGS.
        seed: of the initial weights and of the batches.
        device: 'cpu', 'cuda' or 'auto'.
        checkpoint: ner.training.checkpoints.Checkpoint or None.

    Returns:
        Embedding on the unit sphere, the same under both protocols, the loss of every step, and the fitted model.

    References:
        Schneider et al., CEBRA, Nature 2023.
    """
    from ner.estimators.cebra import CEBRA

    settings = dict(settings)
    columns = {"velocity": 2, "velocity+direction": 3}[settings.pop("positives")]
    model = CEBRA(**settings, random_state=seed, device=device, verbose=True)
    labels = recording.labels[recording.train, :columns]
    model.fit(recording.rates[recording.train], labels, checkpoint=checkpoint)
    return Fit.of_model(model, recording.rates)
