"""The findings about the published analysis, in numbers known by hand."""

import numpy as np
import pandas as pd
import pytest
from builders import (
    DAYS,
    TOLERANCE,
    across,
    parity_across,
    parity_within,
    published_within,
    within,
)

from ner.storage.tables import names
from ner.verification import findings
from ner.verification.parity_across import summarise
from ner.verification.published_tests import PUBLISHED_TESTS
from ner.verification.retrained_within import retrained_within


def test_finding_1_holds_both_orders_of_the_arguments_against_each_other():
    held = parity_within(
        ("cebra", DAYS[0], "test", "velocity_r2", -2.0, 0.2),
        ("cebra", DAYS[1], "test", "velocity_r2", -4.0, 0.4),
        ("cebra", DAYS[1], "train", "velocity_r2", 0.3, 0.3),
        ("cebra", DAYS[1], "test", "position_r2", 0.9, 0.9),
    )
    pairs = parity_across(
        ("Cebra_Chewie", "cebra", "velocity_r2", DAYS[0], DAYS[1], -3.0, 0.1, 0.2, 0.0),
        ("Cebra_Chewie", "cebra", "velocity_r2", DAYS[0], DAYS[0], 0.0, 0.9, 0.9, 0.0),
    )
    run = within(
        *(("ner", DAYS[0], protocol, "test", "position_r2", [0.9]) for protocol in ("paper", "strict")),
        ("ner", DAYS[0], "paper", "test", "velocity_r2", [0.7]),
        ("ner", DAYS[0], "strict", "test", "velocity_r2", [0.75]),
        # Another embedding under the strict protocol: the order of the arguments is not all that differs.
        ("pivae", DAYS[0], "paper", "test", "position_r2", [0.9]),
        ("pivae", DAYS[0], "strict", "test", "position_r2", [0.2]),
        ("pivae", DAYS[0], "paper", "test", "velocity_r2", [0.7]),
        ("pivae", DAYS[0], "strict", "test", "velocity_r2", [0.1]),
    )
    table = findings.swapped_velocity(held, pairs, run)
    assert list(table.columns) == names(findings.SWAPPED)
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        (
            "published",
            "cebra",
            "linear",
            "within",
            2,
            pytest.approx(-3.0),
            pytest.approx(0.3),
            -3.0,
            pytest.approx(0.3),
        ),
        ("published", "cebra", "linear", "across Cebra_Chewie", 1, -3.0, 0.1, -3.0, 0.1),
        ("this run", "ner", "linear", "within", 1, 0.7, 0.75, 0.7, 0.75),
    ]


def test_finding_2_holds_train_against_test():
    held = parity_within(
        ("ner", DAYS[0], "train", "velocity_r2", 0.9, 0.9), ("ner", DAYS[0], "test", "velocity_r2", 0.6, 0.7)
    )
    run = within(
        *(("ner", day, "strict", "train", "position_r2", [0.9, 0.8]) for day in DAYS[:2]),
        *(("ner", day, "strict", "test", "position_r2", [0.5, 0.6]) for day in DAYS[:2]),
        ("ner", DAYS[0], "paper", "test", "position_r2", [9.0]),
    )
    table = findings.train_and_test(held, run)
    assert list(table.columns) == names(findings.TRAIN_TEST)
    assert [(row.embeddings, row.metric, row.values) for row in table.itertuples()] == [
        ("published", "velocity_r2", 1),
        ("this run", "position_r2", 4),
    ]
    assert table[["train", "test", "difference"]].to_numpy().ravel() == pytest.approx(
        [0.9, 0.7, -0.2, 0.85, 0.55, -0.3]
    )


def test_findings_3_and_4_compare_the_protocols_of_the_named_methods_on_test_parts():
    run = within(
        ("pivae", DAYS[0], "paper", "test", "position_r2", [0.9, 0.7]),
        ("pivae", DAYS[0], "strict", "test", "position_r2", [0.3, 0.5]),
        ("pivae", DAYS[0], "paper", "test", "velocity_r2", [0.9, 0.7]),
        ("pivae", DAYS[0], "strict", "test", "velocity_r2", [0.9, 0.7]),
        ("pivae", DAYS[0], "paper", "train", "position_r2", [9.0, 9.0]),
        ("ner", DAYS[0], "paper", "test", "position_r2", [0.9]),
        ("ner", DAYS[0], "strict", "test", "position_r2", [0.9]),
    )
    (row,) = findings.leak(run, ["pivae"]).itertuples(index=False)
    assert row == ("pivae", "linear", "position_r2", 2, pytest.approx(0.8), pytest.approx(0.4), pytest.approx(-0.4))
    none = findings.leak(run, ["umap", "umap-supervised"])
    assert none.empty and list(none.columns) == names(findings.UMAP)


def test_finding_5_isolates_the_rotation():
    a, b, _ = DAYS
    held = parity_across(
        ("NER_Chewie", "ner", "velocity_r2", a, b, 0.4, 0.6, 0.7, 0.0),
        ("NER_Chewie", "ner", "velocity_r2", a, a, 0.0, 0.9, 0.9, 0.0),
    )
    run = across(
        *(("ner", a, a, protocol, "position_r2", [0.9]) for protocol in ("paper", "strict")),
        ("ner", a, b, "paper", "position_r2", [0.8]),
        ("ner", a, b, "strict", "position_r2", [0.85]),
        ("ner", a, b, "paper", "velocity_r2", [0.1]),
        ("ner", a, b, "strict", "velocity_r2", [0.2]),
        # Another embedding under the strict protocol.
        ("pivae", a, a, "paper", "position_r2", [0.9]),
        ("pivae", a, a, "strict", "position_r2", [0.1]),
        ("pivae", a, b, "paper", "position_r2", [0.9]),
        ("pivae", a, b, "strict", "position_r2", [0.1]),
    )
    table = findings.rotation(held, run)
    assert list(table.columns) == names(findings.ROTATION)
    assert [tuple(row)[:6] for row in table.itertuples(index=False)] == [
        ("published", "NER_Chewie", "ner", "linear", "velocity_r2", 1),
        ("this run", "days", "ner", "linear", "position_r2", 1),
    ]
    assert table[["paper", "strict", "difference"]].to_numpy().ravel() == pytest.approx(
        [0.6, 0.7, 0.1, 0.8, 0.85, 0.05]
    )


def test_finding_6_is_the_off_diagonal_part_of_the_parity():
    a, b, _ = DAYS
    summary = summarise(
        parity_across(
            ("NER_Chewie", "ner", "position_r2", a, a, 0.9, 0.9, 0.9, 0.0),
            ("NER_Chewie", "ner", "position_r2", a, b, 0.8, 0.8, 0.8, 0.05),
            ("NER_Chewie", "ner", "position_r2", b, a, 0.8, 0.8, 0.8, 0.25),
        )
    )
    (row,) = findings.candidates(summary).itertuples()
    assert (row.pairs, row.cells, row.median_spread, row.largest_spread) == ("off-diagonal", 2, 0.15, 0.25)


def test_finding_7_names_the_tests_that_other_pairs_change():
    def test_of(pairing, methods, statistic, p, test="paired t"):
        rest = dict.fromkeys(names(PUBLISHED_TESTS), np.nan)
        of = {"figure": "fig5", "pairing": pairing, "decoder": "knn", "metric": "velocity_r2", "pairs": "off-diagonal"}
        return rest | of | {"test": test, "methods": methods, "pairs": 90, "statistic": statistic, "p": p}

    table = pd.DataFrame(
        [
            test_of("published", "ner - cebra16", 9.0, 1e-9),
            test_of("matched", "ner - cebra16", 12.0, 1e-12),
            test_of("published", "ner - pivae", 5.0, 1e-5),
            test_of("matched", "ner - pivae", 5.0 + 1e-9, 1e-5),
            test_of("published", "ner, cebra16, pivae", 3.0, 0.1, "friedman"),
            test_of("matched", "ner, cebra16, pivae", 4.0, 0.1, "friedman"),
        ]
    )
    (row,) = findings.pairs(table).itertuples()
    assert (row.methods, row.pairs) == ("ner - cebra16", 90)
    assert (row.t_published, row.p_published, row.t_matched, row.p_matched) == (9.0, 1e-9, 12.0, 1e-12)


def test_finding_8_stands_beside_the_published_value():
    trained = within(
        ("cebra", DAYS[0], "paper", "train", "velocity_r2", [0.2, 0.3]),
        ("cebra-velocity", DAYS[0], "paper", "train", "velocity_r2", [0.5]),
        ("cebra-velocity", DAYS[0], "paper", "test", "velocity_r2", [9.0]),
        ("cebra-velocity", DAYS[1], "paper", "train", "velocity_r2", [0.4]),
    )
    goal = published_within(
        ("cebra", DAYS[0], "train", "velocity_r2", 0.24), ("ner", DAYS[0], "train", "velocity_r2", 0.9)
    )
    table = findings.positives(trained, retrained_within(within(), goal, TOLERANCE, seed_spread=2.0))
    assert list(table.columns) == names(findings.POSITIVES)
    rows = table.set_index(["recording", "method"])
    assert rows.loc[(DAYS[0], "cebra"), "ours_mean"] == pytest.approx(0.25)
    assert rows.loc[(DAYS[0], "cebra-velocity"), "ours_mean"] == 0.5
    assert (rows.loc[DAYS[0], "published"] == 0.24).all() and np.isnan(
        rows.loc[(DAYS[1], "cebra-velocity"), "published"]
    )


def test_finding_10_holds_pairs_of_the_turned_recording_against_themselves_turned_back():
    a, b, c, other = "m-1-m1", "m-2-m1", "m-3-m1", "m-1-pmd"
    seen = [(a, b, 0.2, 0.6), (b, a, 0.4, 0.8), (b, c, 0.9, 0.9), (a, a, 5.0, 5.0), (other, b, 7.0, 7.0)]
    tables = [
        across(*(("ner", source, target, "strict", "velocity_r2", [values[k]]) for source, target, *values in seen))
        for k in range(2)
    ]
    table = findings.turned_labels(*tables, [a, other])
    assert list(table.columns) == names(findings.TURNED)
    (row,) = table.itertuples()
    assert (row.method, row.protocol, row.values) == ("ner", "strict", 2)
    assert (row.as_published, row.turned_back, row.others) == pytest.approx((0.3, 0.7, 0.9))
    assert findings.turned_labels(tables[0], across(), [a]).empty
