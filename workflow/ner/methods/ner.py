"""NER: an encoder trained by ranking every pair of bins by how alike their movements are (paper section 3)."""

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
    "batch_size": {"type": "integer", "minimum": 2, "default": 512, "description": "Reference bins a step."},
    "learning_rate": {"type": "number", "exclusiveMinimum": 0, "default": 1e-4, "description": "Step size of Adam."},
    "temperature": {
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1.0,
        "description": "Divides the negative distances between embeddings.",
    },
}


def fit(recording, settings, *, seed, device, checkpoint) -> Fit:
    """Fit NER to the training bins of a recording and embed all its bins.

    Positives are looked up in velocity alone; the loss ranks by velocity and direction.

    Args:
        recording: ner.data.recordings.Recording.
        settings: every key of SETTINGS.
        seed: of the initial weights and of the batches.
        device: 'cpu', 'cuda' or 'auto'.
        checkpoint: ner.training.checkpoints.Checkpoint or None.

    Returns:
        Embedding on the unit sphere, the same under both protocols, the loss of every step, and the fitted model.

    References:
        Chen et al., Neural Embeddings Rank, NeurIPS 2024.
    """
    from ner.estimators.contrastive import NER

    model = NER(**settings, angles=(2,), random_state=seed, device=device, verbose=True)
    model.fit(recording.rates[recording.train], recording.labels[recording.train], checkpoint=checkpoint)
    return Fit.of_model(model, recording)
