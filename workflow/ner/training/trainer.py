"""Training an encoder on batches of bins, the same bit for bit from the same seed."""

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from tqdm import tqdm

from ner.storage.errors import InputError
from ner.training.checkpoints import Checkpoint
from ner.training.encoders import sphere_encoder
from ner.training.sampling import PairSampler


def resolve_device(name: str) -> torch.device:
    """The torch device of a name: 'cpu', 'cuda', or 'auto' for cuda where there is one.

    Raises:
        InputError: if the name is another, or cuda is asked for and there is none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError("device", repr(name), "auto, cpu or cuda", "correct it")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise InputError("device", "'cuda', but torch sees no GPU", "a GPU", "set device to auto or cpu")
    return torch.device("cuda" if name != "cpu" and available else "cpu")


def train_encoder(
    rates: np.ndarray,
    sampler: PairSampler,
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    train: np.ndarray,
    settings: dict,
    seed: int,
    device: str,
    checkpoint: Checkpoint | None = None,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Train a sphere encoder with Adam and embed every bin.

    Args:
        rates: (bins, neurons) of the whole recording.
        sampler: draws bins among the training bins.
        loss: from the embeddings (roles * N, d) of a step's bins and their places (roles * N,) to a scalar.
        train: (bins,) bool, the training bins.
        settings: dimensions, hidden_units, steps, learning_rate.
        seed: of the initial weights.
        device: see `resolve_device`.
        checkpoint: where the state is kept and found, or None.

    Returns:
        The embedding (bins, d) float64, and the loss of every step (columns step, loss).

    Raises:
        InputError: if the device is not there, or the loss is no longer finite.
    """
    place = resolve_device(device)
    inputs = torch.from_numpy(rates.astype(np.float32)).to(place)
    training_inputs = inputs[torch.as_tensor(train, device=place)]
    encoder = sphere_encoder(rates.shape[1], settings["dimensions"], seed, settings["hidden_units"]).to(place)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=settings["learning_rate"], fused=True)
    losses = torch.zeros(settings["steps"], device=place)
    first = _restore(checkpoint, encoder, optimizer, losses)
    for step in _reported(first, settings["steps"]):
        bins = torch.from_numpy(sampler.batch(step)).to(place)
        value = loss(encoder(training_inputs[bins]), bins)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses[step] = value.detach()
        if checkpoint and (step + 1) % checkpoint.every == 0 and step + 1 < settings["steps"]:
            _check(losses, step)
            checkpoint.save(
                {
                    "step": step + 1,
                    "encoder": encoder.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "losses": losses,
                }
            )
    _check(losses, settings["steps"] - 1)
    with torch.inference_mode():
        embedding = encoder(inputs).double().cpu().numpy()
    history = pd.DataFrame({"step": np.arange(1, settings["steps"] + 1), "loss": losses.cpu().numpy()})
    return embedding, history


def _reported(first: int, total: int) -> Iterator[int]:
    """Steps first ... total - 1, with a bar on the terminal where there is one, else a line a minute on stderr."""
    # The process's own stream: a job's sys.stderr is its log.
    terminal = sys.__stderr__
    if terminal is not None and terminal.isatty():
        yield from tqdm(range(first, total), initial=first, total=total, unit="step", file=terminal)
        return
    start = reported = time.monotonic()
    for step in range(first, total):
        yield step
        now = time.monotonic()
        if now - reported > 60 or step + 1 == total:
            reported = now
            rate = (step + 1 - first) / max(now - start, 1e-9)
            print(f"step {step + 1} of {total}, {rate:.1f} steps a second", file=sys.stderr, flush=True)


def _restore(
    checkpoint: Checkpoint | None, encoder: nn.Module, optimizer: torch.optim.Optimizer, losses: Tensor
) -> int:
    """Load a checkpoint's state in place; the step to go on with."""
    state = checkpoint.load() if checkpoint else None
    if state is None:
        return 0
    encoder.load_state_dict(state["encoder"])
    optimizer.load_state_dict(state["optimizer"])
    losses.copy_(state["losses"])
    return state["step"]


def _check(losses: Tensor, step: int) -> None:
    """Raise InputError if a loss up to this step is not finite."""
    bad = (~losses[: step + 1].isfinite()).nonzero()
    if len(bad):
        found = f"a loss of {float(losses[bad[0]])} at step {int(bad[0]) + 1}"
        raise InputError("training", found, "finite losses", "lower the method's learning_rate")
