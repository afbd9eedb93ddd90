"""pi-VAE, the paper's convolutional form.

The package pi-vae-pytorch is not used: it is another model (dense, one encoder for mean and variance, prior of width
32, another weight of the divergence).

The paper splits each recording 60/20/20: the model is fitted to the first 60 % of the trials, and the rest of the
recording's training part only gives the validation loss. Windows never reach from one of the three parts into another.
The authors decoded from that 60 % (the sizes of their files and the steps of their accuracies tell: floor(0.6 n) trials
train, floor(0.2 n) validate, the rest test); here decoders get the whole training part, as with every other method.
Measured on five seeds of one recording, that moves the R2 of the training part by 0.014 at most.

The decoder's weights grow with the square of the number of neurons: some 200 for every pair, 1 million for 70 neurons
and 100 million for 700. A fit to so many neurons warns of it.
"""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.methods.registry import Fit

if TYPE_CHECKING:
    from ner.data.recordings import Recording

# More weights than this, those of some 300 neurons, and a fit warns.
_MANY_WEIGHTS = 20_000_000

SETTINGS = {
    "dimensions": {
        "type": "integer",
        "default": 3,
        "minimum": 1,
        "description": "latent dimensions",
    },
    "epochs": {"type": "integer", "default": 50, "minimum": 1, "description": "passes over the fitted trials"},
    "batch_size": {"type": "integer", "default": 200, "minimum": 1, "description": "bins a step, about"},
    "learning_rate": {"type": "number", "default": 2.5e-4, "exclusiveMinimum": 0, "description": "step size of Adam"},
    "fitted_fraction": {
        "type": "number",
        "default": 0.6,
        "exclusiveMinimum": 0,
        "exclusiveMaximum": 1,
        "description": "share of the recording's trials that are fitted; the other training trials validate",
    },
}


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Fit pi-VAE to a recording.

    `coordinates` is the mean of q(z|x, u), which knows the labels of the bin itself, in test trials too: the paper's
    embedding. `strict` is the mean of q(z|x), the same network without labels.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: seeds weights and posterior samples.
        device: 'cpu', 'cuda' or 'auto'.
        checkpoint: not used; a training takes a minute or two.

    Raises:
        InputError: if the fitted share leaves no training trial to validate on, or is no whole trial.

    References:
        NER, Figs 3 to 6; see ner.training.pivae_network.
    """
    import numpy as np
    import pandas as pd
    import torch

    from ner.data.trials import whole_trials
    from ner.storage.errors import InputError
    from ner.training.pivae_network import PiVAE, embed, epochs, windows
    from ner.training.trainer import resolve_device

    trials = recording.trial.max() + 1
    fitted = recording.trial < whole_trials(settings["fitted_fraction"], trials)
    if not fitted.any() or not (recording.train & ~fitted).any():
        raise InputError(
            "fitted_fraction",
            f"{settings['fitted_fraction']} of {trials} trials, of which {recording.train.mean():.0%} train",
            "at least one trial, and fewer than train_fraction",
            "change fitted_fraction of this method",
        )
    device = resolve_device(device)
    parts = []
    for part in (fitted, recording.train & ~fitted, ~recording.train):
        x, u = (torch.tensor(a[part], dtype=torch.float32, device=device) for a in (recording.rates, recording.labels))
        parts.append((windows(x), u))

    model = PiVAE(
        recording.rates.shape[1],
        recording.labels.shape[1],
        settings["dimensions"],
        torch.Generator().manual_seed(seed),
    ).to(device)
    weights = sum(parameter.numel() for parameter in model.parameters())
    if weights > _MANY_WEIGHTS:
        warnings.warn(
            f"pi-VAE has {weights / 1e6:.0f} million weights for {recording.rates.shape[1]} neurons of "
            f"{recording.name}, as its decoder grows with their square, and trains slowly with "
            f"{16 * weights / 1e9:.1f} GB of them, their gradients and Adam's averages: "
            "choose fewer neurons, or another method",
            stacklevel=2,
        )
    losses = epochs(
        model,
        parts[0],
        parts[1],
        count=settings["epochs"],
        batch_size=settings["batch_size"],
        learning_rate=settings["learning_rate"],
        seed=seed,
    )
    history = pd.DataFrame(losses, columns=["loss", "validation_loss"])
    history.insert(0, "step", np.arange(1, len(history) + 1))
    coordinates, strict = (np.concatenate(z) for z in zip(*(embed(model, *part) for part in parts), strict=True))
    return Fit(coordinates, history, strict)
