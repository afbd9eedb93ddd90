"""Trials of their own lengths, windows of continuous sessions, named conditions and none: against slow counts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from nwb_files import Series, mc_maze, perich_miller, write
from raw_sessions import from_raw, raw_trials, write_struct
from samples import LINEAR, simulated_embedding

from ner.data.bins import Bins
from ner.data.preprocessing import make_recording
from ner.data.recordings import read_recording, write_recording
from ner.data.recordings_table import summary
from ner.decoding.decode import decode
from ner.decoding.metrics import integrate_velocity, score
from ner.decoding.nulls import permutation_nulls
from ner.decoding.within import decode_within
from ner.storage.errors import InputError

VELOCITY = "processing/behavior/Velocity/cursor_vel"


def from_nwb(path, bins, step=None, **keys):
    settings = {"nwb": {"layout": "perich-miller", **keys}, **({} if step is None else {"step": step})}
    return make_recording(path, "x-m1", format="nwb", area="M1", bins=bins, train_fraction=0.8, settings=settings)


def test_trials_keep_as_many_bins_as_they_have(tmp_path):
    trials = raw_trials()
    path = write_struct(tmp_path / "file.mat", trials)
    has = [len(trial["vel"]) - int(trial["idx_goCueTime"]) + 1 for trial in trials]
    recording = from_raw(path, bins={"min": 8, "max": 12})
    expected = [min(length, 12) for length in has if length >= 8]
    assert len(set(expected)) > 2
    assert recording.lengths.tolist() == expected
    assert [entry["trial"] for entry in recording.metadata["dropped_trials"]] == [
        k + 1 for k, length in enumerate(has) if length < 8
    ]
    kept = [trial for trial, length in zip(trials, has, strict=True) if length >= 8]
    for values, trial, length in zip(recording.trials(recording.velocity), kept, expected, strict=True):
        start = int(trial["idx_goCueTime"]) - 1
        np.testing.assert_array_equal(values, trial["vel"][start : start + length])
    # The bins that trials of one length have are the same.
    shorter = from_raw(path, bins=8)
    np.testing.assert_array_equal(recording.select(recording.bin < 8).rates, shorter.rates)
    write_recording(recording, tmp_path / "recording.parquet")
    np.testing.assert_array_equal(read_recording(tmp_path / "recording.parquet").bin, recording.bin)
    assert summary([replace(recording, metadata={**recording.metadata})])["bins"].item() == f"8-{max(expected)}"
    with pytest.raises(ValueError, match="expected one length"):
        recording.per_trial(recording.rates)


def test_trials_end_at_an_event(tmp_path):
    trials = raw_trials()
    for k, trial in enumerate(trials):
        trial["idx_end"] = trial["idx_goCueTime"] + 3 + k % 3
    path = write_struct(tmp_path / "file.mat", trials)
    recording = from_raw(path, bins={"min": 2, "max": 50}, settings={"fields": {"end": "idx_end"}})
    assert recording.lengths.tolist() == [4 + k % 3 for k in range(len(trials))]


def test_trials_of_an_nwb_file_run_from_one_event_to_another(tmp_path):
    content = perich_miller()
    go = content.trials["go_cue_time"]
    content.trials["end_time"] = go + 0.6 + 0.1 * (np.arange(len(go)) % 4)
    content.trials["end_time"][5] = np.nan
    path = write(tmp_path / "file.nwb", content)
    recording = from_nwb(path, {"min": 10, "max": 28}, align={"from": "go_cue_time", "to": "end_time"})
    expected = [min(28, math.floor((0.6 + 0.1 * (k % 4)) / 0.03 + 1e-6)) for k in range(len(go)) if k != 5]
    assert recording.lengths.tolist() == expected
    assert recording.metadata["dropped_trials"] == [{"trial": 6, "reason": "no end_time"}]
    # Without another event, until they stop.
    whole = from_nwb(path, {"min": 10, "max": 200})
    stop = content.trials["stop_time"]
    assert whole.lengths.tolist() == [math.floor((stop[k] - go[k]) / 0.03 + 1e-6) for k in range(len(go))]


def continuous(tmp_path, **changes):
    """A file without trials, whose behavior has a gap and lies in the acquisition."""
    content = perich_miller()
    velocity = content.series[VELOCITY]
    there = (velocity.times < 60) | (velocity.times > 70)
    content.series = {
        f"acquisition/finger_vel/{name}": Series(velocity.data[there, k], velocity.times[there])
        for k, name in enumerate(("index", "mrs"))
    }
    content.trials = None
    keys = {
        "area": {"by": "group_name"},
        "velocity": list(content.series),
        "velocity_unit": "cm/s",
        "direction": None,
        **changes,
    }
    return content, write(tmp_path / "file.nwb", content), keys


def windows_of(path, keys, bins=40, step=20, **split):
    settings = {"nwb": keys, **({} if step is None else {"step": step})}
    how = {"train_fraction": 0.8} | split
    return make_recording(path, "x-m1", format="nwb", area="M1", bins=bins, settings=settings, **how)


def test_a_continuous_session_is_cut_into_windows(tmp_path):
    content, path, keys = continuous(tmp_path)
    recording = windows_of(path, keys)
    assert not recording.has_conditions
    times = content.series["acquisition/finger_vel/index"].times
    begins = [*np.arange(0, 60 - 1.2 + 1e-9, 0.6)]
    second = times[times > 65][0]
    begins += [*np.arange(second, times[-1] + 0.01 - 1.2 + 1e-9, 0.6)]
    train = math.floor(0.8 * len(begins))
    # Smoothing looks 4 bins to either side.
    first_test = begins[train - 1] + 1.2 + 8 * 0.03
    kept = [*begins[:train], *(t for t in begins[train:] if t >= first_test - 1e-6)]
    assert len(recording.trial_condition) == len(kept)
    assert np.count_nonzero(recording.train[recording.bin == 0]) == train
    reasons = {entry["reason"] for entry in recording.metadata["dropped_trials"]}
    assert reasons == {"between the training and the test windows, whose spikes it shares"}
    kernel = np.exp(-(np.arange(-4, 5) ** 2) / (2 * 1.5**2))
    for window in (0, 7, train - 1, train, len(kept) - 1):
        for bin_ in (0, 17, 39):
            edges = np.round(kept[window] + 0.03 * (bin_ + np.arange(-4, 6)), 9)
            counts = np.histogram(np.round(content.spikes[1], 9), np.append(edges[:-1], edges[-1] - 1e-12))[0]
            rate = recording.rates[(recording.trial == window) & (recording.bin == bin_), 1]
            np.testing.assert_allclose(rate, counts @ kernel / kernel.sum(), atol=1e-9)


def test_windows_between_movements_are_kept_and_those_of_movements_too(tmp_path):
    """Most windows are at rest, which makes the others no tracker's errors."""
    content, path, keys = continuous(tmp_path)
    rest = windows_of(path, keys, bins=10, step=10)
    peaks = np.array([np.hypot(*part.T).max() for part in rest.trials(rest.velocity)])
    assert np.median(peaks) < 3 < 20 < peaks.max()
    assert not any("speed" in entry["reason"] for entry in rest.metadata["dropped_trials"])


def test_no_spike_is_in_training_and_test_windows(tmp_path):
    content, path, keys = continuous(tmp_path)
    plain = windows_of(path, keys)
    # A burst within what smoothing sees of the last training window.
    train = np.flatnonzero(plain.train[plain.bin == 0])[-1]
    end = 0.6 * train + 1.2 if train < 98 else None
    count = sum(0.6 * k <= 58.8 + 1e-9 for k in range(200))
    second = content.series["acquisition/finger_vel/index"].times
    second = second[second > 65][0]
    end = second + 0.6 * (train - count) + 1.2
    content.spikes[0] = np.sort(np.append(content.spikes[0], np.full(20, end + 0.115)))
    loud = windows_of(write(tmp_path / "loud.nwb", content), keys)
    changed = (loud.rates != plain.rates).any(axis=1)
    assert changed[plain.train].any()
    assert not changed[~plain.train].any()


@pytest.mark.parametrize("side", ["before", "behind"])
def test_no_spike_of_a_held_out_block_is_in_training_windows_on_either_side(tmp_path, side):
    content, path, keys = continuous(tmp_path)
    middle = {"train_fraction": None, "fold": {"number": 2, "of": 3}}
    plain = windows_of(path, keys, **middle)
    times = content.series["acquisition/finger_vel/index"].times
    begins = [*np.arange(0, 60 - 1.2 + 1e-9, 0.6)]
    begins += [*np.arange(times[times > 65][0], times[-1] + 0.01 - 1.2 + 1e-9, 0.6)]
    block = slice(len(begins) // 3, 2 * len(begins) // 3)
    assert np.count_nonzero(~plain.train[plain.bin == 0]) == len(begins[block])
    reasons = {entry["reason"] for entry in plain.metadata["dropped_trials"]}
    assert reasons == {"beside the held-out windows, whose spikes it shares"}
    # As far from the block as smoothing looks.
    when = begins[block][0] - 0.115 if side == "before" else begins[block][-1] + 1.2 + 0.115
    content.spikes[0] = np.sort(np.append(content.spikes[0], np.full(20, when)))
    changed = (windows_of(write(tmp_path / "loud.nwb", content), keys, **middle).rates != plain.rates).any(axis=1)
    assert changed[~plain.train].any()
    assert not changed[plain.train].any()


@pytest.mark.parametrize(
    ("step", "changes", "said"),
    [
        (None, {}, "no trials; expected .*set `step` of the session"),
        (20, {"direction": "target_dir"}, "set nwb.direction and nwb.condition to null"),
        (20, {"direction": None, "condition": ["trial_type"]}, "set nwb.direction and nwb.condition to null"),
    ],
)
def test_windows_that_cannot_be_cut_are_refused_in_one_line(tmp_path, step, changes, said):
    _, path, keys = continuous(tmp_path, **changes)
    with pytest.raises(InputError, match=said) as raised:
        windows_of(path, keys, step=step)
    assert "\n" not in str(raised.value)


def test_a_window_longer_than_the_session_is_refused(tmp_path):
    _, path, keys = continuous(tmp_path)
    with pytest.raises(InputError, match="no stretch of the behavior of 300 s; .*set fewer `bins`"):
        windows_of(path, keys, bins=10_000)


def test_random_targets_of_a_useless_direction_say_what_to_set(tmp_path):
    content = perich_miller()
    content.trials["target_dir"][:] = 0.5
    path = write(tmp_path / "file.nwb", content)
    with pytest.raises(InputError, match="single direction, 29 degrees; .*or set it to null"):
        from_nwb(path, 40)
    free = from_nwb(path, 40, direction=None)
    assert free.conditions == ()
    assert not free.labels[:, 2].any()
    np.testing.assert_array_equal(free.labels[:, :2], 10 * free.velocity)


@pytest.mark.parametrize(("key", "said"), [("align", "or set `step`"), ("direction", "or set it to null")])
def test_columns_that_random_targets_lack_say_what_to_set(tmp_path, key, said):
    content = perich_miller()
    del content.trials[{"align": "go_cue_time", "direction": "target_dir"}[key]]
    with pytest.raises(InputError, match=said):
        from_nwb(write(tmp_path / "file.nwb", content), 40)


def test_named_conditions_survive_their_file(tmp_path):
    settings = {"nwb": {"layout": "mc-maze", "direction": None, "condition": ["trial_type"]}}
    path = write(tmp_path / "file.nwb", mc_maze())
    recording = make_recording(
        path, "x-m1", format="nwb", area="M1", bins=40, train_fraction=0.8, settings=settings, bin_seconds=0.005
    )
    assert set(recording.conditions) == {str(10 + k) for k in range(8)}
    assert not recording.has_directions
    write_recording(recording, tmp_path / "recording.parquet")
    again = read_recording(tmp_path / "recording.parquet")
    assert again.conditions == recording.conditions
    np.testing.assert_array_equal(again.condition, recording.condition)
    np.testing.assert_array_equal(again.direction, recording.direction)
    alone = {"nwb": {**settings["nwb"], "keep": {"trial_type": [10]}}}
    with pytest.raises(InputError, match="single condition, 10, with 56 of 64 trials dropped: .*or to null"):
        make_recording(path, "x-m1", format="nwb", area="M1", bins=40, train_fraction=0.8, settings=alone)


def cut(embedding, seed=0):
    """An embedding whose trials have lengths of their own."""
    lengths = np.random.default_rng(seed).integers(4, 9, len(embedding.trial_condition))
    return embedding.select(embedding.bin < np.repeat(lengths, embedding.bins_per_trial))


def test_scores_of_trials_of_their_own_lengths():
    embedding = cut(simulated_embedding(0))
    test = embedding.select(~embedding.train)
    decoded = decode(embedding, LINEAR).select(~embedding.train)
    found = score(test, decoded)
    real, ours = (
        np.concatenate([np.cumsum(part, axis=0) for part in test.trials(values)])
        for values in (test.velocity, decoded.velocity)
    )
    spread = ((real - real.mean(axis=0)) ** 2).sum(axis=0)
    assert found["position_r2"] == pytest.approx(np.mean(1 - ((real - ours) ** 2).sum(axis=0) / spread))
    shortest = test.lengths.min()
    right = [np.mean((decoded.direction == test.direction)[test.bin == k]) for k in range(shortest)]
    assert found["direction_accuracy"] == pytest.approx(100 * max(right))
    nulls = permutation_nulls(test, decoded, permutations=50)
    assert nulls["velocity_r2"].value > nulls["velocity_r2"].high
    tables = decode_within({"strict": embedding}, method="ner", recording="x", seed=0, decoders={"linear": LINEAR})
    assert set(tables[1][tables[1]["split"] == "test"]["bin"]) == set(range(shortest))


def test_trials_of_one_length_are_the_same_however_their_lengths_are_given():
    velocity = np.random.default_rng(0).normal(size=(60, 2))
    one, each = (integrate_velocity(velocity, bins, 0.03) for bins in (10, np.full(6, 10)))
    np.testing.assert_array_equal(one, each)


@pytest.mark.parametrize("width", [0.01, 0.03, 0.05])
def test_bins_of_any_width_are_in_seconds_and_cm(width):
    """A hand at 10 cm/s for 0.6 s, whatever the bins: labels and positions in physical units."""
    bins = round(0.6 / width)
    hand = Bins(
        trial=np.repeat([0, 1], bins),
        bin=np.tile(np.arange(bins), 2),
        train=np.repeat([True, False], bins),
        velocity=np.tile([10.0, -5.0], (2 * bins, 1)),
        direction=np.zeros(2 * bins, dtype=int),
        bin_seconds=width,
    )
    position = integrate_velocity(hand.velocity, hand.trial_bins, hand.bin_seconds)
    np.testing.assert_allclose(position[hand.bin == bins - 1], [[6, -3], [6, -3]])
    if width == 0.03:
        # To the last digit what the paper's bins gave.
        np.testing.assert_array_equal(position[:bins], 0.03 * np.cumsum(hand.velocity[:bins], axis=0))
