"""Metrics that titles of figures give."""

import pandas as pd
import pytest

from ner.decoding.columns import WITHIN
from ner.decoding.metrics import METRICS
from ner.figures.beside import scores
from ner.storage.errors import InputError
from ner.storage.tables import names, write_csv

#: Of seeds as they may stand: in no order of theirs.
SEEDS = [7, 0, 70]


@pytest.fixture
def table(tmp_path):
    """Metrics of a recording by several seeds, each another value."""
    of = [
        ("ner", "chewie-20161014-m1", "linear", protocol, split, metric, seed, None)
        for seed in SEEDS
        for protocol in ("paper", "strict")
        for split in ("train", "test")
        for metric in METRICS
    ]
    write_csv(
        tmp_path / "within.csv", pd.DataFrame([(*each, k / 8) for k, each in enumerate(of)], columns=names(WITHIN))
    )
    return tmp_path / "within.csv"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_figure_of_one_seed_shows_its_metrics_alone(table, seed):
    found = scores(table, seed=seed, protocol="strict", split="test")
    # Of each seed, strict and test stand last.
    first = len(METRICS) * (4 * SEEDS.index(seed) + 3)
    assert found.to_dict() == {metric: (first + k) / 8 for k, metric in enumerate(METRICS)}


def test_a_table_without_the_seed_is_refused_in_one_line(table):
    with pytest.raises(InputError) as raised:
        scores(table, seed=1, protocol="strict", split="test")
    remedy = f"delete {table} and run snakemake again to rebuild it"
    assert str(raised.value) == f"{table}: found seeds [0, 7, 70]; expected also 1; {remedy}"
