"""The controls: each against its definition, and their values on real recordings."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import mirrored_recording, simulated_recording
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import r2_score

import ner
from ner.data.embeddings import Embedding
from ner.data.trials import bins_of_other_trials
from ner.decoding.decode import decode
from ner.decoding.metrics import score
from ner.estimators.regression import Regression
from ner.methods import registry as methods
from ner.methods.ridge import history
from ner.storage.errors import InputError
from ner.training.labels import Labels
from ner.training.sampling import PairSampler

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"steps": 20, "batch_size": 16}
CONTROLS = {
    "rates": {},
    "ridge": {},
    "pca": {"fitted_to": "bins"},
    "factor_analysis": {"dimensions": 3},
    "pls": {},
    "regression": {"steps": 30},
    "average": {},
}


@pytest.mark.parametrize("module", CONTROLS)
def test_test_trials_do_not_shape_a_control(module):
    recording = simulated_recording()
    changed = replace(
        recording,
        rates=np.where(recording.train[:, None], recording.rates, 5.0),
        velocity=np.where(recording.train[:, None], recording.velocity, -3.0),
        direction=np.where(recording.train, recording.direction, 0),
    )
    fits = [methods.fit(module, r, CONTROLS[module], seed=0).coordinates[r.train] for r in (recording, changed)]
    np.testing.assert_array_equal(*fits)


@pytest.mark.parametrize("module", CONTROLS)
def test_a_silent_neuron_is_no_trouble(module):
    recording = simulated_recording()
    recording.rates[:, 2] = 0
    assert np.isfinite(methods.fit(module, recording, CONTROLS[module], seed=0).coordinates).all()


@pytest.mark.parametrize("module", ["pca", "factor_analysis", "pls"])
def test_fewer_neurons_than_dimensions_are_refused(module):
    with pytest.raises(InputError, match="found 2 neurons; expected 3 or more"):
        methods.fit(module, simulated_recording(neurons=2), CONTROLS[module] | {"dimensions": 3}, seed=0)


def test_rates_are_scored_by_training_bins():
    recording = simulated_recording()
    fit = methods.fit("rates", recording, {}, seed=0)
    train = recording.rates[recording.train]
    np.testing.assert_allclose(fit.coordinates, (recording.rates - train.mean(0)) / train.std(0), atol=1e-12)


def test_pca_of_bins_projects_on_the_eigenvectors_of_their_covariance():
    recording = simulated_recording()
    train = recording.rates[recording.train]
    axes = np.linalg.eigh(np.cov(train.T))[1][:, ::-1][:, :3]
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), range(3)])
    fit = methods.fit("pca", recording, {"fitted_to": "bins"}, seed=0)
    np.testing.assert_allclose(fit.coordinates, (recording.rates - train.mean(0)) @ axes, atol=1e-10)


def test_a_history_holds_the_bins_before_within_the_trial():
    trials = np.arange(24.0).reshape(2, 4, 3)
    read = history(trials, 3)
    for trial in range(2):
        for k in range(4):
            expected = np.concatenate([trials[trial, max(k - lag, 0)] for lag in (2, 1, 0)])
            np.testing.assert_array_equal(read[trial, k], expected)


def test_the_ridge_reads_what_a_literal_wiener_filter_reads():
    recording = simulated_recording(trials=50)
    train, per = recording.train, recording.bins_per_trial
    read = history(recording.per_trial(recording.rates), 5).reshape(len(train), -1)
    read = (read - read[train].mean(0)) / read[train].std(0)
    scores = {}
    for penalty in 10.0 ** np.arange(7):
        found = []
        for block in np.array_split(np.arange(40), 5):
            held = np.isin(recording.trial[train], block)
            model = Ridge(alpha=penalty).fit(read[train][~held], recording.velocity[train][~held])
            found.append(r2_score(recording.velocity[train][held], model.predict(read[train][held])))
        scores[penalty] = np.mean(found)
    penalty = max(scores, key=scores.get)
    velocity = Ridge(alpha=penalty).fit(read[train], recording.velocity[train]).predict(read)
    direction = LogisticRegression(C=0.01, max_iter=5000).fit(read[train], recording.direction[train])
    fit = methods.fit("ridge", recording, {}, seed=0)
    np.testing.assert_allclose(fit.coordinates[:, :2], velocity, rtol=1e-9)
    np.testing.assert_allclose(fit.coordinates[:, 2:], direction.decision_function(read), rtol=1e-6, atol=1e-9)
    assert per * 50 == len(read)


def test_a_ridge_that_cannot_be_fitted_is_refused():
    with pytest.raises(InputError, match="found 4 training trials; expected 5 or more"):
        methods.fit("ridge", simulated_recording(trials=5), {}, seed=0)
    one = simulated_recording()
    with pytest.raises(InputError, match="training trials of the condition 0 alone"):
        methods.fit("ridge", replace(one, direction=np.zeros_like(one.direction)), {}, seed=0)


@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_every_trial_gets_another_ones_bins_in_order(trials, bins, seed):
    trial = np.repeat(np.arange(trials) + 7, bins)
    other = bins_of_other_trials(trial, seed)
    assert sorted(other) == list(range(len(trial)))
    assert trials == 1 or (trial[other] != trial).all()
    np.testing.assert_array_equal(other % bins, np.tile(np.arange(bins), trials))
    assert all(len(set(trial[part])) == 1 for part in other.reshape(trials, bins))


@pytest.mark.parametrize("direction", ["trial", "bin", "real"])
def test_an_average_is_that_of_the_direction(direction):
    recording = simulated_recording(trials=40)
    train, per = recording.train, recording.bins_per_trial
    fit = methods.fit("average", recording, {"direction": direction}, seed=0)
    trials, moved = recording.per_trial(recording.rates), recording.per_trial(recording.velocity)
    known = train[::per]
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    expected = []
    for k in range(per):
        given = {"trial": trials.mean(axis=1), "bin": trials[:, k], "real": None}[direction]
        named = recording.trial_direction.copy()
        if given is not None:
            named[~known] = lda.fit(given[known], named[known]).predict(given[~known])
        expected.append([moved[known & (recording.trial_direction == one), k].mean(axis=0) for one in named[~known]])
    found = LinearRegression().fit(fit.coordinates[train], recording.velocity[train]).predict(fit.coordinates[~train])
    np.testing.assert_allclose(found.reshape(-1, per, 2), np.swapaxes(expected, 0, 1), atol=1e-9)


def test_only_the_bound_knows_the_directions_of_test_trials():
    recording = simulated_recording()
    turned = replace(recording, direction=np.where(recording.train, recording.direction, 315 - recording.direction))
    for direction in ("trial", "bin", "real"):
        fits = [methods.fit("average", r, {"direction": direction}, seed=0).coordinates for r in (recording, turned)]
        assert np.array_equal(*fits) == (direction != "real")


def test_an_average_needs_two_directions():
    one = simulated_recording()
    with pytest.raises(InputError, match="training trials of the condition 0 alone; expected two conditions or more"):
        methods.fit("average", replace(one, direction=np.zeros_like(one.direction)), {}, seed=0)


def test_shuffled_labels_train_on_those_of_other_trials():
    recording = simulated_recording()
    train = recording.train
    other = bins_of_other_trials(recording.trial[train], 3)
    model = ner.NER(**QUICK, angles=(2,), random_state=3).fit(recording.rates[train], recording.labels[train][other])
    fit = methods.fit("ner", recording, {**QUICK, "shuffled": "labels"}, seed=3)
    np.testing.assert_array_equal(fit.coordinates, model.transform(recording.rates))


def test_shuffled_neurons_are_embedded_as_well():
    recording = simulated_recording()
    fit = methods.fit("ner", recording, {**QUICK, "shuffled": "neurons"}, seed=3)
    embedded = fit.model.transform(recording.rates)
    for part in (recording.train, ~recording.train):
        other = bins_of_other_trials(recording.trial[part], 3)
        np.testing.assert_allclose(fit.coordinates[part], embedded[part][other], atol=1e-6)


def test_labels_of_one_kind_are_the_estimator_with_those_columns():
    recording = simulated_recording()
    rates, labels = recording.rates[recording.train], recording.labels[recording.train]
    velocity = ner.NER(**QUICK, random_state=0).fit(rates, labels[:, :2])
    direction = ner.NER(**QUICK, angles=(0,), random_state=0).fit(rates, labels[:, 2], recording.trial[recording.train])
    for name, model in (("velocity", velocity), ("direction", direction)):
        fit = methods.fit("ner", recording, {**QUICK, "labels": name}, seed=0)
        np.testing.assert_array_equal(fit.coordinates, model.transform(recording.rates))


def test_positives_of_directions_alone_are_uniform_among_bins_of_the_same():
    recording = simulated_recording()
    labels = Labels.weighted(recording.direction[:, None], (0,), None)
    sampler = PairSampler(labels, 512, seed=0, trials=recording.trial)
    references, positives = np.concatenate([sampler.batch(step).reshape(2, -1) for step in range(64)], axis=1)
    np.testing.assert_array_equal(recording.direction[references], recording.direction[positives])
    counts = np.bincount(positives[recording.direction[references] == 90], minlength=len(recording.direction))
    expected = recording.direction == 90
    assert (counts[~expected] == 0).all()
    assert counts[expected].min() > 0.5 * counts[expected].mean()
    assert counts[expected].max() < 2 * counts[expected].mean()


def test_an_untrained_encoder_is_the_one_that_training_starts_from():
    recording = simulated_recording()
    fit = methods.fit("ner", recording, {"steps": 0}, seed=5)
    assert fit.history.empty
    model = ner.NER(steps=1, learning_rate=1e-12, random_state=5).fit(recording.rates, recording.labels)
    np.testing.assert_allclose(fit.coordinates, model.transform(recording.rates), atol=1e-5)


@pytest.mark.parametrize(("settings", "columns"), [({}, 4), ({"sphere": True, "dimensions": 3}, 3)])
def test_regression_predicts_held_out_movements(settings, columns):
    recording = simulated_recording(trials=80, neurons=20)
    fit = methods.fit("regression", recording, {**settings, "steps": 800, "batch_size": 256}, seed=0)
    assert fit.coordinates.shape == (len(recording.rates), columns)
    lengths = np.linalg.norm(fit.coordinates, axis=1)
    assert np.allclose(lengths, 1, atol=1e-6) == ("sphere" in settings)
    assert decoded_scores(recording, fit.coordinates)["velocity_r2"] > 0.6


def test_early_stopping_keeps_the_weights_that_predict_the_last_trials_best():
    random = np.random.default_rng(0)
    # Labels that the rates do not know: to fit them goes wrong on other trials.
    X, y = random.normal(size=(200, 30)), random.normal(size=(200, 1))
    trials, scored = np.repeat(np.arange(20), 10), (y - y.mean()) / y.std()
    errors = []
    for steps in (25, 50, 100, 200, 400):
        model = Regression(dimensions=1, steps=steps, learning_rate=3e-3, random_state=0).fit(X, y, trials)
        errors.append(np.square(model.transform(X) - scored)[trials >= 18].mean())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == errors[-2]
    # The last weights, of a training on all trials, know the labels by heart.
    last = Regression(dimensions=1, steps=400, learning_rate=3e-3, validation_fraction=0, random_state=0)
    assert np.square(last.fit(X, y, trials).transform(X) - scored)[trials >= 18].mean() < 0.1 < errors[-1]


def test_regression_asks_for_as_many_dimensions_as_it_predicts(tmp_path):
    recording = simulated_recording()
    with pytest.raises(InputError, match="dimensions: found 3; expected 4, as many as are predicted, or sphere=True"):
        methods.fit("regression", recording, {"dimensions": 3}, seed=0)
    fit = methods.fit("regression", recording, {"steps": 5}, seed=0)
    fit.model.save(tmp_path / "model.safetensors")
    loaded = ner.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.transform(recording.rates), fit.coordinates)


def decoded_scores(recording, coordinates):
    """Metrics of the linear decoder on test trials."""
    bins = {name: getattr(recording, name) for name in ("trial", "bin", "train", "velocity", "direction")}
    embedding = Embedding(**bins, coordinates=coordinates)
    decoded = decode(embedding, {"module": "linear"})
    return score(embedding.select(~recording.train), decoded.select(~recording.train))


#: Held-out R2 of velocity and position on two recordings, measured with other code, and tolerances of both.
MEASURED = {
    "rates": ("rates", {}, 1, (0.493, 0.798), (0.614, 0.831), (0.002, 0.002)),
    "rates-history": ("ridge", {}, 1, (0.627, 0.795), (0.794, 0.892), (0.003, 0.003)),
    "rates-history-10": ("ridge", {"bins": 10}, 1, (0.642, 0.798), (0.822, 0.894), (0.003, 0.003)),
    "average-lda": ("average", {}, 1, (0.730, 0.927), (0.864, 0.967), (0.002, 0.002)),
    "average-oracle": ("average", {"direction": "real"}, 1, (0.758, 0.953), (0.878, 0.982), (0.001, 0.001)),
    "pca10": ("pca", {"dimensions": 10, "fitted_to": "bins"}, 1, (0.463, 0.791), (0.485, 0.796), (0.002, 0.002)),
    "pca3": ("pca", {"fitted_to": "bins"}, 1, (0.168, 0.416), (0.375, 0.777), (0.002, 0.002)),
    "pls3": ("pls", {}, 1, (0.391, 0.794), (0.537, 0.867), (0.005, 0.005)),
    "regression": ("regression", {}, 3, (0.743, 0.888), (0.803, 0.897), (0.025, 0.025)),
    "regression-sphere": (
        "regression",
        {"sphere": True, "dimensions": 3},
        3,
        (0.628, 0.889),
        (0.761, 0.924),
        (0.06, 0.04),
    ),
    "ner": ("ner", {"steps": 5000}, 3, (0.667, 0.881), (0.795, 0.935), (0.02, 0.025)),
    "cebra": ("cebra", {"steps": 5000}, 3, (0.216, 0.738), (0.265, 0.770), (0.03, 0.03)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURED)
def test_real_recordings_give_the_measured_values(name, mirror):
    module, settings, seeds, *expected, tolerance = MEASURED[name]
    for session, values in zip(("chewie-20150629", "chewie-20161007"), expected, strict=True):
        recording = mirrored_recording(mirror, session, "M1")
        found = []
        for seed in range(seeds):
            scores = decoded_scores(recording, methods.fit(module, recording, settings, seed=seed).coordinates)
            found.append([scores["velocity_r2"], scores["position_r2"]])
        # The measured values are rounded to three decimals.
        difference = np.abs(np.mean(found, axis=0) - values)
        assert (difference <= np.add(tolerance, 0.0005)).all(), (session, np.mean(found, axis=0))
