"""Methods tested against each other: matched pairs, the published tables' pairs, several groups and protocols."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ner.decoding.columns import ACROSS
from ner.decoding.method_tests import (
    ACROSS_TESTS,
    TESTS,
    across_tests,
    compare_across,
)
from ner.methods.names import method_name
from ner.published.catalogue import published_tables
from ner.published.tables import published_across
from ner.storage.tables import names
from ner.verification.published_tests import PUBLISHED_TESTS, published_tests

RECORDINGS = ["r1", "r2", "r3", "r4"]


def across(seed=0, methods=("ner", "cebra", "pivae"), recordings=RECORDINGS):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            (method, source, target, "linear", "velocity_r2", rng.normal())
            for method in methods
            for source, target in itertools.product(recordings, repeat=2)
        ],
        columns=["method", "source", "target", "decoder", "metric", "value"],
    )


def matrix(table, method, order):
    values = table[table.method == method].set_index(["source", "target"])["value"]
    return np.array([[values[source, target] for target in order] for source in order])


def test_methods_are_compared_pair_by_pair_and_together():
    table = across()
    found = compare_across(table, dict.fromkeys(("ner", "cebra", "pivae"), RECORDINGS))
    assert list(found.columns) == names(TESTS)
    assert set(found.methods) == {"ner - cebra", "ner - pivae", "cebra - pivae", "ner, cebra, pivae"}
    assert len(found) == 2 * (3 + 2)
    found = found.set_index(["pairs", "test", "methods"])
    off = ~np.eye(4, dtype=bool)
    ner, cebra, pivae = (matrix(table, method, RECORDINGS)[off] for method in ("ner", "cebra", "pivae"))
    row = found.loc["off-diagonal", "paired t", "ner - cebra"]
    assert row.p == pytest.approx(stats.ttest_rel(ner, cebra).pvalue)
    assert row.difference == pytest.approx((ner - cebra).mean())
    assert row.low < row.difference < row.high
    assert (row.recordings, row.n_pairs, row.df1) == (4, 12, 11)
    assert found.loc["off-diagonal", "friedman", "ner, cebra, pivae"].p == pytest.approx(
        stats.friedmanchisquare(ner, cebra, pivae).pvalue
    )
    assert found.loc["diagonal", "anova", "ner, cebra, pivae"].df2 == 6


def test_values_are_paired_by_the_given_orders():
    table, other = across(methods=("ner", "cebra")), ["r3", "r1", "r4", "r2"]
    matched = compare_across(table, {"ner": RECORDINGS, "cebra": RECORDINGS})
    same = compare_across(table.sample(frac=1, random_state=0), {"ner": other, "cebra": other})
    pd.testing.assert_frame_equal(matched, same)
    unmatched = compare_across(table, {"ner": RECORDINGS, "cebra": other}).set_index("pairs")
    for part, used in (("diagonal", np.eye(4, dtype=bool)), ("off-diagonal", ~np.eye(4, dtype=bool))):
        theirs = stats.ttest_rel(matrix(table, "ner", RECORDINGS)[used], matrix(table, "cebra", other)[used])
        assert unmatched.loc[part, "p"] == pytest.approx(theirs.pvalue)
        assert unmatched.loc[part, "difference"] == pytest.approx(matched.set_index("pairs").loc[part, "difference"])


def test_seeds_are_averaged():
    first, second = across(0, ("ner", "cebra")), across(1, ("ner", "cebra"))
    orders = dict.fromkeys(("ner", "cebra"), RECORDINGS)
    mean = first.assign(value=(first.value + second.value) / 2)
    pd.testing.assert_frame_equal(
        compare_across(pd.concat([first, second]), orders), compare_across(mean, orders), check_exact=False
    )


def test_two_recordings_have_no_interval():
    found = compare_across(across(recordings=["r1", "r2"]), dict.fromkeys(("ner", "cebra"), ["r1", "r2"]))
    assert len(found) == 2 and found[["low", "high", "p_recordings"]].isna().all(axis=None)
    assert found["sentence"].str.contains("no interval can be had of 2 recordings").all()


def test_a_recording_that_a_metric_is_not_defined_for_is_left_out_of_it():
    """As the R2 of a target whose velocity has no variance."""
    table, methods = across(), ("ner", "cebra", "pivae")
    gap = table.assign(value=table["value"].mask(table["target"] == "r2"))
    kept = table[(table["source"] != "r2") & (table["target"] != "r2")]
    pd.testing.assert_frame_equal(
        compare_across(gap, dict.fromkeys(methods, RECORDINGS)),
        compare_across(kept, dict.fromkeys(methods, ["r1", "r3", "r4"])),
    )
    assert compare_across(table.assign(value=np.nan), dict.fromkeys(methods, RECORDINGS)).empty


def test_sentences_call_methods_by_the_names_given():
    table = across(methods=("ner", "pivae")).assign(group="days", protocol="strict", seed=0, fold=None)
    found = across_tests(table[names(ACROSS)], method_name)
    assert set(found["methods"]) == {"ner - pivae"}
    assert found["sentence"].str.contains("R² of NER .* that of pi-VAE").all()
    assert found["sentence"].tolist() != across_tests(table[names(ACROSS)])["sentence"].tolist()


def test_methods_without_values_are_passed_over():
    orders = dict.fromkeys(("ner", "cebra", "pivae"), RECORDINGS)
    assert set(compare_across(across(methods=("ner", "cebra")), orders).methods) == {"ner - cebra"}
    assert compare_across(across(methods=("ner",)), orders).empty


def test_missing_pairs_and_uneven_orders_are_refused():
    table = across(methods=("ner", "cebra"))
    with pytest.raises(ValueError, match="no value"):
        compare_across(table.iloc[1:], dict.fromkeys(("ner", "cebra"), RECORDINGS))
    with pytest.raises(ValueError, match="one number"):
        compare_across(table, {"ner": RECORDINGS, "cebra": RECORDINGS[:3]})


# ---- Runs and published tables


def test_groups_and_protocols_are_tested_apart():
    parts = []
    for seed, (group, protocol) in enumerate(itertools.product(["days", "areas"], ["paper", "strict"])):
        parts.append(across(seed).assign(group=group, protocol=protocol, seed=0, fold=None))
    table = pd.concat(parts)[names(ACROSS)]
    found = across_tests(table)
    assert list(found.columns) == names(ACROSS_TESTS) and len(found) == 4 * 10
    one = found[(found.group == "areas") & (found.protocol == "paper")].reset_index(drop=True)
    orders = dict.fromkeys(("ner", "cebra", "pivae"), RECORDINGS)
    pd.testing.assert_frame_equal(one[names(TESTS)], compare_across(parts[2], orders))
    assert list(across_tests(table[table.method == "ner"]).columns) == names(ACROSS_TESTS)


def test_published_tables_are_paired_as_they_stand_and_by_recording():
    ner, cebra = across(methods=("ner",)), across(1, methods=("cebra",), recordings=["r4", "r2", "r1", "r3"])
    table = pd.concat([ner, cebra]).assign(figure="fig5")
    found = published_tests(table).set_index(["pairing", "pairs"])
    assert list(found.reset_index()[names(PUBLISHED_TESTS)].columns) == names(PUBLISHED_TESTS)
    diagonal = np.eye(4, dtype=bool)
    for pairing, order in (("published", ["r4", "r2", "r1", "r3"]), ("matched", RECORDINGS)):
        theirs = stats.ttest_rel(matrix(ner, "ner", RECORDINGS)[diagonal], matrix(cebra, "cebra", order)[diagonal])
        row = found.loc[(pairing, "diagonal")]
        assert row["p"] == pytest.approx(theirs.pvalue)
        # Rows of different recordings are not a sample of recordings.
        assert np.isfinite(row["low"]) == (pairing == "matched")


def test_only_the_nearest_neighbour_tables_are_unmatched(mirror):
    """The authors' linear tables of NER and CEBRA stand in one order, those of nearest neighbours do not."""
    paths = [path.relative_to(mirror).as_posix() for path in sorted(mirror.rglob("data_NER/Fig[5-7]/*.npz"))]
    table, _ = published_across({table.path: mirror / table.path for table in published_tables(paths)})
    found = published_tests(table)
    keys = ["figure", "decoder", "metric", "pairs", "test", "methods"]
    both = found[found.pairing == "published"].merge(found[found.pairing == "matched"], on=keys)
    assert len(both) == len(found) / 2 > 0
    same = np.isclose(both.statistic_x, both.statistic_y, rtol=1e-9)
    fig5, paired, part = both.figure == "fig5", both.test == "paired t", both.methods == "ner - cebra16"
    assert same[fig5 & (both.decoder == "linear")].all()
    assert (fig5 & paired & part).sum() == 6 and not same[fig5 & paired & part].any()
    # The means of all pairs do not depend on which are paired.
    np.testing.assert_allclose(both.difference_x, both.difference_y)
