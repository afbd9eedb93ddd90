"""The rotation of one embedding onto another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import simulated_embedding

import ner
from ner.decoding.alignment import strict_rotation
from ner.storage.errors import InputError


@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_a_rotation_is_found_and_undone(seed, dimensions):
    random = np.random.default_rng(seed)
    source = random.normal(size=(50, dimensions))
    rotation = np.linalg.qr(random.normal(size=(dimensions, dimensions)))[0]
    alignment = ner.align(source, source @ rotation)
    np.testing.assert_allclose(alignment.rotation_, rotation, atol=1e-8)
    np.testing.assert_allclose(alignment.inverse_transform(alignment.transform(source)), source, atol=1e-12)


def test_no_other_rotation_leaves_less():
    source, target = (simulated_embedding(seed).coordinates for seed in (0, 1))
    alignment = ner.align(source, target)
    left = np.square(alignment.transform(source) - target).sum()
    for seed in range(20):
        other = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
        assert left <= np.square(source @ other - target).sum()


def test_averages_of_direction_and_bin_are_the_strict_rotation():
    source, target = (e.select(e.train) for e in (simulated_embedding(0), simulated_embedding(1, trials=64)))
    labels = [np.column_stack([e.direction, e.bin]) for e in (source, target)]
    alignment = ner.align(source.coordinates, target.coordinates, *labels, match="average", angles=(0,))
    np.testing.assert_allclose(alignment.rotation_, strict_rotation(source, target), atol=1e-12)


def test_nearest_labels_match_whatever_the_order_and_number_of_bins():
    random = np.random.default_rng(0)
    labels, rotation = random.normal(size=(400, 3)), np.linalg.qr(random.normal(size=(3, 3)))[0]
    latent = labels / np.linalg.norm(labels, axis=1, keepdims=True)
    chosen = random.permutation(400)[:300]
    alignment = ner.align(latent[chosen], latent @ rotation, labels[chosen], labels)
    np.testing.assert_allclose(alignment.rotation_, rotation, atol=1e-10)


def test_angles_are_matched_round_the_circle():
    angles = [np.arange(0.0, 360, 10), np.arange(0.0, 360, 10) + 359]
    points = [np.column_stack([np.cos(np.deg2rad(a)), np.sin(np.deg2rad(a))]) for a in angles]
    nearest, plain = (ner.align(*points, *angles, angles=chosen).rotation_ for chosen in ((0,), ()))
    # One degree off, all the way round.
    assert np.trace(nearest) == pytest.approx(2 * np.cos(np.deg2rad(1)), abs=1e-9)
    assert np.trace(plain) < np.trace(nearest) - 1e-4


def test_what_cannot_be_matched_is_refused():
    z = np.eye(4)[:, :3]
    with pytest.raises(InputError, match="alignment: found a source of shape"):
        ner.align(z, z[:3])
    with pytest.raises(InputError, match="labels: found those of one embedding"):
        ner.align(z, z, np.arange(4))
    with pytest.raises(InputError, match="labels: found 3 rows for 4 bins"):
        ner.align(z, z, np.arange(3), np.arange(4))
    with pytest.raises(InputError, match="labels: found 1 and 2 columns"):
        ner.align(z, z, np.arange(4), np.ones((4, 2)))
    with pytest.raises(InputError, match="4 different labels in the source and 2 in the target"):
        ner.align(z, z, np.arange(4), np.arange(4) // 2, match="average")
    with pytest.raises(ValueError, match="match: found 'mean'"):
        ner.align(z, z, np.arange(4), np.arange(4), match="mean")


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        ((None, None), {"match": "average"}, "labels: found none, beside match"),
        ((None, None), {"angles": (0,)}, "labels: found none, beside match"),
        ((np.ones(9), np.arange(9)), {}, "source_labels: found the same labels in all bins"),
        ((np.arange(9), np.ones(9)), {}, "target_labels: found the same labels in all bins"),
        ((np.arange(9), np.ma.masked_greater(np.arange(9), 5)), {}, "target_labels: found an array with 3 masked"),
    ],
)
def test_labels_that_match_nothing_are_refused(labels, options, message):
    embedding = np.random.default_rng(0).normal(size=(9, 3))
    with pytest.raises(InputError, match=message):
        ner.align(embedding, embedding, *labels, **options)
