"""CEBRA-behaviour by the cebra package's own `fit`, as a check on ours; its sampler cannot be seeded."""

from ner.methods import cebra
from ner.methods.registry import Fit

SETTINGS = {
    **{key: cebra.SETTINGS[key] for key in ("dimensions", "steps", "batch_size", "learning_rate", "temperature")},
}


def fit(recording, settings, *, seed, device, checkpoint) -> Fit:
    """Fit the official CEBRA to the training bins of a recording and embed all its bins.

    The package draws its batches from the operating system's randomness, so the seed fixes the initial weights
    alone and two runs differ. There is no checkpoint: the package trains in one call.

    Args:
        recording: ner.data.recordings.Recording.
        settings: every key of SETTINGS.
        seed: of the initial weights.
        device: 'cpu', 'cuda' or 'auto'.
        checkpoint: not used.

    Returns:
        Embedding on the unit sphere, the same under both protocols, and the loss of every step.

    References:
        Schneider et al., CEBRA, Nature 2023; cebra.CEBRA.
    """
    import cebra
    import numpy as np
    import pandas as pd
    import torch

    from ner.training.trainer import resolve_device

    model = cebra.CEBRA(
        model_architecture="offset1-model",
        output_dimension=settings["dimensions"],
        batch_size=settings["batch_size"],
        learning_rate=settings["learning_rate"],
        temperature=settings["temperature"],
        max_iterations=settings["steps"],
        distance="cosine",
        conditional="time_delta",
        time_offsets=1,
        device=resolve_device(device).type,
        verbose=False,
    )
    rates = recording.rates.astype(np.float32)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model.fit(rates[recording.train], recording.labels[recording.train].astype(np.float32))
    loss = np.asarray(model.state_dict_["loss"], dtype=float)
    history = pd.DataFrame({"step": np.arange(1, len(loss) + 1), "loss": loss})
    return Fit(model.transform(rates).astype(np.float64), history)
