"""What figures average where there are folds."""

import numpy as np
import pandas as pd
import pytest

from ner.decoding.columns import WITHIN, WITHIN_NULL
from ner.decoding.few_trials import FEW_TRIALS
from ner.figures.few_trials import few_values
from ner.figures.sessions import session_values
from ner.published.tables import PUBLISHED_WITHIN
from ner.storage.tables import names


@pytest.mark.parametrize("folds", [(None,), ("1", "2")])
def test_curves_average_draws_within_a_fold(folds):
    rows = [
        ("ner", "g", "a", "b", "linear", "strict", "2", draw, "velocity_r2", 0, fold, draw + 10 * k)
        for k, fold in enumerate(folds)
        for draw in range(3)
    ]
    values = few_values(pd.DataFrame(rows, columns=names(FEW_TRIALS)), ["ner"], "linear")
    assert values["mean"].tolist() == [1 + 5.0 * (len(folds) - 1)] and values["sd"].tolist() == [1]


def test_recordings_have_one_value_with_its_spread_and_the_mean_bounds_of_chance():
    of = ("ner", "a-20200101-m1", "linear", "strict", "test", "velocity_r2")
    scores = {(seed, fold): 0.5 + 0.1 * seed + 0.02 * fold for seed in (0, 1) for fold in (1, 2, 3)}
    table = pd.DataFrame([(*of, *run, value) for run, value in scores.items()], columns=names(WITHIN))
    chance = [(*of, *run, value, 0, -0.1 * run[1], 0.1, 0.005) for run, value in scores.items()]
    nothing = pd.DataFrame(columns=names(PUBLISHED_WITHIN))
    (row,) = session_values(table, pd.DataFrame(chance, columns=names(WITHIN_NULL)), nothing).itertuples()
    values = list(scores.values())
    assert (row.seeds, row.folds) == (2, 3)
    assert (row.mean, row.sd) == pytest.approx((np.mean(values), np.std(values, ddof=1)))
    assert (row.null_low, row.null_high) == pytest.approx((-0.2, 0.1))
