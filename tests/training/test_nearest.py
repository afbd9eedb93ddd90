"""The nearest point, against the k-d tree and against all distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import KDTree

from ner.training.nearest import NearestPoint


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 200),
    columns=st.integers(1, 4),
    grid=st.sampled_from([None, 1.0, 7.0]),
    directions=st.integers(1, 40),
)
def test_the_same_point_as_the_k_d_tree(seed, count, columns, grid, directions):
    """Ties too: on a coarse grid many points coincide or are equally far."""
    random = np.random.default_rng(seed)
    points = random.normal(0, 10, (count, columns)) * random.exponential(1, (count, 1))
    queries = random.normal(0, 15, (5, 20, columns))
    if grid:
        points, queries = np.round(points / grid) * grid, np.round(queries / grid) * grid
    if columns > 2:
        points[:, 2] = 45 * random.integers(0, directions, count)
        queries[..., 2] = 45 * random.integers(-1, directions + 1, (5, 20))
    found = NearestPoint(points).query(queries)
    np.testing.assert_array_equal(found, KDTree(points).query(queries)[1])
    distance = np.linalg.norm(queries[..., None, :] - points, axis=-1)
    np.testing.assert_allclose(np.take_along_axis(distance, found[..., None], -1)[..., 0], distance.min(-1), rtol=1e-12)


@pytest.mark.parametrize("columns", [2, 3])
def test_points_without_extent(columns):
    points = np.ones((9, columns))
    queries = np.random.default_rng(0).normal(size=(6, columns))
    np.testing.assert_array_equal(NearestPoint(points).query(queries), KDTree(points).query(queries)[1])
