"""A run over folds is held against no published value, as its split is another one."""

import pandas as pd
import pytest
from builders import DAYS, TOLERANCE, across, choices, published_across, published_within, within

from ner.decoding.columns import ACROSS, FOLD, WITHIN
from ner.storage.tables import names, write_csv
from ner.verification.compare import read_published_split
from ner.verification.headlines import headlines
from ner.verification.retrained_across import retrained_across, retrained_across_means
from ner.verification.retrained_within import retrained_within


def read(folder, table, columns, folds):
    write_csv(folder / "table.csv", table.assign(**{FOLD.name: folds}))
    return read_published_split(folder / "table.csv", columns)


@pytest.mark.parametrize("columns", [WITHIN, ACROSS])
def test_rows_of_folds_are_left_out(tmp_path, columns):
    table = pd.DataFrame([dict.fromkeys(names(columns), 1)] * 2)
    assert len(read(tmp_path, table, columns, [None, None])) == 2
    assert len(read(tmp_path, table, columns, [None, 2])) == 1
    assert read(tmp_path, table, columns, [1, 2]).empty


@pytest.mark.parametrize(("folds", "verdict"), [([None, None], "met"), ([1, 2], "not run")])
def test_every_published_value_is_not_run(tmp_path, folds, verdict):
    goals = published_within(("ner", DAYS[0], "train", "velocity_r2", 0.8))
    ours = within(("ner", DAYS[0], "paper", "train", "velocity_r2", [0.79, 0.81]))
    ours = read(tmp_path, ours, WITHIN, folds)
    assert retrained_within(ours, goals, TOLERANCE, seed_spread=2.0)["verdict"].tolist() == [verdict]
    pairs = published_across(("fig5", "ner", DAYS[0], DAYS[1], "velocity_r2", 0.7))
    decoded = across(("ner", DAYS[0], DAYS[1], "paper", "velocity_r2", [0.69, 0.71]))
    given = (read(tmp_path, decoded, ACROSS, folds), choices(), pairs, TOLERANCE)
    assert retrained_across(*given, seed_spread=2.0)["verdict"].tolist() == [verdict]
    assert retrained_across_means(*given, seed_spread=2.0)["verdict"].tolist() == [verdict]
    assert (headlines(goals, pairs, ours, given[0])["seeds"] > 0).any() == (verdict == "met")
