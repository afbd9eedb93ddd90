"""Consistency between embeddings: what it is invariant to, and its definition."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from samples import simulated_embedding
from scipy.linalg import orthogonal_procrustes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from ner.decoding.consistency import (
    CONSISTENCY,
    between_recordings,
    between_seeds,
    consistency_of_recordings,
    consistency_of_seeds,
)
from ner.storage.errors import InputError
from ner.storage.tables import names


def test_seeds_are_held_against_each_other_on_test_bins():
    source = simulated_embedding(0)
    target = replace(source, coordinates=simulated_embedding(7, noise=0.3).coordinates)
    train = source.train
    a, b = source.coordinates, target.coordinates
    found = between_seeds(source, target)
    expected = LinearRegression().fit(a[train], b[train]).predict(a[~train])
    assert found["least_squares"] == pytest.approx(r2_score(b[~train], expected))
    rotation = orthogonal_procrustes(a[train], b[train])[0]
    assert found["rotation"] == pytest.approx(r2_score(b[~train], a[~train] @ rotation))


def test_a_rotation_is_consistent_by_both_and_a_stretch_by_least_squares_alone():
    source = simulated_embedding(0)
    random = np.random.default_rng(0)
    rotation = np.linalg.qr(random.normal(size=(3, 3)))[0]
    rotated = between_seeds(source, replace(source, coordinates=source.coordinates @ rotation))
    assert rotated == pytest.approx({"least_squares": 1, "rotation": 1})
    stretched = between_seeds(source, replace(source, coordinates=source.coordinates * [1, 5, 0.2] + 3))
    assert stretched["least_squares"] == pytest.approx(1)
    assert stretched["rotation"] < 0.5


def test_recordings_are_held_against_each_other_on_averages_over_test_trials():
    source, target = simulated_embedding(0, trials=80), simulated_embedding(1, trials=120)
    found = between_recordings(source, target)

    def averages(e, chosen):
        return np.concatenate(
            [
                [e.coordinates[chosen & (e.direction == d) & (e.bin == k)].mean(0) for k in range(e.bins_per_trial)]
                for d in range(0, 360, 45)
            ]
        )

    (a, a_test), (b, b_test) = ([averages(e, e.train), averages(e, ~e.train)] for e in (source, target))
    assert found["rotation"] == pytest.approx(r2_score(b_test, a_test @ orthogonal_procrustes(a, b)[0]))
    assert found["least_squares"] == pytest.approx(r2_score(b_test, LinearRegression().fit(a, b).predict(a_test)))
    assert 0.8 < found["rotation"] < 1


def test_a_direction_without_a_test_trial_is_left_out():
    source, target = simulated_embedding(0, trials=80), simulated_embedding(1, trials=80)
    fewer = target.select(target.train | (target.direction != 90))
    assert np.isfinite(between_recordings(source, fewer)["rotation"])


def test_what_cannot_be_compared_is_refused():
    source = simulated_embedding(0)
    with pytest.raises(InputError, match="two embeddings of other bins"):
        between_seeds(source, simulated_embedding(1, trials=48))
    with pytest.raises(InputError, match="8 and 6 bins in a trial"):
        between_recordings(source, simulated_embedding(1, bins=6))
    with pytest.raises(InputError, match="no direction in common"):
        between_recordings(source, replace(source, direction=source.direction + 10))


def test_spaces_of_other_dimensions_have_no_rotation():
    source = simulated_embedding(0)
    wide = replace(source, coordinates=simulated_embedding(0, dimensions=5).coordinates)
    assert list(between_seeds(source, wide)) == ["least_squares"]


# ---- Tables


def test_seeds_are_held_against_each_other_within_each_recording():
    embeddings = {("a", 0): simulated_embedding(0), ("b", 0): simulated_embedding(1)}
    embeddings |= {
        (name, seed): replace(embeddings[name, 0], coordinates=simulated_embedding(seed + 7, noise=0.3).coordinates)
        for name in "ab"
        for seed in (3, 5)
    }
    table = consistency_of_seeds(embeddings, "mine")
    assert list(table.columns) == names(CONSISTENCY)
    pairs = set(itertools.permutations((0, 3, 5), 2))
    for name in "ab":
        rows = table[(table["source"] == name) & (table["target"] == name)]
        assert len(rows) == 2 * len(pairs)
        assert set(zip(rows["source_seed"], rows["target_seed"], strict=True)) == pairs
    assert len(table) == 4 * len(pairs)
    one = table[(table["target"] == "b") & (table["source_seed"] == 3) & (table["target_seed"] == 0)]
    assert one.set_index("fit")["r2"].to_dict() == pytest.approx(between_seeds(embeddings["b", 3], embeddings["b", 0]))
    assert consistency_of_seeds({("a", 0): embeddings["a", 0], ("b", 0): embeddings["b", 0]}, "mine").empty


def test_recordings_are_held_against_each_other_seed_by_seed():
    embeddings = {(name, seed): simulated_embedding(10 * k + seed) for k, name in enumerate("abc") for seed in range(2)}
    table, left_out = consistency_of_recordings(embeddings, method="mine", group="days")
    assert list(table.columns) == names(CONSISTENCY) and not left_out
    assert (table["source_seed"] == table["target_seed"]).all() and (table["source"] != table["target"]).all()
    assert len(table) == 6 * 2 * 2
    row = table[(table["source"] == "c") & (table["target"] == "a") & (table["source_seed"] == 1)]
    expected = between_recordings(embeddings["c", 1], embeddings["a", 1])
    assert row.set_index("fit")["r2"].to_dict() == pytest.approx(expected)


def test_a_pair_of_recordings_that_share_no_direction_is_left_out_with_one_line():
    embeddings = {(name, seed): simulated_embedding(seed) for name in "ab" for seed in range(2)}
    embeddings |= {
        ("turned", seed): replace(embeddings["a", seed], direction=embeddings["a", seed].direction + 10)
        for seed in range(2)
    }
    table, left_out = consistency_of_recordings(embeddings, method="mine", group="days")
    assert set(table["source"]) == {"a", "b"}
    reason = "left out: consistency: found no direction in common"
    assert [line.partition(";")[0] for line in left_out] == [f"a and turned {reason}", f"b and turned {reason}"]
