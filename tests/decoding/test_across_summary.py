"""What Figs 5 to 7 show: cells averaged over seeds, means of the diagonal and of the rest, accuracy over time."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ner.decoding.across_summary import (
    ACCURACY,
    CELLS,
    MEANS,
    across_accuracy,
    across_cells,
    across_means,
    matrix,
    select,
)
from ner.decoding.columns import ACROSS, ACROSS_NULL, ACROSS_TIME
from ner.published.tables import PUBLISHED_ACROSS
from ner.storage.tables import names

RECORDINGS = ["r2", "r1", "r3"]
NOTHING = pd.DataFrame(columns=names(PUBLISHED_ACROSS))


def value(source, target, seed=0):
    """A cell's value, which tells source from target, and the diagonal from the rest."""
    return 10 * RECORDINGS.index(source) + RECORDINGS.index(target) + 100 * (source == target) + seed


def across(methods=("ner",), decoders=("linear",), protocols=("paper",), seeds=(0,)):
    cells = itertools.product(methods, RECORDINGS, RECORDINGS, decoders, protocols, seeds)
    rows = [(m, "days", s, t, d, p, "velocity_r2", seed, None, value(s, t, seed)) for m, s, t, d, p, seed in cells]
    return pd.DataFrame(rows, columns=names(ACROSS))


def cells_of(table, published):
    """Cells of results whose chance is from -1 to 1 below and above their value."""
    chance = {"null_mean": table["value"], "null_low": table["value"] - 1, "null_high": table["value"] + 1, "p": 1.0}
    return across_cells(table, table.assign(**chance)[names(ACROSS_NULL)], published)


def test_rows_of_a_protocol_come_in_the_order_of_decoders_and_methods():
    table = across(methods=("cebra", "ner", "pivae"), decoders=("knn", "linear"), protocols=("strict", "paper"))
    found = select(table, {"linear": ["ner", "cebra"], "knn": ["pivae"]}, "paper")
    assert set(found["protocol"]) == {"paper"}
    order = found[["decoder", "method"]].drop_duplicates().to_records(index=False).tolist()
    assert order == [("linear", "ner"), ("linear", "cebra"), ("knn", "pivae")]
    assert found["source"].unique().tolist() == RECORDINGS
    assert list(found.columns) == names(ACROSS)


def test_a_matrix_has_sources_as_rows_and_is_averaged_over_seeds():
    cells = cells_of(across(seeds=(0, 3)), NOTHING)
    assert list(cells.columns) == names(CELLS)
    assert (cells["seeds"] == 2).all()
    np.testing.assert_allclose(cells[["null_low", "null_high"]], cells[["mean"]].to_numpy() + [[-1, 1]])
    np.testing.assert_allclose(cells["sd"], np.std([0, 3], ddof=1))
    found = matrix(cells, RECORDINGS)
    expected = [[value(source, target) + 1.5 for target in RECORDINGS] for source in RECORDINGS]
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(matrix(cells, ["r1", "r2", "r3"])[0, 1], value("r1", "r2") + 1.5)


def test_the_mean_of_the_rest_excludes_the_diagonal():
    means = across_means(cells_of(across(), NOTHING)).set_index("pairs")
    assert list(means.reset_index()[names(MEANS)].columns) == names(MEANS)
    assert means["cells"].to_dict() == {"diagonal": 3, "off-diagonal": 6}
    assert means.loc["diagonal", "mean"] == 111
    assert means.loc["off-diagonal", "mean"] == np.mean([1, 2, 10, 12, 20, 21])
    assert means["published"].isna().all()


def test_published_means_are_over_the_same_recordings_and_none_where_one_is_lacking():
    published = across().rename(columns={"value": "v"}).assign(figure="fig5", value=7.0)
    more = published.assign(source="r9", value=1e6)
    reference = pd.concat([more, published])[names(PUBLISHED_ACROSS)]
    means = across_means(cells_of(across(methods=("ner", "cebra")), reference)).set_index(["method", "pairs"])
    assert means.loc["ner", "published"].tolist() == [7, 7]
    assert means.loc["cebra", "published"].isna().all()
    lacking = reference[(reference["source"] != "r1") | (reference["target"] != "r3")]
    means = across_means(cells_of(across(), lacking)).set_index("pairs")
    assert means.loc["diagonal", "published"] == 7
    assert np.isnan(means.loc["off-diagonal", "published"])


def test_accuracy_over_time_averages_seeds_before_cells():
    rows = [
        ("ner", "days", s, t, "linear", "paper", k, seed, None, value(s, t) + 1000 * k + 50 * seed, 5 + 2 * seed, 20)
        for s, t, k, seed in itertools.product(RECORDINGS, RECORDINGS, range(4), (0, 2))
    ]
    table = pd.DataFrame(rows, columns=names(ACROSS_TIME))
    published = table[(table["seed"] == 0) & ((table["source"] != "r1") | (table["target"] != "r1"))].assign(value=7.0)
    found = across_accuracy(table, published)
    assert list(found.columns) == names(ACCURACY)
    last = found[found["bin"] == 3].set_index("pairs")
    rest = np.array([1, 2, 10, 12, 20, 21]) + 3050.0
    assert last.loc["off-diagonal", "cells"] == 6
    assert last.loc["off-diagonal", "mean"] == pytest.approx(rest.mean())
    assert last.loc["off-diagonal", "sd"] == pytest.approx(rest.std(ddof=1))
    assert last.loc["diagonal", ["null_low", "null_high"]].tolist() == [7, 20]
    # A published mean needs every cell: one of the diagonal is lacking.
    assert last.loc["off-diagonal", "published"] == 7
    assert np.isnan(last.loc["diagonal", "published"])
