import math

import numpy as np
import pytest
import scipy.io
import scipy.ndimage
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from raw_sessions import BINS, METADATA, TARGETS, from_raw, from_smoothed, raw_trials, smoothed_content, write_struct

from ner.data.preprocessing import gaussian_kernel, smooth
from ner.data.recordings import read_recording, write_recording
from ner.data.recordings_table import SUMMARY, summary
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError


def test_kernel_is_the_papers():
    kernel = gaussian_kernel(1.5, 4)
    expected = [math.exp(-(x**2) / (2 * 1.5**2)) for x in range(-4, 5)]
    np.testing.assert_allclose(kernel, np.array(expected) / sum(expected), rtol=1e-14)


counts_of_a_trial = st_numpy.arrays(
    np.float64, st.tuples(st.integers(1, 25), st.integers(1, 4)), elements=st.integers(0, 30).map(float)
)


@given(counts=counts_of_a_trial)
@settings(max_examples=30)
def test_smoothing_is_the_sum_over_neighbours(counts):
    weights = [math.exp(-(x**2) / (2 * 1.5**2)) for x in range(-4, 5)]
    expected = np.zeros_like(counts)
    for t in range(len(counts)):
        for x in range(-4, 5):
            if 0 <= t + x < len(counts):
                expected[t] += counts[t + x] * weights[x + 4] / sum(weights)
    np.testing.assert_allclose(smooth(counts, gaussian_kernel(1.5, 4)), expected, rtol=1e-12, atol=1e-12)


@given(counts=counts_of_a_trial)
@settings(max_examples=30)
def test_smoothing_is_scipys(counts):
    expected = scipy.ndimage.gaussian_filter1d(counts, 1.5, axis=0, mode="constant", radius=4)
    np.testing.assert_allclose(smooth(counts, gaussian_kernel(1.5, 4)), expected, rtol=1e-12, atol=1e-12)


def test_smoothing_with_an_asymmetric_kernel_is_a_convolution():
    counts, kernel = np.arange(12.0)[:, None], np.array([0.5, 0.3, 0.2])
    expected = np.convolve(counts[:, 0], kernel, mode="same")
    np.testing.assert_allclose(smooth(counts, kernel)[:, 0], expected, rtol=1e-14)


def test_smoothed_file(tmp_path):
    content = smoothed_content()
    scipy.io.savemat(tmp_path / "file.mat", content | {"t_dur": 4})
    recording = from_smoothed(tmp_path / "file.mat")
    np.testing.assert_array_equal(recording.rates, content["neural_M1"])
    np.testing.assert_array_equal(recording.velocity, content["continuous_index"])
    np.testing.assert_array_equal(recording.direction, content["discrete_index"][:, 0] % 360)
    np.testing.assert_array_equal(recording.trial, np.arange(320) // BINS)
    np.testing.assert_array_equal(recording.bin, np.arange(320) % BINS)
    np.testing.assert_array_equal(recording.train, np.arange(320) < 64 * BINS)
    expected = METADATA | {"sha1": blob_sha1(tmp_path / "file.mat"), "dropped_trials": [], "silent_neurons": []}
    assert expected.items() <= recording.metadata.items()


@given(
    turns=st.lists(st.sampled_from([-360, 0, 360]), min_size=80, max_size=80),
    dtype=st.sampled_from([np.int16, np.float64, np.int64]),
)
@settings(max_examples=10)
def test_directions_are_angles(tmp_path_factory, turns, dtype):
    path = tmp_path_factory.mktemp("directions") / "file.mat"
    content = smoothed_content()
    content["discrete_index"] = np.repeat(TARGETS + turns, BINS).astype(dtype)[:, None]
    scipy.io.savemat(path, content)
    np.testing.assert_array_equal(from_smoothed(path).direction, np.repeat(TARGETS % 360, BINS))


@pytest.mark.parametrize("trials", [80, 73, 66])
def test_the_train_part_is_rounded_down(tmp_path, trials):
    scipy.io.savemat(tmp_path / "file.mat", smoothed_content(trials))
    recording = from_smoothed(tmp_path / "file.mat")
    assert recording.train.sum() == 4 * trials // 5 * BINS
    assert recording.train[: recording.train.sum()].all()


def test_silent_neurons_are_kept_and_reported(tmp_path):
    content = smoothed_content()
    content["neural_M1"][:, 1] = 0
    scipy.io.savemat(tmp_path / "file.mat", content)
    recording = from_smoothed(tmp_path / "file.mat")
    assert recording.metadata["silent_neurons"] == [1]
    assert recording.rates.shape[1] == 3


def changed(**changes):
    def change(content):
        return {**content, **{key: function(content[key]) for key, function in changes.items()}}

    return change


def with_value(value, row=5):
    def change(values):
        values = values.astype(float)
        values[row, 0] = value
        return values

    return change


def without(key):
    return lambda content: {name: values for name, values in content.items() if name != key}


@pytest.mark.parametrize(
    ("change", "arguments", "complaint"),
    [
        (without("neural_M1"), {}, r"found the variables \['continuous_index', 'discrete_index'\].*'neural_M1'"),
        (without("continuous_index"), {}, "also .'continuous_index'"),
        (lambda content: content, {"area": "PMd"}, "also .'neural_PMd'"),
        (changed(neural_M1=with_value(np.nan)), {}, "neural_M1: 1 values NaN or infinite, first in row 6, column 1"),
        (changed(continuous_index=with_value(np.inf)), {}, "continuous_index: 1 values NaN or infinite"),
        (changed(discrete_index=with_value(np.nan)), {}, "discrete_index: 1 values NaN or infinite"),
        (changed(neural_M1=with_value(-0.1)), {}, "neural_M1 with values below 0"),
        (changed(neural_M1=lambda values: values[:-1]), {}, r"neural_M1 \(319, 3\), continuous_index \(320, 2\)"),
        (changed(continuous_index=lambda values: values[:, :1]), {}, r"continuous_index \(320, 1\)"),
        (changed(discrete_index=lambda values: values[BINS:]), {}, r"discrete_index \(316, 1\)"),
        (changed(neural_M1=lambda values: values[:, :0]), {}, r"neural_M1 \(320, 0\)"),
        (changed(neural_M1=lambda values: values.astype(complex) * 1j), {}, "neural_M1 of type complex"),
        (changed(discrete_index=lambda values: "reach"), {}, "discrete_index of type"),
        (lambda content: {key: values[:-1] for key, values in content.items()}, {}, "bins = 4 a trial"),
        (lambda content: content, {"bins": 5}, "several directions within a trial, first in trial 1;.*`bins`"),
        (changed(discrete_index=with_value(45.0)), {}, "several directions within a trial, first in trial 2"),
        (lambda content: {key: values[:BINS] for key, values in content.items()}, {}, "1 trials, of which 0 train"),
        (changed(discrete_index=lambda values: values * 0), {}, "a single direction, 0 degrees"),
    ],
)
def test_unusable_smoothed_files(tmp_path, change, arguments, complaint):
    path = tmp_path / "file.mat"
    scipy.io.savemat(path, change(smoothed_content()))
    with pytest.raises(InputError, match=complaint) as raised:
        from_smoothed(path, **arguments)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def matlab_73(path):
    header = b"MATLAB 7.3 MAT-file".ljust(116) + b"\0" * 8 + b"\x00\x02IM"
    path.write_bytes(header.ljust(512, b"\0") + b"\x89HDF\r\n\x1a\n" + b"\0" * 1000)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (matlab_73, "cannot be read"),
        (lambda path: path.write_bytes(b""), "an empty file"),
        (lambda path: path.write_text("<html>not found</html>" * 100), "a web page.*not the page that offers it"),
        (
            lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0"),
            "git-lfs pointer.*pull",
        ),
        (lambda path: path.write_text('{"message": "not found"}'), "a JSON text"),
        (lambda path: path.write_bytes(b"PK\x03\x04" * 99), "a compressed archive.*unpack it"),
        (lambda path: path.write_text("\n<!DOCTYPE html><p>"), "a web page"),
        (lambda path: path.write_bytes(bytes(range(256)) * 20), "cannot be read"),
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "a folder"),
    ],
)
@pytest.mark.parametrize("make_recording", [from_smoothed, from_raw])
def test_files_that_are_not_matlab_v5(tmp_path, make, complaint, make_recording):
    make(tmp_path / "file.mat")
    with pytest.raises(InputError, match=complaint):
        make_recording(tmp_path / "file.mat")


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("lost", [1, 500, 5000])
def test_cut_off_files(tmp_path, compressed, lost):
    path = tmp_path / "file.mat"
    scipy.io.savemat(path, smoothed_content(), do_compression=compressed)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(InputError, match="cannot be read|found the variables"):
        from_smoothed(path)


def expected_of(trials, area="M1"):
    """Rates and velocities of usable trials, by the definition."""
    rates, velocities = [], []
    for trial in trials:
        start = int(trial["idx_goCueTime"]) - 1
        smooth_counts = scipy.ndimage.gaussian_filter1d(trial[f"{area}_spikes"], 1.5, axis=0, mode="constant", radius=4)
        rates.append(smooth_counts[start : start + BINS])
        velocities.append(trial["vel"][start : start + BINS])
    return np.concatenate(rates), np.concatenate(velocities)


@pytest.mark.parametrize("area", ["M1", "PMd"])
def test_raw_file(tmp_path, area):
    trials = raw_trials()
    recording = from_raw(write_struct(tmp_path / "file.mat", trials), area=area)
    rates, velocity = expected_of(trials, area)
    np.testing.assert_allclose(recording.rates, rates, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(recording.velocity, velocity)
    np.testing.assert_array_equal(recording.direction, np.repeat(TARGETS % 360, BINS))
    np.testing.assert_array_equal(recording.bin, np.tile(np.arange(BINS), 80))
    assert recording.train.sum() == 64 * BINS
    assert recording.metadata["dropped_trials"] == []


def test_targets_in_degrees(tmp_path):
    trials = [{**trial, "tgtDir": np.uint16(target % 360)} for trial, target in zip(raw_trials(), TARGETS, strict=True)]
    recording = from_raw(write_struct(tmp_path / "file.mat", trials), settings={"target_unit": "degrees"})
    np.testing.assert_array_equal(recording.direction, np.repeat(TARGETS % 360, BINS))


def test_both_signs_of_180_degrees_are_one_target(tmp_path):
    trials = raw_trials()
    for k, trial in enumerate(trials):
        if TARGETS[k] == -180:
            trial["tgtDir"] = np.pi if k % 16 else -np.pi
    recording = from_raw(write_struct(tmp_path / "file.mat", trials))
    assert (recording.direction == 180).sum() == 10 * BINS


def test_sparse_counts(tmp_path):
    trials = raw_trials()
    dense = from_raw(write_struct(tmp_path / "dense.mat", trials))
    for trial in trials:
        trial["M1_spikes"] = scipy.sparse.csc_array(trial["M1_spikes"])
    np.testing.assert_array_equal(from_raw(write_struct(tmp_path / "sparse.mat", trials)).rates, dense.rates)


def no_target(trial):
    return {**trial, "tgtDir": np.nan}


def no_go_cue(trial):
    return {**trial, "idx_goCueTime": np.zeros((0, 0))}


def too_short(trial):
    end = int(trial["idx_goCueTime"]) - 1 + BINS - 1
    return {**trial, **{key: trial[key][:end] for key in ("M1_spikes", "PMd_spikes", "vel")}}


def lost_velocity(trial):
    velocity = trial["vel"].copy()
    velocity[int(trial["idx_goCueTime"]) - 1 + BINS - 1, 1] = np.nan
    return {**trial, "vel": velocity}


REASONS = {
    no_target: "no target",
    no_go_cue: "no go cue",
    too_short: "3 of 4 bins after the go cue",
    lost_velocity: "velocity is NaN",
}


@given(spoilt=st.dictionaries(st.integers(0, 79), st.sampled_from(list(REASONS)), max_size=15))
@settings(max_examples=10)
def test_dropped_trials_are_reported_and_leave_the_others_alone(tmp_path_factory, spoilt):
    trials = raw_trials()
    path = write_struct(
        tmp_path_factory.mktemp("dropped") / "file.mat",
        [spoilt[k](trial) if k in spoilt else trial for k, trial in enumerate(trials)],
    )
    kept = [k for k in range(80) if k not in spoilt]
    n_train = math.floor(0.8 * len(kept))
    both = [set(TARGETS[kept[:n_train]]), set(TARGETS[kept[n_train:]])]
    recording = from_raw(path)
    said = " ".join(recording.metadata["warnings"])
    for part, name in zip(both, ("train", "test"), strict=True):
        assert (f"none of the {name} trials goes towards" in said) == (len(part) < 8)
    rates, velocity = expected_of([trials[k] for k in kept])
    np.testing.assert_allclose(recording.rates, rates, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(recording.velocity, velocity)
    np.testing.assert_array_equal(recording.direction[::BINS], TARGETS[kept] % 360)
    assert recording.train.sum() == n_train * BINS
    assert recording.metadata["dropped_trials"] == [
        {"trial": k + 1, "reason": REASONS[spoilt[k]]} for k in sorted(spoilt)
    ]


def test_what_lies_outside_the_cut_drops_nothing(tmp_path):
    trials = raw_trials()
    for trial in trials:
        end = int(trial["idx_goCueTime"]) - 1 + BINS
        trial["vel"][end:] = np.nan
    trials[3] = {
        key: value[:end] if np.ndim(value) else value
        for key, value in trials[3].items()
        for end in [int(trials[3]["idx_goCueTime"]) - 1 + BINS]
    }
    assert from_raw(write_struct(tmp_path / "file.mat", trials)).metadata["dropped_trials"] == []


def with_trial(number, **changes):
    def change(trials):
        trials[number - 1] = {
            key: changes[key](value) if key in changes else value for key, value in trials[number - 1].items()
        }
        return trials

    return change


def field_set(**values):
    return lambda trials: [{**trial, **values} for trial in trials]


@pytest.mark.parametrize(
    ("change", "arguments", "complaint"),
    [
        (lambda trials: trials, {"area": "S1"}, "also .'LeftS1Area2_spikes'"),
        (lambda trials: [without("vel")(trial) for trial in trials], {}, "fields .*also .'vel'"),
        (field_set(tgtDir=np.nan), {}, "80 trials, all to be dropped: no target .80."),
        (lambda trials: trials, {"settings": {"target_unit": "degrees"}}, "set target_unit of the session to radians"),
        (lambda trials: trials, {"bins": 16}, "80 trials, all to be dropped: .*of 16 bins after the go cue"),
        (lambda trials: [trial for trial in trials if trial["tgtDir"] == 0], {}, "a single direction, 0 degrees"),
    ],
)
def test_unusable_raw_files(tmp_path, change, arguments, complaint):
    path = write_struct(tmp_path / "file.mat", change(raw_trials()))
    with pytest.raises(InputError, match=complaint) as raised:
        from_raw(path, **arguments)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", [{"trial_data": np.ones((2, 2))}, {"trials": np.ones(3)}])
def test_files_without_trials(tmp_path, content):
    scipy.io.savemat(tmp_path / "file.mat", content)
    with pytest.raises(InputError, match=r"also \["):
        from_raw(tmp_path / "file.mat")


def test_summary(tmp_path):
    trials = raw_trials()
    for trial in trials:
        trial["M1_spikes"][:, 2] = 0
    trials[10] = too_short(trials[10])
    trials[20] = no_target(trials[20])
    path = write_struct(tmp_path / "file.mat", trials)
    recording = from_raw(path)
    table = summary([recording], "in some way")
    assert list(table.columns) == [column.name for column in SUMMARY]
    assert table.iloc[0].to_dict() == {
        "recording": "chewie-20161014-m1",
        "monkey": "Chewie",
        "area": "M1",
        "trials": 78,
        "split": "in some way",
        "train_trials": 62,
        "bins": BINS,
        "bin_seconds": 0.03,
        "neurons": 3,
        "silent_neurons": 1,
        "dropped_trials": 2,
        "directions": 8,
        "conditions": 8,
        "dropped": "3 of 4 bins after the go cue: 1 (11); no target: 1 (21)",
        "movement_angle": pytest.approx(0, abs=5),
        "elsewhere": "",
        "warnings": "; ".join(recording.metadata["warnings"]),
        "source": "file.mat",
        "sha1": blob_sha1(path),
    }


def test_a_recording_survives_its_file(tmp_path):
    trials = raw_trials()
    trials[10] = too_short(trials[10])
    recording = from_raw(write_struct(tmp_path / "file.mat", trials))
    write_recording(recording, tmp_path / "recording.parquet")
    again = read_recording(tmp_path / "recording.parquet")
    for name in ("rates", "velocity", "direction", "trial", "bin", "train"):
        np.testing.assert_array_equal(getattr(again, name), getattr(recording, name))
    assert again.metadata == {**recording.metadata, "recording": recording.name, "bin_seconds": 0.03}


#: The mirrored sessions: monkey and day, bins a trial, trials, neurons by area; counted in the files by hand.
MIRRORED = [
    ("16M1/Chewie_20150629", 40, 172, {"M1": 49}),
    ("16M1/Chewie_20150630", 40, 172, {"M1": 44}),
    ("16M1/Chewie_20160929", 40, 208, {"M1": 74, "PMd": 114}),
    ("16M1/Chewie_20161007", 40, 168, {"M1": 70, "PMd": 137}),
    ("16M1/Mihili_20140217", 40, 206, {"M1": 44, "PMd": 104}),
    ("16M1/Mihili_20140218", 40, 225, {"M1": 38, "PMd": 121}),
    ("16M1/Mihili_20140303", 40, 208, {"M1": 52, "PMd": 66}),
    ("16M1/Mihili_20140304", 40, 203, {"M1": 39, "PMd": 76}),
    ("16M1/Mihili_20140306", 40, 217, {"M1": 43, "PMd": 86}),
    ("16M1/Mihili_20140307", 40, 216, {"M1": 26, "PMd": 66}),
    ("3S1/Han_20171201", 35, 292, {"S1": 70}),
    ("3S1/Han_20171204", 35, 251, {"S1": 83}),
    ("3S1/Han_20171207", 35, 244, {"S1": 72}),
]


@pytest.mark.parametrize(("session", "bins", "trials", "neurons"), MIRRORED)
def test_mirrored_sessions(mirror, session, bins, trials, neurons):
    path = mirror / "data" / f"SU_{session}_neural_con_dis_index.mat"
    for area, count in neurons.items():
        recording = from_smoothed(path, area=area, bins=bins)
        assert recording.rates.shape == (trials * bins, count)
        assert recording.bins_per_trial == bins
        silent = int("Mihili_20140306" in session and area == "PMd")
        assert len(recording.metadata["silent_neurons"]) == silent
        turned = "Mihili_20140218" in session
        assert ["the labels are turned" in line for line in recording.metadata["warnings"]] == [True] * turned
        assert recording.metadata["movement_angle"]["median"] == pytest.approx(-44.5 if turned else 0, abs=2.5)


def test_labels_and_rates_are_those_the_authors_trained_on(mirror):
    published = mirror / "data_NER/M1 4+6+6/NER_Chewie/NPZ/Chewie_161007_embed_20000itr_M1.npz"
    recording = from_smoothed(mirror / "data/SU_16M1/Chewie_20161007_neural_con_dis_index.mat", bins=40)
    with np.load(published, allow_pickle=False) as file:
        for part, rows in (("train", recording.train), ("test", ~recording.train)):
            np.testing.assert_array_equal(recording.rates[rows], file[f"neural_{part}"])
            labels = file[f"continuous_index_{part}"]
            np.testing.assert_allclose(recording.labels[rows, :2], labels[:, :2], rtol=1e-12)
            np.testing.assert_array_equal(recording.labels[rows, 2], labels[:, 2] % 360)
