"""Whole training steps of NER and CEBRA beside the official cebra package's, on one simulated recording.

Run by hand, one thread: ``python benchmarks/steps.py [--device cuda]``.
"""

import argparse
import time
import warnings

import cebra
import numpy as np
import torch

from ner.data.recordings import Recording
from ner.methods import registry as methods

TRIALS, BINS, NEURONS, BATCH = 208, 40, 70, 512


def recording() -> Recording:
    """Rates and movements of the size of a session of the paper (6,656 training bins)."""
    random = np.random.default_rng(0)
    bins = TRIALS * BINS
    trial = np.repeat(np.arange(TRIALS), BINS)
    direction = np.repeat(random.integers(0, 8, TRIALS) * 45, BINS)
    speed = np.tile(np.sin(np.linspace(0, np.pi, BINS)), TRIALS) * 20
    angle = np.deg2rad(direction)
    velocity = np.column_stack([speed * np.cos(angle), speed * np.sin(angle)]) + random.normal(0, 1, (bins, 2))
    rates = np.exp(velocity @ random.normal(size=(2, NEURONS)) / 20 + random.normal(0, 0.3, (bins, NEURONS)))
    return Recording(
        "simulated", rates, velocity, direction, trial, np.tile(np.arange(BINS), TRIALS), trial < int(0.8 * TRIALS)
    )


def ours(method: str, data: Recording, device: str):
    """A function that trains for a number of steps."""
    return lambda steps: methods.fit(method, data, {"steps": steps, "batch_size": BATCH}, seed=0, device=device)


def official(data: Recording, device: str):
    """A function that trains the official package for a number of steps."""

    def fit(steps: int) -> None:
        model = cebra.CEBRA(
            model_architecture="offset1-model",
            batch_size=BATCH,
            learning_rate=1e-4,
            temperature=1.0,
            output_dimension=3,
            max_iterations=steps,
            distance="cosine",
            conditional="time_delta",
            time_offsets=1,
            device=device,
            verbose=False,
        )
        model.fit(data.rates[data.train].astype(np.float32), data.labels[data.train].astype(np.float32))

    return fit


def seconds_per_step(train, steps: int) -> float:
    """Best of three, without what is paid once."""
    train(3)
    once, best = float("inf"), float("inf")
    for _ in range(3):
        start = time.perf_counter()
        train(3)
        middle = time.perf_counter()
        train(3 + steps)
        once = min(once, middle - start)
        best = min(best, time.perf_counter() - middle)
    return (best - once) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    data = recording()
    reference = seconds_per_step(official(data, arguments.device), arguments.steps)
    print(f"official cebra package: {reference * 1e3:.1f} ms a step")
    for method in ("ner", "cebra"):
        found = seconds_per_step(ours(method, data, arguments.device), arguments.steps)
        print(f"{method}: {found * 1e3:.1f} ms a step, ratio {found / reference:.2f}")


if __name__ == "__main__":
    main()
