"""Training steps beside the official cebra package's, and beside those of another commit of this repository.

Run by hand, on one thread: ``OMP_NUM_THREADS=1 python benchmarks/steps.py [--against COMMIT] [--device cuda]``.
Every library trains in a process of its own, in turn; the least processor time of some rounds counts (on a GPU, the
least time). Prints milliseconds a step and their ratios.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

TRIALS, BINS, NEURONS, BATCH = 208, 40, 70, 512
#: Name: module of the method, and its settings.
TRAININGS = {
    "ner": ("ner", {}),
    "cebra": ("cebra", {}),
    "cebra, 16D": ("cebra", {"dimensions": 16}),
    "pivae": ("pivae", {}),
}
ROOT = Path(__file__).resolve().parents[1]


def simulated() -> dict:
    """Rates and movements of the size of a session of the paper (6,640 training bins), as `Recording` takes them."""
    random = np.random.default_rng(0)
    trial = np.repeat(np.arange(TRIALS), BINS)
    direction = np.repeat(random.integers(0, 8, TRIALS) * 45, BINS)
    speed = np.tile(np.sin(np.linspace(0, np.pi, BINS)), TRIALS) * 20
    angle = np.deg2rad(direction)
    velocity = np.column_stack([speed * np.cos(angle), speed * np.sin(angle)]) + random.normal(0, 1, (len(trial), 2))
    rates = np.exp(velocity @ random.normal(size=(2, NEURONS)) / 20 + random.normal(0, 0.3, (len(trial), NEURONS)))
    return {
        "name": "simulated",
        "rates": rates,
        "velocity": velocity,
        "direction": direction,
        "trial": trial,
        "bin": np.tile(np.arange(BINS), TRIALS),
        "train": trial < int(0.8 * TRIALS),
    }


def trainer(name: str, device: str):
    """A function that trains for a number of steps, with the library or package that this process imports."""
    data = simulated()
    if name.startswith("official"):
        import cebra

        dimensions = 16 if "16D" in name else 3
        labels = np.column_stack([10 * data["velocity"], data["direction"]])

        def fit(steps: int) -> None:
            cebra.CEBRA(
                model_architecture="offset1-model",
                batch_size=BATCH,
                learning_rate=1e-4,
                temperature=1.0,
                output_dimension=dimensions,
                max_iterations=steps,
                distance="cosine",
                conditional="time_delta",
                time_offsets=1,
                device=device,
                verbose=False,
            ).fit(data["rates"][data["train"]].astype(np.float32), labels[data["train"]].astype(np.float32))

        return fit

    try:
        from ner.data.recordings import Recording
        from ner.methods import registry as methods
    except ImportError:  # before the library was parted into stages
        from ner import methods
        from ner.recordings import Recording

    module, settings = TRAININGS[name]
    if module == "pivae":
        # Its steps are those of whole epochs: one pass over the fitted 60 % of the trials.
        return lambda epochs: methods.fit(module, Recording(**data), {"epochs": epochs}, seed=0, device=device)
    return lambda steps: methods.fit(
        module, Recording(**data), settings | {"steps": steps, "batch_size": BATCH}, seed=0, device=device
    )


def work(device: str) -> None:
    """Train what standard input names and print the time it took, until it ends."""
    import torch

    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    clock = time.process_time if device == "cpu" else time.perf_counter
    trainers = {}
    for line in sys.stdin:
        name, steps = json.loads(line)
        if name not in trainers:
            trainers[name] = trainer(name, device)
        start = clock()
        trainers[name](steps)
        print(clock() - start, flush=True)


class Worker:
    """A process that trains with the library of a folder."""

    def __init__(self, library: Path, device: str):
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--worker", "--device", device],
            env=os.environ | {"PYTHONPATH": str(library), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def seconds(self, name: str, steps: int) -> float:
        """Time of a training."""
        self._process.stdin.write(json.dumps([name, steps]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the training of {name} ended its process")
        return float(line)

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def milliseconds(contestants: dict, steps: int, rounds: int) -> dict:
    """Milliseconds a step (of pi-VAE, an epoch) without what is paid once: differences of the least of some rounds.

    Args:
        contestants: label to (worker, name of the training).
        steps: how many are timed.
        rounds: trainings of each kind; the contestants take turns.
    """
    least = {label: [float("inf")] * 2 for label in contestants}
    for number in range(rounds + 1):
        for label, (worker, name) in contestants.items():
            found = worker.seconds(name, 1), worker.seconds(name, 1 + steps)
            if number:  # the first round compiles and fills caches
                least[label] = [min(pair) for pair in zip(least[label], found, strict=True)]
    return {label: 1e3 * (more - once) / steps for label, (once, more) in least.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, default=63, help="steps that are timed; pi-VAE is timed for one epoch")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", metavar="COMMIT", help="compare with the library of this commit, too")
    parser.add_argument("--trainings", nargs="+", choices=TRAININGS, default=list(TRAININGS))
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.device)
        return
    with tempfile.TemporaryDirectory() as folder:
        workers = {"": Worker(ROOT / "workflow", arguments.device)}
        if arguments.against:
            archive = subprocess.run(
                ["git", "-C", ROOT, "archive", arguments.against, "workflow"], check=True, stdout=subprocess.PIPE
            )
            subprocess.run(["tar", "-x", "-C", folder], check=True, input=archive.stdout)
            workers[f" at {arguments.against}"] = Worker(Path(folder, "workflow"), arguments.device)
        for name in arguments.trainings:
            contestants = {name + suffix: (worker, name) for suffix, worker in workers.items()}
            if name != "pivae":
                official = "official cebra, 16D" if "16D" in name else "official cebra"
                contestants[official] = (workers[""], official)
            found = milliseconds(contestants, 1 if name == "pivae" else arguments.steps, arguments.rounds)
            for label, value in found.items():
                unit = "an epoch" if name == "pivae" else "a step"
                ratio = "" if label == name else f", ratio {found[name] / value:.3f}"
                print(f"{label}: {value:.2f} ms {unit}{ratio}", flush=True)
        for worker in workers.values():
            worker.close()


if __name__ == "__main__":
    main()
