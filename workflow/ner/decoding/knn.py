"""k nearest neighbours with k chosen by cross-validation, from one neighbour search a fold.

The choice and the predictions are those of scikit-learn's ``GridSearchCV`` over ``n_neighbors``, which searches the
neighbours again for every k. Here they are searched once, for the largest k; smaller neighbourhoods are prefixes of it.
"""

import warnings

import numpy as np
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import check_cv
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ner.decoding.neighbors_search import neighbour_sums

#: Candidates for k in the paper: 2, 4, 8 ... 1024.
NEIGHBOURS = tuple(2**power for power in range(1, 11))

# Bins that are predicted at once: the largest neighbourhoods of so many take some 100 MB.
_AT_ONCE = 4096


def _predict(estimator, X):
    """What the estimator predicts, some samples at a time: it holds all neighbours of the samples it is given."""
    return np.concatenate([estimator.predict(X[start : start + _AT_ONCE]) for start in range(0, len(X), _AT_ONCE)])


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
        return _predict(self.best_estimator_, validate_data(self, X, reset=False))

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
        sums, ambiguous = neighbour_sums(points, self._votes(y)[train], queries, distinct, tolerance)
        for index, k in zip(possible, column, strict=True):
            if ambiguous[k]:
                scores[index] = self._scored_by_sklearn(X, y, train, test, int(sizes[index]))
            else:
                scores[index] = self._score(y[test], self._decide(sums[:, k], distinct[k]))
        return scores

    def _scored_by_sklearn(self, X, y, train, test, k):
        """Score of one fold and one k by scikit-learn's own search, which settles what rounding and ties leave open."""
        return self._score(y[test], _predict(self._estimator(k).fit(X[train], y[train]), X[test]))

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
