"""Rotating the embedding of one recording onto that of another, by their direction averages.

`paper_rotation` is the published rule, `strict_rotation` what we would publish. Both are orthogonal Procrustes
solutions about the origin, reflections allowed, and apply as ``coordinates @ rotation``.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.linalg import orthogonal_procrustes

from ner.data.embeddings import Embedding
from ner.data.trials import direction_averages
from ner.storage.errors import InputError


def _averages(source: Embedding, target: Embedding) -> tuple[np.ndarray, np.ndarray]:
    (averages, found), (target_averages, expected) = (
        direction_averages(e.per_trial(e.coordinates), e.trial_condition) for e in (source, target)
    )
    found, expected = found.tolist(), expected.tolist()
    if found != expected or source.bins_per_trial != target.bins_per_trial:
        raise InputError(
            source.metadata.get("recording", "embedding"),
            f"directions {found}, {source.bins_per_trial} bins a trial",
            f"those of {target.metadata.get('recording', 'its target')}: {expected}, {target.bins_per_trial} bins",
            "rotate recordings of the same task onto each other only",
        )
    return averages, target_averages


def candidate_rotations(source: Embedding, target: Embedding) -> np.ndarray:
    """The Procrustes rotation of each direction's trial average of the source onto the target's.

    Args:
        source: embedding to rotate; all its bins count.
        target: embedding to rotate onto; all its bins count.

    Returns:
        (directions, d, d) orthogonal matrices, directions ascending.

    Raises:
        InputError: if the two have other directions or other bins in a trial.
    """
    return np.stack([orthogonal_procrustes(a, b)[0] for a, b in zip(*_averages(source, target), strict=True)])


def paper_rotation(source: Embedding, target: Embedding) -> np.ndarray:
    """The published choice among `candidate_rotations`, made deterministic.

    Published: among the candidates with determinant >= 0 take the one whose |determinant| is nearest 1, likewise
    among those below 0; of these two take the one that, applied to the whole source, differs least (sum of absolute
    differences) from the source rotated direction by direction. Every candidate's |determinant| is 1 up to
    rounding, so rounding in the linear algebra library decided which one was chosen. Here the first direction of each
    sign, in ascending order, is taken.

    Args:
        source: embedding to rotate; all its bins count (the paper gives train and test bins).
        target: embedding to rotate onto; all its bins count.

    Returns:
        (d, d) orthogonal matrix.

    Raises:
        InputError: if the two have other directions or other bins in a trial.

    References:
        NER, Figs 3, 5 and 6.
    """
    candidates, misfit, positive = _judged_candidates(source, target)
    finalists = [np.flatnonzero(sign)[0] for sign in (positive, ~positive) if sign.any()]
    return candidates[min(finalists, key=lambda k: misfit[k])]


def chances_of_candidates(source: Embedding, target: Embedding) -> tuple[np.ndarray, np.ndarray]:
    """How often the published rule takes each candidate, if rounding chooses evenly within either sign.

    Args:
        source: as `paper_rotation` takes it.
        target: as `paper_rotation` takes it.

    Returns:
        The `candidate_rotations` and their chances, (directions,), which sum to 1.

    Raises:
        InputError: if the two have other directions or other bins in a trial.
    """
    candidates, misfit, positive = _judged_candidates(source, target)
    if positive.all() or not positive.any():
        return candidates, np.full(len(candidates), 1 / len(candidates))
    # Of two finalists, one of each sign, the one of smaller misfit is taken.
    chances = np.zeros(len(candidates))
    for one, other in product(np.flatnonzero(positive), np.flatnonzero(~positive)):
        chances[min(one, other, key=lambda k: misfit[k])] += 1
    return candidates, chances / chances.sum()


def _judged_candidates(source: Embedding, target: Embedding) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Candidates, how far each is from the source rotated direction by direction, and which have determinant >= 0."""
    candidates = candidate_rotations(source, target)
    _, row = np.unique(source.condition, return_inverse=True)
    by_direction = np.einsum("bi,bij->bj", source.coordinates, candidates[row])
    misfit = np.array([np.abs(source.coordinates @ rotation - by_direction).sum() for rotation in candidates])
    return candidates, misfit, np.linalg.det(candidates) >= 0


def strict_rotation(source: Embedding, target: Embedding) -> np.ndarray:
    """One Procrustes rotation from all direction averages stacked, of training bins only.

    Args:
        source: embedding to rotate.
        target: embedding to rotate onto.

    Returns:
        (d, d) orthogonal matrix.

    Raises:
        InputError: if the two have other directions or other bins in a trial.
    """
    averages = _averages(*(e.select(e.train) for e in (source, target)))
    return orthogonal_procrustes(*(average.reshape(-1, average.shape[-1]) for average in averages))[0]


def rotated_onto(
    embedding: Embedding, anchor: Embedding, rule: Callable[[Embedding, Embedding], np.ndarray]
) -> Embedding:
    """An embedding rotated onto an anchor, by the training bins of both.

    Args:
        embedding: to rotate.
        anchor: to rotate onto.
        rule: `paper_rotation`, `strict_rotation` or another one.

    Raises:
        InputError: if the two have other directions or other bins in a trial.
    """
    rotation = rule(*(e.select(e.train) for e in (embedding, anchor)))
    return replace(embedding, coordinates=embedding.coordinates @ rotation)
