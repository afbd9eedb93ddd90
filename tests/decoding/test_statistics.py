import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import linregress
from statsmodels.stats.anova import AnovaRM

from ner.decoding.statistics import friedman, over_recordings, paired_t, regress, repeated_measures_anova


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
