"""Rotating the embedding of one recording onto that of another, by their averages over conditions.

`paper_rotation` is the published rule, `strict_rotation` what we would publish. Both are orthogonal Procrustes
solutions about the origin, reflections allowed, and apply as ``coordinates @ rotation``. They average over the
conditions (directions, unless config names others) that both recordings have; without two such conditions both are
`matched_rotation`, which needs no conditions.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np

from ner.data.embeddings import Embedding
from ner.data.recordings import VELOCITY_SCALE
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


def matched_rotation(source: Embedding, target: Embedding) -> np.ndarray:
    """One Procrustes rotation from matched movements: of every bin of the source onto the target's most alike bin.

    Alike are bins whose labels (10 * vx, 10 * vy, and the direction where both recordings have one) are nearest. On the
    authors' embeddings of 5 days of M1, the off-diagonal means by this rotation and by averages over directions lie
    within 0.005 in R2 (NER 0.738 and 0.739 of the velocity, 0.889 and 0.892 of the position), with or without the
    direction among the labels.

    Args:
        source: embedding to rotate; all its bins count.
        target: embedding to rotate onto; all its bins count.

    Returns:
        (d, d) orthogonal matrix.

    Raises:
        InputError: if the two have other dimensions.
    """
    both = (source, target)
    directed = all(e.has_directions for e in both)
    labels = [VELOCITY_SCALE * e.velocity for e in both]
    if directed:
        labels = [np.column_stack([columns, e.direction]) for columns, e in zip(labels, both, strict=True)]
    # Loads scikit-learn, which most jobs that name a rotation do not need.
    from ner.estimators.alignment import align

    return align(source.coordinates, target.coordinates, *labels, angles=(2,) if directed else ()).rotation_


def comparable(source: Embedding, target: Embedding) -> tuple[Embedding, Embedding] | None:
    """Both embeddings without the conditions that the other lacks; None where they have fewer than two in common.

    Where trials have lengths of their own, the bins are those that all trials of both have.
    """
    both = (source, target)
    if not all(isinstance(e.trial_bins, int) for e in both):
        shortest = min(int(e.lengths.min()) for e in both)
        both = tuple(e.crop(0, shortest - 1) for e in both)
    found = [np.unique(e.trial_condition) for e in both]
    if np.array_equal(*found) and len(found[0]) > 1:
        return both
    if not all(e.has_conditions for e in both) or found[0].dtype.kind != found[1].dtype.kind:
        return None
    common = np.intersect1d(*found)
    return tuple(e.select(np.isin(e.condition, common)) for e in both) if len(common) > 1 else None


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
    # Half of what this module takes to load, which tables of rotations need not.
    from scipy.linalg import orthogonal_procrustes

    return np.stack([orthogonal_procrustes(a, b)[0] for a, b in zip(*_averages(source, target), strict=True)])


def paper_rotation(source: Embedding, target: Embedding) -> np.ndarray:
    """The published choice among `candidate_rotations`, made deterministic.

    Published: among the candidates with determinant >= 0 take the one whose |determinant| is nearest 1, likewise
    among those below 0; of these two take the one that, applied to the whole source, differs least (sum of absolute
    differences) from the source rotated direction by direction. Every candidate's |determinant| is 1 up to
    rounding, so rounding in the linear algebra library decided which one was chosen. Here the first direction of each
    sign, in ascending order, is taken.

    Directions that one of the two lacks do not count; without two in common, it is `matched_rotation`.

    Args:
        source: embedding to rotate; all its bins count (the paper gives train and test bins).
        target: embedding to rotate onto; all its bins count.

    Returns:
        (d, d) orthogonal matrix.

    Raises:
        InputError: if the two have other bins in a trial, or other dimensions.

    References:
        NER, Figs 3, 5 and 6.
    """
    if (pair := comparable(source, target)) is None:
        return matched_rotation(source, target)
    candidates, misfit, positive = _judged_candidates(*pair)
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
    """One Procrustes rotation from all averages over conditions stacked, of training bins only.

    Conditions that one of the two lacks do not count; without two in common, it is `matched_rotation`.

    Args:
        source: embedding to rotate.
        target: embedding to rotate onto.

    Returns:
        (d, d) orthogonal matrix.

    Raises:
        InputError: if the two have other bins in a trial, or other dimensions.
    """
    from scipy.linalg import orthogonal_procrustes

    parts = [e.select(e.train) for e in (source, target)]
    if (pair := comparable(*parts)) is None:
        return matched_rotation(*parts)
    averages = _averages(*pair)
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
        InputError: if the two have other bins in a trial, or other dimensions.
    """
    rotation = rule(*(e.select(e.train) for e in (embedding, anchor)))
    return replace(embedding, coordinates=embedding.coordinates @ rotation)
