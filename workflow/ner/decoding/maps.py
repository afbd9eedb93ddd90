"""Carrying the embedding of one recording into the latent space of another, so that a decoder of the other reads it.

`strict_rotation` is the rule of the paper's comparison. The field compares it with canonical correlations and with no
alignment at all. A new map is one entry of MAPS.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular

from ner.data.embeddings import Embedding
from ner.decoding.alignment import strict_rotation
from ner.storage.errors import InputError


@dataclass(frozen=True)
class Map:
    """An affine map of coordinates: (coordinates - origin) @ matrix + offset.

    Attributes:
        matrix: (d, e).
        origin: (d,).
        offset: (e,).
    """

    matrix: np.ndarray
    origin: np.ndarray
    offset: np.ndarray

    def __call__(self, coordinates: np.ndarray) -> np.ndarray:
        """(bins, d) to (bins, e)."""
        return (coordinates - self.origin) @ self.matrix + self.offset


def unaligned(source: Embedding, target: Embedding) -> Map:
    """The target as it is: what alignment has to beat.

    Raises:
        InputError: if the two have other dimensions.
    """
    _require_dimensions(source, target)
    nowhere = np.zeros(source.coordinates.shape[1])
    return Map(np.eye(len(nowhere)), nowhere, nowhere)


def procrustes(source: Embedding, target: Embedding) -> Map:
    """The strict rotation, from the target's training averages onto the source's.

    Raises:
        InputError: if the two have other dimensions, directions or bins in a trial.
    """
    _require_dimensions(source, target)
    nowhere = np.zeros(source.coordinates.shape[1])
    return Map(strict_rotation(source, target).T, nowhere, nowhere)


def cca(source: Embedding, target: Embedding) -> Map:
    """Canonical correlation alignment by the training trials of both.

    Raises:
        InputError: see `canonical_map`.
    """
    return canonical_map(source.select(source.train), target.select(target.train))


def cca_all_trials(source: Embedding, target: Embedding) -> Map:
    """The same by all trials of both, as is often published: the target's test trials and directions leak into it.

    Raises:
        InputError: see `canonical_map`.
    """
    return canonical_map(source, target)


def canonical_map(source: Embedding, target: Embedding) -> Map:
    """Carry the target into the source's space by canonical correlations, all components.

    Trials are matched by direction, the first n of each, n the smaller count. With the centered matched bins
    A = Q_a R_a and B = Q_b R_b and the singular value decomposition Q_a' Q_b = U S V', the canonical directions are
    M_a = R_a^-1 U and M_b = R_b^-1 V, and the target is carried by M_b M_a^-1.

    Args:
        source: all its bins count.
        target: all its bins count.

    Raises:
        InputError: if the two have other dimensions, directions or bins in a trial, or latents that do not span theirs.

    References:
        Gallego et al., Long-term stability of cortical population dynamics underlying consistent behavior, Nat Neurosci
        2020; Safaie et al., Preserved neural dynamics across animals performing similar behaviour, Nature 2023.
    """
    _require_dimensions(source, target)
    a, b = _matched(source, target)
    origins = a.mean(axis=0), b.mean(axis=0)
    (q_a, r_a), (q_b, r_b) = (
        qr(_spanning(x - origin, embedding), mode="economic")
        for x, origin, embedding in zip((a, b), origins, (source, target), strict=True)
    )
    u, _, vt = np.linalg.svd(q_a.T @ q_b)
    return Map(solve_triangular(r_b, vt.T) @ u.T @ r_a, origins[1], origins[0])


def _matched(source: Embedding, target: Embedding) -> tuple[np.ndarray, np.ndarray]:
    """Bins (trials * bins, d) of both, of equally many trials of each direction."""
    directions = [np.unique(embedding.trial_condition) for embedding in (source, target)]
    if not np.array_equal(*directions) or source.bins_per_trial != target.bins_per_trial:
        raise InputError(
            _name(source),
            f"directions {directions[0].tolist()}, {source.bins_per_trial} bins a trial",
            f"those of {_name(target)}: {directions[1].tolist()}, {target.bins_per_trial} bins",
            "align recordings of the same task with each other only",
        )
    trials = [embedding.per_trial(embedding.coordinates) for embedding in (source, target)]
    rows: tuple[list, list] = ([], [])
    for direction in directions[0]:
        found = [np.flatnonzero(embedding.trial_condition == direction) for embedding in (source, target)]
        count = min(map(len, found))
        for chosen, those in zip(rows, found, strict=True):
            chosen.extend(those[:count])
    a, b = (part[chosen].reshape(-1, part.shape[-1]) for part, chosen in zip(trials, rows, strict=True))
    return a, b


def _spanning(centered: np.ndarray, embedding: Embedding) -> np.ndarray:
    rank, dimensions = np.linalg.matrix_rank(centered), centered.shape[1]
    if rank < dimensions:
        found = f"latents of rank {rank} in {dimensions} dimensions"
        raise InputError(_name(embedding), found, "latents that span their space", "use fewer dimensions")
    return centered


def _require_dimensions(source: Embedding, target: Embedding) -> None:
    ours, theirs = (embedding.coordinates.shape[1] for embedding in (source, target))
    if ours != theirs:
        expected = f"{theirs}, as {_name(target)} has"
        raise InputError(_name(source), f"{ours} dimensions", expected, "align embeddings of the same method only")


def _name(embedding: Embedding) -> str:
    return str(embedding.metadata.get("recording", "embedding"))


#: Every map by its name: from a source and a target to what carries the target into the source's space.
MAPS: dict[str, Callable[[Embedding, Embedding], Map]] = {
    "procrustes": procrustes,
    "cca": cca,
    "cca_all_trials": cca_all_trials,
    "unaligned": unaligned,
}
