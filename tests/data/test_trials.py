import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ner.data.trials import by_trial, direction_averages, direction_modulation, whole_trials


@given(st.integers(1, 6), st.integers(1, 7), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_averages_are_those_of_a_group_by(trials, bins, neurons, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(trials * bins, neurons))
    directions = rng.choice([0, 45, 90, 315], trials)
    averages, found = direction_averages(by_trial(values, bins), directions)
    table = pd.DataFrame(values)
    keys = [np.repeat(directions, bins), np.tile(np.arange(bins), trials)]
    expected = table.groupby(keys).mean()
    np.testing.assert_array_equal(found, np.unique(directions))
    np.testing.assert_allclose(averages.reshape(-1, neurons), expected.to_numpy(), atol=1e-12)


@pytest.mark.parametrize(("bins", "per_trial"), [(7, 2), (0, 2), (4, 0)])
def test_bins_that_are_not_whole_trials(bins, per_trial):
    with pytest.raises(ValueError, match="not whole trials"):
        by_trial(np.zeros((bins, 2)), per_trial)


def test_one_direction_a_trial():
    with pytest.raises(ValueError, match="3 trials"):
        direction_averages(np.zeros((3, 2, 1)), np.zeros(6))


def test_modulation_is_the_share_of_variance_that_the_direction_explains():
    directions = np.repeat([0, 90, 180, 270], 5)
    rates = np.zeros((20, 8, 3))
    rates[..., 0] = directions[:, None]
    rates[..., 1] = np.tile([1.0, -1.0, 1.0, -1.0, 0.0], 4)[:, None]
    np.testing.assert_allclose(direction_modulation(rates, directions), [1, 0, 0], atol=1e-12)


@given(st.integers(1, 3000), st.integers(1, 99))
def test_whole_trials_of_a_decimal_fraction(trials, hundredths):
    assert whole_trials(hundredths / 100, trials) == hundredths * trials // 100


@given(st.integers(1, 99), st.integers(1, 400))
@example(70, 90)
@example(29, 100)
def test_whole_trials_of_a_share_are_those_of_the_fraction_as_written(percent, trials):
    assert whole_trials(percent / 100, trials) == percent * trials // 100
