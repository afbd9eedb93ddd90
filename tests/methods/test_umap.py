"""UMAP: its neighbours and graphs against umap-learn's own, and what each protocol may see."""

import os
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from places import ROOT
from samples import simulated_recording
from scipy.spatial.distance import cdist

from ner.methods import registry as methods
from ner.methods.umap import ExactNeighbors, lay_out
from ner.storage.errors import InputError

SETTINGS = {"neighbors": 15}


@pytest.fixture
def points():
    """Counts, among them equal points and an all-zero one."""
    points = np.random.default_rng(0).poisson(1.0, size=(300, 12)).astype(np.float32)
    points[200:] += np.random.default_rng(1).uniform(0, 1, size=(100, 12))
    points[7] = points[8] = points[9]
    points[10] = 0
    return points


def test_neighbours_are_the_nearest(points):
    neighbors = ExactNeighbors(points[:250], 20)
    indices, distances = neighbors.query(points, 20)
    every = cdist(points, points[:250])
    np.testing.assert_allclose(distances, np.sort(every, axis=1)[:, :20], atol=1e-5)
    np.testing.assert_allclose(distances, np.take_along_axis(every, indices, axis=1), atol=1e-5)
    assert (indices.dtype, distances.dtype) == (np.int32, np.float32)
    # Exactly 0 between equal points: UMAP measures every distance from the smallest that is not.
    assert (distances[:200, 0] == 0).all()
    assert (distances[7:10, :3] == 0).all()


@pytest.mark.slow
def test_graphs_are_those_of_umap_learn(points):
    """Below 4096 points umap-learn's own search is exact too, so that the graphs must agree."""
    from umap import UMAP

    points = points[~np.isin(np.arange(300), (7, 8))]  # ties are broken by either
    fitted, new = points[:250] + np.random.default_rng(2).uniform(0, 1e-3, (250, 12)).astype(np.float32), points[250:]
    neighbors = ExactNeighbors(fitted, 15)
    settings = {"n_neighbors": 15, "transform_mode": "graph", "random_state": 0, "n_jobs": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = UMAP(precomputed_knn=(*neighbors.query(fitted, 15), neighbors), **settings)
        graphs = [(model.fit_transform(fitted), model.transform(new)) for model in (ours, UMAP(**settings))]
    for found, expected in zip(*graphs, strict=True):
        np.testing.assert_allclose(found.toarray(), expected.toarray(), atol=1e-4)
        assert expected.nnz >= 48 * 15


def test_more_neighbours_than_bins_are_refused():
    with pytest.raises(InputError, match="neighbors: found 97 for 96 bins of simulated-0-m1"):
        methods.fit("umap", simulated_recording(), {"neighbors": 97}, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("supervised", [False, True])
def test_embedding_is_seeded_and_each_protocol_sees_what_it_may(supervised):
    recording = simulated_recording(trials=56)
    settings = {**SETTINGS, "supervised": supervised}
    fit = methods.fit("umap", recording, settings, seed=1)
    again = methods.fit("umap", recording, settings, seed=1)
    other = methods.fit("umap", recording, settings, seed=2)
    train = recording.train
    for one, same, another in (
        (fit.coordinates, again.coordinates, other.coordinates),
        (fit.strict, again.strict, other.strict),
    ):
        assert one.shape == (56 * 12, 2)
        assert np.isfinite(one).all()
        np.testing.assert_array_equal(one, same)
        assert not np.allclose(one, another)
    np.testing.assert_array_equal(fit.coordinates[train], fit.strict[train])
    assert fit.history is None

    # Other test directions, other test rates: what moves?
    relabelled = replace(recording, direction=np.where(train, recording.direction, (recording.trial * 45) % 90))
    moved = methods.fit("umap", relabelled, settings, seed=1)
    np.testing.assert_array_equal(moved.strict, fit.strict)
    assert np.array_equal(moved.coordinates[~train], fit.coordinates[~train]) != supervised


def test_points_are_moved_for_the_epochs_of_the_settings():
    recording = simulated_recording(trials=16)
    short, same, usual = (
        lay_out(recording, recording.train, methods.complete_settings("umap", settings), seed=0, epochs=epochs)
        for settings, epochs in ((SETTINGS | {"epochs": 3}, None), (SETTINGS, 3), (SETTINGS, None))
    )
    np.testing.assert_array_equal(short.embedding_, same.embedding_)
    assert not np.allclose(short.embedding_, usual.embedding_)


def test_the_fewest_epochs_also_move_new_points():
    settings = SETTINGS | {"epochs": methods.settings_schema("umap")["properties"]["epochs"]["minimum"]}
    fit = methods.fit("umap", simulated_recording(trials=16), settings, seed=0)
    assert np.isfinite(fit.strict).all()


def test_a_start_by_pca_needs_as_many_neurons_as_dimensions():
    recording = simulated_recording(trials=16)
    with pytest.raises(InputError, match="found 9 neurons; expected 10 or more"):
        methods.fit("umap", recording, SETTINGS | {"init": "pca", "dimensions": 10}, seed=0)


@pytest.mark.slow
def test_supervision_parts_the_directions():
    """Supervised, nearest neighbours in the training embedding share their direction; unsupervised not all do."""
    recording = simulated_recording(trials=80)
    train = recording.train
    agreement = []
    for supervised in (False, True):
        z = methods.fit("umap", recording, {**SETTINGS, "supervised": supervised}, seed=0).coordinates[train]
        distance = cdist(z, z) + np.diag(np.full(len(z), np.inf))
        agreement.append((recording.direction[train][distance.argmin(1)] == recording.direction[train]).mean())
    assert agreement[0] < agreement[1]
    assert agreement[1] > 0.95


@pytest.mark.slow
def test_umap_learn_is_compiled_by_the_first_process_alone(tmp_path):
    """And another version of it anew."""
    found = """
import sys
import numpy as np
import umap
umap.__version__ = sys.argv[1]
from ner.methods.umap import compile_once
compile_once()
umap.umap_.smooth_knn_dist(np.arange(12, dtype=np.float32).reshape(4, 3), 3.0)
print(sum(umap.umap_.smooth_knn_dist.stats.cache_hits.values()))
"""
    command, environment = (
        [sys.executable, "-c", found],
        os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT / "workflow")},
    )
    hits = [
        int(subprocess.run([*command, version], env=environment, capture_output=True, text=True, check=True).stdout)
        for version in ("1", "1", "2")
    ]
    assert hits == [0, 1, 0]
