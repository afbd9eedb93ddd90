"""NER: an encoder trained by ranking every pair of bins by how alike their movements are (paper section 3)."""

from collections.abc import Mapping

from ner.data.needs import DIRECTIONS, EQUAL_TRIALS
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
    "steps": {
        "type": "integer",
        "minimum": 0,
        "default": 20000,
        "description": "Steps of Adam; 0 leaves the encoder as its seed makes it.",
    },
    "batch_size": {"type": "integer", "minimum": 2, "default": 512, "description": "Reference bins a step."},
    "learning_rate": {"type": "number", "exclusiveMinimum": 0, "default": 1e-4, "description": "Step size of Adam."},
    "temperature": {
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1.0,
        "description": "Divides the negative distances between embeddings.",
    },
    "labels": {
        "enum": ["velocity+direction", "velocity", "direction"],
        "default": "velocity+direction",
        "description": "Labels that the loss ranks by; with the direction alone, positives are bins of the same one.",
    },
    "shuffled": {
        "enum": ["nothing", "labels", "neurons"],
        "default": "nothing",
        "description": "What comes from another trial (a control): the labels of training trials, or the rates of all "
        "trials, which are then embedded as well.",
    },
}

_COLUMNS = {"velocity+direction": [0, 1, 2], "velocity": [0, 1], "direction": [2]}


def needs(settings: Mapping) -> set[str]:
    """Directions, where it ranks by nothing else; trials of one length to shuffle them."""
    found = {DIRECTIONS} if settings["labels"] == "direction" else set()
    return found | (set() if settings["shuffled"] == "nothing" else {EQUAL_TRIALS})


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
    import numpy as np

    from ner.data.trials import bins_of_other_trials
    from ner.estimators.rank import NER

    settings = dict(settings)
    columns, shuffled = _COLUMNS[settings.pop("labels")], settings.pop("shuffled")
    train = np.flatnonzero(recording.train)
    rates, labels, trials = recording.rates, recording.labels[train][:, columns], None
    if shuffled == "labels":
        labels = labels[bins_of_other_trials(recording.trial[train], seed)]
    elif shuffled == "neurons":
        rates = rates.copy()
        for part in (train, np.flatnonzero(~recording.train)):
            rates[part] = rates[part][bins_of_other_trials(recording.trial[part], seed)]
    if columns == [2]:
        # Within a trial the direction does not change.
        trials = recording.trial[train]
    angles = [place for place, column in enumerate(columns) if column == 2]
    model = NER(**settings, angles=angles, random_state=seed, device=device, verbose=True)
    model.fit(rates[train], labels, trials, checkpoint=checkpoint)
    return Fit.of_model(model, rates)
