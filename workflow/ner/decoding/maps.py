"""Carrying the embedding of one recording into the latent space of another, so that a decoder of the other reads it.

The paper rotates. The field compares that with canonical correlations and with no alignment at all. Which map is used
when, says `protocols.PROTOCOLS`.
"""

from dataclasses import dataclass

import numpy as np

from ner.data.embeddings import Embedding
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


def rotated(rotation: np.ndarray) -> Map:
    """The map that undoes a rotation of the source onto the target.

    Args:
        rotation: (d, d), orthogonal, which takes the source onto the target as ``source @ rotation``.
    """
    nowhere = np.zeros(len(rotation))
    return Map(rotation.T, nowhere, nowhere)


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
    M_a = R_a^-1 U and M_b = R_b^-1 V, and the target is carried by M_b M_a^-1. Here Q and R are those of a singular
    value decomposition, so that latents need not span their space; what the bins do not span is lost.

    Args:
        source: all its bins count.
        target: all its bins count.

    Raises:
        InputError: if the two have other dimensions, directions or bins in a trial.

    References:
        Gallego et al., Long-term stability of cortical population dynamics underlying consistent behavior, Nat Neurosci
        2020; Safaie et al., Preserved neural dynamics across animals performing similar behaviour, Nature 2023.
    """
    _require_dimensions(source, target)
    a, b = _matched(source, target)
    origins = a.mean(axis=0), b.mean(axis=0)
    (u_a, s_a, v_a), (u_b, s_b, v_b) = (_spanned(x - origin) for x, origin in zip((a, b), origins, strict=True))
    u, _, vt = np.linalg.svd(u_a.T @ u_b, full_matrices=False)
    return Map((v_b / s_b) @ vt.T @ u.T @ (s_a[:, None] * v_a.T), origins[1], origins[0])


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


def _spanned(centered: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Singular value decomposition u, s, v of bins, without the directions along which they do not vary."""
    u, s, vt = np.linalg.svd(centered, full_matrices=False)
    kept = s > s[0] * max(centered.shape) * np.finfo(float).eps
    return u[:, kept], s[kept], vt[kept].T


def _require_dimensions(source: Embedding, target: Embedding) -> None:
    ours, theirs = (embedding.coordinates.shape[1] for embedding in (source, target))
    if ours != theirs:
        expected = f"{theirs}, as {_name(target)} has"
        raise InputError(_name(source), f"{ours} dimensions", expected, "align embeddings of the same method only")


def _name(embedding: Embedding) -> str:
    return str(embedding.metadata.get("recording", "embedding"))
