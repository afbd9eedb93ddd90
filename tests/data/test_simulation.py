import numpy as np
import pytest
import scipy.io
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from ner.data.preprocessing import make_recording
from ner.data.simulation import REACH, TUNING, simulate_session, write_trial_data

SIZES = {"M1": 48, "PMd": 40, "S1": 30}
BINS = 40


def usable(trial, bins=BINS):
    cut = trial.velocity[trial.go_cue : trial.go_cue + bins]
    return len(cut) == bins and not np.isnan(trial.direction) and not np.isnan(cut).any()


def recording_of(session, folder, area, bins=BINS, unit="radians"):
    path = folder / "session.mat"
    write_trial_data(path, session, unit)
    settings = {"target_unit": unit}
    return make_recording(path, "demo", format="simulated", area=area, bins=bins, train_fraction=0.8, settings=settings)


@pytest.fixture(scope="module")
def days():
    """Two sessions of one animal."""
    return [simulate_session(seed=seed, trials=160, neurons=SIZES, bins=BINS) for seed in (11, 12)]


@pytest.fixture(scope="module")
def recordings(days, tmp_path_factory):
    """Recordings of the days, by area."""
    folder = tmp_path_factory.mktemp("days")
    return [{area: recording_of(day, folder, area) for area in SIZES} for day in days]


@pytest.fixture(scope="module")
def reaches(days):
    """Usable trials of the first day, from the go cue on."""
    return [(trial.direction, trial.velocity[trial.go_cue : trial.go_cue + BINS]) for trial in days[0] if usable(trial)]


@given(
    seed=st.integers(0, 2**32 - 1),
    neurons=st.dictionaries(st.sampled_from(["M1", "PMd", "S1"]), st.integers(1, 5), min_size=1, max_size=2),
    bins=st.integers(25, 45),
    unit=st.sampled_from(["radians", "degrees"]),
)
@settings(max_examples=5)
def test_what_was_simulated_is_what_preprocessing_finds(tmp_path_factory, seed, neurons, bins, unit):
    session = simulate_session(seed=seed, trials=104, neurons=neurons, bins=bins)
    kept = [trial for trial in session if usable(trial, bins)]
    folder = tmp_path_factory.mktemp("session")
    for area, count in neurons.items():
        recording = recording_of(session, folder, area, bins, unit)
        cuts = [slice(trial.go_cue, trial.go_cue + bins) for trial in kept]
        np.testing.assert_array_equal(
            recording.velocity, np.concatenate([trial.velocity[cut] for trial, cut in zip(kept, cuts, strict=True)])
        )
        np.testing.assert_array_equal(recording.direction, np.repeat([trial.direction for trial in kept], bins))
        smoothed = [
            scipy.ndimage.gaussian_filter1d(trial.counts[area].astype(float), 1.5, axis=0, mode="constant", radius=4)
            for trial in kept
        ]
        np.testing.assert_allclose(
            recording.rates,
            np.concatenate([values[cut] for values, cut in zip(smoothed, cuts, strict=True)]),
            rtol=1e-12,
            atol=1e-14,
        )
        assert recording.rates.shape[1] == count
        dropped = [entry["trial"] for entry in recording.metadata["dropped_trials"]]
        assert dropped == [k for k, trial in enumerate(session, start=1) if not usable(trial, bins)]


@pytest.mark.parametrize(("trials", "failures"), [(1, 0), (49, 0), (50, 3), (160, 9)])
def test_some_trials_are_unusable_one_of_each_kind_in_fifty(trials, failures):
    session = simulate_session(seed=5, trials=trials, neurons={"M1": 2}, bins=BINS)
    assert len(session) == trials
    assert sum(not usable(trial) for trial in session) == failures


def test_all_kinds_of_unusable_trials_occur(recordings):
    reasons = sorted(entry["reason"] for entry in recordings[0]["M1"].metadata["dropped_trials"])
    assert reasons == ["37 of 40 bins after the go cue"] * 3 + ["no target"] * 3 + ["velocity is NaN"] * 3


def test_the_file_is_trial_data(tmp_path, days):
    write_trial_data(tmp_path / "session.mat", days[0], "radians")
    content = scipy.io.loadmat(tmp_path / "session.mat")
    assert [name for name in content if not name.startswith("__")] == ["trial_data"]
    trials = content["trial_data"].ravel()
    assert trials.dtype.names == (
        "M1_spikes",
        "PMd_spikes",
        "LeftS1Area2_spikes",
        "vel",
        "idx_goCueTime",
        "tgtDir",
        "bin_size",
    )
    assert len({len(trial["vel"]) for trial in trials}) > 5
    assert len({trial["idx_goCueTime"].item() for trial in trials}) > 5
    targets = np.array([trial["tgtDir"].item() for trial in trials])
    np.testing.assert_allclose(np.unique(targets[~np.isnan(targets)]), np.arange(-4, 4) * np.pi / 4)


def test_targets_in_degrees_are_not_signed(tmp_path, days):
    write_trial_data(tmp_path / "session.mat", days[0], "degrees")
    trials = scipy.io.loadmat(tmp_path / "session.mat")["trial_data"].ravel()
    targets = np.array([trial["tgtDir"].item() for trial in trials])
    assert set(targets[~np.isnan(targets)]) == set(range(0, 360, 45))


def test_a_seed_makes_the_same_file(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        session = simulate_session(seed=seed, trials=20, neurons={"M1": 4}, bins=BINS)
        write_trial_data(tmp_path / f"{name}.mat", session, "radians")
    a, b, c = ((tmp_path / f"{name}.mat").read_bytes() for name in "abc")
    assert a == b != c


def test_an_unknown_area():
    with pytest.raises(KeyError, match="V1"):
        simulate_session(seed=0, trials=8, neurons={"V1": 4}, bins=BINS)


def test_blocks_of_all_targets():
    session = simulate_session(seed=2, trials=44, neurons={"M1": 2}, bins=BINS)
    targets = [trial.direction for trial in session]
    for k in range(0, 40, 8):
        assert len(set(targets[k : k + 8])) == 8
    assert targets[:8] != targets[8:16]


def test_reaches_end_at_their_targets(reaches):
    for direction, velocity in reaches:
        end = 0.03 * velocity.sum(axis=0)
        angle = np.rad2deg(np.arctan2(end[1], end[0]))
        assert abs((angle - direction + 180) % 360 - 180) < 20
        assert 0.7 * REACH < np.hypot(*end) < 1.3 * REACH


def test_speed_is_bell_shaped(reaches):
    speed = np.array([np.hypot(*velocity.T) for _, velocity in reaches])
    mean = speed.mean(axis=0)
    top = mean.argmax()
    assert 14 <= top <= 21
    assert (np.diff(mean[4:top]) > 0).all()
    assert (np.diff(mean[top + 1 : 30]) < 0).all()
    assert mean[:4].max() < 2 and mean[-5:].max() < 2
    # the speed of a minimum-jerk reach peaks at 15 / 8 of its mean
    assert np.mean(speed.max(axis=1)) == pytest.approx(15 / 8 * REACH / 0.62, rel=0.05)


def test_counts_are_poisson(days):
    """At rest before the plan builds up, rates stand still but for the trials' gain: variance / mean is about 1."""
    rest = np.stack([trial.counts["M1"][0] for trial in days[0]])
    rest = rest[:, rest.mean(axis=0) > 0.1]
    assert rest.var(axis=0, ddof=1).mean() / rest.mean(axis=0).mean() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("area", list(TUNING))
def test_velocity_is_encoded_with_the_areas_lead(days, area):
    """Velocity is decoded best from counts that many bins earlier (M1, PMd) or later (S1)."""
    trials = [trial for trial in days[0] if usable(trial)]
    scores = {}
    for lead in range(-6, 9):
        counts = np.concatenate([trial.counts[area][8 - lead :][: len(trial.velocity) - 16] for trial in trials])
        velocity = np.concatenate([trial.velocity[8:-8] for trial in trials])
        scores[lead] = LinearRegression().fit(counts, velocity).score(counts, velocity)
    assert abs(max(scores, key=scores.get) - TUNING[area].lead) <= 1
    assert np.sign(max(scores, key=scores.get)) == np.sign(TUNING[area].lead)


def test_neurons_are_cosine_tuned(days):
    """Counts during the reach follow a + b cos(direction - preferred direction), which points all around."""
    trials = [trial for trial in days[0] if usable(trial)]
    directions = np.array([trial.direction for trial in trials])
    counts = np.stack([trial.counts["M1"][trial.go_cue + 8 : trial.go_cue + 26].sum(axis=0) for trial in trials])
    means = np.stack([counts[directions == angle].mean(axis=0) for angle in range(0, 360, 45)])
    angles = np.deg2rad(np.arange(0, 360, 45))
    design = np.column_stack([np.ones(8), np.cos(angles), np.sin(angles)])
    coefficients = np.linalg.lstsq(design, means, rcond=None)[0]
    explained = 1 - ((means - design @ coefficients) ** 2).sum(0)[:-1] / ((means - means.mean(0)) ** 2).sum(0)[:-1]
    assert np.median(explained) > 0.8
    preferred = np.arctan2(coefficients[2, :-1], coefficients[1, :-1])
    assert np.histogram(preferred, bins=4, range=(-np.pi, np.pi))[0].min() >= 4


def test_rates_and_decoding_are_like_a_recordings(recordings):
    """Chewie's and Mihili's M1: 12 to 14 Hz; R2 of a linear decoder from rates to velocity 0.44 to 0.67."""
    recording = recordings[0]["M1"]
    assert 8 < recording.rates.mean() / 0.03 < 16
    train, test = recording.train, ~recording.train
    decoder = LinearRegression().fit(recording.rates[train], recording.velocity[train])
    assert 0.5 < decoder.score(recording.rates[test], recording.velocity[test]) < 0.8


def test_one_neuron_of_an_area_is_silent(recordings):
    for area, count in SIZES.items():
        assert recordings[0][area].metadata["silent_neurons"] == [count - 1]
    assert sum(trial.counts["M1"].sum() for trial in simulate_session(seed=1, trials=8, neurons={"M1": 1}, bins=40))


def test_days_have_other_neurons_and_other_reaches(recordings):
    first, second = (day["M1"] for day in recordings)
    tuning = [LinearRegression().fit(recording.velocity, recording.rates).coef_[:-1] for recording in (first, second)]
    assert abs(np.corrcoef(tuning[0].ravel(), tuning[1].ravel())[0, 1]) < 0.3
    assert not np.array_equal(first.direction, second.direction)


@pytest.mark.parametrize("area", ["M1", "PMd", "S1"])
def test_days_share_their_latent_dynamics(recordings, area):
    """After a rotation, the direction averages of one day in its principal components are those of the other day."""
    averages = []
    for day in recordings:
        recording = day[area]
        rates = recording.rates.reshape(-1, BINS, recording.rates.shape[1])
        target = recording.direction[::BINS]
        mean = np.concatenate([rates[target == angle].mean(axis=0) for angle in range(0, 360, 45)])
        components = PCA(4).fit_transform(mean)
        averages.append(components / np.linalg.norm(components))
    rotation = orthogonal_procrustes(averages[0], averages[1])[0]
    assert ((averages[0] @ rotation) * averages[1]).sum() > 0.85
