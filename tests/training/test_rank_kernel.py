"""Pieces of the compiled rank loss, each against numpy; the whole is tested as the loss."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.training.compiled import exponential
from ner.training.rank_kernel import ranked, sum_of_logs


@given(
    seed=st.integers(0, 10_000),
    # Beyond 512 columns the keys are too short.
    count=st.sampled_from([1, 2, 31, 512, 513]),
    precision=st.sampled_from([np.float32, np.float64]),
    # Ties, values whose leading bits agree, and values far from one another.
    kind=st.sampled_from(["random", "tied", "close", "far", "equal"]),
)
def test_ranks_and_ties(seed, count, precision, kind):
    random = np.random.default_rng(seed)
    values = {
        "random": lambda: random.exponential(100, (3, count)),
        "tied": lambda: random.integers(0, 20, (3, count)),
        "close": lambda: 1000 + 1e-3 * random.integers(0, 50, (3, count)),
        "far": lambda: 10.0 ** random.integers(-30, 30, (3, count)),
        "equal": lambda: np.zeros((3, count)),
    }[kind]()
    distance = values.astype(precision)
    columns, ties, starts = ranked(distance)
    ordered = np.take_along_axis(distance, columns, axis=1)
    np.testing.assert_array_equal(np.sort(columns, axis=1), np.tile(np.arange(count), (3, 1)))
    np.testing.assert_array_equal(ordered, np.sort(distance, axis=1))
    for row in range(3):
        expected = 1 + np.flatnonzero(ordered[row, 1:] == ordered[row, :-1])
        np.testing.assert_array_equal(ties[starts[row] : starts[row + 1]], expected)


@given(
    values=st.lists(st.floats(1e-30, 1e30), min_size=1, max_size=1500),
    precision=st.sampled_from([np.float32, np.float64]),
)
def test_sum_of_logs(values, precision):
    values = np.array(values, precision)
    exact = math.fsum(math.log(value) for value in values)
    scale = math.fsum(abs(math.log(value)) for value in values)
    assert sum_of_logs(values) == pytest.approx(exact, abs=1e-13 * (1 + scale))


def test_exponential():
    values = np.linspace(-80, 0, 10_001)
    compiled = numba.vectorize([numba.float32(numba.float32), numba.float64(numba.float64)])(
        lambda value: exponential(value)
    )
    np.testing.assert_allclose(compiled(values), np.exp(values), rtol=1e-15)
    single = values.astype(np.float32)
    np.testing.assert_allclose(compiled(single), np.exp(single.astype(np.float64)), rtol=2e-7)
