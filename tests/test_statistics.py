import numpy as np
import pytest
from scipy.stats import linregress

from ner.statistics import regress


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
