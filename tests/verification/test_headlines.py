"""The paper's numbers beside those of a run, known by hand."""

import numpy as np
import pytest
from builders import (
    DAYS,
    across,
    published_across,
    published_within,
    within,
)

from ner.storage.tables import names
from ner.verification.headlines import HEADLINES, headlines


def test_headlines_within_are_medians_of_the_recordings_at_hand():
    goal = published_within(
        *(("ner", day, "train", "velocity_r2", value) for day, value in zip(DAYS, (0.9, 0.8, 0.4), strict=True)),
        ("ner", "chewie-20161007-pmd", "train", "velocity_r2", 0.0),
        ("cebra", DAYS[0], "train", "velocity_r2", 0.0),
    )
    run = within(
        ("ner", DAYS[0], "paper", "train", "velocity_r2", [0.7, 0.9]),
        ("ner", DAYS[1], "paper", "train", "velocity_r2", [0.5, 0.5]),
        ("ner", DAYS[0], "paper", "test", "velocity_r2", [-9.0, -9.0]),
        ("ner", DAYS[0], "strict", "train", "velocity_r2", [9.0, 9.0]),
        ("ner", DAYS[0], "strict", "test", "velocity_r2", [0.4, 0.4]),
        ("ner", DAYS[1], "strict", "test", "velocity_r2", [0.2, 0.4]),
        ("ner", "chewie-20161007-pmd", "paper", "train", "velocity_r2", [0.0, 0.0]),
    )
    table = headlines(goal, published_across(), run, across())
    assert list(table.columns) == names(HEADLINES)
    row = table.iloc[0]
    assert (row.method, row.metric, row.stated) == ("ner", "velocity_r2", "86 %")
    assert (row.recordings, row.recordings_here, row.seeds) == (3, 2, 2)
    assert row.published == 0.8 and row.published_here == pytest.approx(0.85)
    # Medians over two recordings: 0.6 and 0.7 by seed.
    assert row.paper == pytest.approx(0.65) and row.paper_sd == pytest.approx(np.sqrt(0.005))
    assert row.strict == pytest.approx(0.35) and row.strict_sd == pytest.approx(np.sqrt(0.005))
    assert row.difference == pytest.approx(-0.2)


def test_headlines_across_are_off_diagonal_means_of_the_pairs_at_hand():
    a, b, c = DAYS
    goal = published_across(
        *(("fig5", "ner", s, t, "position_r2", 0.9 if s == t else 0.8) for s in DAYS for t in DAYS if (s, t) != (a, b)),
        ("fig5", "ner", a, b, "position_r2", 0.6),
        ("fig6", "ner", a, b, "position_r2", 0.1),
    )
    run = across(
        ("ner", a, a, "paper", "position_r2", [0.0, 0.0]),
        ("ner", a, b, "paper", "position_r2", [0.5, 0.7]),
        ("ner", b, a, "paper", "position_r2", [0.7, 0.7]),
        ("ner", a, b, "strict", "position_r2", [0.3, 0.3]),
        ("ner", b, a, "strict", "position_r2", [0.5, 0.5]),
    )
    table = headlines(published_within(), goal, within(), run).set_index(["statement", "method", "metric"])
    row = table.loc[("across recordings of M1 (Fig 5), off-diagonal mean", "ner", "position_r2")]
    assert (row.stated, row.recordings, row.recordings_here, row.seeds) == ("88 %", 3, 2, 2)
    assert row.published == pytest.approx((5 * 0.8 + 0.6) / 6) and row.published_here == pytest.approx(0.7)
    assert row.paper == pytest.approx(0.65) and row.strict == pytest.approx(0.4)
    cebra = table.loc[("across recordings of M1 (Fig 5), off-diagonal mean", "cebra", "position_r2")]
    assert cebra.recordings == cebra.seeds == 0 and np.isnan(cebra.paper)


def test_published_headlines_are_those_of_the_paper(mirror):
    from ner.published.tables import published_across as read_across
    from ner.published.tables import published_within as read_within

    files = {path.relative_to(mirror).as_posix(): path for path in mirror.rglob("data_NER/Fig*/**/*.npz")}
    table = headlines(read_within(files)[0], read_across(files)[0], within(), across())
    stated = table[table.stated != ""]
    percent = stated["published"].where(stated.metric == "direction_accuracy", 100 * stated["published"])
    assert stated.stated.tolist() == ["86 %", "97 %", "64 %", "88 %", "90 %"]
    # The paper cuts 88.8 % off where it rounds the others.
    assert (percent - stated.stated.str.rstrip(" %").astype(float)).abs().max() < 0.9
    assert set(stated.recordings) == {10} and table["published"].notna().all() and (table["recordings_here"] == 0).all()


def test_a_figure_across_areas_needs_recordings_of_each_area():
    a, b, _ = DAYS
    area = "chewie-20161007-pmd"
    published = [("fig6", "ner", s, t, "position_r2", 0.8) for s in (a, b, area) for t in (a, b, area) if s != t]

    def of_run(*names):
        values = [("ner", s, t, "paper", "position_r2", [0.7]) for s in names for t in names if s != t]
        table = headlines(published_within(), published_across(*published), within(), across(*values))
        (row,) = table[table.statement.str.contains("Fig 6") & (table.metric == "position_r2")].itertuples()
        return row.recordings_here, row.seeds

    assert of_run(a, b) == (0, 0)
    assert of_run(a, area) == (2, 1)
