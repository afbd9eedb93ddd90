"""Training an encoder on batches of bins, the same bit for bit from the same seed."""

import copy
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec

import numpy as np
import torch
from torch import Tensor, nn

from ner.storage.errors import InputError
from ner.training.adam import Adam
from ner.training.checkpoints import Checkpoint


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
    encoder: nn.Module,
    rates: np.ndarray,
    batch: Callable[[int], np.ndarray],
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    steps: int,
    learning_rate: float,
    checkpoint: Checkpoint | None = None,
    verbose: bool = False,
    after_step: Callable[[int], None] | None = None,
) -> np.ndarray:
    """Train an encoder with Adam, in place and where it lies.

    Args:
        encoder: from (bins, neurons) float32 to (bins, d); its weights are the first ones.
        rates: (bins, neurons) of the training bins.
        batch: from a step, counted from 0, to the places of its bins among the training bins, (roles * N,).
        loss: from the embeddings (roles * N, d) of a step's bins and their places (roles * N,) to a scalar.
        steps: of Adam.
        learning_rate: of Adam.
        checkpoint: where the state is kept and found, or None.
        verbose: whether progress is shown.
        after_step: called with the number of steps taken, after each of them.

    Returns:
        (steps,) float32, the loss of every step.

    Raises:
        InputError: if the loss is no longer finite.
    """
    place = next(encoder.parameters()).device
    inputs = torch.from_numpy(rates.astype(np.float32)).to(place)
    optimizer = Adam(encoder.parameters(), learning_rate)
    losses = torch.zeros(steps, device=place)
    first = _restore(checkpoint, encoder, optimizer, losses)
    progress: Iterable[int] = range(first, steps)
    for step in _reported(first, steps) if verbose else progress:
        bins = torch.from_numpy(batch(step)).to(place)
        value = loss(encoder(inputs[bins]), bins)
        encoder.zero_grad()
        value.backward()
        optimizer.step()
        losses[step] = value.detach()
        if after_step:
            after_step(step + 1)
        if checkpoint and (step + 1) % checkpoint.every == 0 and step + 1 < steps:
            _check(losses[: step + 1])
            checkpoint.save(
                {
                    "step": step + 1,
                    "encoder": encoder.state_dict(),
                    "optimizer": optimizer.state(),
                    "losses": losses,
                }
            )
    _check(losses)
    return losses.cpu().numpy()


def embed(encoder: nn.Module, rates: np.ndarray, device: torch.device) -> np.ndarray:
    """Embed bins.

    Args:
        encoder: from (bins, neurons) float32 to (bins, d); it stays where it lies.
        rates: (bins, neurons).
        device: where the encoder is applied.

    Returns:
        (bins, d) float64.
    """
    applied = encoder if device.type == "cpu" else copy.deepcopy(encoder).to(device)
    with torch.inference_mode():
        return applied(torch.from_numpy(rates.astype(np.float32)).to(device)).double().cpu().numpy()


def sizes(state: Mapping[str, Tensor]) -> dict[str, tuple[torch.Size, torch.dtype]]:
    """Shape and type of each weight of an encoder's state."""
    return {name: (value.shape, value.dtype) for name, value in state.items()}


def _reported(first: int, total: int) -> Iterator[int]:
    """Steps first ... total - 1, with a bar on the terminal where there is one, else a line now and then on stderr."""
    # A job's stderr is its log, from which the run's own bar takes the steps.
    terminal = sys.stderr
    if terminal is not None and terminal.isatty() and find_spec("tqdm"):
        from tqdm import tqdm

        yield from tqdm(range(first, total), initial=first, total=total, unit="step", file=terminal)
        return
    start = reported = time.monotonic()
    for step in range(first, total):
        yield step
        now = time.monotonic()
        if now - reported > 5 or step + 1 == total:
            reported = now
            rate = (step + 1 - first) / max(now - start, 1e-9)
            print(f"step {step + 1} of {total}, {rate:.1f} steps a second", file=sys.stderr, flush=True)


def _restore(checkpoint: Checkpoint | None, encoder: nn.Module, optimizer: Adam, losses: Tensor) -> int:
    """Load a checkpoint's state in place; the step to go on with, 0 where the state is not of such a training."""
    state = checkpoint.load() if checkpoint else None
    if state is None or not _fits(state, encoder, optimizer, losses):
        return 0
    encoder.load_state_dict(state["encoder"])
    optimizer.restore(state["optimizer"])
    losses.copy_(state["losses"])
    return state["step"]


def _fits(state: Mapping, encoder: nn.Module, optimizer: Adam, losses: Tensor) -> bool:
    """Whether a state is of this encoder and of a training of as many steps."""
    weights, kept, step = state.get("encoder"), state.get("losses"), state.get("step")
    return (
        isinstance(weights, Mapping)
        and sizes(weights) == sizes(encoder.state_dict())
        and optimizer.fits(state.get("optimizer"))
        and isinstance(kept, Tensor)
        and kept.shape == losses.shape
        and isinstance(step, int)
        and 0 < step < len(losses)
    )


def _check(losses: Tensor) -> None:
    """Raise InputError if a loss is not finite."""
    bad = (~losses.isfinite()).nonzero()
    if len(bad):
        found = f"a loss of {float(losses[bad[0]])} at step {int(bad[0]) + 1}"
        raise InputError("training", found, "finite losses", "lower the method's learning_rate")
