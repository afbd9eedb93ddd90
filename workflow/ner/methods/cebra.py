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


def info_nce(embeddings, temperature=1.0):
    """InfoNCE loss of references, their positives, and negatives shared by all references.

    Args:
        embeddings: (3N, d) torch tensor: N references, their N positives, N negatives; rows of unit length.
        temperature: divides the similarities.

    Returns:
        Scalar: -mean(z_r . z_p) + mean(logsumexp_j(z_r . z_nj)), similarities over temperature.

    References:
        Schneider et al., CEBRA, Nature 2023: `FixedCosineInfoNCE` of the cebra package.
    """
    references, positives, negatives = embeddings.chunk(3)
    references = references / temperature
    alignment = (references * positives).sum(dim=1).mean()
    return (references @ negatives.T).logsumexp(dim=1).mean() - alignment


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
        Embedding on the unit sphere, the same under both protocols, and the loss of every step.

    References:
        Schneider et al., CEBRA, Nature 2023.
    """
    from ner.training.sampling import PairSampler
    from ner.training.trainer import train_encoder

    labels = recording.labels[recording.train]
    columns = labels[:, :2] if settings["positives"] == "velocity" else labels
    sampler = PairSampler(columns, settings["batch_size"], seed, negatives=True)
    embedding, history = train_encoder(
        recording.rates,
        sampler,
        lambda embeddings, bins: info_nce(embeddings, settings["temperature"]),
        train=recording.train,
        settings=settings,
        seed=seed,
        device=device,
        checkpoint=checkpoint,
    )
    return Fit(embedding, history)
