"""Statistical tests that the figures report."""

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
