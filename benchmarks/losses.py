"""The Rank-N-Contrast loss, forward and backward, beside its literal definition: time, growth with N, peak memory.

Run by hand, one thread: ``python benchmarks/losses.py [--device cuda]``.
"""

import argparse
import multiprocessing
import time
from pathlib import Path

import numpy as np
import torch

from ner.training.label_distance import movement_distance
from ner.training.losses import rank_n_contrast

BATCH = 512
SIZES = (256, 512, 1024, 2048)


def problem(count: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Points on the sphere, and label distances of movements."""
    random = np.random.default_rng(0)
    labels = np.column_stack([random.normal(0, 150, (count, 2)), random.integers(0, 8, count) * 45])
    points = torch.nn.functional.normalize(torch.tensor(random.normal(size=(2 * count, 3))), dim=1)
    distance = movement_distance(torch.tensor(labels, dtype=torch.float32, device=device))
    return points.float().to(device).requires_grad_(), distance


def literal(points: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
    """The definition, one partner rank at a time as the authors' code works it: O(n^3) time."""
    count = len(points)
    distance = distance.repeat(2, 2)
    logits = -(points[:, None] - points[None]).norm(dim=2)
    others = ~torch.eye(count, dtype=torch.bool, device=points.device)
    logits = logits.masked_select(others).view(count, count - 1)
    distance = distance.masked_select(others).view(count, count - 1)
    exponentials = logits.exp()
    total = 0
    for k in range(count - 1):
        members = (distance >= distance[:, k : k + 1]).float()
        total = total - (logits[:, k] - (members * exponentials).sum(dim=1).log()).sum()
    return total / (count * (count - 1))


def seconds(function, problem, repeats: int) -> float:
    """Best time of a forward and a backward pass."""
    points, distance = problem
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        torch.autograd.grad(function(points, distance), points)
        if points.is_cuda:
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return best


def resident(field: str) -> int:
    """Bytes of a memory field of this process (Linux): VmRSS now, VmHWM at its highest since the last reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def peak_bytes(count: int, results) -> None:
    """What one forward and backward pass adds to the memory of a fresh process."""
    torch.set_num_threads(1)
    seconds(rank_n_contrast, problem(8, "cpu"), 1)
    inputs = problem(count, "cpu")
    # Writing 5 resets VmHWM.
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    seconds(rank_n_contrast, inputs, 1)
    results.put(resident("VmHWM") - before)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    device = parser.parse_args().device
    torch.set_num_threads(1)
    inputs = problem(BATCH, device)
    seconds(rank_n_contrast, inputs, 3)
    ours, definition = seconds(rank_n_contrast, inputs, 50), seconds(literal, inputs, 1)
    error = abs(float((rank_n_contrast(*inputs) / literal(*inputs)).detach()) - 1)
    print(
        f"N = {BATCH}, d = 3, float32, {device}: ours {ours * 1e3:.2f} ms, literal definition {definition * 1e3:.0f} ms"
    )
    print(f"ratio {definition / ours:.0f}, relative difference of the losses {error:.1e}")
    times = [seconds(rank_n_contrast, problem(size, device), 15) for size in SIZES]
    exponent = np.polyfit(np.log(SIZES), np.log(times), 1)[0]
    print("growth:", ", ".join(f"N = {size}: {value * 1e3:.2f} ms" for size, value in zip(SIZES, times, strict=True)))
    print(f"exponent {exponent:.2f}")
    if device == "cpu":
        context = multiprocessing.get_context("spawn")
        for size in SIZES:
            results = context.Queue()
            process = context.Process(target=peak_bytes, args=(size, results))
            process.start()
            peak = results.get()
            process.join()
            print(f"peak memory, N = {size}: {peak / (4 * (2 * size) ** 2):.1f} float32 matrices of 2N x 2N")


if __name__ == "__main__":
    main()
