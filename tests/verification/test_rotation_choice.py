"""What the choice of a rotation is worth, against a fit by definition with every rotation."""

import itertools

import numpy as np
import pytest
from samples import LINEAR, simulated_embedding
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from ner.decoding.alignment import candidate_rotations, chances_of_candidates, paper_rotation
from ner.storage.tables import names
from ner.verification.rotation_choice import ROTATION_CHOICE, rotation_choice


def test_chances_are_those_of_the_published_rule_over_all_choices_of_rounding():
    source, target = simulated_embedding(0), simulated_embedding(1)
    candidates = candidate_rotations(source, target)
    _, row = np.unique(source.direction, return_inverse=True)
    own = np.stack([x @ candidates[k] for x, k in zip(source.coordinates, row, strict=True)])
    signs = [np.flatnonzero(np.linalg.det(candidates) * sign > 0) for sign in (1, -1)]
    wins = np.zeros(len(candidates))
    for finalists in itertools.product(*(sign for sign in signs if len(sign))):
        wins[min(finalists, key=lambda k: np.abs(source.coordinates @ candidates[k] - own).sum())] += 1
    found, chances = chances_of_candidates(source, target)
    np.testing.assert_array_equal(found, candidates)
    np.testing.assert_allclose(chances, wins / wins.sum())
    taken = (candidates == paper_rotation(source, target)).all(axis=(1, 2))
    assert chances[taken] > 0


def test_values_are_those_of_decoders_of_the_rotated_source():
    embeddings = {"a": simulated_embedding(0), "b": simulated_embedding(1)}
    table = rotation_choice(embeddings, method="ner", seed=3, decoders={"linear": LINEAR})
    assert list(table.columns) == names(ROTATION_CHOICE)
    assert set(table["seed"]) == {3} and (table["source"] != table["target"]).all()
    source, target = embeddings["a"], embeddings["b"]
    test = ~target.train
    values = []
    candidates, chances = chances_of_candidates(source, target)
    for rotation in candidates:
        model = LinearRegression().fit((source.coordinates @ rotation)[source.train], source.velocity[source.train])
        predicted = model.predict(target.coordinates[test])
        values.append(r2_score(predicted, target.velocity[test]))
    mean = np.average(values, weights=chances)
    (row,) = table.query("source == 'a' and metric == 'velocity_r2'").itertuples()
    assert row.choice_mean == pytest.approx(mean)
    assert row.choice_sd == pytest.approx(np.sqrt(np.average((np.array(values) - mean) ** 2, weights=chances)))
