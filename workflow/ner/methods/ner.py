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
        Embedding on the unit sphere, the same under both protocols, and the loss of every step.

    References:
        Chen et al., Neural Embeddings Rank, NeurIPS 2024.
    """
    import torch

    from ner.training.label_distance import movement_distance
    from ner.training.losses import rank_n_contrast
    from ner.training.sampling import PairSampler
    from ner.training.trainer import resolve_device, train_encoder

    labels = recording.labels[recording.train]
    sampler = PairSampler(labels[:, :2], settings["batch_size"], seed)
    movements = torch.as_tensor(labels, dtype=torch.float32, device=resolve_device(device))

    def loss(embeddings, bins):
        references = movements[bins[: len(bins) // 2]]
        return rank_n_contrast(embeddings, movement_distance(references), settings["temperature"])

    embedding, history = train_encoder(
        recording.rates,
        sampler,
        loss,
        train=recording.train,
        settings=settings,
        seed=seed,
        device=device,
        checkpoint=checkpoint,
    )
    return Fit(embedding, history)
