"""NWB files of every layout, against counts and means that are made the slow way."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nwb_files import LAYOUTS, Series, area2_bump, mc_maze, perich_miller, write

from ner.data.nwb.behavior import binned_means, derivative
from ner.data.nwb.units import spike_counts
from ner.data.preprocessing import make_recording
from ner.data.simulation import simulate_session, write_trial_data
from ner.data.simulation_nwb import write_nwb

VELOCITY = "processing/behavior/Velocity/cursor_vel"
BINS = 40
AREAS = {"perich-miller": "M1", "area2-bump": "S1", "mc-maze": "M1"}
BIN_SECONDS = {"perich-miller": 0.03, "area2-bump": 0.03, "mc-maze": 0.005}
ALIGN = {"perich-miller": "go_cue_time", "area2-bump": "go_cue_time", "mc-maze": "move_onset_time"}
START = {"perich-miller": 0.0, "area2-bump": 0.0, "mc-maze": -0.05}


def recording_of(path, layout="perich-miller", area="M1", bins=BINS, keys=None):
    entry = {"nwb": ({"layout": layout} if layout else {}) | (keys or {})}
    return make_recording(
        path, "x-m1", format="nwb", area=area, bins=bins, train_fraction=0.8, settings=entry, sd=1.5, half_width=4
    )


def slow_rates(times, begin, width, bins, reach=4):
    """Smoothed counts of one unit in one trial, each bin counted on its own, with what lies beyond the cut."""
    counts = []
    for k in range(-reach, bins + reach):
        low, high = round(begin + k * width, 9), round(begin + (k + 1) * width, 9)
        counts.append(sum(1 for time in times if low <= round(time, 9) < high))
    kernel = [math.exp(-(x**2) / (2 * 1.5**2)) for x in range(-reach, reach + 1)]
    return [sum(counts[k + x] * kernel[x] for x in range(2 * reach + 1)) / sum(kernel) for k in range(bins)]


def slow_velocity(series, begin, width, bins):
    means = []
    for k in range(bins):
        low, high = round(begin + k * width, 9), round(begin + (k + 1) * width, 9)
        inside = [value for time, value in zip(series.times, series.data, strict=True) if low <= round(time, 9) < high]
        means.append(np.mean(inside, axis=0) if inside else [np.nan, np.nan])
    return np.array(means)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_against_counts_made_one_by_one(tmp_path, layout):
    content = LAYOUTS[layout]()
    recording = recording_of(write(tmp_path / "file.nwb", content), layout, AREAS[layout])
    width, trials = BIN_SECONDS[layout], content.trials
    assert recording.bin_seconds == width
    rows = [k for k, group in enumerate(content.groups) if "M1" in group]
    if layout == "mc-maze":
        rows = [k for k, number in enumerate(content.ids) if number >= 2000]
    elif layout == "area2-bump":
        rows = range(len(content.spikes))
    assert recording.rates.shape[1] == len(rows)
    used = [
        k
        for k in range(len(trials["start_time"]))
        if str(trials.get("split", ["train"] * 99)[k]) not in ("test", "none")
        and not trials.get("ctr_hold_bump", [False] * 99)[k]
    ]
    dropped = [entry["trial"] - 1 for entry in recording.metadata["dropped_trials"]]
    assert sorted([*used, *dropped]) == list(range(len(trials["start_time"])))
    series = content.series[VELOCITY if layout == "perich-miller" else "processing/behavior/hand_vel"]
    rates, velocity = recording.per_trial(recording.rates), recording.per_trial(recording.velocity)
    for trial in (0, 1, len(used) // 2, len(used) - 1):
        begin = trials[ALIGN[layout]][used[trial]] + START[layout]
        for unit in range(len(rows)):
            near = content.spikes[rows[unit]]
            near = near[(near > begin - 1) & (near < begin + 3)]
            np.testing.assert_allclose(rates[trial, :, unit], slow_rates(near, begin, width, BINS), atol=1e-12)
        factor = 0.1 if layout == "mc-maze" else 1
        near = (series.times > begin - 1) & (series.times < begin + 3)
        expected = slow_velocity(Series(series.data[near], series.times[near]), begin, width, BINS)
        np.testing.assert_allclose(velocity[trial], factor * expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(recording.trial_direction, np.resize(np.arange(8) * 45, 64)[used])
    assert len(rows) - 1 in recording.metadata["silent_neurons"]
    assert abs(recording.metadata["movement_angle"]["median"]) < 5


def test_the_electrodes_of_mc_maze_are_not_believed(tmp_path):
    path = write(tmp_path / "file.nwb", mc_maze())
    recordings = {area: recording_of(path, "mc-maze", area) for area in ("M1", "PMd")}
    assert {area: recording.rates.shape[1] for area, recording in recordings.items()} == {"M1": 5, "PMd": 4}
    assert "5 of 5 M1 units, by their id, are on electrodes of PMd" in recordings["M1"].metadata["warnings"]


def test_conditions_are_named_by_columns(tmp_path):
    recording = recording_of(write(tmp_path / "file.nwb", mc_maze()), "mc-maze")
    assert recording.trial_condition[5] == "15-2"
    assert recording.has_directions
    assert len(set(recording.trial_direction.tolist())) > 1


@given(
    spikes=st.lists(st.floats(0, 3).map(lambda x: round(x, 6)), max_size=40),
    begin=st.floats(0.2, 1.0),
    width=st.sampled_from([0.005, 0.01, 0.02, 0.03, 0.05]),
)
@settings(max_examples=60)
def test_counts_are_of_half_open_bins(spikes, begin, width):
    edges = begin + width * np.arange(21)
    # Spikes on the edges themselves count for the bin that begins there.
    times = np.sort([*spikes, *edges[:5]])
    counts = spike_counts(times, edges[None])[0]
    expected = [
        sum(round(low, 9) <= round(time, 9) < round(high, 9) for time in times)
        for low, high in zip(edges[:-1], edges[1:], strict=True)
    ]
    np.testing.assert_array_equal(counts, expected)


@given(
    times=st.lists(st.floats(0, 2), min_size=2, max_size=60, unique_by=lambda x: round(x, 6)),
    lost=st.sets(st.integers(0, 59)),
)
@settings(max_examples=60)
def test_means_are_of_the_samples_in_each_bin(times, lost):
    times = np.round(np.sort(times), 6)
    values = np.column_stack([np.sin(times), np.cos(times)])
    values[[k for k in lost if k < len(times)]] = np.nan
    edges = 0.3 + 0.1 * np.arange(11) + np.array([[0.0], [0.5]])
    means = binned_means(times, values, edges)
    for trial in range(2):
        for k in range(10):
            low, high = np.round(edges[trial, k : k + 2], 9)
            inside = values[(np.round(times, 9) >= low) & (np.round(times, 9) < high)]
            expected = inside.mean(axis=0) if len(inside) else [np.nan, np.nan]
            np.testing.assert_allclose(means[trial, k], expected, rtol=1e-12)


def test_derivatives_stop_at_gaps():
    times = np.concatenate([np.arange(0, 1, 0.01), np.arange(5, 6, 0.01)])
    position = np.where(times < 3, times, 100 - times)[:, None]
    np.testing.assert_allclose(derivative(times, position)[:, 0], np.where(times < 3, 1, -1), rtol=1e-9)


def test_a_simulated_session_is_the_same_in_both_formats(tmp_path):
    """The trials that TrialData cuts short, or of which it has no velocity, lack samples here."""
    session = simulate_session(seed=4, trials=104, neurons={"M1": 6, "PMd": 3}, bins=BINS)
    write_nwb(tmp_path / "day.nwb", session)
    write_trial_data(tmp_path / "day.mat", session, "radians")
    for area in ("M1", "PMd"):
        ours = recording_of(tmp_path / "day.nwb", area=area)
        expected = make_recording(
            tmp_path / "day.mat", "x", format="simulated", area=area, bins=BINS, train_fraction=0.8
        )
        np.testing.assert_allclose(ours.rates, expected.rates, atol=1e-12)
        np.testing.assert_allclose(ours.velocity, expected.velocity, atol=1e-12)
        np.testing.assert_array_equal(ours.direction, expected.direction)
        numbers = [[e["trial"] for e in r.metadata["dropped_trials"]] for r in (ours, expected)]
        assert numbers[0] == numbers[1]


def test_a_simulated_file_has_the_same_bytes_whenever_it_is_written(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_nwb(tmp_path / f"{name}.nwb", simulate_session(seed=seed, trials=8, neurons={"M1": 2}, bins=BINS))
    a, b, c = ((tmp_path / f"{name}.nwb").read_bytes() for name in "abc")
    assert a == b != c


# ---- What is odd, and put right


def changed(change, make=perich_miller):
    content = make()
    change(content)
    return content


def same_recording(one, other):
    np.testing.assert_allclose(one.rates, other.rates, atol=1e-12)
    np.testing.assert_allclose(one.velocity, other.velocity, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(one.direction, other.direction)


def shuffle_series(content):
    order = np.random.default_rng(0).permutation(len(content.series[VELOCITY].times))
    series = content.series[VELOCITY]
    content.series[VELOCITY] = Series(series.data[order], series.times[order])


def repeat_samples(content):
    series = content.series[VELOCITY]
    content.series[VELOCITY] = Series(np.repeat(series.data, 2, axis=0), np.repeat(series.times, 2))


def shuffle_spikes(content):
    content.spikes = [np.random.default_rng(k).permutation(times) for k, times in enumerate(content.spikes)]


def conversion(content):
    series = content.series[VELOCITY]
    content.series[VELOCITY] = Series((series.data - 2) / 0.5, series.times, conversion=0.5, offset=2.0)


def no_conversion(content):
    content.series[VELOCITY].conversion = float("nan")


def by_rate(content):
    series = content.series[VELOCITY]
    content.series[VELOCITY] = Series(series.data, None, rate=100.0)


def components(content):
    series = content.series[VELOCITY]
    content.series = {
        f"acquisition/finger_vel/{name}": Series(series.data[:, k], series.times)
        for k, name in enumerate(["i x", "m, y"])
    }


def three_axes(content):
    series = content.series[VELOCITY]
    z = np.full(len(series.times), 5.0)
    content.series[VELOCITY] = Series(np.column_stack([z, series.data]), series.times)


def area_in_location(content):
    content.groups = ["1"] * 5 + ["2"] * 4
    content.locations = ["M1 of the left hemisphere"] * 5 + ["PMd"] * 4


def area_in_numbers(content):
    content.groups = ["1"] * 5 + ["2"] * 4


def area_in_units(content):
    content.groups = []
    content.units["region"] = np.array(["M1"] * 5 + ["PMd"] * 4)


def metres(content):
    content.series[VELOCITY].data = content.series[VELOCITY].data / 100
    content.series[VELOCITY].unit = "m/s"


def degrees(content):
    content.trials["target_dir"] = np.rad2deg(content.trials["target_dir"])


def odd_names(content):
    content.trials["go cue, [s]=x"] = content.trials.pop("go_cue_time")


@pytest.mark.parametrize(
    ("change", "keys", "warning"),
    [
        (shuffle_series, {}, r"times of .*cursor_vel are out of order: sorted"),
        (repeat_samples, {}, "are there twice: taken once"),
        (shuffle_spikes, {}, "spike times of 4 units are out of order: sorted"),
        (conversion, {}, ""),
        (no_conversion, {}, ""),
        (by_rate, {}, ""),
        (components, {"velocity": ["acquisition/finger_vel/i x", "acquisition/finger_vel/m, y"]}, ""),
        (three_axes, {"axes": [1, 2]}, ""),
        (area_in_location, {"area": {"by": "location"}}, ""),
        (area_in_numbers, {"area": {"by": "group_name", "map": {"M1": ["1"], "PMd": ["2"]}}}, ""),
        (area_in_units, {"area": {"by": "region"}}, ""),
        (metres, {"velocity_unit": "m/s", "position": None}, ""),
        (degrees, {"direction_unit": "degrees"}, ""),
        (odd_names, {"align": "go cue, [s]=x"}, ""),
    ],
)
def test_odd_files_give_the_same_recording(tmp_path, change, keys, warning):
    expected = recording_of(write(tmp_path / "plain.nwb", perich_miller()))
    recording = recording_of(write(tmp_path / "odd.nwb", changed(change)), keys=keys)
    same_recording(recording, expected)
    assert re.search(warning, " ".join(recording.metadata["warnings"]))


def test_a_stated_unit_that_disagrees_is_said(tmp_path):
    content = perich_miller()
    content.series[VELOCITY].unit = "m/s"
    warnings = recording_of(write(tmp_path / "file.nwb", content)).metadata["warnings"]
    assert any("the file states m/s for the velocity, the session cm/s" in line for line in warnings)


def test_cuts_that_overlap_are_said(tmp_path):
    recording = recording_of(write(tmp_path / "file.nwb", perich_miller()), bins=105)
    assert any("trials reaches into that of the next one" in line for line in recording.metadata["warnings"])


def test_a_velocity_derived_from_positions(tmp_path):
    content = perich_miller(rate=1000.0)
    path = write(tmp_path / "file.nwb", content)
    expected = recording_of(path)
    derived = recording_of(path, keys={"velocity": {"derive": "processing/behavior/Position/cursor_pos"}})
    assert np.corrcoef(derived.velocity.ravel(), expected.velocity.ravel())[0, 1] > 0.999


def test_directions_of_the_displacement(tmp_path):
    path = write(tmp_path / "file.nwb", perich_miller())
    entry = {"nwb": {"layout": "perich-miller", "direction": {"from": "displacement"}}}
    recording = make_recording(
        path, "x", format="nwb", area="M1", bins=BINS, train_fraction=0.8, settings=entry, nearest=45
    )
    np.testing.assert_array_equal(recording.trial_direction, np.resize(np.arange(8) * 45, 64))


def set_at(column, trial, value):
    def change(content):
        content.trials[column] = content.trials[column].copy()
        content.trials[column][trial - 1] = value

    return change


def gap(content):
    series = content.series[VELOCITY]
    go = content.trials["go_cue_time"][4]
    present = (series.times < go + 0.5) | (series.times > go + 0.6)
    content.series[VELOCITY] = Series(series.data[present], series.times[present])


def nan_sample(content):
    series = content.series[VELOCITY]
    series.data[np.searchsorted(series.times, content.trials["go_cue_time"][4] + 0.5)] = np.nan


def unobserved(content):
    go = content.trials["go_cue_time"][4]
    whole = np.array([[0.0, 500.0]])
    content.units["obs_intervals"] = [np.array([[0.0, go + 0.5], [go + 0.7, 500.0]])] + [whole] * 8


def end_early(content):
    go = content.trials["go_cue_time"][-1]
    series = content.series[VELOCITY]
    content.series[VELOCITY] = Series(series.data[series.times < go + 1], series.times[series.times < go + 1])


def held_back(value):
    def change(content):
        content.trials["split"] = np.array(["train"] * 4 + [value] + ["val"] * 59)

    return change


@pytest.mark.parametrize(
    ("change", "number", "reason"),
    [
        (set_at("go_cue_time", 5, np.nan), 5, "no go_cue_time"),
        (set_at("target_dir", 5, np.nan), 5, "no target"),
        (set_at("result", 5, "F"), 5, "result F"),
        (held_back("test"), 5, "split test"),
        (held_back("none"), 5, "split none"),
        (gap, 5, "missing samples of the velocity"),
        (nan_sample, 5, "missing samples of the velocity"),
        (unobserved, 5, "outside the units' obs_intervals"),
        (end_early, 64, "missing samples of the velocity"),
    ],
)
def test_trials_that_are_dropped(tmp_path, change, number, reason):
    whole = recording_of(write(tmp_path / "plain.nwb", perich_miller()))
    recording = recording_of(write(tmp_path / "file.nwb", changed(change)))
    assert recording.metadata["dropped_trials"] == [{"trial": number, "reason": reason}]
    rest = whole.trial != number - 1
    np.testing.assert_allclose(recording.rates, whole.rates[rest], atol=1e-12)
    np.testing.assert_allclose(recording.velocity, whole.velocity[rest], atol=1e-12)


@pytest.mark.parametrize("value", ["test", "none"])
def test_held_back_trials_are_never_used(tmp_path, value):
    """Even where config asks for them."""
    path = write(tmp_path / "file.nwb", changed(held_back(value)))
    recording = recording_of(path, keys={"keep": {"split": ["train", "val", value]}})
    assert recording.metadata["dropped_trials"] == [{"trial": 5, "reason": f"split {value}"}]


def test_spikes_beyond_the_cut_are_smoothed_into_it(tmp_path):
    """No edge is padded with zeros where the session goes on."""
    content = perich_miller()
    go = content.trials["go_cue_time"][:, None]
    content.spikes[0] = np.sort(np.concatenate([go - 0.015, go + BINS * 0.03 + 0.015]).ravel())
    recording = recording_of(write(tmp_path / "file.nwb", content))
    weights = np.exp(-(np.arange(-4, 5) ** 2) / (2 * 1.5**2))
    first = recording.per_trial(recording.rates)[:, [0, -1], 0]
    np.testing.assert_allclose(first, weights[3] / weights.sum(), rtol=1e-12)


def test_waveforms_are_not_read(tmp_path, monkeypatch):
    import h5py

    content = area2_bump()
    content.units["notes"] = np.arange(len(content.spikes)) * 1.0
    path = write(tmp_path / "file.nwb", content)
    seen = []
    read = h5py.Dataset.__getitem__
    monkeypatch.setattr(
        h5py.Dataset, "__getitem__", lambda self, key, **more: (seen.append(self.name), read(self, key, **more))[1]
    )
    recording_of(path, "area2-bump", "S1")
    assert any("spike_times" in name for name in seen)
    assert not any("notes" in name or "heldout" in name for name in seen)


def shuffled_rows(content):
    order = np.random.default_rng(0).permutation(64)
    content.trials = {name: np.asarray(values)[order] for name, values in content.trials.items()}


def test_trials_are_taken_in_the_order_of_time(tmp_path):
    expected = recording_of(write(tmp_path / "plain.nwb", perich_miller()))
    content = perich_miller()
    shuffled_rows(content)
    recording = recording_of(write(tmp_path / "file.nwb", content))
    same_recording(recording, expected)
    assert "36 trials were recorded before the one above them in the table: sorted by time" in " ".join(
        recording.metadata["warnings"]
    )


def rounded_spikes(content):
    content.spikes = [np.round(times, 1) for times in content.spikes]


def spikes_of_half(content):
    content.spikes = [times[times < 100] for times in content.spikes]


@pytest.mark.parametrize(
    ("change", "keys", "warning"),
    [
        (rounded_spikes, {}, "spike times are 0.1 s apart or more, which is more than a bin: are they rounded"),
        (spikes_of_half, {}, r"no neuron fires for up to 37 s of kept bins, .* in trials 3[34], .*were they recorded"),
        (
            None,
            {"start": 2.5, "direction": None},
            "the cut of 64 trials begins outside of their start_time to stop_time",
        ),
    ],
)
def test_what_is_odd_in_time_is_said(tmp_path, change, keys, warning):
    content = perich_miller()
    if change:
        change(content)
    recording = recording_of(write(tmp_path / "file.nwb", content), keys=keys)
    assert re.search(warning, " ".join(recording.metadata["warnings"]))
