"""Nearest neighbours with cross-validated k, beside scikit-learn's GridSearchCV, side by side in one run.

Run by hand, one thread: ``OMP_NUM_THREADS=1 python benchmarks/knn.py [embedding.npz ...]`` with embeddings of the
authors, or without, on simulated ones alone.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from ner.decoding.knn import NEIGHBOURS, KNeighborsClassifierCV, KNeighborsRegressorCV

BINS = 6656


def sphere(dimensions: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Uniform points on a sphere, movements and directions that follow them, in the size of a session."""
    random = np.random.default_rng(0)
    points = random.normal(size=(BINS, dimensions))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    angle = np.arctan2(points[:, 1], points[:, 0]) % (2 * np.pi)
    return points, 100 * points[:, :2] + random.normal(size=(BINS, 2)), 45 * (angle // (np.pi / 4)).astype(int)


def authors(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The train part of an embedding of the authors."""
    with np.load(path) as file:
        labels = file["continuous_index_train"]
        return file["cebra_veldir_train"], 10 * labels[:, :2], labels[:, 2].astype(int)


def seconds(function) -> tuple[float, object]:
    """Processor time of a call, and its result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings", nargs="*", type=Path, help="embeddings of the authors, .npz")
    parser.add_argument("--repeats", type=int, default=3, help="the best of so many counts, for both")
    arguments = parser.parse_args()

    problems = {f"sphere in {d} dimensions": sphere(d) for d in (3, 16)}
    problems |= {"/".join([path.parts[-3], path.stem]): authors(path) for path in arguments.embeddings}
    compiled = KNeighborsRegressorCV((2, 4)).fit(np.eye(10), np.eye(10))
    assert compiled.best_n_neighbors_ in (2, 4)
    kinds = (
        ("velocity", KNeighborsRegressorCV, KNeighborsRegressor, 1),
        ("direction", KNeighborsClassifierCV, KNeighborsClassifier, 2),
    )
    print(f"{'embedding':52}{'bins':>7}  {'decodes':10}{'GridSearchCV':>13}{'ours':>9}{'ratio':>7}   k   same")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, problem in problems.items():
            for kind, ours, theirs, target in kinds:
                x, y = problem[0], problem[target]
                slow, fast = [], []
                for _ in range(arguments.repeats):
                    slow.append(seconds(lambda: GridSearchCV(theirs(), {"n_neighbors": NEIGHBOURS}).fit(x, y)))  # noqa: B023
                    fast.append(seconds(lambda: ours().fit(x, y)))  # noqa: B023
                (slow_time, search), (fast_time, fitted) = (min(runs, key=lambda run: run[0]) for runs in (slow, fast))
                same = fitted.best_n_neighbors_ == search.best_params_["n_neighbors"] and np.array_equal(
                    fitted.predict(x[:1000]), search.predict(x[:1000])
                )
                print(
                    f"{name:52}{len(x):7d}  {kind:10}{slow_time:11.2f} s{fast_time:7.2f} s{slow_time / fast_time:7.1f}"
                    f"{fitted.best_n_neighbors_:5d}  {'yes' if same else 'NO'}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
