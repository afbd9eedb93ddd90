"""Maps from one recording's latent space into another's, against their definitions."""

from dataclasses import replace

import numpy as np
import pytest
from samples import simulated_embedding
from scipy.linalg import inv, sqrtm

from ner.decoding.alignment import strict_rotation
from ner.decoding.maps import canonical_map
from ner.decoding.protocols import PROTOCOLS
from ner.storage.errors import InputError


@pytest.fixture(scope="module")
def pair():
    return simulated_embedding(0, trials=48), simulated_embedding(1, trials=40)


def matched(source, target):
    """Bins of equally many trials of each direction, found one by one."""
    rows = ([], [])
    for direction in range(0, 360, 45):
        trials = [e.trial[(e.bin == 0) & (e.direction == direction)] for e in (source, target)]
        for of, e, chosen in zip(trials, (source, target), rows, strict=True):
            for trial in of[: min(map(len, trials))]:
                chosen.append(e.coordinates[e.trial == trial])
    return [np.concatenate(chosen) for chosen in rows]


def test_cca_is_the_canonical_correlation_of_matched_training_trials(pair):
    source, target = pair
    a, b = matched(*(e.select(e.train) for e in pair))
    assert len(a) == len(b)
    # Canonical directions from covariances, as in textbooks, rather than from QR.
    (x, y), count = (a - a.mean(0), b - b.mean(0)), len(a)
    whitened = [np.real(inv(sqrtm(part.T @ part / count))) for part in (x, y)]
    u, correlations, vt = np.linalg.svd(whitened[0] @ (x.T @ y / count) @ whitened[1])
    m_a, m_b = whitened[0] @ u, whitened[1] @ vt.T
    expected = (target.coordinates - b.mean(0)) @ m_b @ inv(m_a) + a.mean(0)
    carried = PROTOCOLS["cca"].map(source, target)(target.coordinates)
    np.testing.assert_allclose(carried, expected, atol=1e-8)
    for k in range(3):
        found = np.corrcoef((x @ m_a)[:, k], ((PROTOCOLS["cca"].map(source, target)(b) - a.mean(0)) @ m_a)[:, k])[0, 1]
        assert found == pytest.approx(correlations[k], abs=1e-8)


def test_cca_undoes_any_linear_map():
    source = simulated_embedding(0)
    random = np.random.default_rng(0)
    mixed = source.coordinates @ random.normal(size=(3, 3)) + random.normal(size=3)
    target = replace(source, coordinates=mixed)
    for name in ("cca", "cca-all-trials"):
        np.testing.assert_allclose(PROTOCOLS[name].map(source, target)(mixed), source.coordinates, atol=1e-8)


def test_the_rotation_is_the_strict_one_and_unaligned_is_none(pair):
    source, target = pair
    rotated = target.coordinates @ strict_rotation(source, target).T
    np.testing.assert_allclose(PROTOCOLS["strict"].map(source, target)(target.coordinates), rotated, atol=1e-12)
    np.testing.assert_array_equal(PROTOCOLS["unaligned"].map(source, target)(target.coordinates), target.coordinates)


@pytest.mark.parametrize("name", ["strict", "cca", "unaligned"])
def test_test_trials_do_not_shape_a_map(pair, name):
    source, target = pair
    changed = [replace(e, coordinates=np.where(e.train[:, None], e.coordinates, 9.0)) for e in pair]
    first, second = PROTOCOLS[name].map(source, target), PROTOCOLS[name].map(*changed)
    for field in ("matrix", "origin", "offset"):
        np.testing.assert_array_equal(getattr(first, field), getattr(second, field))


def test_test_trials_shape_the_habit_of_fitting_on_all_trials(pair):
    source, target = pair
    changed = replace(target, coordinates=np.where(target.train[:, None], target.coordinates, -target.coordinates))
    assert not np.allclose(
        PROTOCOLS["cca-all-trials"].map(*pair).matrix, PROTOCOLS["cca-all-trials"].map(source, changed).matrix
    )


def test_what_cannot_be_aligned_is_refused(pair):
    source, target = pair
    wide = simulated_embedding(1, dimensions=4)
    for name in ("cca", "cca-all-trials", "unaligned"):
        with pytest.raises(InputError, match="found 3 dimensions; expected 4, as simulated-1 has"):
            PROTOCOLS[name].map(source, wide)
    turned = replace(target, direction=target.direction + 10)
    with pytest.raises(InputError, match="align recordings of the same task"):
        canonical_map(source, turned)


def test_cca_of_latents_that_do_not_span_their_space_is_that_of_what_they_span(pair):
    source, target = pair
    flat = [replace(e, coordinates=np.column_stack([e.coordinates, e.coordinates[:, 0]])) for e in pair]
    carried = PROTOCOLS["cca"].map(*flat)(flat[1].coordinates)
    expected = PROTOCOLS["cca"].map(source, target)(target.coordinates)
    np.testing.assert_allclose(carried, np.column_stack([expected, expected[:, 0]]), atol=1e-8)
