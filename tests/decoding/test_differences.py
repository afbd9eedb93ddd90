"""A difference between methods in words: its spread over seeds and folds, and when it counts as larger than chance."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ner.decoding.differences import Runs, Z, counts, in_words, run_spread
from ner.decoding.method_tests import compare_across, within_tests

RECORDINGS = [f"r{k}" for k in range(7)]
METRIC = "velocity_r2"


def within(means, *, seeds=3, folds=0, seed_sd=0.0, fold_sd=0.0, recording_sd=0.0, random, recordings=RECORDINGS):
    """Values of methods: their mean, what is special to a recording, and what seeds and folds add."""
    rows = []
    for method, mean in means.items():
        own = {name: mean + recording_sd * random.normal() for name in recordings}
        of_fold = {fold: fold_sd * random.normal() for fold in itertools.product(recordings, range(folds or 1))}
        for name, seed, fold in itertools.product(recordings, range(seeds), range(folds or 1)):
            sd = 0.0 if method == "pca" else seed_sd
            value = own[name] + sd * random.normal() + of_fold[name, fold]
            rows.append((method, name, METRIC, seed, fold if folds else np.nan, value))
    return pd.DataFrame(rows, columns=["method", "recording", "metric", "seed", "fold", "value"])


def compared(table):
    """The one t test of two methods."""
    tests = within_tests(table)
    (row,) = tests[tests["test"] == "paired t"].itertuples()
    return row


def test_the_interval_is_that_of_scipys_paired_t():
    table = within({"ner": 0.7, "cebra": 0.5}, recording_sd=0.1, seed_sd=0.02, random=np.random.default_rng(0))
    ner, cebra = (table[table["method"] == name].groupby("recording")["value"].mean() for name in ("ner", "cebra"))
    row = compared(table)
    assert (row.low, row.high) == pytest.approx(tuple(stats.ttest_rel(ner, cebra).confidence_interval()))
    assert row.difference == pytest.approx((ner - cebra).mean())


def all_pairs(table):
    """The t tests of many methods, two by two."""
    tests = within_tests(table)
    return tests[tests["test"] == "paired t"]


def test_the_spread_over_seeds_is_that_of_other_seeds_on_the_same_recordings():
    random = np.random.default_rng(1)
    tests = all_pairs(within(dict.fromkeys(map(str, range(30)), 0.5), seed_sd=0.05, random=random))
    # Methods and recordings do not differ here, so that differences vary with the seeds alone.
    spread = np.sqrt((tests["seed_sd"] ** 2).mean())
    assert spread == pytest.approx(np.sqrt((tests["difference"] ** 2).mean()), rel=0.2)
    assert spread == pytest.approx(0.05 * np.sqrt(2 / 3 / 7), rel=0.05)


def test_the_spread_over_folds_is_that_of_the_difference():
    random = np.random.default_rng(2)
    table = within({"ner": 0.7, "cebra": 0.5}, folds=5, fold_sd=0.05, random=random)
    row = compared(table)
    wide = table.groupby(["method", "recording", "fold"])["value"].mean().unstack("fold")
    difference = wide.loc["ner"] - wide.loc["cebra"]
    assert row.fold_sd == pytest.approx(np.sqrt((difference.var(axis=1) / 5).sum()) / 7)
    # What both methods have in common in a fold moves no difference.
    common = {fold: random.normal() for fold in range(5)}
    again = compared(table.assign(value=table["value"] + table["fold"].map(common)))
    assert again.fold_sd == pytest.approx(row.fold_sd)
    assert "folds (SD" in again.sentence


@pytest.mark.parametrize(
    ("recording_sd", "seed_sd"), [(0.1, 0.0), (0.1, 0.02), (0.02, 0.1), (0.0, 0.1)], ids=lambda sd: str(sd)
)
def test_methods_that_do_not_differ_are_seldom_said_to(recording_sd, seed_sd):
    """Where no method is better, at least 95 % of differences do not count: about that many where seeds say little."""
    random = np.random.default_rng(3)
    methods = dict.fromkeys(map(str, range(30)), 0.5)
    tests = all_pairs(within(methods, recording_sd=recording_sd, seed_sd=seed_sd, random=random))
    said = tests["sentence"].str.contains(", more than seeds").mean()
    assert said <= 0.07
    if seed_sd < recording_sd:
        assert said >= 0.02


def test_a_difference_that_is_there_is_found():
    random = np.random.default_rng(4)
    for _ in range(10):
        row = compared(within({"ner": 0.7, "cebra": 0.5}, recording_sd=0.03, seed_sd=0.02, random=random))
        assert row.sentence.startswith("Velocity R² of ner is larger than that of cebra by 0.")
        assert ", more than seeds (SD 0.0" in row.sentence and row.sentence.endswith(" explain")


def test_pairs_of_recordings_are_one_unit_as_they_share_embeddings():
    """Each seed moves all pairs of a recording together: independent pairs would tell a third of the spread."""
    random = np.random.default_rng(5)
    methods, rows = [str(k) for k in range(12)], []
    for method, seed in itertools.product(methods, range(3)):
        moved = {name: 0.1 * random.normal() for name in RECORDINGS}
        rows += [
            (method, a, b, "linear", METRIC, seed, np.nan, 0.5 + moved[a] + moved[b])
            for a, b in itertools.product(RECORDINGS, repeat=2)
        ]
    columns = ["method", "source", "target", "decoder", "metric", "seed", "fold", "value"]
    tests = compare_across(pd.DataFrame(rows, columns=columns), dict.fromkeys(methods, RECORDINGS))
    tests = tests[(tests["test"] == "paired t") & (tests["pairs"] == "off-diagonal")]
    spread = np.sqrt((tests["seed_sd"] ** 2).mean())
    # A pair moves by its two recordings, the mean of all by 2 / sqrt(7) of that; of two methods with 3 seeds each:
    assert spread == pytest.approx(0.1 * 2 / np.sqrt(7) * np.sqrt(2 / 3), rel=0.2)


def test_methods_without_randomness_have_no_spread():
    random = np.random.default_rng(6)
    one = within({"ner": 0.7, "pca": 0.5}, recording_sd=0.02, seed_sd=0.05, random=random)
    both = pd.concat([one[one["method"] == "pca"], one[one["method"] == "pca"].assign(method="pls")])
    both.loc[both["method"] == "pls", "value"] -= 0.15 + 0.01 * random.normal(size=7).repeat(3)
    assert 0 < compared(one).seed_sd < 0.05
    row = compared(both)
    assert row.seed_sd == pytest.approx(0, abs=1e-12)
    assert "larger than that of pls by 0.1" in row.sentence and row.sentence.endswith(
        ", more than seeds (SD 0) explain"
    )


def test_one_seed_tells_no_spread_and_two_recordings_no_interval():
    random = np.random.default_rng(7)
    one = compared(within({"ner": 0.7, "cebra": 0.5}, seeds=1, recording_sd=0.01, random=random))
    assert np.isnan(one.seed_sd)
    assert one.sentence.endswith("over 7 recordings); one seed: the spread over seeds is not known")
    few = compared(
        within({"ner": 0.7, "cebra": 0.5}, recording_sd=0.01, seed_sd=0.01, random=random, recordings=RECORDINGS[:2])
    )
    assert np.isnan(few.low)
    assert "(no interval can be had of 2 recordings; seeds: SD 0.0" in few.sentence


def test_a_spread_of_uneven_seeds_is_not_known():
    values = pd.DataFrame({"unit": ["a", "a", "b"], "seed": [0, 1, 0], "fold": np.nan, "value": [1.0, 2.0, 3.0]})
    assert np.isnan(run_spread(Runs.of(values), Runs.of(values))).all()


NUMBER = st.floats(-1, 1, allow_nan=False)
SD = st.one_of(st.just(float("nan")), st.floats(0, 0.5))


@given(difference=NUMBER, reach=st.floats(0.001, 1), seed_sd=SD, fold_sd=SD)
def test_a_sentence_says_what_the_rule_says_and_turns_with_its_methods(difference, reach, seed_sd, fold_sd):
    of = {"recordings": 7, "seed_sd": seed_sd, "fold_sd": fold_sd}
    low, high = difference - reach, difference + reach
    said = in_words("A", "B", METRIC, difference=difference, low=low, high=high, **of)
    turned = in_words("B", "A", METRIC, difference=-difference, low=-high, high=-low, **of)
    assert ("is larger" in said) == ("is smaller" in turned)
    assert ("not clearly" in said) == ("not clearly" in turned) == (low <= 0 <= high)
    small = [sd for sd in (seed_sd, fold_sd) if abs(difference) <= Z * sd]
    assert counts(difference, low, high, [seed_sd, fold_sd]) == (not low <= 0 <= high and not small)
    assert ("but not more than" in said) == (not low <= 0 <= high and bool(small))
    assert ("is not known" in said) == np.isnan(seed_sd)


@pytest.mark.parametrize(
    ("metric", "values", "expected"),
    [
        (
            "velocity_r2",
            {"difference": 0.4301, "low": 0.37, "high": 0.49, "seed_sd": 0.01, "fold_sd": np.nan},
            "Velocity R² of A is larger than that of B by 0.430 (95 % interval 0.370 to 0.490 over 7 recordings), more "
            "than seeds (SD 0.010) explain",
        ),
        (
            "direction_accuracy",
            {"difference": -4.0, "low": -6.0, "high": -2.0, "seed_sd": 3.0, "fold_sd": 0.5},
            "Direction accuracy of A is smaller than that of B by 4.0 percentage points (95 % interval 2.0 to 6.0 over "
            "7 recordings), but not more than seeds explain; seeds: SD 3.0; folds: SD 0.5",
        ),
        (
            "position_r2",
            {"difference": 0.01, "low": -0.03, "high": 0.05, "seed_sd": 0.0001, "fold_sd": np.nan},
            "Position R² of A is not clearly larger or smaller than that of B: +0.010 (95 % interval -0.030 to +0.050 "
            "over 7 recordings; seeds: SD below 0.001)",
        ),
        ("velocity_r2", dict.fromkeys(("difference", "low", "high", "seed_sd", "fold_sd"), np.nan), ""),
    ],
)
def test_sentences(metric, values, expected):
    assert in_words("A", "B", metric, recordings=7, **values) == expected
