import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from ner.decoding.knn import NEIGHBOURS, KNeighborsClassifierCV, KNeighborsRegressorCV

PAIRS = {
    "regressor": (KNeighborsRegressorCV, KNeighborsRegressor),
    "classifier": (KNeighborsClassifierCV, KNeighborsClassifier),
}


def grid_search(kind, n_neighbors, X, y, cv=5):
    """Ours and scikit-learn's, fitted to the same data."""
    ours, theirs = PAIRS[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (
            ours(n_neighbors, cv=cv).fit(X, y),
            GridSearchCV(theirs(), {"n_neighbors": list(n_neighbors)}, cv=cv).fit(X, y),
        )


def assert_same(ours, theirs, X, rtol=1e-10):
    assert ours.best_n_neighbors_ == theirs.best_params_["n_neighbors"]
    assert ours.best_index_ == theirs.best_index_
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_allclose(ours.best_score_, theirs.best_score_, rtol=rtol)
    np.testing.assert_array_equal(ours.cv_results_["rank_test_score"], theirs.cv_results_["rank_test_score"])
    for name in ("mean_test_score", "std_test_score", *(f"split{k}_test_score" for k in range(theirs.n_splits_))):
        np.testing.assert_allclose(
            ours.cv_results_[name], theirs.cv_results_[name], rtol=rtol, atol=1e-12, err_msg=name
        )


def sphere(rng, count, dimensions):
    X = rng.normal(size=(count, dimensions))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def targets(rng, kind, X):
    if kind == "regressor":
        return 20 * X[:, :2] + rng.normal(size=(len(X), 2))
    return 45 * ((8 * np.arctan2(X[:, 0], X[:, 1]) / (2 * np.pi)).astype(int) % 8)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("dimensions", [2, 3, 16])
def test_same_choice_and_predictions_as_grid_search(kind, dimensions):
    rng = np.random.default_rng(dimensions)
    X = sphere(rng, 700, dimensions)
    assert_same(*grid_search(kind, NEIGHBOURS[:8], X, targets(rng, kind, X)), sphere(rng, 200, dimensions))


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("dimensions", [3, 16])
def test_same_with_all_candidates_of_the_paper(kind, dimensions):
    rng = np.random.default_rng(5)
    X = sphere(rng, 1500, dimensions)
    y = rng.normal(size=(1500, 2)) if kind == "regressor" else rng.integers(0, 8, 1500)
    ours, theirs = grid_search(kind, NEIGHBOURS, X, y)
    assert_same(ours, theirs, X[:100])


@pytest.mark.parametrize("kind", PAIRS)
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(30, 90),
    dimensions=st.sampled_from([1, 2, 3, 16]),
    levels=st.integers(1, 6),
    classes=st.integers(2, 4),
)
def test_same_with_ties_and_duplicates(kind, seed, count, dimensions, levels, classes):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, levels, (count, dimensions)).astype(float)
    y = rng.permutation(np.arange(count) % classes)
    if kind == "regressor":
        y = np.column_stack([y, rng.integers(0, 3, count)]).astype(float)
    assert_same(*grid_search(kind, (1, 2, 3, 8, 16), X, y), rng.integers(0, levels, (20, dimensions)).astype(float))


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("scale", [1e-160, 1e-9, 1e6])
@pytest.mark.parametrize("dimensions", [3, 16])
def test_same_with_outliers_and_clusters(kind, scale, dimensions):
    rng = np.random.default_rng(1)
    X = np.concatenate(
        [rng.standard_cauchy((250, dimensions)), 1e-7 * rng.normal(size=(150, dimensions)), np.ones((60, dimensions))]
    )
    X = scale * rng.permutation(X)
    y = rng.normal(size=460) if kind == "regressor" else rng.integers(0, 3, 460)
    assert_same(*grid_search(kind, (1, 4, 64, 256), X, y), X[:50])


def test_same_with_a_constant_target():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(120, 3))
    assert_same(*grid_search("regressor", (2, 4, 8), X, np.full((120, 2), 0.1)), X)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-4), (np.int64, 1e-10)])
def test_same_for_other_types(dtype, rtol):
    rng = np.random.default_rng(3)
    X = (10 * rng.normal(size=(150, 3))).astype(dtype)
    y = (10 * rng.normal(size=150)).astype(dtype)
    assert_same(*grid_search("regressor", (2, 4, 8), X, y), X, rtol)


def test_strings_are_classes():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(120, 3))
    assert_same(*grid_search("classifier", (2, 4, 8), X, np.array(["left", "right", "up"])[rng.integers(0, 3, 120)]), X)


def test_same_with_shuffled_folds():
    rng = np.random.default_rng(6)
    X = sphere(rng, 150, 3)
    folds = KFold(4, shuffle=True, random_state=0)
    assert_same(*grid_search("regressor", (2, 4, 8), X, targets(rng, "regressor", X), cv=folds), X)


@pytest.mark.parametrize("kind", PAIRS)
def test_more_neighbours_than_a_fold_trains_on_score_nan(kind):
    rng = np.random.default_rng(7)
    X = rng.normal(size=(41, 3))
    y = rng.normal(size=41) if kind == "regressor" else np.arange(41) % 2
    ours, theirs = grid_search(kind, (2, 4, 32, 33, 64), X, y)
    assert_same(ours, theirs, X)
    assert np.isnan(ours.cv_results_["mean_test_score"][-2:]).all()
    with pytest.warns(UserWarning, match=r"n_neighbors \[33, 64\]"):
        PAIRS[kind][0]((2, 4, 32, 33, 64)).fit(X, y)


@pytest.mark.parametrize("kind", PAIRS)
def test_no_candidate_possible(kind):
    X, y = np.arange(12.0)[:, None], np.arange(12) % 2
    ours, theirs = grid_search(kind, (64, 128), X, y)
    assert ours.best_n_neighbors_ == theirs.best_params_["n_neighbors"] == 64
    with pytest.raises(ValueError, match="n_neighbors"):
        ours.predict(X)


@pytest.mark.parametrize("n_neighbors", [(), (0, 2), (2.0,), 4, "many"])
def test_impossible_candidates_are_refused(n_neighbors):
    with pytest.raises(ValueError, match="n_neighbors"):
        KNeighborsRegressorCV(n_neighbors).fit(np.zeros((10, 1)), np.zeros(10))


def test_defaults_are_the_papers():
    assert KNeighborsRegressorCV().get_params() == {"n_neighbors": (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024), "cv": 5}
    assert clone(KNeighborsClassifierCV((2, 3))).n_neighbors == (2, 3)
    with pytest.raises(NotFittedError):
        KNeighborsRegressorCV().predict(np.zeros((2, 2)))


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([KNeighborsRegressorCV((1, 2, 3)), KNeighborsClassifierCV((1, 2, 3), cv=2)])
def test_scikit_learn_conventions(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("dimensions", [3, 16])
def test_same_on_the_authors_embeddings(mirror, kind, dimensions):
    found = np.load(mirror / "data_NER/M1 4+6+6/NER_Chewie/NPZ/Chewie_161007_embed_20000itr_M1.npz")
    X, test = found["cebra_veldir_train"], found["cebra_veldir_test"]
    if dimensions == 16:
        # 16 dimensions are mirrored for no session: a random projection of the rates onto their sphere stands for them.
        projection = np.random.default_rng(0).normal(size=(found["neural_train"].shape[1], 16))
        X, test = (found[f"neural_{part}"] @ projection for part in ("train", "test"))
        X, test = (Z / np.linalg.norm(Z, axis=1, keepdims=True) for Z in (X, test))
    labels = found["continuous_index_train"]
    y = 10 * labels[:, :2] if kind == "regressor" else labels[:, 2].astype(int)
    assert_same(*grid_search(kind, NEIGHBOURS, X, y), test)
