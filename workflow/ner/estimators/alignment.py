"""One rotation of an embedding onto another: orthogonal Procrustes about the origin, reflections allowed."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import KDTree
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from ner.estimators.inputs import refuse_constant, refuse_masked
from ner.storage.errors import InputError
from ner.training.labels import Labels


class Alignment(TransformerMixin, BaseEstimator):
    """The rotation that takes rows of a source onto the matching rows of a target; `align` matches them.

    Attributes:
        rotation_: (d, d) orthogonal; a source is rotated as ``source @ rotation_``.
        n_features_in_: d.
    """

    rotation_: np.ndarray
    n_features_in_: int

    @classmethod
    def by(cls, rotation: np.ndarray) -> Self:
        """The alignment by a known rotation, (d, d) orthogonal."""
        self = cls()
        self.rotation_, self.n_features_in_ = rotation, len(rotation)
        return self

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the rotation.

        Args:
            X: (rows, d) of the source.
            y: (rows, d) of the target, row by row what X is to be rotated onto.

        Raises:
            InputError: if the shapes differ.
        """
        source, target = check_array(X), check_array(y)
        if source.shape != target.shape:
            remedy = "match their rows and dimensions, or give labels to match them by"
            raise InputError("alignment", f"a source of shape {source.shape}", f"the target's {target.shape}", remedy)
        self.rotation_, self.n_features_in_ = orthogonal_procrustes(source, target)[0], source.shape[1]
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Rotate an embedding of the source, (bins, d), onto the target."""
        check_is_fitted(self)
        return check_array(X) @ self.rotation_

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """Rotate an embedding of the target, (bins, d), onto the source."""
        check_is_fitted(self)
        return check_array(X) @ self.rotation_.T


def align(
    source: ArrayLike,
    target: ArrayLike,
    source_labels: ArrayLike | None = None,
    target_labels: ArrayLike | None = None,
    *,
    match: str = "nearest",
    angles: Sequence[int] = (),
    weights: Sequence[float] | None = None,
) -> Alignment:
    """Fit the rotation of one embedding onto another, by rows that match.

    Fit it on training trials, and no label of a test trial is used.

    Args:
        source: (bins, d), the embedding to rotate.
        target: (bins, d), the embedding to rotate it onto.
        source_labels: (source bins, columns), movements of the source's bins, e.g. velocity and direction; None where
            row k of the source already matches row k of the target.
        target_labels: (target bins, columns), the same of the target.
        match: 'nearest' matches every bin of the source with the bin of the target whose labels are nearest;
            'average' averages the bins of equal labels, e.g. (direction, bin in the trial), and matches the averages.
        angles: label columns in degrees that go round.
        weights: of the label columns; None weighs them all 1.

    Returns:
        The fitted rotation, with `transform` and `inverse_transform`.

    Raises:
        InputError: if rows or labels cannot be matched.
        ValueError: if match is unknown, or an array holds NaN.

    References:
        NER, section on alignment; Schoenemann, A generalized solution of the orthogonal Procrustes problem, 1966.
    """
    for name, values in {
        "source": source,
        "target": target,
        "source_labels": source_labels,
        "target_labels": target_labels,
    }.items():
        refuse_masked(name, values)
    if match not in ("nearest", "average"):
        raise ValueError(f"match: found {match!r}; expected 'nearest' or 'average'")
    a, b = check_array(source), check_array(target)
    if source_labels is None and target_labels is None:
        if match != "nearest" or len(angles) or weights is not None:
            found = "none, beside match, angles or weights, which are of labels"
            raise InputError("labels", found, "labels of both", "give them, or leave those arguments out")
        return Alignment().fit(a, b)
    if source_labels is None or target_labels is None:
        raise InputError("labels", "those of one embedding", "labels of both or of none", "give the others as well")
    labels = [check_array(given, ensure_2d=False) for given in (source_labels, target_labels)]
    labels = [columns.reshape(len(columns), -1) for columns in labels]
    for columns, embedding in zip(labels, (a, b), strict=True):
        if len(columns) != len(embedding):
            raise InputError("labels", f"{len(columns)} rows for {len(embedding)} bins", "one a bin", "correct them")
    if labels[0].shape[1] != labels[1].shape[1]:
        found = f"{labels[0].shape[1]} and {labels[1].shape[1]} columns"
        raise InputError("labels", found, "the same columns of both embeddings", "correct them")
    weighted = [Labels.weighted(columns, angles, weights) for columns in labels]
    for name, columns in zip(("source_labels", "target_labels"), weighted, strict=True):
        refuse_constant(name, columns)
    places = [columns.points(columns.values) for columns in weighted]
    if match == "nearest":
        _, nearest = KDTree(places[1]).query(places[0])
        return Alignment().fit(a, b[nearest])
    (ours, a), (theirs, b) = _averages(a, places[0]), _averages(b, places[1])
    if not np.array_equal(ours, theirs):
        found = f"{len(ours)} different labels in the source and {len(theirs)} in the target"
        raise InputError("labels", found, "the same ones in both", "leave out the others, or use match='nearest'")
    return Alignment().fit(a, b)


def _averages(embedding: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different labels, in order, and the mean embedding of the bins of each."""
    different, group = np.unique(labels, axis=0, return_inverse=True)
    sums = np.zeros((len(different), embedding.shape[1]))
    np.add.at(sums, group, embedding)
    return different, sums / np.bincount(group)[:, None]
