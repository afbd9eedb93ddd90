"""How many published values are met."""

from builders import DAYS, TOLERANCE, across, choices, published_across, published_within, within

from ner.verification.retrained_across import retrained_across
from ner.verification.retrained_within import retrained_within
from ner.verification.verdicts import verdict_counts


def test_verdicts_are_counted_by_table_part_and_metric():
    goal = published_within(
        *(("ner", day, "train", "position_r2", 0.9) for day in DAYS), ("umap", DAYS[0], "test", "position_r2", 0.1)
    )
    run = within(
        ("ner", DAYS[0], "paper", "train", "position_r2", [0.9]),
        ("ner", DAYS[1], "paper", "train", "position_r2", [0.5]),
    )
    cells = published_across(
        ("fig5", "ner", DAYS[0], DAYS[0], "position_r2", 0.9), ("fig5", "ner", DAYS[0], DAYS[1], "position_r2", 0.9)
    )
    pairs = across(("ner", DAYS[0], DAYS[1], "paper", "position_r2", [0.91]))
    table = verdict_counts(
        retrained_within(run, goal, TOLERANCE, seed_spread=2.0),
        retrained_across(pairs, choices(), cells, TOLERANCE, seed_spread=2.0),
    )
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        ("fig4", "ner", "linear", "train", "position_r2", 1, 0, 0, 1, 1),
        ("fig4", "umap", "linear", "test", "position_r2", 0, 0, 0, 0, 1),
        ("fig5", "ner", "linear", "diagonal", "position_r2", 0, 0, 0, 0, 1),
        ("fig5", "ner", "linear", "off-diagonal", "position_r2", 1, 0, 0, 0, 0),
    ]
