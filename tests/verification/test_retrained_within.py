"""Holding results against published ones: authors' embeddings, and retrained ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import MANIFEST
from samples import LINEAR
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score

from ner.data.upstream import read_manifest
from ner.decoding.columns import WITHIN
from ner.published.catalogue import one_each, published_embeddings, published_tables
from ner.published.tables import METRICS_PUBLISHED, PUBLISHED_WITHIN, published_within
from ner.storage.tables import names, read_csv, write_csv
from ner.verification.compare import judged, outside, swapped_tolerance
from ner.verification.layout_choice import LAYOUT_CHOICE
from ner.verification.parity_within import PARITY_WITHIN, PARITY_WITHIN_SUMMARY, parity_within, parity_within_summary
from ner.verification.retrained_within import (
    RETRAINED_WITHIN,
    RETRAINED_WITHIN_MEDIANS,
    retrained_medians,
    retrained_within,
)

DECODERS = {"linear": LINEAR}
RECORDING = "chewie-20150313-m1"
BINS, TRAINED, TESTED = 40, 24, 8
TOLERANCE = {"ner": {"train": {"r2": 0.02, "direction": 2.0}, "test": {"r2": 0.04, "direction": 6.0}}}


def embedding_file(folder):
    """An embedding file of the authors' form, and its metrics by definition."""
    rng = np.random.default_rng(0)
    arrays = {}
    for split, trials in (("train", TRAINED), ("test", TESTED)):
        direction = np.repeat(np.arange(trials) % 8 * 45.0, BINS)
        angle = np.deg2rad(direction)
        movement = 100 * np.column_stack([np.cos(angle), np.sin(angle)]) + 20 * rng.normal(size=(len(angle), 2))
        noisy = np.column_stack([movement, np.ones(len(angle))]) / 100 + 0.3 * rng.normal(size=(len(angle), 3))
        arrays[f"cebra_veldir_{split}"] = noisy
        arrays[f"continuous_index_{split}"] = np.column_stack([movement, direction])
    path = folder / "embedding.npz"
    np.savez(path, **arrays)

    z, labels = arrays["cebra_veldir_train"], arrays["continuous_index_train"]
    velocity = LinearRegression().fit(z, labels[:, :2])
    direction = LogisticRegression(max_iter=5000).fit(z, labels[:, 2])
    rows = []
    for split in ("train", "test"):
        z, labels = arrays[f"cebra_veldir_{split}"], arrays[f"continuous_index_{split}"]
        decoded, truth = velocity.predict(z), labels[:, :2]
        pair = (decoded, truth) if split == "test" else (truth, decoded)
        places = [movement.reshape(-1, BINS, 2).cumsum(1).reshape(-1, 2) for movement in (truth, decoded)]
        right = (direction.predict(z) == labels[:, 2]).reshape(-1, BINS)
        for metric, value in zip(
            METRICS_PUBLISHED, (r2_score(*pair), r2_score(*places), 100 * right.mean(0).max()), strict=True
        ):
            rows.append(("fig4", "ner", RECORDING, "linear", split, metric, value))
    return path, pd.DataFrame(rows, columns=names(PUBLISHED_WITHIN))


def published(*rows):
    """Published values from (method, recording, split, metric, value)."""
    return pd.DataFrame(
        [("fig4", method, recording, "linear", *rest) for method, recording, *rest in rows],
        columns=names(PUBLISHED_WITHIN),
    )


def ours(*rows, protocol="paper"):
    """Values of this run from (method, recording, split, metric, [values by seed])."""
    return pd.DataFrame(
        [
            (method, recording, "linear", protocol, split, metric, seed, None, value)
            for method, recording, split, metric, values in rows
            for seed, value in enumerate(values)
        ],
        columns=names(WITHIN),
    )


# ---- The authors' embeddings


def test_parity_of_a_published_embedding(tmp_path):
    path, table = embedding_file(tmp_path)
    found = parity_within([("ner", RECORDING, path)], table, DECODERS)
    assert list(found.columns) == names(PARITY_WITHIN) and len(found) == 2 * len(METRICS_PUBLISHED)
    assert found.difference.abs().max() < 1e-9
    assert not outside(found).any()
    tolerances = found.set_index(["split", "metric"])["tolerance"]
    assert tolerances["train", "direction_accuracy"] == pytest.approx(100 / TRAINED)
    assert tolerances["test", "direction_accuracy"] == pytest.approx(100 / TESTED)
    assert set(tolerances.drop("direction_accuracy", level="metric")) == {1e-6}


def test_parity_also_tells_the_velocity_with_its_arguments_in_order(tmp_path):
    path, table = embedding_file(tmp_path)
    found = parity_within([("ner", RECORDING, path)], table, DECODERS).set_index(["split", "metric"])
    swapped = found.index == ("test", "velocity_r2")
    pd.testing.assert_series_equal(found["ours"][~swapped], found["unswapped"][~swapped], check_names=False)
    velocity = found.loc[("test", "velocity_r2")]
    assert velocity.ours < velocity.unswapped - 1e-3
    # What an unbiased decoder gets; a test split's is a little biased.
    assert velocity.ours == pytest.approx(2 - 1 / velocity.unswapped, abs=0.05)


def test_summary_of_the_parity(tmp_path):
    path, table = embedding_file(tmp_path)
    here = (table.split == "test") & (table.metric == "position_r2")
    parity = parity_within([("ner", RECORDING, path)], table.assign(value=table.value - 0.5 * here), DECODERS)
    (row,) = parity_within_summary(parity).itertuples()
    assert (row.method, row.recordings, row.values, row.beyond) == ("ner", 1, 6, 1)
    assert row.position_r2 == pytest.approx(0.5) and row.velocity_r2 < 1e-9
    assert list(parity_within_summary(parity[:0]).columns) == names(PARITY_WITHIN_SUMMARY)


@pytest.mark.parametrize(
    ("metric", "within_bound", "beyond"),
    [("velocity_r2", 0.9e-6, 2e-6), ("position_r2", 0.9e-6, 2e-6), ("direction_accuracy", 12.5, 12.6)],
)
def test_parity_notices_what_differs_too_far(tmp_path, metric, within_bound, beyond):
    path, table = embedding_file(tmp_path)
    here = (table.split == "test") & (table.metric == metric)
    for change, count in ((within_bound, 0), (beyond, 1)):
        changed = table.assign(value=table.value + change * here)
        found = parity_within([("ner", RECORDING, path)], changed, DECODERS)
        assert outside(found).sum() == count
        assert found.set_index(["split", "metric"])["difference"]["test", metric] == pytest.approx(-change)


def test_embeddings_without_published_values_are_passed_over(tmp_path):
    path, table = embedding_file(tmp_path)
    unpublished = [("ner", "chewie-20161007-m1", path), ("pca", RECORDING, path)]
    assert parity_within(unpublished, table, DECODERS).empty
    empty, _ = published_within({})
    assert list(parity_within([], empty, DECODERS).columns) == names(PARITY_WITHIN)


def test_the_authors_embeddings_give_their_tables(mirror):
    manifest = read_manifest(MANIFEST)
    table, _ = published_within({file.path: mirror / file.path for file in published_tables(manifest)})
    embeddings = [
        (embedding.method, embedding.recording, mirror / embedding.path)
        for embedding in one_each(e for e in published_embeddings(manifest) if (mirror / e.path).is_file())
        if embedding.method in ("ner", "cebra")
    ]
    found = parity_within(embeddings, table, DECODERS)
    assert len(found) == len(embeddings) * 2 * len(METRICS_PUBLISHED) >= 17 * 6
    assert not outside(found).any(), found[outside(found)].to_string()
    session = found[(found.recording == "chewie-20161007-m1")].set_index(["method", "split", "metric"])["ours"]
    for of, expected in {
        ("ner", "train"): (0.878, 0.979, 98.5),
        ("ner", "test"): (0.740, 0.943, 88.2),
        ("cebra", "train"): (0.227, 0.793, 96.3),
        ("cebra", "test"): (-2.48, 0.765, 91.2),
    }.items():
        for metric, number in zip(METRICS_PUBLISHED, expected, strict=True):
            assert session[(*of, metric)] == pytest.approx(number, abs=0.06 if number > 40 else 0.006)


# ---- Retrained embeddings


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.84], "met"),
        ([0.85, 0.83], "met"),
        ([0.82], "met"),
        ([0.8199], "differs"),
        ([0.79, 0.81, 0.83], "within seed spread"),
        ([0.79, 0.80, 0.81], "differs"),
        ([0.5], "differs"),
        ([0.5, 1.0], "within seed spread"),
    ],
)
def test_verdicts(values, verdict):
    of = ("ner", RECORDING, "train", "velocity_r2")
    (row,) = retrained_within(ours((*of, values)), published((*of, 0.84)), TOLERANCE, seed_spread=2.0).itertuples()
    assert row.verdict == verdict
    assert row.ours_mean == pytest.approx(np.mean(values)) and row.seeds == len(values)
    assert row.difference == pytest.approx(np.mean(values) - 0.84)
    if len(values) > 1:
        assert row.ours_sd == pytest.approx(np.std(values, ddof=1))
    else:
        assert np.isnan(row.ours_sd)


def test_every_published_value_has_a_row_whether_run_or_not():
    table = published(
        ("umap", RECORDING, "train", "velocity_r2", 0.1),
        ("ner", "chewie-20161007-m1", "train", "position_r2", 0.98),
        ("ner", RECORDING, "test", "velocity_r2", 0.7),
        ("ner", RECORDING, "train", "direction_accuracy", 95.0),
        ("ner", RECORDING, "train", "velocity_r2", 0.84),
    )
    run = ours(
        ("ner", RECORDING, "train", "velocity_r2", [0.84]),
        ("ner", RECORDING, "test", "velocity_r2", [0.7]),
        ("ner", RECORDING, "train", "direction_accuracy", [97.5]),
        ("new", RECORDING, "train", "velocity_r2", [0.9]),
    )
    found = retrained_within(run, table, TOLERANCE, seed_spread=2.0)
    assert list(found.columns) == names(RETRAINED_WITHIN)
    assert [(row.method, row.split, row.metric, row.verdict) for row in found.itertuples()] == [
        ("ner", "train", "velocity_r2", "met"),
        ("ner", "train", "direction_accuracy", "differs"),
        ("ner", "test", "velocity_r2", "met"),
        ("ner", "train", "position_r2", "not run"),
        ("umap", "train", "velocity_r2", "not run"),
    ]
    assert found.seeds.tolist() == [1, 1, 1, 0, 0]


def test_only_the_paper_protocol_is_held_against_the_paper():
    of = ("ner", RECORDING, "train", "velocity_r2")
    run = pd.concat([ours((*of, [0.84])), ours((*of, [0.1, 0.2]), protocol="strict")])
    (row,) = retrained_within(run, published((*of, 0.84)), TOLERANCE, seed_spread=2.0).itertuples()
    assert row.ours_mean == 0.84 and row.seeds == 1


def test_each_part_and_metric_has_its_tolerance():
    table = published(
        *(("ner", RECORDING, split, metric, 0.5) for split in ("train", "test") for metric in METRICS_PUBLISHED),
    )
    found = retrained_within(ours(), table, TOLERANCE, seed_spread=2.0)
    assert found.tolerance.tolist() == pytest.approx([0.02, 0.02, 2.0, 0.04 * 1.5**2, 0.04, 6.0])


@given(st.floats(0.1, 0.99))
def test_swapped_tolerance_is_the_usual_one_on_the_swapped_scale(usual):
    step = 1e-6
    published_value = 2 - 1 / usual
    moved = (2 - 1 / (usual + step)) - published_value
    found = swapped_tolerance(pd.Series([published_value]), pd.Series([step])).item()
    assert found == pytest.approx(moved, rel=1e-3)


def test_a_method_that_was_run_needs_a_tolerance():
    of = ("cebra", RECORDING, "train", "velocity_r2")
    with pytest.raises(KeyError, match="cebra"):
        retrained_within(ours((*of, [0.2])), published((*of, 0.2)), TOLERANCE, seed_spread=2.0)


def test_a_run_without_published_recordings_gives_an_empty_table(tmp_path):
    empty, _ = published_within({})
    found = retrained_within(ours(("ner", "sim-1-m1", "train", "velocity_r2", [0.8])), empty, TOLERANCE, seed_spread=2)
    assert found.empty
    write_csv(tmp_path / "retrained.csv", found)
    assert read_csv(tmp_path / "retrained.csv", RETRAINED_WITHIN).empty


@pytest.mark.parametrize(
    ("sd", "seeds", "verdict"),
    [
        (0.02, 3, "met"),
        (0.04, 3, "within seed spread"),
        (0.01, 3, "differs"),
        (np.nan, 1, "differs"),
        (np.nan, np.nan, "not run"),
    ],
)
def test_verdicts_of_any_table(sd, seeds, verdict):
    tolerance = 0.1 if verdict == "met" else 0.05
    table = pd.DataFrame(
        {
            "method": ["ner"],
            "scope": ["train"],
            "metric": ["position_r2"],
            "published": [0.8],
            "ours_mean": [0.73],
            "spread": [sd],
            "seeds": [seeds],
        }
    )
    allowed = {"ner": {"train": {"r2": tolerance}}}
    if np.isnan(seeds):
        table["ours_mean"] = np.nan
    (row,) = judged(table, allowed, seed_spread=2.0).itertuples()
    assert row.verdict == verdict and row.seeds == (0 if verdict == "not run" else seeds)
    assert np.isnan(row.difference) if verdict == "not run" else row.difference == pytest.approx(-0.07)


def test_medians_are_over_the_recordings_that_were_run():
    names_of = [f"chewie-2015031{k}-m1" for k in range(4)]
    held = published(*(("pivae", name, "train", "position_r2", 0.1 * k) for k, name in enumerate(names_of)))
    # Three recordings, two seeds: medians 0.2 and 0.4; the published one of the same recordings is 0.1.
    run = ours(
        ("pivae", names_of[0], "train", "position_r2", [0.1, 0.3]),
        ("pivae", names_of[1], "train", "position_r2", [0.2, 0.4]),
        ("pivae", names_of[2], "train", "position_r2", [0.2, -0.2 + 0.7]),
        ("pivae", "sim-1-m1", "train", "position_r2", [9.0, 9.0]),
    )
    (row,) = retrained_medians(run, held).itertuples()
    assert (row.recordings, row.seeds, row.published) == (3, 2, 0.1)
    assert row.ours_mean == pytest.approx(0.3) and row.difference == pytest.approx(0.2)
    assert row.ours_sd == pytest.approx(np.sqrt(0.02)) and row.deviation == pytest.approx(-0.2 / np.sqrt(0.02))
    # Means over seeds 0.2, 0.3 and 0.35 against 0, 0.1 and 0.2.
    assert row.above == 3
    (single,) = retrained_medians(run[run.seed == 0], held).itertuples()
    assert np.isnan(single.deviation) and np.isnan(single.ours_sd) and single.above == 2
    assert list(retrained_medians(ours(), held).columns) == names(RETRAINED_WITHIN_MEDIANS)


def test_the_spread_of_a_run_is_pooled_over_recordings():
    names_of = [f"chewie-2015031{k}-m1" for k in range(3)]
    held = published(*(("pivae", name, "train", "position_r2", 0.5) for name in names_of))
    runs = ours(
        ("pivae", names_of[0], "train", "position_r2", [0.1, 0.3]),
        ("pivae", names_of[1], "train", "position_r2", [0.2, 0.2]),
        ("pivae", names_of[2], "train", "velocity_r2", [0.0, 9.0]),
    )
    allowed = {"pivae": {"train": {"r2": 0.01}}}
    found = retrained_within(runs, held, allowed, seed_spread=2.0)
    assert found["spread"].tolist() == pytest.approx([0.1] * 3)
    # 0.5 is 0.3 from either mean: more than 2 * 0.1 * sqrt(1.5) = 0.245.
    assert found["verdict"].tolist() == ["differs", "differs", "not run"]
    assert retrained_within(runs, held, allowed, seed_spread=2.5)["verdict"].tolist()[0] == "within seed spread"


@given(st.floats(-6, 0.9), st.floats(-6, 0.9), st.floats(-6, 0.9))
def test_the_spread_of_a_swapped_velocity_is_that_of_the_usual_one(one, other, goal):
    of = ("ner", RECORDING, "test", "velocity_r2")
    (row,) = retrained_within(ours((*of, [one, other])), published((*of, goal)), TOLERANCE, seed_spread=2).itertuples()
    usual = np.std([1 / (2 - one), 1 / (2 - other)], ddof=1)
    assert row.spread == pytest.approx(usual * (2 - goal) ** 2, abs=1e-12)


def test_a_value_that_hangs_on_a_start_is_held_against_all_starts():
    of = ("umap", RECORDING, "test", "position_r2")
    allowed = {"umap": {"test": {"r2": 0.1, "direction": 5.0}}}
    starts = pd.DataFrame(
        [("umap", RECORDING, "linear", "test", "position_r2", "random", k, value) for k, value in enumerate([-5, -1])],
        columns=names(LAYOUT_CHOICE),
    )
    given = {"seed_spread": 2.0, "choices": starts}
    for goal, verdict in ((-0.5, "within arbitrary choice"), (2.7, "differs"), (-4.05, "met")):
        (row,) = retrained_within(ours((*of, [-4.0])), published((*of, goal)), allowed, **given).itertuples()
        assert (row.choice_mean, row.choice_sd) == pytest.approx((-3.0, 8**0.5))
        assert row.verdict == verdict
    # Nothing of the training trials hangs on it.
    of = ("umap", RECORDING, "train", "position_r2")
    allowed["umap"]["train"] = allowed["umap"]["test"]
    (row,) = retrained_within(ours((*of, [-4.0])), published((*of, -0.5)), allowed, **given).itertuples()
    assert np.isnan(row.choice_mean) and row.verdict == "differs"
