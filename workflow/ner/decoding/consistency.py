"""How far two embeddings say the same, between seeds of a method or between recordings, on held-out trials."""

from collections.abc import Callable, Mapping
from itertools import permutations

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.data.trials import direction_averages
from ner.decoding.columns import CONSISTENCY
from ner.storage.errors import InputError
from ner.storage.tables import names

Rows = tuple[np.ndarray, np.ndarray]


def _by_least_squares(source: np.ndarray, target: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    from sklearn.linear_model import LinearRegression

    return LinearRegression().fit(source, target).predict


def _by_rotation(source: np.ndarray, target: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    from scipy.linalg import orthogonal_procrustes

    rotation = orthogonal_procrustes(source, target)[0]
    return lambda coordinates: coordinates @ rotation


#: How one embedding is predicted from another: by any linear map with an offset, or by a rotation about the origin.
FITS = {"least_squares": _by_least_squares, "rotation": _by_rotation}


def between_seeds(source: Embedding, target: Embedding) -> dict[str, float]:
    """R2 of one embedding's test bins, predicted from another's of the same bins.

    Args:
        source: an embedding of a recording.
        target: another one of the same recording, e.g. with another seed.

    Returns:
        R2 by the names of FITS, each fitted on training bins; mean over the target's dimensions.

    Raises:
        InputError: if the two are of other bins.
    """
    if not all(np.array_equal(getattr(source, name), getattr(target, name)) for name in ("trial", "bin", "train")):
        raise InputError("consistency", "two embeddings of other bins", "of the same ones", "name one recording")
    return _scores(*((e.coordinates[e.train], e.coordinates[~e.train]) for e in (source, target)))


def between_recordings(source: Embedding, target: Embedding) -> dict[str, float]:
    """R2 of one recording's direction averages over test trials, predicted from another recording's.

    Args:
        source: an embedding of a recording.
        target: one of another recording of the same task, by the same method.

    Returns:
        R2 by the names of FITS, each fitted on averages over training trials; mean over the target's dimensions. Only
        directions that both have in both splits count.

    Raises:
        InputError: if the two have other bins in a trial, or no direction in common.
    """
    if source.bins_per_trial != target.bins_per_trial:
        found = f"{source.bins_per_trial} and {target.bins_per_trial} bins in a trial"
        raise InputError("consistency", found, "equally many", "compare recordings of the same task only")
    splits = [e.select(e.split(name)) for e in (source, target) for name in ("train", "test")]
    common = set.intersection(*(set(part.trial_condition.tolist()) for part in splits))
    if not common:
        raise InputError(
            "consistency", "no direction in common", "one or more", "compare recordings of the same task only"
        )
    averages = [_averages(part, sorted(common)) for part in splits]
    return _scores((averages[0], averages[1]), (averages[2], averages[3]))


def consistency_of_seeds(embeddings: Mapping[tuple[str, int], Embedding], method: str) -> pd.DataFrame:
    """How far embeddings of a recording say the same, whatever the seed.

    Args:
        embeddings: of a method, by recording and seed.
        method: its name, for the table.

    Returns:
        Columns CONSISTENCY; without a row where there is one seed.

    Raises:
        InputError: if two embeddings of a recording are of other bins.
    """
    rows = [
        (method, None, source[0], target[0], source[1], target[1], fit, r2)
        for source, target in permutations(embeddings, 2)
        if source[0] == target[0]
        for fit, r2 in between_seeds(embeddings[source], embeddings[target]).items()
    ]
    return pd.DataFrame(rows, columns=names(CONSISTENCY))


def consistency_of_recordings(
    embeddings: Mapping[tuple[str, int], Embedding], *, method: str, group: str
) -> tuple[pd.DataFrame, list[str]]:
    """How far embeddings of different recordings say the same, seed by seed.

    Args:
        embeddings: of a method, by recording of the group and seed.
        method: its name, for the table.
        group: its name, for the table.

    Returns:
        Columns CONSISTENCY, and a line for every pair that is left out, as it cannot be compared.
    """
    rows, left_out = [], {}
    for source, target in permutations(embeddings, 2):
        if source[0] == target[0] or source[1] != target[1]:
            continue
        try:
            found = between_recordings(embeddings[source], embeddings[target])
        except InputError as error:
            left_out.setdefault(frozenset((source[0], target[0])), f"{source[0]} and {target[0]} left out: {error}")
            continue
        rows += [(method, group, source[0], target[0], source[1], target[1], fit, r2) for fit, r2 in found.items()]
    return pd.DataFrame(rows, columns=names(CONSISTENCY)), list(left_out.values())


def _averages(part: Embedding, directions: list[int]) -> np.ndarray:
    averages, found = direction_averages(part.per_trial(part.coordinates), part.trial_condition)
    return averages[np.isin(found, directions)].reshape(-1, averages.shape[-1])


def _scores(source: Rows, target: Rows) -> dict[str, float]:
    # scikit-learn is loaded where there is a pair to compare.
    from sklearn.metrics import r2_score

    fits = FITS if source[0].shape[1] == target[0].shape[1] else {"least_squares": _by_least_squares}
    return {name: float(r2_score(target[1], fit(source[0], target[0])(source[1]))) for name, fit in fits.items()}
