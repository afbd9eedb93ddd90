"""What resuming costs: the time to save and to load a training's state, and its size, beside the time of a step.

Run by hand, one thread: ``python benchmarks/resuming.py``.
"""

import tempfile
import time
from pathlib import Path

import torch
from steps import simulated

from ner.data.recordings import Recording
from ner.methods import registry as methods
from ner.training.checkpoints import Checkpoint

#: Steps of the paper's trainings, and config's checkpoint_interval.
STEPS, EVERY = 20_000, 2_000
REPEATS, MEASURED = 50, 61


def best(function) -> float:
    """Shortest of some calls, seconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    torch.set_num_threads(1)
    data = Recording(**simulated())
    for method in ("ner", "cebra"):
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Checkpoint(Path(folder, "state.checkpoint"), MEASURED - 1, "benchmark")
            methods.fit(method, data, {"steps": 3}, seed=0)
            start = time.perf_counter()
            methods.fit(method, data, {"steps": MEASURED}, seed=0, checkpoint=checkpoint)
            step = (time.perf_counter() - start) / MEASURED
            state = checkpoint.load() | {"losses": torch.zeros(STEPS)}
            save = best(lambda saved=state, to=checkpoint: to.save(saved))
            load = best(checkpoint.load)
            size = checkpoint.path.stat().st_size
        share, lost = save / (EVERY * step), EVERY * step
        print(f"{method}: save {save * 1e3:.1f} ms, load {load * 1e3:.1f} ms, {size / 1024:.0f} kB")
        print(
            f"{method}: step {step * 1e3:.1f} ms; saving takes {share:.4%} of the training, a kill at most {lost:.0f} s"
        )


if __name__ == "__main__":
    main()
