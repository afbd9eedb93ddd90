"""Scores by chance, against their definition; scores of velocities that do not vary."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import LINEAR, simulated_embedding
from sklearn.metrics import balanced_accuracy_score

from ner.decoding.columns import WITHIN_NULL
from ner.decoding.decode import decode
from ner.decoding.metrics import (
    METRICS,
    Decoded,
    balanced_accuracy_by_bin,
    position_r2,
    score,
    velocity_r2,
)
from ner.decoding.nulls import accuracy_band, permutation_nulls
from ner.decoding.within import decode_within
from ner.storage.tables import names, read_csv, write_csv


def test_set(seed=0, trials=40, noise=0.2):
    """Test bins of an embedding, and what a linear decoder reads from them."""
    embedding = simulated_embedding(seed, trials=trials, noise=noise)
    test = ~embedding.train
    return embedding.select(test), decode(embedding, LINEAR).select(test)


test_set.__test__ = False


def test_every_order_of_three_trials_gives_the_null_of_many_permutations():
    embedding = simulated_embedding(0, trials=15)
    test = ~embedding.train
    bins, decoded = embedding.select(test), decode(embedding, LINEAR).select(test)
    length = bins.bins_per_trial
    assert len(bins.trial) == 3 * length
    every = []
    for order in permutations(range(3)):
        rows = np.concatenate([np.arange(k * length, (k + 1) * length) for k in order])
        every.append(score(replace(bins, velocity=bins.velocity[rows], direction=bins.direction[rows]), decoded))
    real = score(bins, decoded)
    nulls = permutation_nulls(bins, decoded, permutations=2000)
    assert list(nulls) == list(METRICS)
    for metric, null in nulls.items():
        values = np.array([scores[metric] for scores in every])
        assert null.value == real[metric]
        assert null.mean == pytest.approx(values.mean(), abs=0.1 * np.ptp(values))
        assert values.min() - 1e-9 <= null.low <= null.high <= values.max() + 1e-9
        assert null.p == pytest.approx((values >= real[metric] - 1e-9).mean(), abs=0.05)


def test_good_decoding_is_beyond_chance_and_p_is_never_0():
    nulls = permutation_nulls(*test_set())
    for metric, null in nulls.items():
        assert null.value > null.high, metric
        assert null.low <= null.mean <= null.high
        assert null.p == pytest.approx(1 / 201)


def test_the_chance_of_the_best_bin_is_above_that_of_a_bin():
    random = np.random.default_rng(0)
    bins, _ = test_set(trials=160)
    decoded = Decoded(
        random.normal(size=bins.velocity.shape), random.choice(np.arange(0, 360, 45), bins.direction.shape)
    )
    null = permutation_nulls(bins, decoded)["direction_accuracy"]
    assert null.mean > 15 > 12.5
    assert null.low <= null.value <= null.high


def test_chance_scores_have_a_uniform_p():
    found = []
    for seed in range(60):
        bins, _ = test_set(trials=80)
        random = np.random.default_rng(seed)
        decoded = Decoded(random.normal(size=bins.velocity.shape), random.permutation(bins.direction))
        found.append(permutation_nulls(bins, decoded, seed=seed, permutations=39)["velocity_r2"].p)
    assert 0.35 < np.mean(found) < 0.65
    assert np.mean(np.array(found) <= 0.1) < 0.25


def test_the_band_of_accuracy_over_time_is_its_binomial_spread():
    random = np.random.default_rng(0)
    bins, _ = test_set(trials=800)
    trials = len(bins.trial_direction)
    # What is decoded does not depend on the trial, so chance is binomial.
    decoded = Decoded(bins.velocity, random.choice(np.arange(0, 360, 45), bins.direction.shape))
    low, high = accuracy_band(bins, decoded, permutations=400)
    assert low.shape == high.shape == (bins.bins_per_trial,)
    sd = 100 * np.sqrt(0.125 * 0.875 / trials)
    np.testing.assert_allclose(low, 12.5 - 1.96 * sd, atol=0.9 * sd)
    np.testing.assert_allclose(high, 12.5 + 1.96 * sd, atol=0.9 * sd)


def test_where_most_trials_go_one_way_chance_is_as_high():
    bins, _ = test_set(trials=200)
    most = np.where(bins.trial % 9 < 5, 90, bins.direction)
    low, high = accuracy_band(replace(bins, direction=most), Decoded(bins.velocity, np.full_like(most, 90)))
    assert low == pytest.approx(100 * (most == 90).mean()) and high == pytest.approx(low)


def test_nulls_depend_on_their_seed_alone():
    bins, decoded = test_set()
    first, again, other = (permutation_nulls(bins, decoded, seed=seed, permutations=20) for seed in (1, 1, 2))
    assert first == again != other


def test_the_table_holds_the_null_of_every_metric(tmp_path):
    embedding = simulated_embedding(0)
    of = {"method": "ner", "recording": "monkey-20200101-m1", "seed": 0, "decoders": {"linear": LINEAR}}
    metrics, _, table = decode_within({"paper": embedding, "strict": embedding}, **of)
    assert list(table.columns) == names(WITHIN_NULL)
    assert table[metrics.columns].equals(metrics)
    strict = table[(table["protocol"] == "strict") & (table["split"] == "test")].set_index("metric")
    bins, decoded = test_set()
    for metric, null in permutation_nulls(bins, decoded).items():
        assert strict.loc[metric, ["null_mean", "null_low", "null_high", "p"]].tolist() == [
            null.mean,
            null.low,
            null.high,
            null.p,
        ]
    write_csv(tmp_path / "null.csv", table)
    assert len(read_csv(tmp_path / "null.csv", WITHIN_NULL)) == 4 * len(METRICS)


@given(st.floats(-1e6, 1e6), st.floats(-1e3, 1e3), st.integers(0, 1000))
def test_a_velocity_without_variance_has_no_r2(x, y, seed):
    random = np.random.default_rng(seed)
    truth, prediction = np.full((40, 2), (x, y)), random.normal(size=(40, 2))
    assert np.isnan(velocity_r2(truth, prediction))
    assert np.isnan(velocity_r2(truth, truth))
    # What rounding adds is no variance.
    assert np.isnan(velocity_r2(truth * (1 + 1e-15 * random.normal(size=truth.shape)), prediction))
    assert np.isnan(velocity_r2(prediction, truth, swapped=True))
    assert np.isnan(position_r2(np.zeros((40, 2)), prediction, 10))


def test_a_constant_axis_counts_for_nothing():
    random = np.random.default_rng(0)
    truth, prediction = random.normal(size=(2, 40, 2))
    truth[:, 1] = 3.0
    alone = velocity_r2(truth[:, :1], prediction[:, :1])
    assert velocity_r2(truth, prediction) == pytest.approx(alone)
    prediction[:, 1] = 3.0
    assert velocity_r2(truth, prediction) == pytest.approx(alone)


def test_an_undefined_score_has_an_undefined_null(tmp_path):
    embedding = simulated_embedding(0)
    still = replace(embedding, velocity=np.zeros_like(embedding.velocity))
    metrics, _, table = decode_within(
        {"strict": still}, method="ner", recording="a-1-m1", seed=0, decoders={"linear": LINEAR}
    )
    write_csv(tmp_path / "null.csv", table)
    lines = (tmp_path / "null.csv").read_text().splitlines()
    assert sum(line.endswith(",velocity_r2,0,,,,,,") for line in lines) == 2
    assert metrics[metrics["metric"] == "direction_accuracy"]["value"].notna().all()
    assert metrics[metrics["metric"] == "velocity_r2"]["value"].isna().all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 4))
def test_balanced_accuracy_is_scikit_learns(seed, trials, length):
    random = np.random.default_rng(seed)
    truth = np.repeat(random.choice([0, 45, 90], trials), length)
    decoded = random.choice([0, 45, 90], trials * length)
    ours = balanced_accuracy_by_bin(truth, decoded, length)
    for k in range(length):
        real, found = truth[k::length], decoded[k::length]
        # scikit-learn warns of directions that are decoded and never real.
        expected = np.mean([(found[real == direction] == direction).mean() for direction in np.unique(real)])
        assert ours[k] == pytest.approx(100 * expected)
        if set(found) <= set(real):
            assert ours[k] == pytest.approx(100 * balanced_accuracy_score(real, found))


def test_the_commonest_direction_alone_is_no_skill():
    truth = np.repeat([0, 0, 0, 0, 45], 3)
    decoded = np.zeros_like(truth)
    assert balanced_accuracy_by_bin(truth, decoded, 3).tolist() == [50, 50, 50]


def test_the_band_of_chance_holds_95_percent_of_other_permutations():
    bins, decoded = test_set(trials=200, noise=2.0)
    bands = permutation_nulls(bins, decoded, seed=0, permutations=400)
    order = np.random.default_rng(1)
    inside = {metric: [] for metric in bands}
    for _ in range(400):
        trials = order.permutation(bins.trial[-1] - bins.trial[0] + 1)
        rows = np.arange(len(bins.trial)).reshape(len(trials), -1)[trials].ravel()
        others = replace(bins, velocity=bins.velocity[rows], direction=bins.direction[rows])
        for metric, value in score(others, decoded).items():
            inside[metric].append(bands[metric].low <= value <= bands[metric].high)
    for metric in ("velocity_r2", "position_r2"):
        assert 0.925 < np.mean(inside[metric]) < 0.975
