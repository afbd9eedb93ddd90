"""Labels: what weights and angles do to the distances of labels, and to the changes of labels between bins."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ner.training.label_distance import movement_distance
from ner.training.labels import Labels

DEGREES = st.floats(-720, 720, allow_nan=False)


def between(first, second, weight=1.0):
    """Distance of two angles with a weight."""
    labels = Labels.weighted(np.array([[first], [second]]), angles=(0,), weights=(weight,))
    return movement_distance(torch.tensor(labels.values), labels.turns.tolist())[0, 1].item()


@given(first=DEGREES, second=DEGREES, weight=st.floats(0.1, 20))
def test_a_weight_is_a_factor_of_the_way_round_the_circle(first, second, weight):
    difference = abs(first - second) % 360
    assert between(first, second, weight) == pytest.approx(weight * min(difference, 360 - difference), abs=1e-6)


@given(angle=DEGREES, turns=st.integers(-2, 2))
def test_full_turns_change_nothing(angle, turns):
    assert between(angle, angle + 360 * turns) == pytest.approx(0, abs=1e-6)


@given(first=DEGREES, second=DEGREES, weight=st.floats(0.1, 20))
def test_points_on_the_circle_are_apart_by_the_chord_of_the_angle(first, second, weight):
    labels = Labels.weighted(np.array([[first], [second]]), angles=(0,), weights=(weight,))
    radius = weight * 360 / (2 * np.pi)
    chord = 2 * radius * abs(np.sin(np.deg2rad(first - second) / 2))
    assert np.linalg.norm(np.diff(labels.points(labels.values), axis=0)) == pytest.approx(chord, abs=1e-6)


def test_changes_are_taken_across_trials_unless_trials_are_given():
    labels = Labels.weighted(np.array([[1.0], [3.0], [10.0], [11.0]]), angles=(), weights=None)
    assert labels.changes(None).tolist() == [[0], [2], [7], [1]]
    assert labels.changes(np.array([0, 0, 1, 1])).tolist() == [[0], [2], [0], [1]]


def test_noncircular_labels_are_those_that_do_not_go_round():
    columns = np.array([[1.0, 2.0, 90.0], [3.0, 4.0, 180.0]])
    assert Labels.weighted(columns, angles=(2,), weights=None).noncircular.values.tolist() == [[1, 2], [3, 4]]
    assert Labels.weighted(columns[:, 2:], angles=(0,), weights=None).noncircular.values.tolist() == [[90], [180]]
