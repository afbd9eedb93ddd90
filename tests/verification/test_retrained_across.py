"""Decoding across recordings held against published cells: verdicts and means known by hand."""

import numpy as np
import pandas as pd
import pytest
from builders import choices

from ner.decoding.columns import ACROSS
from ner.published.tables import METRICS_PUBLISHED, PUBLISHED_ACROSS
from ner.storage.tables import names
from ner.verification.retrained_across import (
    RETRAINED_ACROSS,
    RETRAINED_ACROSS_MEANS,
    decoded_pairs,
    retrained_across,
    retrained_across_means,
)

A, B, C = (f"chewie-2015031{k}-m1" for k in range(3))
TOLERANCE = {
    "ner": {
        "train": {"r2": 0.0, "direction": 0.0},
        "across": {"r2": 0.1, "direction": 10.0},
        "off_diagonal": {"velocity": 0.05, "position": 0.03, "direction": 3.0},
    }
}


def published(values, metric="position_r2", method="ner", figure="fig5"):
    """A published table from (source, target) to value."""
    return pd.DataFrame(
        [(figure, method, source, target, "linear", metric, value) for (source, target), value in values.items()],
        columns=names(PUBLISHED_ACROSS),
    )


def ours(values, metric="position_r2", method="ner", protocol="paper", group="g", seed=0):
    return pd.DataFrame(
        [
            (method, group, source, target, "linear", protocol, metric, seed, None, value)
            for (source, target), value in values.items()
        ],
        columns=names(ACROSS),
    )


def test_cells_have_verdicts():
    goal = published({(A, A): 0.9, (A, B): 0.8, (B, A): 0.8, (B, B): 0.9, (A, C): 0.5})
    run = pd.concat(
        [
            ours({(A, A): 0.85, (A, B): 0.6, (B, A): 0.5, (B, B): 0.90}, seed=0),
            ours({(A, A): 0.95, (A, B): 0.7, (B, A): 0.4, (B, B): 0.60}, seed=1),
        ]
    )
    found = retrained_across(run, choices(), goal, TOLERANCE, seed_spread=2.0)
    assert list(found.columns) == names(RETRAINED_ACROSS)
    # The pooled variance of a run is 0.015, so that one more run differs from a mean of two by 0.15 (one SD).
    assert found.spread.tolist()[:4] == pytest.approx([np.sqrt(0.015)] * 4)
    assert found.verdict.tolist() == ["met", "within seed spread", "differs", "within seed spread", "not run"]
    assert found.ours_mean.tolist()[:4] == pytest.approx([0.9, 0.65, 0.45, 0.75])
    assert found.difference.tolist()[:4] == pytest.approx([0.0, -0.15, -0.35, -0.15])
    assert found.ours_sd[1] == pytest.approx(np.sqrt(0.005)) and found.seeds.tolist() == [2, 2, 2, 2, 0]
    assert found.tolerance.tolist() == [0.1] * 5


def test_each_metric_has_its_tolerance_and_the_swapped_velocity_its_scale():
    goal = pd.concat(
        [published({(A, B): value}, metric) for metric, value in zip(METRICS_PUBLISHED, (-3.0, 0.5, 80.0), strict=True)]
    )
    run = pd.concat(
        [ours({(A, B): value}, metric) for metric, value in zip(METRICS_PUBLISHED, (-5.0, 0.5, 90.5), strict=True)]
    )
    found = retrained_across(run, choices(), goal, TOLERANCE, seed_spread=2.0)
    assert found.tolerance.tolist() == pytest.approx([0.1 * 5**2, 0.1, 10.0])
    assert found.verdict.tolist() == ["met", "met", "differs"]


def test_a_pair_in_two_groups_counts_once():
    pair = {(A, B): 0.7, (B, A): 0.5}
    run = pd.concat([ours(pair, group="days"), ours(pair, group="days and areas"), ours(pair, protocol="strict")])
    assert len(decoded_pairs(run)) == 4
    found = retrained_across(run, choices(), published(pair), TOLERANCE, seed_spread=2.0)
    assert found.seeds.tolist() == [1, 1] and (found.verdict == "met").all()


def test_a_method_that_was_run_needs_a_tolerance():
    run, goal = ours({(A, B): 0.5}, method="pivae"), published({(A, B): 0.5}, method="pivae")
    for hold in (retrained_across, retrained_across_means):
        with pytest.raises(KeyError, match="pivae"):
            hold(run, choices(), goal, TOLERANCE, seed_spread=2.0)
    (row,) = retrained_across(run[:0], choices(), goal, TOLERANCE, seed_spread=2.0).itertuples()
    assert row.verdict == "not run" and np.isnan(row.tolerance)


def test_off_diagonal_means_are_of_the_recordings_that_were_run():
    goal = published(
        {(s, t): 0.9 if s == t else 0.8 for s in (A, B, C) for t in (A, B, C)} | {(A, B): 0.7, (A, C): 0.1}
    )
    run = pd.concat([ours({(A, A): 0.0, (B, B): 0.0, (A, B): 0.75, (B, A): 0.75 + 0.02 * k}, seed=k) for k in (0, 1)])
    (row,) = retrained_across_means(run, choices(), goal, TOLERANCE, seed_spread=2.0).itertuples()
    assert (row.cells_all, row.cells, row.recordings, row.seeds) == (6, 2, 2, 2)
    assert row.published_all == pytest.approx((4 * 0.8 + 0.7 + 0.1) / 6)
    assert row.published == pytest.approx(0.75)
    assert row.ours_mean == pytest.approx(0.755) and row.ours_sd == pytest.approx(np.sqrt(0.5) * 0.01)
    assert row.difference == pytest.approx(0.005) and row.tolerance == 0.03 and row.verdict == "met"


@pytest.mark.parametrize(("metric", "tolerance"), list(zip(METRICS_PUBLISHED, (0.05, 0.03, 3.0), strict=True)))
def test_means_have_their_tolerances(metric, tolerance):
    goal = published({(A, B): 0.5, (B, A): 0.5}, metric)
    for excess, verdict in ((0.9, "met"), (1.1, "differs")):
        run = ours({(A, B): 0.5 + excess * tolerance, (B, A): 0.5 + excess * tolerance}, metric)
        (row,) = retrained_across_means(run, choices(), goal, TOLERANCE, seed_spread=2.0).itertuples()
        assert row.verdict == verdict and row.tolerance == tolerance


def test_what_was_not_run_has_its_row():
    goal = published({(A, B): 0.5, (B, A): 0.7}, method="umap")
    (row,) = retrained_across_means(ours({}), choices(), goal, TOLERANCE, seed_spread=2.0).itertuples()
    assert row.verdict == "not run" and row.cells == row.seeds == row.recordings == 0
    assert row.published_all == pytest.approx(0.6) and np.isnan(row.published) and np.isnan(row.ours_mean)


def test_a_run_without_published_recordings_gives_empty_tables():
    for hold, columns in ((retrained_across, RETRAINED_ACROSS), (retrained_across_means, RETRAINED_ACROSS_MEANS)):
        found = hold(ours({(A, B): 0.5}), choices(), published({}), TOLERANCE, seed_spread=2.0)
        assert found.empty and list(found.columns) == names(columns)


def test_a_value_that_another_rotation_gives_is_within_the_choice():
    goal = published({(A, B): 0.8, (B, A): 0.8, (A, A): 0.8})
    run = pd.concat(ours({(A, B): 0.6, (B, A): 0.6, (A, A): 0.6}, seed=k) for k in (0, 1))
    # 0.7 ± 0.06 reaches 0.8; 0.7 ± 0.04 does not. On the diagonal nothing is rotated.
    given = choices((A, B, 0, 0.7, 0.06), (A, B, 1, 0.7, 0.06), (B, A, 0, 0.7, 0.04), (B, A, 1, 0.7, 0.04))
    found = retrained_across(run, given, goal, TOLERANCE, seed_spread=2.0)
    assert found.verdict.tolist() == ["within arbitrary choice", "differs", "differs"]
    (row,) = retrained_across_means(run, given, goal, TOLERANCE, seed_spread=2.0).itertuples()
    assert (row.choice_mean, row.choice_sd) == pytest.approx((0.7, np.hypot(0.06, 0.04) / 2))
    assert row.verdict == "differs"
    alike = given.assign(choice_sd=0.08)
    (row,) = retrained_across_means(run, alike, goal, TOLERANCE, seed_spread=2.0).itertuples()
    assert row.verdict == "within arbitrary choice"
