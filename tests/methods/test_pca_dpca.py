"""PCA and dPCA against their definitions and against the authors' components."""

from dataclasses import replace

import numpy as np
import pytest
from places import MANIFEST
from samples import MIRRORED, mirrored_recording, simulated_recording

from ner.data.embeddings import write_embedding
from ner.data.trials import balanced_trials, by_trial, direction_averages
from ner.data.upstream import read_manifest
from ner.methods import registry as methods
from ner.published.catalogue import published_embeddings
from ner.storage.errors import InputError
from ner.storage.tables import names
from ner.verification.parity_averages import PARITY_AVERAGES, PARITY_CORRELATION, PARITY_DIFFERENCE, parity_averages


def training_trials(recording, values):
    """Values (trials, bins, d) and directions of training trials."""
    train = recording.train
    return by_trial(values[train], recording.bins_per_trial), recording.direction[train & (recording.bin == 0)]


@pytest.mark.parametrize("method", ["pca", "dpca"])
def test_fewer_neurons_than_components_are_refused(method):
    with pytest.raises(InputError, match="found 2 neurons; expected 3 or more"):
        methods.fit(method, simulated_recording(trials=75, neurons=2), {}, seed=0)


def test_pca_projects_on_the_eigenvectors_of_the_averages():
    recording = simulated_recording()
    fit = methods.fit("pca", recording, {}, seed=0)
    averages = direction_averages(*training_trials(recording, recording.rates))[0].reshape(-1, 9)
    values, vectors = np.linalg.eigh(np.cov(averages.T))
    axes = vectors[:, ::-1][:, :3]
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), range(3)])
    np.testing.assert_allclose(fit.coordinates, (recording.rates - averages.mean(0)) @ axes, atol=1e-10)
    projected = direction_averages(*training_trials(recording, fit.coordinates))[0].reshape(-1, 3)
    np.testing.assert_allclose(projected.var(0, ddof=1), values[::-1][:3], rtol=1e-10)
    assert fit.strict is None
    assert fit.history is None


@pytest.mark.parametrize("method", ["pca", "dpca"])
def test_test_trials_do_not_shape_the_axes(method):
    recording = simulated_recording()
    fit = methods.fit(method, recording, {}, seed=0)
    recording.rates[~recording.train] = 5.0
    again = methods.fit(method, recording, {}, seed=0)
    np.testing.assert_array_equal(fit.coordinates[recording.train], again.coordinates[recording.train])


def marginals(averages):
    """Averages (neurons, directions, bins) split into stimulus, time and interaction."""
    centred = averages - averages.mean((1, 2), keepdims=True)
    stimulus, time = (np.broadcast_to(centred.mean(axis, keepdims=True), centred.shape) for axis in (2, 1))
    return centred, {"s": stimulus, "t": time, "st": centred - stimulus - time}


def test_dpca_is_the_reduced_rank_regression_of_its_definition():
    """F D minimises |X_s - F D X|^2 + mu^2 |F D|^2 among maps of rank d (Kobak et al. 2016); mu is on the grid."""
    recording = simulated_recording(trials=80)
    fit = methods.fit("dpca", recording, {"dimensions": 2}, seed=3)
    trials = balanced_trials(*training_trials(recording, recording.rates))
    centred, parts = marginals(np.moveaxis(trials.mean(0), -1, 0))
    x, x_s = centred.reshape(9, -1), parts["s"].reshape(9, -1)
    projected = fit.coordinates[recording.train]
    errors = []
    for grid in 1e-7 * 1.4 ** np.arange(45):
        mu = grid * np.sum(x**2)
        full = x_s @ x.T @ np.linalg.inv(x @ x.T + mu**2 * np.eye(9))
        encoder = np.linalg.svd(full @ np.hstack([x, mu * np.eye(9)]))[0][:, :2]
        expected = (recording.rates[recording.train] - trials.mean((0, 1, 2))) @ (encoder.T @ full).T
        signs = np.sign((expected * projected).sum(0))
        errors.append(np.abs(expected * signs - projected).max())
    assert min(errors) < 1e-8
    assert fit.strict is None


def test_dpca_reconstructs_what_depends_on_the_stimulus_alone():
    """Low-noise data of a stimulus plane and a time course: the components hold the former and not the latter."""
    recording = simulated_recording(trials=80, bins=10)
    random = np.random.default_rng(1)
    axes = np.linalg.qr(random.normal(size=(9, 3)))[0].T
    angle = np.deg2rad(recording.direction)
    stimulus = np.column_stack([np.cos(angle), np.sin(angle)]) @ axes[:2]
    time = 3 * np.sin(recording.bin / 3)[:, None] * axes[2]
    recording.rates[:] = stimulus + time + random.normal(0, 1e-3, recording.rates.shape)
    components = methods.fit("dpca", recording, {"dimensions": 2}, seed=0).coordinates
    design = np.column_stack([components, np.ones(len(components))])
    for signal, explained in ((stimulus, True), (time, False)):
        residual = signal - design @ np.linalg.lstsq(design, signal, rcond=None)[0]
        share = 1 - residual.var(0).sum() / signal.var(0).sum()
        assert share > 0.999 if explained else share < 0.001


def test_dpca_is_seeded_silent_and_leaves_the_global_state_alone(capsys):
    recording = simulated_recording()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = (methods.fit("dpca", recording, {}, seed=4).coordinates for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    assert capsys.readouterr().out == ""


def test_dpca_needs_two_trials_of_a_direction():
    with pytest.raises(InputError, match="a single training trial of each condition"):
        methods.fit("dpca", simulated_recording(trials=8), {}, seed=0)


def test_dpca_leaves_out_directions_of_one_training_trial(capsys):
    # The first 12 of 16 trials train, so that 4 of 8 directions have one.
    fit = methods.fit("dpca", simulated_recording(trials=16), {}, seed=0)
    assert fit.coordinates.shape[1] == 3
    assert "without the conditions [180, 225, 270, 315]" in capsys.readouterr().out
    with pytest.raises(InputError, match="4 conditions, whose averages span 3 dimensions; expected more than 4"):
        methods.fit("dpca", simulated_recording(trials=16), {"dimensions": 4}, seed=0)


def test_balanced_trials_are_the_first_of_each_direction():
    directions = np.array([90, 0, 0, 90, 0, 45, 45])
    trials = np.arange(7 * 2 * 3).reshape(7, 2, 3)
    np.testing.assert_array_equal(balanced_trials(trials, directions), trials[[[1, 5, 0], [2, 6, 3]]])


# ---- Held against the authors' averages


def compared(recording, method, published, folder, **settings):
    """The table for one recording, as the workflow makes it from files."""
    fit = methods.fit(method, recording, settings, seed=0)
    write_embedding(folder / "ours.parquet", recording, fit.coordinates, fit.strict, {"method": method})
    return parity_averages([(folder / "ours.parquet", published)])


def averages_file(folder, values):
    np.savez(folder / "published.npz", cebra_veldir_train=values, continuous_index_train=np.zeros((4, 3)))
    return folder / "published.npz"


@pytest.fixture
def recording():
    return replace(simulated_recording(trials=75, bins=40, neurons=9), name="chewie-20161007-m1")


@pytest.mark.parametrize("method", ["pca", "dpca"])
def test_averages_are_compared_component_by_component_up_to_sign(method, recording, tmp_path):
    coordinates = methods.fit(method, recording, {}, seed=0).coordinates
    trials, directions = training_trials(recording, coordinates)
    if method == "pca":
        published = direction_averages(trials, directions)[0]
    else:
        published = balanced_trials(trials, directions).mean(0)
        assert not np.allclose(published, direction_averages(trials, directions)[0])
    published = published * [1, -1, 1]
    published[3, 7, 2] += 0.5
    laid_out = published if method == "pca" else np.moveaxis(published, -1, 0)
    found = compared(recording, method, averages_file(tmp_path, laid_out), tmp_path)
    assert list(found.columns) == names(PARITY_AVERAGES)
    assert found[["method", "recording"]].drop_duplicates().values.tolist() == [[method, recording.name]]
    assert found.component.tolist() == [1, 2, 3]
    np.testing.assert_allclose(found.difference, [0, 0, 0.5], atol=1e-9)
    assert (found.correlation[:2] > 1 - 1e-12).all() and found.correlation[2] < 1 - 1e-6


def test_averages_of_another_form_are_refused(recording, tmp_path):
    with pytest.raises(InputError, match="components"):
        compared(recording, "pca", averages_file(tmp_path, np.zeros((8, 35, 3))), tmp_path)
    with pytest.raises(InputError, match="found 8 directions, 40 bins a trial; expected 7 and 40"):
        compared(recording, "pca", averages_file(tmp_path, np.ones((7, 40, 3))), tmp_path)


def test_only_as_many_components_as_both_have_are_compared(recording, tmp_path):
    found = compared(
        recording,
        "pca",
        averages_file(tmp_path, np.random.default_rng(0).normal(size=(8, 40, 3))),
        tmp_path,
        dimensions=5,
    )
    assert found.component.tolist() == [1, 2, 3]


# Those of the authors' averages whose raw recording is in the partial mirror.
MIRRORED_AVERAGES = [
    found
    for found in published_embeddings(read_manifest(MANIFEST))
    if found.method in ("pca", "dpca") and found.recording.removesuffix("-m1") in MIRRORED
]


def test_four_recordings_of_each_method_can_be_compared():
    assert sorted((found.method, found.recording[7:15]) for found in MIRRORED_AVERAGES) == [
        (method, day) for method in ("dpca", "pca") for day in ("20150629", "20150630", "20160929", "20161007")
    ]


@pytest.mark.parametrize("of", MIRRORED_AVERAGES, ids=lambda of: f"{of.method}-{of.recording}")
def test_averages_are_the_authors(mirror, of, tmp_path):
    recording = mirrored_recording(mirror, of.recording.removesuffix("-m1"), "M1")
    found = compared(recording, of.method, mirror / of.path, tmp_path)
    assert len(found) == 3
    if of.method == "pca":
        assert found.difference.max() < PARITY_DIFFERENCE
    else:
        assert found.correlation.min() > PARITY_CORRELATION
