import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import linregress
from statsmodels.stats.anova import AnovaRM

from ner.statistics import (
    TESTS,
    compare_across,
    friedman,
    over_recordings,
    paired_t,
    regress,
    repeated_measures_anova,
)
from ner.tables import names


def test_regression_agrees_with_scipy():
    rng = np.random.default_rng(0)
    x = rng.normal(size=60)
    y = 0.4 * x + rng.normal(size=60)
    ours, theirs = regress(x, y), linregress(x, y)
    assert ours.slope == pytest.approx(theirs.slope, rel=1e-10)
    assert ours.intercept == pytest.approx(theirs.intercept, rel=1e-10)
    assert ours.r2 == pytest.approx(theirs.rvalue**2, rel=1e-10)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-8)
    assert ours.observations == 60


@pytest.mark.parametrize(("x", "y"), [(np.zeros(3), np.zeros(4)), (np.zeros((3, 1)), np.zeros((3, 1))), ([1.0], [1.0])])
def test_shapes_are_checked(x, y):
    with pytest.raises(ValueError, match="expected"):
        regress(np.asarray(x), np.asarray(y))


# ---- Tests of conditions


def measures(seed, subjects, conditions):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(subjects, 1)) + 0.5 * np.arange(conditions) + rng.normal(size=(subjects, conditions))


sizes = {"seed": st.integers(0, 1000), "subjects": st.integers(3, 12)}


@settings(max_examples=20)
@given(**sizes)
def test_paired_t_by_its_definition(seed, subjects):
    first, second = measures(seed, subjects, 2).T
    found, difference = paired_t(first, second), first - second
    t = difference.mean() / (difference.std(ddof=1) / np.sqrt(subjects))
    assert found.statistic == pytest.approx(t) and found.df == subjects - 1
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), subjects - 1))
    assert found.effect == pytest.approx(t / np.sqrt(subjects))
    assert found.difference == pytest.approx(difference.mean())


@settings(max_examples=20)
@given(**sizes, conditions=st.integers(2, 5))
def test_anova_agrees_with_statsmodels(seed, subjects, conditions):
    values = measures(seed, subjects, conditions)
    table = pd.DataFrame(
        [(i, j, values[i, j]) for i, j in np.ndindex(*values.shape)], columns=["subject", "condition", "value"]
    )
    theirs = AnovaRM(table, "value", "subject", within=["condition"]).fit().anova_table.iloc[0]
    found = repeated_measures_anova(values)
    assert found.statistic == pytest.approx(theirs["F Value"], rel=1e-8)
    assert (found.df, found.df_error) == (theirs["Num DF"], theirs["Den DF"])
    assert found.p_value == pytest.approx(theirs["Pr > F"], rel=1e-8)
    assert found.effect == pytest.approx(found.statistic * found.df / (found.statistic * found.df + found.df_error))


@settings(max_examples=20)
@given(**sizes)
def test_anova_of_two_conditions_is_the_squared_t(seed, subjects):
    values = measures(seed, subjects, 2)
    t, f = paired_t(*values.T), repeated_measures_anova(values)
    assert f.statistic == pytest.approx(t.statistic**2) and f.p_value == pytest.approx(t.p_value)


@settings(max_examples=20)
@given(**sizes, conditions=st.integers(3, 5))
def test_friedman_by_its_definition(seed, subjects, conditions):
    values = measures(seed, subjects, conditions)
    rank_sums = stats.rankdata(values, axis=1).sum(0)
    spread = np.square(rank_sums - rank_sums.mean()).sum()
    found = friedman(values)
    assert found.statistic == pytest.approx(12 * spread / (subjects * conditions * (conditions + 1)))
    assert found.effect == pytest.approx(12 * spread / (subjects**2 * (conditions**3 - conditions)))
    assert found.p_value == pytest.approx(stats.chi2.sf(found.statistic, conditions - 1))


def test_agreeing_rankings_have_a_concordance_of_one():
    assert friedman(np.arange(3) + np.arange(5)[:, None] ** 2.0).effect == pytest.approx(1)


@pytest.mark.parametrize(
    ("test", "values"),
    [
        (paired_t, (np.zeros(1), np.zeros(1))),
        (paired_t, (np.zeros(3), np.zeros(2))),
        (repeated_measures_anova, (np.zeros((1, 3)),)),
        (repeated_measures_anova, (np.zeros((4, 1)),)),
        (friedman, (np.zeros((4, 2)),)),
        (over_recordings, (np.zeros((3, 2)), np.ones((3, 2), bool))),
        (over_recordings, (np.zeros((2, 2)), ~np.eye(2, dtype=bool))),
    ],
)
def test_too_little_is_refused(test, values):
    with pytest.raises(ValueError, match="expected|left out"):
        test(*values)


# ---- Over recordings


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), count=st.integers(2, 12))
def test_interval_of_a_diagonal_is_students(seed, count):
    values = np.random.default_rng(seed).normal(1, 2, (count, count))
    found = over_recordings(values, np.eye(count, dtype=bool))
    theirs = stats.ttest_1samp(np.diag(values), 0)
    assert (found.low, found.high) == pytest.approx(tuple(theirs.confidence_interval(0.95)))
    assert found.p_value == pytest.approx(theirs.pvalue)
    assert found.mean == pytest.approx(np.diag(values).mean())


def test_interval_off_the_diagonal_covers_the_mean_where_pairs_share_recordings():
    rng = np.random.default_rng(0)
    used = ~np.eye(10, dtype=bool)
    covered, covered_by_t = 0, 0
    for _ in range(200):
        values = 3 + rng.normal(size=(10, 1)) + rng.normal(size=10) + 0.5 * rng.normal(size=(10, 10))
        found = over_recordings(values, used)
        covered += found.low <= 3 <= found.high
        low, high = stats.ttest_1samp(values[used], 0).confidence_interval(0.95)
        covered_by_t += low <= 3 <= high
    assert covered / 200 > 0.92
    assert covered_by_t / 200 < 0.6


# ---- Methods across recordings

RECORDINGS = ["r1", "r2", "r3", "r4"]


def across(seed=0, methods=("ner", "cebra", "pivae"), recordings=RECORDINGS):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            (method, source, target, "linear", "velocity_r2", rng.normal())
            for method in methods
            for source, target in itertools.product(recordings, repeat=2)
        ],
        columns=["method", "source", "target", "decoder", "metric", "value"],
    )


def matrix(table, method, order):
    values = table[table.method == method].set_index(["source", "target"])["value"]
    return np.array([[values[source, target] for target in order] for source in order])


def test_methods_are_compared_pair_by_pair_and_together():
    table = across()
    found = compare_across(table, dict.fromkeys(("ner", "cebra", "pivae"), RECORDINGS))
    assert list(found.columns) == names(TESTS)
    assert set(found.methods) == {"ner - cebra", "ner - pivae", "cebra - pivae", "ner, cebra, pivae"}
    assert len(found) == 2 * (3 + 2)
    found = found.set_index(["part", "test", "methods"])
    off = ~np.eye(4, dtype=bool)
    ner, cebra, pivae = (matrix(table, method, RECORDINGS)[off] for method in ("ner", "cebra", "pivae"))
    row = found.loc["off-diagonal", "paired t", "ner - cebra"]
    assert row.p == pytest.approx(stats.ttest_rel(ner, cebra).pvalue)
    assert row.difference == pytest.approx((ner - cebra).mean())
    assert row.low < row.difference < row.high
    assert (row.recordings, row.pairs, row.df1) == (4, 12, 11)
    assert found.loc["off-diagonal", "friedman", "ner, cebra, pivae"].p == pytest.approx(
        stats.friedmanchisquare(ner, cebra, pivae).pvalue
    )
    assert found.loc["diagonal", "anova", "ner, cebra, pivae"].df2 == 6


def test_values_are_paired_by_the_given_orders():
    table, other = across(methods=("ner", "cebra")), ["r3", "r1", "r4", "r2"]
    matched = compare_across(table, {"ner": RECORDINGS, "cebra": RECORDINGS})
    same = compare_across(table.sample(frac=1, random_state=0), {"ner": other, "cebra": other})
    pd.testing.assert_frame_equal(matched, same)
    unmatched = compare_across(table, {"ner": RECORDINGS, "cebra": other}).set_index("part")
    for part, used in (("diagonal", np.eye(4, dtype=bool)), ("off-diagonal", ~np.eye(4, dtype=bool))):
        theirs = stats.ttest_rel(matrix(table, "ner", RECORDINGS)[used], matrix(table, "cebra", other)[used])
        assert unmatched.loc[part, "p"] == pytest.approx(theirs.pvalue)
        assert unmatched.loc[part, "difference"] == pytest.approx(matched.set_index("part").loc[part, "difference"])


def test_seeds_are_averaged():
    first, second = across(0, ("ner", "cebra")), across(1, ("ner", "cebra"))
    orders = dict.fromkeys(("ner", "cebra"), RECORDINGS)
    mean = first.assign(value=(first.value + second.value) / 2)
    pd.testing.assert_frame_equal(
        compare_across(pd.concat([first, second]), orders), compare_across(mean, orders), check_exact=False
    )


def test_two_recordings_have_no_interval_off_the_diagonal():
    found = compare_across(across(recordings=["r1", "r2"]), dict.fromkeys(("ner", "cebra"), ["r1", "r2"]))
    assert found.set_index("part")["low"].isna().to_dict() == {"diagonal": False, "off-diagonal": True}


def test_methods_without_values_are_passed_over():
    orders = dict.fromkeys(("ner", "cebra", "pivae"), RECORDINGS)
    assert set(compare_across(across(methods=("ner", "cebra")), orders).methods) == {"ner - cebra"}
    assert compare_across(across(methods=("ner",)), orders).empty


def test_missing_pairs_and_uneven_orders_are_refused():
    table = across(methods=("ner", "cebra"))
    with pytest.raises(ValueError, match="no value"):
        compare_across(table.iloc[1:], dict.fromkeys(("ner", "cebra"), RECORDINGS))
    with pytest.raises(ValueError, match="one number"):
        compare_across(table, {"ner": RECORDINGS, "cebra": RECORDINGS[:3]})
