"""The encoder of NER trained to predict the movement itself: what differs from NER is the loss alone (a control)."""

from ner.methods.registry import Fit

SETTINGS = {
    "dimensions": {
        "type": "integer",
        "minimum": 1,
        "default": 4,
        "description": "Dimensions of the embedding; without `sphere`, the 4 that are predicted (velocity, and sine "
        "and cosine of the direction).",
    },
    "sphere": {
        "type": "boolean",
        "default": False,
        "description": "Whether the embedding is NER's unit sphere, from which a linear layer predicts.",
    },
    "hidden_units": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1},
        "minItems": 1,
        "default": [32, 32, 16],
        "description": "Units of each hidden layer of the encoder.",
    },
    "steps": {"type": "integer", "minimum": 1, "default": 5000, "description": "Steps of Adam."},
    "batch_size": {"type": "integer", "minimum": 2, "default": 1024, "description": "Bins a step."},
    "learning_rate": {"type": "number", "exclusiveMinimum": 0, "default": 1e-3, "description": "Step size of Adam."},
    "validation_fraction": {
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 1,
        "default": 0.1,
        "description": "Share of the training trials, the last ones, that choose the step whose weights are kept; 0 "
        "keeps the last.",
    },
}


def fit(recording, settings, *, seed, device, checkpoint) -> Fit:
    """Fit the regression to the training bins of a recording and embed all its bins.

    Args:
        recording: ner.data.recordings.Recording.
        settings: every key of SETTINGS.
        seed: of the initial weights and of the batches.
        device: 'cpu', 'cuda' or 'auto'.
        checkpoint: not used; a training takes seconds.

    Returns:
        The last layer as the embedding, the loss of every step, and the fitted model.

    Raises:
        InputError: if the settings do not go together.
    """
    from ner.estimators.regression import Regression

    train = recording.train
    model = Regression(**settings, angles=(2,), random_state=seed, device=device, verbose=True)
    model.fit(recording.rates[train], recording.labels[train], recording.trial[train])
    return Fit.of_model(model, recording.rates)
