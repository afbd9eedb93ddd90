"""The estimators in scikit-learn's hands: its own checks, pipelines, searches and containers."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import ner


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([ner.NER(steps=5, batch_size=8), ner.CEBRA(steps=5, batch_size=8)])
def test_scikit_learns_own_checks_pass(estimator, check):
    check(estimator)
