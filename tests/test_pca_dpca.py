"""PCA and dPCA against their definitions and against the authors' components."""

import numpy as np
import pytest
from samples import mirrored_recording, simulated_recording

from ner import methods
from ner.errors import InputError
from ner.methods.dpca import balanced_trials
from ner.trials import by_trial, direction_averages

SESSIONS = ["20150629", "20150630", "20160929", "20161007"]


def training_trials(recording, values):
    """Values (trials, bins, d) and directions of training trials."""
    train = recording.train
    return by_trial(values[train], recording.bins_per_trial), recording.direction[train & (recording.bin == 0)]


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
    with pytest.raises(InputError, match="single training trial"):
        methods.fit("dpca", simulated_recording(trials=16), {}, seed=0)


def test_balanced_trials_are_the_first_of_each_direction():
    directions = np.array([90, 0, 0, 90, 0, 45, 45])
    trials = np.arange(7 * 2 * 3).reshape(7, 2, 3)
    np.testing.assert_array_equal(balanced_trials(trials, directions), trials[[[1, 5, 0], [2, 6, 3]]])


@pytest.mark.parametrize("day", SESSIONS)
def test_pca_averages_are_the_authors(mirror, day):
    recording = mirrored_recording(mirror, f"chewie-{day}", "M1")
    folder = mirror / f"data_NER/M1 4+6+6/PCA_Chewie{day[:4]}/NPZ"
    published = np.load(next(folder.glob(f"*{day[2:]}_embed_M1.npz")))["cebra_veldir_train"]
    coordinates = methods.fit("pca", recording, {}, seed=0).coordinates
    averages = direction_averages(*training_trials(recording, coordinates))[0]
    signs = np.sign((averages * published).sum((0, 1)))
    np.testing.assert_allclose(averages * signs, published, atol=1e-8)


@pytest.mark.parametrize("day", SESSIONS)
def test_dpca_averages_are_the_authors(mirror, day):
    recording = mirrored_recording(mirror, f"chewie-{day}", "M1")
    folder = mirror / f"data_NER/M1 4+6+6/dPCA_Chewie{day[:4]}/NPZ"
    published = np.load(next(folder.glob(f"*{day[2:]}_embed_M1.npz")))["cebra_veldir_train"]
    coordinates = methods.fit("dpca", recording, {}, seed=0).coordinates
    averages = balanced_trials(*training_trials(recording, coordinates)).mean(0)
    for k in range(3):
        assert abs(np.corrcoef(averages[..., k].ravel(), published[k].ravel())[0, 1]) > 0.999
