"""UMAP, without labels or supervised by the direction."""

import os
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ner.data.needs import CONDITIONS
from ner.methods.registry import Fit

if TYPE_CHECKING:
    import numpy as np
    from umap import UMAP

    from ner.data.recordings import Recording

TRAINED = False

SETTINGS = {
    "dimensions": {"type": "integer", "default": 2, "minimum": 1, "description": "dimensions of the embedding"},
    "neighbors": {"type": "integer", "default": 68, "minimum": 2, "description": "neighbours of a bin in its graph"},
    "min_dist": {
        "type": "number",
        "default": 0.2475,
        "minimum": 0,
        "maximum": 1,
        "description": "smallest distance between embedded bins",
    },
    "init": {
        "enum": ["spectral", "random", "pca"],
        "default": "spectral",
        "description": "where the layout starts",
    },
    "epochs": {
        "type": ["integer", "null"],
        "default": None,
        # New points, in the strict protocol, are moved for a third of them.
        "minimum": 3,
        "description": "passes over the graph that move the points; null for umap-learn's number, 500 up to 10,000 "
        "bins and 200 above",
    },
    "supervised": {
        "type": "boolean",
        "default": False,
        "description": "whether the direction (or other condition) is the target",
    },
}


class ExactNeighbors:
    """Nearest neighbours for umap-learn, in the place of pynndescent's search.

    umap-learn searches exactly below 4096 points, and above by pynndescent, which approximates this, is compiled anew
    in every process and takes minutes and most of the memory for it. Exact search takes a second or few.

    Args:
        points: (points, d), among which to search.
        count: neighbours of a point, itself included.
    """

    _angular_trees = False  # asked for by umap-learn before a query

    def __init__(self, points: "np.ndarray", count: int):
        from sklearn.neighbors import NearestNeighbors

        self.points = points
        self.search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(points)

    def query(self, points: "np.ndarray", k: int, epsilon: float = 0.0) -> tuple["np.ndarray", "np.ndarray"]:
        """Indices and Euclidean distances (points, k) of the nearest neighbours, nearest first.

        Args:
            points: (points, d).
            k: neighbours of a point.
            epsilon: not used; how far an approximate search may go.
        """
        import numpy as np

        indices = self.search.kneighbors(points, k, return_distance=False)
        # Differences of the points themselves: between equal points exactly 0, which UMAP tells from a small distance.
        distances = np.stack([np.linalg.norm(points - self.points[column], axis=1) for column in indices.T], axis=1)
        return indices.astype(np.int32), distances.astype(np.float32)


def needs(settings: Mapping) -> set[str]:
    """Its labels are the conditions."""
    return {CONDITIONS} if settings["supervised"] else set()


@cache
def compile_once() -> None:
    """Keep what numba compiles of umap-learn for later processes; it takes half of the time of a fit otherwise.

    numba writes files whole, so that jobs may share them. They lie beside this module's own compiled code, or in
    NUMBA_CACHE_DIR, and by version, as numba does not notice when a function that another one calls has changed.
    """
    import numba
    import umap
    from numba.extending import is_jitted
    from umap import layouts, umap_

    given = numba.config.CACHE_DIR
    folder = Path(given or Path(__file__).parent, "__pycache__")
    if not given and not os.access(folder.parent, os.W_OK):
        return
    numba.config.CACHE_DIR = str(folder / f"umap-learn-{umap.__version__}")
    try:
        for module in (layouts, umap_):
            for function in vars(module).values():
                if is_jitted(function) and function.__module__.startswith("umap."):
                    function.enable_caching()
    finally:
        numba.config.CACHE_DIR = given


def lay_out(
    recording: "Recording",
    part: "np.ndarray",
    settings: Mapping,
    *,
    seed: int,
    start: "np.ndarray | None" = None,
    epochs: int | None = None,
) -> "UMAP":
    """Lay out some bins of a recording on their own, supervised by their own directions where settings say so.

    Args:
        recording: what to embed.
        part: (bins,) of bool, which bins.
        settings: complete, see SETTINGS.
        seed: umap-learn's random state, with which it runs on one thread.
        start: (bins of the part, d), where the layout starts; None as settings say.
        epochs: of moving the points; None as settings say, 0 for the start itself.

    Raises:
        InputError: if the part has fewer bins than neighbours, or the recording too few neurons to start from.
    """
    import numpy as np
    from umap import UMAP

    from ner.data.recordings import require_neurons
    from ner.storage.errors import InputError

    if start is None and settings["init"] == "pca":
        require_neurons(recording, settings["dimensions"])

    compile_once()
    count = settings["neighbors"]
    rates = recording.rates[part].astype(np.float32)
    if len(rates) < count:
        raise InputError(
            "neighbors", f"{count} for {len(rates)} bins of {recording.name}", "at most as many", "set fewer"
        )
    targets = recording.direction if recording.named is None else recording.named
    neighbors = ExactNeighbors(rates, count)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "precomputed_knn.2. .knn_search_index. is not an NNDescent")
        warnings.filterwarnings("ignore", "n_jobs value")
        return UMAP(
            n_neighbors=count,
            min_dist=settings["min_dist"],
            n_components=settings["dimensions"],
            init=settings["init"] if start is None else start.astype(np.float32),
            n_epochs=settings["epochs"] if epochs is None else epochs,
            precomputed_knn=(*neighbors.query(rates, count), neighbors),
            random_state=seed,
            n_jobs=1,
        ).fit(rates, targets[part] if settings["supervised"] else None)


def fit(recording: "Recording", settings: Mapping, *, seed: int, device: str, checkpoint) -> Fit:
    """Embed the rates of a recording with UMAP, Euclidean.

    `coordinates` is the paper's: training and test bins are each embedded on their own, supervised by their own
    directions (or other conditions), so that the two share no axes. `strict` fits training bins only and transforms the
    test bins by them.

    Args:
        recording: what to embed.
        settings: complete, see SETTINGS.
        seed: umap-learn's random state, with which it runs on one thread.
        device: not used.
        checkpoint: not used.

    Raises:
        InputError: if a part has fewer bins than neighbours, or the recording too few neurons to start from.

    References:
        NER, Figs 3 and 4; McInnes, Healy and Melville, UMAP, 2018.
    """
    import numpy as np

    train, test = (lay_out(recording, part, settings, seed=seed) for part in (recording.train, ~recording.train))
    transformed = train.transform(recording.rates[~recording.train].astype(np.float32))
    return Fit(
        np.concatenate([train.embedding_, test.embedding_]).astype(np.float64),
        strict=np.concatenate([train.embedding_, transformed]).astype(np.float64),
    )
