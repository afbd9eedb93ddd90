"""Metrics of decoded movements, against their definitions written out, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.linear_model import LinearRegression

from ner.data.bins import Bins
from ner.decoding.metrics import METRICS, Decoded, accuracy_by_bin, integrate_velocity, position_r2, score, velocity_r2

shapes = st.tuples(st.integers(2, 6), st.integers(2, 7))


@st.composite
def movements(draw):
    """True and decoded movements of whole trials, and the trials' length."""
    trials, bins = draw(shapes)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth = rng.normal(size=(trials * bins, 2)) * rng.uniform(0.1, 100, size=2)
    noise = rng.normal(size=truth.shape) * draw(st.floats(0.01, 10))
    return truth, truth + noise, bins


@st.composite
def directions(draw):
    """True and decoded directions of whole trials, and the trials' length."""
    trials, bins = draw(shapes)
    one = arrays.arrays(np.int64, trials * bins, elements=st.sampled_from(range(0, 360, 45)))
    return draw(one), draw(one), bins


def explained(truth, prediction):
    """R2 as it is defined, averaged over columns."""
    residual = ((truth - prediction) ** 2).sum(0)
    return (1 - residual / ((truth - truth.mean(0)) ** 2).sum(0)).mean()


@given(movements())
def test_velocity_r2_is_the_share_of_explained_variance(case):
    truth, prediction, _ = case
    assert velocity_r2(truth, prediction) == pytest.approx(explained(truth, prediction), abs=1e-9)
    assert velocity_r2(truth, prediction, swapped=True) == pytest.approx(explained(prediction, truth), abs=1e-9)


@given(movements())
def test_position_r2_is_that_of_the_summed_movements(case):
    truth, prediction, bins = case

    def summed(movement):
        place = np.zeros_like(movement)
        for k in range(len(movement)):
            place[k] = movement[k] + (place[k - 1] if k % bins else 0)
        return place

    expected = explained(summed(truth), summed(prediction))
    assert position_r2(truth, prediction, bins) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(movements(), st.floats(0.01, 100), st.floats(-50, 50))
def test_r2_does_not_depend_on_unit_or_origin(case, unit, origin):
    truth, prediction, bins = case
    assert velocity_r2(unit * truth + origin, unit * prediction + origin) == pytest.approx(
        velocity_r2(truth, prediction), rel=1e-6, abs=1e-6
    )
    assert position_r2(unit * truth, unit * prediction, bins) == pytest.approx(
        position_r2(truth, prediction, bins), rel=1e-6, abs=1e-6
    )


@given(movements())
def test_r2_is_one_for_the_truth_and_zero_for_its_mean(case):
    truth, _, bins = case
    assert velocity_r2(truth, truth) == velocity_r2(truth, truth, swapped=True) == position_r2(truth, truth, bins) == 1
    assert velocity_r2(truth, np.broadcast_to(truth.mean(0), truth.shape)) == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.floats(0.3, 3))
def test_swapped_r2_of_least_squares_follows_from_the_usual_one(seed, noise):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(200, 3))
    velocity = np.repeat(features @ rng.normal(size=(3, 1)) + noise * rng.normal(size=(200, 1)), 2, axis=1)
    prediction = LinearRegression().fit(features, velocity).predict(features)
    usual = velocity_r2(velocity, prediction)
    assert velocity_r2(velocity, prediction, swapped=True) == pytest.approx(2 - 1 / usual, rel=1e-6)


@given(shapes, st.floats(-10, 10), st.floats(-10, 10))
def test_position_of_a_constant_velocity_is_a_ramp_that_starts_anew_in_each_trial(shape, vx, vy):
    trials, bins = shape
    found = integrate_velocity(np.tile([vx, vy], (trials * bins, 1)), bins, 0.5).reshape(trials, bins, 2)
    ramp = 0.5 * np.arange(1, bins + 1)[:, None] * np.array([vx, vy])
    np.testing.assert_allclose(found, np.broadcast_to(ramp, found.shape), atol=1e-9)


@given(directions())
def test_accuracy_counts_trials_bin_by_bin(case):
    truth, prediction, bins = case
    trials = len(truth) // bins
    found = accuracy_by_bin(truth, prediction, bins)
    counted = [100 * sum(truth[k::bins] == prediction[k::bins]) / trials for k in range(bins)]
    np.testing.assert_allclose(found, counted)
    assert found.shape == (bins,)
    assert (found >= 0).all() and (found <= 100).all()


@given(directions(), st.randoms())
def test_accuracy_does_not_depend_on_the_order_of_trials(case, random):
    truth, prediction, bins = case
    order = list(range(len(truth) // bins))
    random.shuffle(order)

    def shuffled(values):
        return values.reshape(-1, bins)[order].ravel()

    np.testing.assert_allclose(
        accuracy_by_bin(shuffled(truth), shuffled(prediction), bins), accuracy_by_bin(truth, prediction, bins)
    )


@given(movements(), st.booleans())
def test_scores_hold_every_metric_and_swap_only_the_velocity(case, swapped):
    truth, prediction, bins = case
    direction = np.repeat(np.arange(len(truth) // bins) * 45, bins)
    decoded = np.roll(direction, 1)
    trials = len(truth) // bins
    real = Bins(
        trial=np.repeat(np.arange(trials), bins),
        bin=np.tile(np.arange(bins), trials),
        train=np.ones(len(truth), dtype=bool),
        velocity=truth,
        direction=direction,
    )
    found = score(real, Decoded(prediction, decoded), swapped=swapped)
    assert list(found) == list(METRICS)
    assert found["velocity_r2"] == velocity_r2(truth, prediction, swapped=swapped)
    assert found["position_r2"] == position_r2(truth, prediction, bins)
    # A direction that lags by a bin is wrong in each trial's first bin alone.
    assert found["direction_accuracy"] == (100 if bins > 1 else 0)
    assert all(isinstance(value, float) for value in found.values())


@pytest.mark.parametrize("bins", [0, 3, 20])
def test_bins_that_are_not_whole_trials_are_refused(bins):
    with pytest.raises(ValueError, match="not whole trials"):
        integrate_velocity(np.zeros((10, 2)), bins, 1.0)
    with pytest.raises(ValueError, match="not whole trials"):
        accuracy_by_bin(np.zeros(10, int), np.zeros(10, int), bins)


def test_no_bins_are_refused():
    with pytest.raises(ValueError, match="not whole trials"):
        integrate_velocity(np.zeros((0, 2)), 5, 1.0)


def test_shapes_must_agree():
    with pytest.raises(ValueError):
        velocity_r2(np.zeros((10, 2)), np.zeros((9, 2)))
    with pytest.raises(ValueError, match="shape"):
        accuracy_by_bin(np.zeros(10, int), np.zeros(5, int), 5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_has_no_r2(value):
    prediction = np.ones((10, 2))
    prediction[3, 1] = value
    with pytest.raises(ValueError, match="not finite"):
        velocity_r2(np.arange(20.0).reshape(10, 2), prediction)
