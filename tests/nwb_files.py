"""Small NWB files in the layouts of the archives, with spikes and movements that are known."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.behavior import BehavioralTimeSeries
from pynwb.file import ProcessingModule

TARGETS = np.tile(np.arange(8) * 45, 8)


@dataclass
class Series:
    """A time series: values, times or a rate, and how the file words it."""

    data: np.ndarray
    times: np.ndarray | None = None
    rate: float | None = None
    unit: str = "cm/s"
    conversion: float = 1.0
    offset: float = 0.0


@dataclass
class Content:
    """What a file holds; tests change it before it is written.

    Attributes:
        trials: column to its values, start_time and stop_time among them.
        spikes: spike times of each unit.
        groups: name of the group of each electrode; unit k is on electrode k.
        units: column to its values.
        series: path to series.
    """

    trials: dict
    spikes: list
    groups: list
    units: dict = field(default_factory=dict)
    series: dict = field(default_factory=dict)
    ids: list | None = None
    locations: list | None = None
    description: str = "reaches"


def hand(times, onsets, directions, speed=25.0, lasting=0.6):
    """(samples, 2) velocity in cm/s: a bell for each reach, noise beside it."""
    rng = np.random.default_rng(7)
    velocity = rng.normal(0, 0.3, (len(times), 2))
    for onset, degrees in zip(onsets, directions, strict=True):
        if np.isfinite(onset) and np.isfinite(degrees):
            inside = (times >= onset) & (times < onset + lasting)
            bell = speed * np.sin(np.pi * (times[inside] - onset) / lasting) ** 2
            velocity[inside] += bell[:, None] * [np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))]
    return velocity


def poisson_spikes(end, units, onsets, directions, seed=0):
    """Spike times of cosine-tuned units, the last one silent."""
    rng = np.random.default_rng(seed)
    found = []
    for unit in range(units):
        times = [rng.uniform(0, end, rng.poisson(6 * end))]
        for onset, degrees in zip(onsets, directions, strict=True):
            if np.isfinite(onset) and np.isfinite(degrees):
                tuned = 1 + np.cos(np.deg2rad(degrees) - 2 * np.pi * unit / max(1, units - 1))
                times.append(onset + rng.uniform(0, 0.6, rng.poisson(8 * tuned)))
        found.append(np.sort(np.concatenate(times)) * 1.0)
    found[-1] = np.zeros(0)
    return found


def perich_miller(trials=64, period=3.0, rate=100.0, units=(5, 4)):
    """DANDI 000688: areas by the electrodes' groups, angles in radians, velocity in a container of its own."""
    start = np.arange(trials) * period + 0.5
    go = start + 0.7 + np.arange(trials) % 7 * 0.013
    directions = np.resize(TARGETS, trials).astype(float)
    end = start[-1] + period + 2
    times = np.arange(0, end, 1 / rate)
    spikes = poisson_spikes(end, units[0], go + 0.2, directions)
    spikes += poisson_spikes(end, units[1], go + 0.2, directions, seed=1)
    velocity = hand(times, go + 0.2, directions)
    return Content(
        trials={
            "start_time": start,
            "stop_time": start + period - 0.2,
            "target_on_time": start + 0.2,
            "go_cue_time": go,
            "target_dir": np.deg2rad(directions),
            "target_id": np.arange(trials) % 8 + 0.0,
            "result": np.array(["R"] * trials),
        },
        spikes=spikes,
        groups=["electrode_group_M1"] * units[0] + ["electrode_group_PMd"] * units[1],
        locations=["Primary Motor Cortex"] * units[0] + ["Dorsal Premotor Cortex"] * units[1],
        series={
            "processing/behavior/Velocity/cursor_vel": Series(velocity, times),
            "processing/behavior/Position/cursor_pos": Series(np.cumsum(velocity, axis=0) / rate, times, unit="cm"),
        },
    )


def area2_bump(trials=64):
    """DANDI 000127: one group, angles in degrees, segments with gaps between, passive trials, a split."""
    content = perich_miller(trials, rate=1000.0)
    start, stop = content.trials["start_time"], content.trials["stop_time"]
    middle = (stop[trials // 2 - 1] + start[trials // 2]) / 2
    velocity = content.series.pop("processing/behavior/Velocity/cursor_vel")
    content.series.clear()
    present = np.abs(velocity.times - middle) > 0.05
    content.series["processing/behavior/hand_vel"] = Series(velocity.data[present], velocity.times[present])
    content.trials["target_dir"] = np.rad2deg(content.trials["target_dir"])
    content.trials["ctr_hold_bump"] = np.arange(trials) % 16 == 5
    content.trials["split"] = np.array(
        [("train", "val", "none")[(k % 10 == 3) + (k % 20 == 7) * 2] for k in range(trials)]
    )
    content.groups = ["electrode_group"] * len(content.spikes)
    content.locations = None
    content.units["obs_intervals"] = [np.array([[0.0, middle - 0.05], [middle + 0.05, stop[-1] + 2]])] * len(
        content.spikes
    )
    content.units["heldout"] = np.arange(len(content.spikes)) % 4 == 0
    return content


def mc_maze(trials=64):
    """DANDI 000128: mm and mm/s, no samples between trials, areas in the units' ids, ragged targets."""
    content = perich_miller(trials, rate=1000.0)
    old = content.trials
    move = old["go_cue_time"] + 0.25
    velocity = content.series.pop("processing/behavior/Velocity/cursor_vel")
    content.series.clear()
    inside = np.zeros(len(velocity.times), dtype=bool)
    for start, stop in zip(old["start_time"], old["stop_time"], strict=True):
        inside |= (velocity.times >= start) & (velocity.times < stop)
    content.series["processing/behavior/hand_vel"] = Series(
        velocity.data[inside] * 10, velocity.times[inside], unit="mm/s"
    )
    angles = old["target_dir"]
    content.trials = {
        "start_time": old["start_time"],
        "stop_time": old["stop_time"],
        "go_cue_time": old["go_cue_time"],
        "move_onset_time": move,
        "trial_type": np.arange(trials) % 8 + 10,
        "trial_version": np.arange(trials) % 3,
        "active_target": np.arange(trials) % 2,
        "target_pos": [
            np.array([[c, s], [-c, -s]])[:: 1 if k % 2 == 0 else -1] * 100.0
            for k, (c, s) in enumerate(zip(np.cos(angles), np.sin(angles), strict=True))
        ],
        "success": np.ones(trials, dtype=bool),
        "split": np.array(["train", "val"])[np.arange(trials) % 2],
    }
    count = len(content.spikes)
    # Everything on electrodes of PMd, whatever the id says.
    content.groups = ["PMd"] * count
    content.locations = ["PMd"] * count
    content.ids = [1000 + k if k < 4 else 2000 + k for k in range(count)]
    content.units["obs_intervals"] = [np.column_stack([old["start_time"], old["stop_time"]])] * count
    return content


LAYOUTS = {"perich-miller": perich_miller, "area2-bump": area2_bump, "mc-maze": mc_maze}


def write(path, content):
    """Write a content as an NWB file."""
    file = NWBFile(
        session_description=content.description,
        identifier="x",
        session_start_time=datetime(2001, 2, 3, tzinfo=UTC),
    )
    _write_trials(file, content)
    _write_units(file, content)
    modules = {}
    containers = {}
    for path_inside, given in content.series.items():
        *place, name = path_inside.split("/")
        series = TimeSeries(
            name=name,
            data=given.data,
            unit=given.unit,
            conversion=given.conversion,
            offset=given.offset,
            **({"rate": given.rate, "starting_time": 0.0} if given.times is None else {"timestamps": given.times}),
        )
        if place[0] == "acquisition" and len(place) == 1:
            file.add_acquisition(series)
            continue
        key = place[1] if place[0] == "processing" else "acquisition"
        if place[0] == "processing" and key not in modules:
            modules[key] = ProcessingModule(name=key, description="behavior")
            file.add_processing_module(modules[key])
        inner = place[2:] if place[0] == "processing" else place[1:]
        if not inner:
            modules[key].add(series)
            continue
        if (key, inner[0]) not in containers:
            containers[key, inner[0]] = BehavioralTimeSeries(name=inner[0])
            if place[0] == "processing":
                modules[key].add(containers[key, inner[0]])
            else:
                file.add_acquisition(containers[key, inner[0]])
        containers[key, inner[0]].add_timeseries(series)
    with NWBHDF5IO(path, "w") as io:
        io.write(file)
    return path


def _write_trials(file, content):
    if content.trials is None:
        return
    names = [name for name in content.trials if name not in ("start_time", "stop_time")]
    for name in names:
        ragged = name == "target_pos"
        file.add_trial_column(name, name, **({"index": True} if ragged else {}))
    for k in range(len(content.trials["start_time"])):
        file.add_trial(**{name: content.trials[name][k] for name in content.trials})


def _write_units(file, content):
    if content.spikes is None:
        return
    if content.groups:
        device = file.create_device("array")
        groups = {
            name: file.create_electrode_group(name, description=name, location="cortex", device=device)
            for name in dict.fromkeys(content.groups)
        }
        for k, name in enumerate(content.groups):
            location = content.locations[k] if content.locations else "unknown"
            file.add_electrode(location=location, group=groups[name], group_name=name)
    for name in content.units:
        if name != "obs_intervals":
            file.add_unit_column(name, name)
    for k, times in enumerate(content.spikes):
        given = {name: values[k] for name, values in content.units.items()}
        if content.groups:
            given["electrodes"] = [k]
        if content.ids:
            given["id"] = content.ids[k]
        file.add_unit(spike_times=times, **given)
