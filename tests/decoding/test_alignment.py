"""Rotations onto a target, against rotations that are known and against the paper's published cells."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import LINEAR, simulated_embedding
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from ner.data.embeddings import Embedding
from ner.data.trials import by_trial, direction_averages
from ner.decoding.across import decode_target
from ner.decoding.alignment import candidate_rotations, matched_rotation, paper_rotation, rotated_onto, strict_rotation
from ner.decoding.decode import fit_decoder
from ner.decoding.maps import rotated
from ner.decoding.metrics import score
from ner.published.tables import read_published_embedding
from ner.storage.errors import InputError


def simulated(seed, dimensions=3, trials=40, bins=5, directions=8):
    """Trajectories that differ by direction, with noise."""
    random = np.random.default_rng(seed)
    direction = np.r_[np.arange(directions), np.arange(directions), random.integers(0, directions, trials)]
    direction = direction[:trials] * 45
    shapes = random.normal(size=(directions, bins, dimensions))
    coordinates = shapes[direction // 45] + 0.1 * random.normal(size=(trials, bins, dimensions))
    trial = np.repeat(np.arange(trials), bins)
    return Embedding(
        coordinates=coordinates.reshape(-1, dimensions),
        velocity=random.normal(size=(trials * bins, 2)),
        direction=np.repeat(direction, bins),
        trial=trial,
        bin=np.tile(np.arange(bins), trials),
        train=trial < int(0.8 * trials),
        metadata={"recording": f"simulated-{seed}"},
    )


def orthogonal(seed, dimensions, sign):
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))
    q = q * np.sign(np.diag(r))
    q[:, 0] *= np.sign(np.linalg.det(q)) * sign
    return q


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), dimensions=st.integers(2, 4), sign=st.sampled_from([-1, 1]))
@pytest.mark.parametrize("find", [paper_rotation, strict_rotation])
def test_a_rotated_embedding_is_rotated_back(find, seed, dimensions, sign):
    target = simulated(seed, dimensions)
    known = orthogonal(seed, dimensions, sign)
    source = replace(target, coordinates=target.coordinates @ known.T)
    np.testing.assert_allclose(find(source, target), known, atol=1e-8)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_rotations_are_orthogonal_and_turn_with_source_and_target(seed):
    """R(A Q, B P) = Q' R(A, B) P: the rule knows no axes."""
    source, target = simulated(seed), simulated(seed + 1)
    q, p = orthogonal(seed, 3, 1), orthogonal(seed + 1, 3, 1)
    turned = replace(source, coordinates=source.coordinates @ q), replace(target, coordinates=target.coordinates @ p)
    for find in (candidate_rotations, strict_rotation):
        rotation = find(source, target)
        np.testing.assert_allclose(rotation @ np.swapaxes(rotation, -1, -2) - np.eye(3), 0, atol=1e-12)
        np.testing.assert_allclose(find(*turned), q.T @ rotation @ p, atol=1e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_strict_rotation_is_the_best_on_training_averages(seed):
    source, target = simulated(seed), simulated(seed + 1)
    a, b = (
        direction_averages(by_trial(e.coordinates[e.train], 5), e.direction[e.train][::5])[0].reshape(-1, 3)
        for e in (source, target)
    )
    best = strict_rotation(source, target)
    error = np.square(a @ best - b).sum()
    # Optimal: no rotation nearby or far is better.
    for sign in (-1, 1):
        for k in range(20):
            assert error <= np.square(a @ orthogonal(seed + k, 3, sign) - b).sum() + 1e-9
    # And it does not look at test bins.
    elsewhere = replace(source, coordinates=np.where(source.train[:, None], source.coordinates, 99.0))
    np.testing.assert_array_equal(strict_rotation(elsewhere, target), best)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_paper_rotation_is_the_published_choice_with_ties_taken_in_order(seed):
    source, target = simulated(seed), simulated(seed + 1)
    candidates = candidate_rotations(source, target)
    per_direction = source.coordinates.copy()
    for k, rotation in enumerate(candidates):
        chosen = source.direction == 45 * k
        per_direction[chosen] = source.coordinates[chosen] @ rotation
    first = {}
    for rotation in candidates:
        first.setdefault(np.linalg.det(rotation) >= 0, rotation)
    errors = [np.abs(source.coordinates @ rotation - per_direction).sum() for rotation in first.values()]
    np.testing.assert_array_equal(paper_rotation(source, target), list(first.values())[int(np.argmin(errors))])


def test_onto_an_anchor_only_training_bins_count():
    source, anchor = simulated(1), simulated(2)
    for find in (paper_rotation, strict_rotation):
        rotated = rotated_onto(source, anchor, find)
        expected = source.coordinates @ find(source.select(source.train), anchor.select(anchor.train))
        np.testing.assert_array_equal(rotated.coordinates, expected)
        assert rotated.metadata == source.metadata


def test_other_directions_are_refused():
    with pytest.raises(InputError, match="simulated-1: found directions .* same task"):
        candidate_rotations(simulated(1, directions=4), simulated(2))
    with pytest.raises(InputError, match="bins a trial"):
        candidate_rotations(simulated(1, bins=4), simulated(2))


def test_movements_are_matched_without_conditions_in_common():
    source, target = simulated_embedding(1), simulated_embedding(2)
    free = [replace(e, direction=np.zeros_like(e.direction), conditions=()) for e in (source, target)]
    for rule in (paper_rotation, strict_rotation):
        by_averages, by_movements = rule(source, target), rule(*free)
        assert not np.array_equal(by_averages, by_movements)
        np.testing.assert_allclose(by_movements @ by_movements.T, np.eye(3), atol=1e-9)
        scores = [
            score(*decode_target(fit_decoder(source, LINEAR), target, rotated(rotation)))
            for rotation in (by_averages, by_movements)
        ]
        for metric in ("velocity_r2", "position_r2"):
            assert scores[0][metric] > 0.5
            assert scores[1][metric] == pytest.approx(scores[0][metric], abs=0.03)
    # No label of a test trial has a say in the strict one.
    spoiled = [replace(e, velocity=np.where(e.train[:, None], e.velocity, 1e3)) for e in free]
    np.testing.assert_array_equal(strict_rotation(*spoiled), strict_rotation(*free))


def test_conditions_that_both_have_count():
    source, target = simulated(1), simulated(2)
    fewer = source.select(source.direction != 90)
    others = target.select(target.direction != 90)
    for rule in (paper_rotation, strict_rotation):
        np.testing.assert_array_equal(rule(fewer, target), rule(fewer, others))
        np.testing.assert_array_equal(rule(source, others), rule(fewer, others))


def published(mirror, session):
    values = np.load(mirror / f"data_NER/M1 4+6+6/Cebra_Chewie/NPZ/Chewie_{session}_embed_20000itr_M1.npz")
    parts = ("train", "test")
    labels = np.concatenate([values[f"continuous_index_{part}"] for part in parts])
    count = len(labels) // 40
    return Embedding(
        coordinates=np.concatenate([values[f"cebra_veldir_{part}"] for part in parts]),
        velocity=labels[:, :2] / 10,
        direction=labels[:, 2].astype(int) % 360,
        trial=np.repeat(np.arange(count), 40),
        bin=np.tile(np.arange(40), count),
        train=np.arange(len(labels)) < len(values["cebra_veldir_train"]),
    )


def test_published_cells_are_candidates(mirror):
    """Fig 5, CEBRA: each published position R2 is that of one of our eight candidates, of the sign that we choose."""
    sessions = {"160929": 4, "161007": 7, "161021": 9}
    embeddings = {session: published(mirror, session) for session in sessions}
    table = np.load(mirror / "data_NER/Fig5/Cebra_Chewie.npz")["pos_R_2D"]

    def position(embedding, movement):
        return movement.reshape(-1, 40, 2).cumsum(1).reshape(-1, 2)

    for a, source in embeddings.items():
        for b, target in embeddings.items():
            if a == b:
                continue
            values = []
            candidates = candidate_rotations(source, target)
            for rotation in candidates:
                rotated = source.coordinates @ rotation
                decoder = LinearRegression().fit(rotated[source.train], source.velocity[source.train])
                test = ~target.train
                predicted = decoder.predict(target.coordinates[test])
                values.append(r2_score(position(target, target.velocity[test]), position(target, predicted)))
            cell = table[sessions[a], sessions[b]]
            k = int(np.argmin(np.abs(values - cell)))
            assert values[k] == pytest.approx(cell, abs=1e-6)
            assert np.linalg.det(candidates[k]) * np.linalg.det(paper_rotation(source, target)) > 0


def test_both_ways_agree_on_published_embeddings(mirror):
    """Averages over directions and matched movements, with and without the directions among the labels."""
    folder = mirror / "data_NER/M1 4+6+6/NER_Chewie/NPZ"
    days = [
        read_published_embedding(folder / f"Chewie_{day}_embed_20000itr_M1.npz", f"chewie-20{day}-m1")
        for day in ("150313", "161007", "161014")
    ]
    free = [replace(e, direction=np.zeros_like(e.direction), conditions=()) for e in days]
    fitted = [fit_decoder(e, {"module": "linear", "max_iter": 1}) for e in free]
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    means = []
    for rule, found in ((strict_rotation, days), (matched_rotation, days), (strict_rotation, free)):
        scores = [score(*decode_target(fitted[i], free[j], rotated(rule(found[i], found[j])))) for i, j in pairs]
        means.append([np.mean([each[metric] for each in scores]) for metric in ("velocity_r2", "position_r2")])
    assert means[0][0] > 0.6
    np.testing.assert_allclose(means[1:], [means[0]] * 2, atol=0.03)
