"""Simulated sessions as NWB files, in the layouts and with the names of DANDI 000688 and of MC_Maze (DANDI 000128)."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from ner.data.bins import BIN_SECONDS
from ner.data.simulation import Trial
from ner.data.simulation_maze import MAZE_BIN_SECONDS, TYPES, MazeTrial
from ner.storage.files import atomic

#: s of silence between trials, longer than the smoothing's reach, and samples of the behavior in a bin.
_PAUSE, _SAMPLES, _MAZE_SAMPLES = 1.2, 3, 5
_DATE = datetime(2000, 1, 1, tzinfo=UTC)
#: First digit of a unit's id in MC_Maze, by its area.
_DIGITS = {"PMd": 1, "M1": 2}
#: mm in a cm.
_MM = 10.0


def write_nwb(path: str | os.PathLike, session: Sequence[Trial]) -> None:
    """Write a session of centre-out reaches as an NWB file, its trials one after the other on one clock.

    A bin's spikes and its samples of the velocity are spread evenly over it, so that what is counted and averaged in
    these bins is what was simulated. Nothing is recorded between trials.

    Args:
        path: the .nwb file to make.
        session: its trials.
    """
    from pynwb import TimeSeries
    from pynwb.behavior import BehavioralTimeSeries

    file, starts, lengths = _file("simulated center-out reaches", session, BIN_SECONDS)
    rows = [
        {
            "go_cue_time": start + trial.go_cue * BIN_SECONDS,
            "target_dir": np.deg2rad((trial.direction + 180) % 360 - 180),
            "result": "R",
        }
        for trial, start in zip(session, starts, strict=True)
    ]
    meanings = ("time of the go cue, s", "direction of the target, radians", "R reward, A abort")
    _add_trials(file, rows, starts, lengths, meanings)
    electrodes = _add_electrodes(file, {area: f"electrode_group_{area}" for area in session[0].counts})
    for area, times in _spikes(session, starts, BIN_SECONDS):
        file.add_unit(spike_times=times, electrodes=[electrodes[area]])
    velocity, times = _samples(session, starts, BIN_SECONDS, _SAMPLES)
    series = TimeSeries(name="cursor_vel", data=velocity, unit="cm/s", timestamps=times)
    module = file.create_processing_module("behavior", "the hand")
    module.add(BehavioralTimeSeries(name="Velocity", time_series=[series]))
    _save(path, file)


def write_maze(path: str | os.PathLike, session: Sequence[MazeTrial]) -> None:
    """Write a session of curved reaches as an NWB file in the layout of MC_Maze, errors of its electrodes included.

    Spikes and samples are spread as in `write_nwb`. All electrodes are in the group of PMd; the first digit of a unit's
    id tells its area. Units are observed within trials only.

    Args:
        path: the .nwb file to make.
        session: its trials.
    """
    from pynwb import TimeSeries

    file, starts, lengths = _file("simulated reaches through a maze", session, MAZE_BIN_SECONDS)
    rows = []
    for trial, start in zip(session, starts, strict=True):
        target = np.deg2rad(TYPES[trial.kind][0])
        rows.append(
            {
                "move_onset_time": start + trial.onset * MAZE_BIN_SECONDS,
                "trial_type": trial.kind,
                "trial_version": trial.version,
                "active_target": 0,
                "target_pos": 100 * np.array([[np.cos(target), np.sin(target)]]),
                "success": trial.success,
                "split": "train",
            }
        )
    meanings = (
        "onset of the movement, s",
        "target and side of the barrier",
        "0 without a barrier, 1 and 2 with one",
        "row of target_pos",
        "positions of targets, mm",
        "whether it was rewarded",
        "train: none are held back",
    )
    _add_trials(file, rows, starts, lengths, meanings)
    electrodes = _add_electrodes(file, dict.fromkeys(session[0].counts, "PMd"))
    observed = np.column_stack([starts, starts + lengths])
    for k, (area, times) in enumerate(_spikes(session, starts, MAZE_BIN_SECONDS)):
        number = 1000 * _DIGITS[area] + k
        file.add_unit(id=number, spike_times=times, electrodes=[electrodes[area]], obs_intervals=observed)
    velocity, times = _samples(session, starts, MAZE_BIN_SECONDS, _MAZE_SAMPLES)
    moved = [
        np.cumsum(np.repeat(trial.velocity, _MAZE_SAMPLES, axis=0), axis=0) * MAZE_BIN_SECONDS / _MAZE_SAMPLES
        for trial in session
    ]
    module = file.create_processing_module("behavior", "the hand")
    for name, values, unit in (("hand_vel", velocity, "mm/s"), ("hand_pos", np.concatenate(moved), "mm")):
        module.add(TimeSeries(name=name, data=_MM * values, unit=unit, timestamps=times))
    _save(path, file)


def _file(description: str, session: Sequence, width: float) -> tuple:
    """An empty file, and beginning and length in s of each trial of bins of a width."""
    from pynwb import NWBFile

    file = NWBFile(
        session_description=description, identifier="simulated", session_start_time=_DATE, file_create_date=_DATE
    )
    lengths = np.array([len(trial.velocity) * width for trial in session])
    return file, _PAUSE + np.concatenate([[0.0], np.cumsum(lengths + _PAUSE)[:-1]]), lengths


def _save(path: str | os.PathLike, file: object) -> None:
    from pynwb import NWBHDF5IO

    with atomic(path) as temporary:
        with NWBHDF5IO(temporary, "w") as io:
            io.write(file)
        _name_objects_by_place(temporary)


def _name_objects_by_place(path: Path) -> None:
    """Give the objects ids that do not differ from one writing to the next, as pynwb's random ones do."""
    import h5py

    def rename(name, item):
        if "object_id" in item.attrs:
            item.attrs.modify("object_id", str(uuid5(NAMESPACE_URL, name)))

    with h5py.File(path, "r+") as file:
        rename("/", file)
        file.visititems(rename)


def _add_trials(
    file, rows: Sequence[Mapping], starts: np.ndarray, lengths: np.ndarray, meanings: Sequence[str]
) -> None:
    for (name, value), meaning in zip(rows[0].items(), meanings, strict=True):
        file.add_trial_column(name, meaning, index=np.ndim(value) > 0)
    for row, start, length in zip(rows, starts, lengths, strict=True):
        file.add_trial(start_time=start, stop_time=start + length, **row)


def _add_electrodes(file, groups: Mapping[str, str]) -> dict[str, int]:
    """One electrode an area, in the group named; the row of each."""
    device = file.create_device("array")
    made = {
        name: file.create_electrode_group(
            name, description=name.removeprefix("electrode_group_"), location="cortex", device=device
        )
        for name in dict.fromkeys(groups.values())
    }
    for name in groups.values():
        file.add_electrode(location="cortex", group=made[name], group_name=name)
    return {area: k for k, area in enumerate(groups)}


def _spikes(session: Sequence, starts: np.ndarray, width: float):
    """Area and spike times of every unit."""
    for area, counts in session[0].counts.items():
        for unit in range(counts.shape[1]):
            times = [
                _spread(trial.counts[area][:, unit], start, width) for trial, start in zip(session, starts, strict=True)
            ]
            yield area, np.concatenate(times)


def _spread(counts: np.ndarray, start: float, width: float) -> np.ndarray:
    """Times of spikes that stand evenly in their bins."""
    bins = np.repeat(np.arange(len(counts)), counts)
    within = np.concatenate([(np.arange(count) + 0.5) / count for count in counts if count] or [np.zeros(0)])
    return start + (bins + within) * width


def _samples(session: Sequence, starts: np.ndarray, width: float, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples of the velocity, as many in every bin, and their times."""
    within = (np.arange(samples) + 0.5) / samples
    times = [
        start + (np.arange(len(trial.velocity))[:, None] + within).ravel() * width
        for trial, start in zip(session, starts, strict=True)
    ]
    return np.concatenate([np.repeat(trial.velocity, samples, axis=0) for trial in session]), np.concatenate(times)
