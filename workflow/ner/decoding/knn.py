"""k nearest neighbours with k chosen by cross-validation, from one neighbour search a fold.

The choice and the predictions are those of scikit-learn's ``GridSearchCV`` over ``n_neighbors``, which searches the
neighbours again for every k. Here they are searched once, for the largest k; smaller neighbourhoods are prefixes of it.
"""

import math
import warnings

import numba
import numpy as np
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import check_cv
from sklearn.neighbors import KDTree, KNeighborsClassifier, KNeighborsRegressor
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

#: Candidates for k in the paper: 2, 4, 8 ... 1024.
NEIGHBOURS = tuple(2**power for power in range(1, 11))

# Buckets of squared distances: 16 an octave over the 64 octaves below the farthest point, then 128 an octave over the
# 16 octaves below the last neighbour.
_COARSE_SHIFT = 48
_COARSE = 64 * 16
_FINE_SHIFT = 45
_FINE = 16 * 128
# Points in a bucket from which it is sorted in O(n log n); points that are searched or skipped together.
_CROWDED = 32
_BLOCK = 128


class _NeighborsCV(BaseEstimator):
    """What the regressor and the classifier share: the search, the choice, and the interface."""

    def __init__(self, n_neighbors=NEIGHBOURS, cv=5):
        self.n_neighbors = n_neighbors
        self.cv = cv

    def fit(self, X, y):
        """Choose the number of neighbours by cross-validation, then fit on all samples.

        Args:
            X: (samples, features).
            y: (samples,) or, for regression, (samples, outputs).

        Returns:
            The fitted estimator.

        Raises:
            ValueError: if a candidate of n_neighbors is not a positive integer, or X and y cannot be used.
        """
        sizes = np.asarray(self.n_neighbors)
        if sizes.ndim != 1 or not sizes.size or sizes.dtype.kind not in "iu" or sizes.min() < 1:
            raise ValueError(f"n_neighbors: found {self.n_neighbors!r}; expected positive integers")
        X, y = self._validate(X, y)
        folds = list(check_cv(self.cv, y, classifier=self._classifies).split(X, y))
        scores = np.column_stack([self._fold_scores(X, y, train, test, sizes) for train, test in folds])
        if not self._classifies:
            self._resolve(X, y, folds, sizes, scores)
        self.n_splits_ = len(folds)
        self._tabulate(sizes, scores)
        self.best_index_ = int(self.cv_results_["rank_test_score"].argmin())
        self.best_n_neighbors_ = int(sizes[self.best_index_])
        self.best_score_ = float(self.cv_results_["mean_test_score"][self.best_index_])
        self.best_estimator_ = self._estimator(self.best_n_neighbors_).fit(X, y)
        return self

    def predict(self, X):
        """Predict with the chosen number of neighbours.

        Args:
            X: (samples, features).

        Returns:
            (samples,) or (samples, outputs), like the y of `fit`.

        Raises:
            ValueError: if `fit` had fewer samples than the chosen number of neighbours.
        """
        check_is_fitted(self)
        return self.best_estimator_.predict(validate_data(self, X, reset=False))

    def _fold_scores(self, X, y, train, test, sizes):
        """(sizes,) scores of one fold; NaN where the fold trains on fewer samples than neighbours are asked for."""
        scores = np.full(len(sizes), np.nan)
        possible = np.flatnonzero(sizes <= len(train))
        if not len(possible):
            return scores
        distinct, column = np.unique(sizes[possible], return_inverse=True)
        points = np.asarray(X[train], np.float64)
        queries = np.asarray(X[test], np.float64)
        # Distances nearer to each other than this may be ordered otherwise by scikit-learn, whose brute-force search
        # expands the square: their rounding grows with the norms.
        rounding = 8 * (X.shape[1] + 4) * np.finfo(np.float64).eps
        tolerance = rounding * (np.square(queries).sum(1) + np.square(points).sum(1).max())
        sums, ambiguous = _neighbour_sums(points, self._votes(y)[train], queries, distinct, tolerance)
        for index, k in zip(possible, column, strict=True):
            if ambiguous[k]:
                scores[index] = self._scored_by_sklearn(X, y, train, test, int(sizes[index]))
            else:
                scores[index] = self._score(y[test], self._decide(sums[:, k], distinct[k]))
        return scores

    def _scored_by_sklearn(self, X, y, train, test, k):
        """Score of one fold and one k by scikit-learn's own search, which settles what rounding and ties leave open."""
        return self._score(y[test], self._estimator(k).fit(X[train], y[train]).predict(X[test]))

    def _resolve(self, X, y, folds, sizes, scores):
        """Score again, by scikit-learn, the best candidates when they differ by no more than sums' rounding."""
        mean = scores.mean(1)
        if np.isnan(mean).all():
            return
        precision = np.finfo(y.dtype if y.dtype.kind == "f" else np.float64).eps
        near = np.flatnonzero(mean >= np.nanmax(mean) - 1e6 * precision)
        if len(near) > 1:
            for index in near:
                scores[index] = [self._scored_by_sklearn(X, y, *fold, int(sizes[index])) for fold in folds]

    def _tabulate(self, sizes, scores):
        """Set cv_results_, with the names, the ranks and the treatment of NaN of GridSearchCV."""
        mean = scores.mean(1)
        if not np.isfinite(mean).all():
            warnings.warn(
                f"no finite cross-validation score for n_neighbors {sizes[~np.isfinite(mean)].tolist()}: a fold trains "
                "on fewer samples than that, or tests on too few",
                UserWarning,
                stacklevel=3,
            )
        worst = 0.0 if np.isnan(mean).all() else np.nanmin(mean) - 1
        self.cv_results_ = {
            "param_n_neighbors": sizes,
            **{f"split{split}_test_score": column for split, column in enumerate(scores.T)},
            "mean_test_score": mean,
            "std_test_score": scores.std(1),
            "rank_test_score": rankdata(-np.where(np.isnan(mean), worst, mean), method="min").astype(np.int32),
        }


class KNeighborsRegressorCV(RegressorMixin, _NeighborsCV):
    """k nearest neighbour regression, k chosen by cross-validated R2.

    The chosen k and the predictions are those of ``GridSearchCV(KNeighborsRegressor(), {"n_neighbors": n_neighbors},
    cv=cv)``; scores agree to rounding.

    Args:
        n_neighbors: candidates for k, positive integers.
        cv: number of consecutive folds, or a scikit-learn splitter.

    Attributes:
        best_n_neighbors_: the chosen k.
        best_index_: its index in n_neighbors.
        best_score_: its mean R2 over folds.
        best_estimator_: KNeighborsRegressor fitted on all samples with it.
        cv_results_: dict of arrays as GridSearchCV's: param_n_neighbors, split0_test_score ..., mean_test_score,
            std_test_score, rank_test_score.
        n_splits_: number of folds.

    References:
        Paper, section on decoding: kNN decoders; scikit-learn, GridSearchCV.
    """

    _classifies = False

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _validate(self, X, y):
        return validate_data(self, X, y, multi_output=True, y_numeric=True)

    def _estimator(self, k):
        return KNeighborsRegressor(n_neighbors=k)

    def _votes(self, y):
        return np.asarray(y, np.float64).reshape(len(y), -1)

    def _decide(self, sums, k):
        return sums / k

    def _score(self, truth, prediction):
        return r2_score(truth, prediction)


class KNeighborsClassifierCV(ClassifierMixin, _NeighborsCV):
    """k nearest neighbour classification, k chosen by cross-validated accuracy.

    The chosen k, the scores and the predictions are those of ``GridSearchCV(KNeighborsClassifier(), {"n_neighbors":
    n_neighbors}, cv=cv)``, whose folds are stratified by class.

    Args:
        n_neighbors: candidates for k, positive integers.
        cv: number of stratified folds, or a scikit-learn splitter.

    Attributes:
        classes_: (classes,) sorted.
        best_n_neighbors_: the chosen k.
        best_index_: its index in n_neighbors.
        best_score_: its mean accuracy over folds.
        best_estimator_: KNeighborsClassifier fitted on all samples with it.
        cv_results_: dict of arrays as GridSearchCV's: param_n_neighbors, split0_test_score ..., mean_test_score,
            std_test_score, rank_test_score.
        n_splits_: number of folds.

    References:
        Paper, section on decoding: kNN decoders; scikit-learn, GridSearchCV.
    """

    _classifies = True

    def _validate(self, X, y):
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        return X, y

    def _estimator(self, k):
        return KNeighborsClassifier(n_neighbors=k)

    def _votes(self, y):
        return (y[:, None] == self.classes_).astype(np.float64)

    def _decide(self, sums, k):
        return self.classes_[sums.argmax(1)]

    def _score(self, truth, prediction):
        return accuracy_score(truth, prediction)


def _neighbour_sums(points, targets, queries, sizes, tolerance):
    """Sums of the targets of each query's k nearest points, for every k.

    Args:
        points: (n, features).
        targets: (n, outputs).
        queries: (m, features).
        sizes: (k,), ascending, each from 1 to n.
        tolerance: (m,) squared distances of a query that differ by no more than this count as tied.

    Returns:
        (m, sizes, outputs) sums, added nearest first, and (sizes,) whether, for any query, the last neighbour inside
        is tied with the first one outside.
    """
    # Queries near each other follow each other and share their neighbours; points near each other share a block.
    near_points = KDTree(points).get_arrays()[1]
    near_queries = KDTree(queries).get_arrays()[1]
    points = points[near_points]
    starts = np.arange(0, len(points), _BLOCK)
    sums, ambiguous = _ordered_sums(
        np.ascontiguousarray(points.T),
        np.minimum.reduceat(points, starts),
        np.maximum.reduceat(points, starts),
        targets[near_points],
        queries[near_queries],
        sizes,
        tolerance[near_queries],
    )
    unsorted = np.empty_like(sums)
    unsorted[near_queries] = sums
    return unsorted, ambiguous


@numba.njit(cache=True, nogil=True)
def _sort(values, indices):
    """Sort values, and indices with them."""
    if values.size > _CROWDED:
        order = np.argsort(values)
        values[:] = values[order]
        indices[:] = indices[order]
        return
    for i in range(1, values.size):
        value, index = values[i], indices[i]
        j = i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            indices[j] = indices[j - 1]
            j -= 1
        values[j] = value
        indices[j] = index


@numba.njit(cache=True, nogil=True)
def _ordered_sums(points, low, high, targets, queries, sizes, tolerance):
    """The work of `_neighbour_sums`.

    Args:
        points: (features, n), in blocks of _BLOCK.
        low: (blocks, features), the least coordinates of a block.
        high: (blocks, features), the greatest.
        targets: (n, outputs).
        queries: (m, features).
        sizes: (k,), ascending.
        tolerance: (m,).
    """
    features, n = points.shape
    outputs = targets.shape[1]
    sums = np.zeros((queries.shape[0], sizes.size, outputs))
    ambiguous = np.zeros(sizes.size, np.bool_)
    wanted = min(n, sizes[-1] + 1)
    distance = np.empty(n)
    point = np.empty(n, np.int64)
    near = np.empty(n)
    nearest = np.empty(n, np.int64)
    ordered = np.empty(n)
    order = np.empty(n, np.int64)
    coarse = np.empty(_COARSE, np.int64)
    ends = np.empty(_FINE, np.int64)
    total = np.empty(outputs)
    # The bits of positive floats are ordered as the floats are: their leading ones number buckets of equal relative
    # width, narrow where points are dense.
    distance_bits = distance.view(np.int64)
    near_bits = near.view(np.int64)
    radius = np.inf
    for q in range(queries.shape[0]):
        # The neighbours of the last query lie within its radius and the step from there.
        step = 0.0
        for a in range(features):
            step += (queries[q, a] - queries[q - 1, a]) ** 2
        reach = (radius + math.sqrt(step)) ** 2 * (1 + 1e-9) + 1e-300
        seen = 0
        for block in range(low.shape[0]):
            gap = 0.0
            for a in range(features):
                gap += max(low[block, a] - queries[q, a], queries[q, a] - high[block, a], 0.0) ** 2
            if gap > reach:
                continue
            start = block * _BLOCK
            width = min(_BLOCK, n - start)
            row = distance[seen : seen + width]
            row[:] = 0
            for a in range(features):
                centre = queries[q, a]
                coordinate = points[a, start : start + width]
                for j in range(width):
                    row[j] += (coordinate[j] - centre) ** 2
            member = point[seen : seen + width]
            for j in range(width):
                member[j] = start + j
            seen += width

        # Coarse buckets bound the distance of the last neighbour wanted; only points within it are sorted.
        lowest = (distance_bits[:seen].max() >> _COARSE_SHIFT) - _COARSE + 1
        coarse[:] = 0
        for j in range(seen):
            coarse[max((distance_bits[j] >> _COARSE_SHIFT) - lowest, 0)] += 1
        last = 0
        inside = coarse[0]
        while inside < wanted:
            last += 1
            inside += coarse[last]
        bound = (lowest + last + 1) << _COARSE_SHIFT
        count = 0
        for j in range(seen):
            near[count] = distance[j]
            nearest[count] = point[j]
            count += distance_bits[j] < bound

        # Sort by fine buckets, whatever lies below the lowest in one, then within them.
        lowest = (bound >> _FINE_SHIFT) - _FINE
        ends[:] = 0
        for i in range(count):
            ends[max((near_bits[i] >> _FINE_SHIFT) - lowest, 0)] += 1
        start = 0
        for b in range(_FINE):
            start, ends[b] = start + ends[b], start
        for i in range(count):
            b = max((near_bits[i] >> _FINE_SHIFT) - lowest, 0)
            ordered[ends[b]] = near[i]
            order[ends[b]] = nearest[i]
            ends[b] += 1
        for s in range(sizes.size):
            # Only the order around the ends of a neighbourhood matters.
            for position in range(sizes[s] - 1, min(sizes[s] + 1, n)):
                b = max((np.float64(ordered[position]).view(np.int64) >> _FINE_SHIFT) - lowest, 0)
                start = ends[b - 1] if b else 0
                _sort(ordered[start : ends[b]], order[start : ends[b]])
        radius = math.sqrt(ordered[wanted - 1])
        total[:] = 0
        taken = 0
        for s in range(sizes.size):
            while taken < sizes[s]:
                for o in range(outputs):
                    total[o] += targets[order[taken], o]
                taken += 1
            sums[q, s] = total
            if taken < n and ordered[taken] - ordered[taken - 1] <= tolerance[q]:
                ambiguous[s] = True
    return sums, ambiguous
