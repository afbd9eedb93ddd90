"""Statistical tests that the figures report."""

import warnings
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Regression:
    """An ordinary least-squares line.

    Attributes:
        slope: change of the response per unit of the predictor.
        intercept: response at 0.
        r2: share of the response's variance that the line explains.
        p_value: of the slope being 0, two-sided, taking observations as independent.
        observations: how many there were.
    """

    slope: float
    intercept: float
    r2: float
    p_value: float
    observations: int


def regress(predictor: np.ndarray, response: np.ndarray) -> Regression:
    """Fit response = intercept + slope * predictor by ordinary least squares.

    The bins of a trial are not independent observations, so a p-value over bins is far too small; the paper
    reports it so (its Fig 1).

    Args:
        predictor: (n,).
        response: (n,).

    Raises:
        ValueError: if the shapes differ, or there are fewer than 3 observations.
    """
    from statsmodels.regression.linear_model import OLS

    if predictor.shape != response.shape or predictor.ndim != 1 or len(predictor) < 3:
        raise ValueError(f"found shapes {predictor.shape} and {response.shape}; expected (n,) twice, n at least 3")
    fit = OLS(response, np.column_stack([np.ones(len(predictor)), predictor])).fit()
    intercept, slope = fit.params
    return Regression(float(slope), float(intercept), float(fit.rsquared), float(fit.pvalues[1]), len(predictor))


@dataclass(frozen=True)
class PairedT:
    """Student's t test of paired values.

    Attributes:
        difference: mean of first minus second.
        statistic: t.
        df: degrees of freedom.
        p_value: two-sided.
        effect: Cohen's d_z, the mean difference in standard deviations of the differences.
    """

    difference: float
    statistic: float
    df: int
    p_value: float
    effect: float


def paired_t(first: np.ndarray, second: np.ndarray) -> PairedT:
    """Compare paired values by Student's t test.

    Args:
        first: (n,).
        second: (n,), row i belongs to row i of first.

    Raises:
        ValueError: if the shapes differ, or there are fewer than 2 pairs.
    """
    from scipy import stats

    if first.shape != second.shape or first.ndim != 1 or len(first) < 2:
        raise ValueError(f"found shapes {first.shape} and {second.shape}; expected (n,) twice, n at least 2")
    difference = first - second
    # Where the values of every pair are alike, scipy warns that its t is unreliable, and the figures say "no test".
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        test = stats.ttest_rel(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = difference.mean() / difference.std(ddof=1)
    return PairedT(float(difference.mean()), float(test.statistic), int(test.df), float(test.pvalue), float(effect))


@dataclass(frozen=True)
class Anova:
    """One-way analysis of variance with repeated measures.

    Attributes:
        statistic: F.
        df: degrees of freedom of the conditions.
        df_error: degrees of freedom of the error.
        p_value: of all conditions having one mean, taking their differences as equally variable (sphericity).
        effect: partial eta squared, the conditions' share of the variance that subjects do not explain.
    """

    statistic: float
    df: int
    df_error: int
    p_value: float
    effect: float


def _measures(values: np.ndarray, conditions: int) -> None:
    if values.ndim != 2 or values.shape[0] < 2 or values.shape[1] < conditions:
        raise ValueError(f"found shape {values.shape}; expected (n, conditions), at least (2, {conditions})")


def repeated_measures_anova(values: np.ndarray) -> Anova:
    """Compare the means of conditions that every subject was measured in.

    Args:
        values: (subjects, conditions).

    Raises:
        ValueError: if there are fewer than 2 subjects or 2 conditions.

    References:
        Girden, ANOVA: repeated measures, 1992. With two conditions F is the square of the paired t.
    """
    from scipy import stats

    _measures(values, 2)
    subjects, conditions = values.shape
    centred = values - values.mean(axis=1, keepdims=True)
    between = subjects * np.square(centred.mean(axis=0)).sum()
    error = np.square(centred - centred.mean(axis=0)).sum()
    df, df_error = conditions - 1, (subjects - 1) * (conditions - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (between / df) / (error / df_error)
        effect = between / (between + error)
    return Anova(float(statistic), df, df_error, float(stats.f.sf(statistic, df, df_error)), float(effect))


@dataclass(frozen=True)
class Friedman:
    """Friedman's test.

    Attributes:
        statistic: chi squared, corrected for ties.
        df: degrees of freedom.
        p_value: of all conditions being ranked alike.
        effect: Kendall's W, the agreement of the rankings, from 0 to 1.
    """

    statistic: float
    df: int
    p_value: float
    effect: float


def friedman(values: np.ndarray) -> Friedman:
    """Compare the ranks of conditions that every subject was measured in.

    Args:
        values: (subjects, conditions).

    Raises:
        ValueError: if there are fewer than 2 subjects or 3 conditions.
    """
    from scipy import stats

    _measures(values, 3)
    subjects, conditions = values.shape
    test = stats.friedmanchisquare(*values.T)
    return Friedman(
        float(test.statistic), conditions - 1, float(test.pvalue), float(test.statistic / (subjects * (conditions - 1)))
    )


@dataclass(frozen=True)
class OverRecordings:
    """A mean over pairs of recordings, and how sure it is for other recordings.

    Attributes:
        mean: of the values.
        low: lower end of the 95 % confidence interval.
        high: upper end.
        p_value: of the mean being 0, two-sided.
    """

    mean: float
    low: float
    high: float
    p_value: float


def over_recordings(values: np.ndarray, used: np.ndarray) -> OverRecordings:
    """The mean of values of pairs of recordings, with the recordings as the sample.

    A recording is the source of many pairs and the target of as many, so pairs are not independent. The jackknife
    leaves out one recording at a time, with all pairs that it is part of. On a diagonal it is the usual
    interval of the t distribution.

    Args:
        values: (recordings, recordings).
        used: (recordings, recordings) bool, the pairs that count.

    Raises:
        ValueError: if the shapes are not square and equal, there are fewer than 2 recordings, or no pair is left when
            one is left out.

    References:
        Efron and Stein, The jackknife estimate of variance, Annals of Statistics 9, 1981.
    """
    from scipy import stats

    count = len(values)
    if values.shape != (count, count) or used.shape != values.shape or count < 2:
        raise ValueError(f"found shapes {values.shape} and {used.shape}; expected (n, n) twice, n at least 2")
    others = ~np.eye(count, dtype=bool)
    kept = [used & np.outer(keep, keep) for keep in others]
    if not all(pairs.any() for pairs in kept):
        raise ValueError(f"{count} recordings: no pair is left when one of them is left out")
    mean = values[used].mean()
    without = np.array([values[pairs].mean() for pairs in kept])
    error = np.sqrt((count - 1) / count * np.square(without - without.mean()).sum())
    reach = stats.t.ppf(0.975, count - 1) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * stats.t.sf(abs(mean / error), count - 1)
    return OverRecordings(float(mean), float(mean - reach), float(mean + reach), float(p_value))
