"""Simulated sessions as NWB files, in the layout and with the names of DANDI 000688."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from ner.data.bins import BIN_SECONDS
from ner.data.simulation import Trial
from ner.storage.files import atomic

#: s of silence between trials, longer than the smoothing's reach, and samples of the behavior in a bin.
_PAUSE, _SAMPLES = 1.2, 3
_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def write_nwb(path: str | os.PathLike, session: Sequence[Trial]) -> None:
    """Write a session as an NWB file, its trials one after the other on one clock.

    A bin's spikes and its samples of the velocity are spread evenly over it, so that what is counted and averaged in
    these bins is what was simulated. Nothing is recorded between trials.

    Args:
        path: the .nwb file to make.
        session: its trials.
    """
    from pynwb import NWBHDF5IO, NWBFile

    file = NWBFile(
        session_description="simulated center-out reaches",
        identifier="simulated",
        session_start_time=_DATE,
        file_create_date=_DATE,
    )
    lengths = [len(trial.velocity) * BIN_SECONDS for trial in session]
    starts = _PAUSE + np.concatenate([[0.0], np.cumsum(np.array(lengths) + _PAUSE)[:-1]])
    _add_trials(file, session, starts, lengths)
    _add_units(file, session, starts)
    _add_behavior(file, session, starts)
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


def _add_trials(file, session: Sequence[Trial], starts: np.ndarray, lengths: Sequence[float]) -> None:
    for name, meaning in (
        ("go_cue_time", "time of the go cue, s"),
        ("target_dir", "direction of the target, radians"),
        ("result", "R reward, A abort"),
    ):
        file.add_trial_column(name, meaning)
    for trial, start, length in zip(session, starts, lengths, strict=True):
        file.add_trial(
            start_time=start,
            stop_time=start + length,
            go_cue_time=start + trial.go_cue * BIN_SECONDS,
            target_dir=np.deg2rad((trial.direction + 180) % 360 - 180),
            result="R",
        )


def _add_units(file, session: Sequence[Trial], starts: np.ndarray) -> None:
    device = file.create_device("array")
    rows = {}
    for area in session[0].counts:
        group = file.create_electrode_group(
            f"electrode_group_{area}", description=area, location="cortex", device=device
        )
        rows[area] = len(rows)
        file.add_electrode(location="cortex", group=group, group_name=group.name)
    for area in session[0].counts:
        for unit in range(session[0].counts[area].shape[1]):
            times = [_spread(trial.counts[area][:, unit], start) for trial, start in zip(session, starts, strict=True)]
            file.add_unit(spike_times=np.concatenate(times), electrodes=[rows[area]])


def _spread(counts: np.ndarray, start: float) -> np.ndarray:
    """Times of spikes that stand evenly in their bins."""
    bins = np.repeat(np.arange(len(counts)), counts)
    within = np.concatenate([(np.arange(count) + 0.5) / count for count in counts if count] or [np.zeros(0)])
    return start + (bins + within) * BIN_SECONDS


def _add_behavior(file, session: Sequence[Trial], starts: np.ndarray) -> None:
    from pynwb import TimeSeries
    from pynwb.behavior import BehavioralTimeSeries

    within = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    times = [
        start + (np.arange(len(trial.velocity))[:, None] + within).ravel() * BIN_SECONDS
        for trial, start in zip(session, starts, strict=True)
    ]
    velocity = np.concatenate([np.repeat(trial.velocity, _SAMPLES, axis=0) for trial in session])
    series = TimeSeries(name="cursor_vel", data=velocity, unit="cm/s", timestamps=np.concatenate(times))
    module = file.create_processing_module("behavior", "the hand")
    module.add(BehavioralTimeSeries(name="Velocity", time_series=[series]))
