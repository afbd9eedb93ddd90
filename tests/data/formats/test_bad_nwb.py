"""NWB files that cannot be used: one line of file, finding, expectation and the key to change."""

import re

import h5py
import numpy as np
import pytest
from nwb_files import Series, mc_maze, perich_miller, write

from ner.data.preprocessing import make_recording
from ner.storage.errors import InputError

VELOCITY = "processing/behavior/Velocity/cursor_vel"
LINE = r"[^\n]+: found [^\n]+; expected [^\n]+; [^\n]+"


def after(change, make=perich_miller):
    """A file that is written after a change of its content."""

    def to(path):
        content = make()
        change(content)
        write(path, content)

    return to


def edited(change):
    """A file of which HDF5 is changed after it was written."""

    def to(path):
        write(path, perich_miller())
        with h5py.File(path, "r+") as file:
            change(file)

    return to


def raw(content):
    return lambda path: path.write_bytes(content)


def truncated(share):
    def to(path):
        write(path, perich_miller())
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])

    return to


def hdf5_of_matlab(path):
    with h5py.File(path, "w") as file:
        file["spikes"] = np.zeros(3)


def nwb_1(path):
    with h5py.File(path, "w") as file:
        file["nwb_version"] = "NWB-1.0.6"


def drop_trials(content):
    content.trials = None


def drop_units(content):
    content.spikes, content.groups, content.units = None, [], {}


def drop_column(name):
    return lambda content: content.trials.pop(name)


def set_column(name, values):
    return lambda content: content.trials.update({name: np.resize(values, (64, *np.shape(values)[1:]))})


def scale_column(name, factor):
    return lambda content: content.trials.update({name: content.trials[name] * factor})


def spikes_in_ms(content):
    content.spikes = [times * 1000 for times in content.spikes]


def behavior_in_ms(content):
    content.series[VELOCITY].times = content.series[VELOCITY].times * 1000


def trials_in_ms(content):
    for name in ("start_time", "stop_time", "go_cue_time"):
        content.trials[name] = content.trials[name] * 1000


def nan_spike(content):
    content.spikes[2] = np.append(content.spikes[2], np.nan)


def rewritten(change):
    def rewrite(file):
        series = file[VELOCITY]
        attributes, values = dict(series["data"].attrs), change(series["data"][:])
        del series["data"]
        series["data"] = values
        series["data"].attrs.update(attributes)

    return rewrite


unequal, turned = rewritten(lambda values: values[:-10]), rewritten(lambda values: values.T)


def contradictory(content):
    content.series[VELOCITY].times = np.floor(content.series[VELOCITY].times * 10) / 10


def a_step_for_a_rate(content):
    content.series[VELOCITY] = Series(content.series[VELOCITY].data, None, rate=0.01)


def three_components(content):
    series = content.series[VELOCITY]
    content.series[VELOCITY] = Series(np.column_stack([series.data, series.data[:, 0]]), series.times)


def nan_times(content):
    content.series[VELOCITY].times = content.series[VELOCITY].times.copy()
    content.series[VELOCITY].times[3] = np.nan


def no_electrodes(content):
    content.groups = []


def position_only(content):
    del content.series[VELOCITY]


def metres(content):
    content.series[VELOCITY].data = content.series[VELOCITY].data / 100


def constant_velocity(content):
    content.series[VELOCITY].data = content.series[VELOCITY].data * 0


def all_failed(content):
    content.trials["result"] = np.array(["F"] * 64)


def no_spikes(content):
    content.spikes = [np.zeros(0) for _ in content.spikes]


def no_samples_in_trials(content):
    content.series[VELOCITY].times = content.series[VELOCITY].times + 250.0


def lose_target(file):
    del file["general/extracellular_ephys/electrodes"]


def lose_spikes(file):
    del file["units/spike_times"]


def electrode_out_of_range(file):
    file["units/electrodes"][3] = 99


def wrong_type(file):
    file["processing/behavior/Velocity"].attrs["neurodata_type"] = "Nonsense"


def version(text):
    return lambda file: file.attrs.modify("nwb_version", text)


FILES = {
    "missing": (None, {}, "no such file"),
    "empty": (raw(b""), {}, "an empty file"),
    "a web page": (raw(b"<!DOCTYPE html><p>" * 99), {}, "a web page"),
    "a git-lfs pointer": (raw(b"version https://git-lfs.github.com/spec/v1\noid sha256:1"), {}, "git-lfs"),
    "a MATLAB file": (raw(b"MATLAB 5.0 MAT-file".ljust(600)), {}, "a MATLAB v5 file, which cannot be read"),
    "random bytes": (raw(bytes(range(256)) * 9), {}, "something else, which cannot be read"),
    "HDF5 without NWB": (hdf5_of_matlab, {}, "an HDF5 file without nwb_version"),
    "NWB 1": (nwb_1, {}, "NWB NWB-1.0.6; expected NWB 2"),
    "a newer schema": (edited(version("3.0.0")), {}, "NWB 3.0.0; expected NWB 2"),
    "cut in the middle": (truncated(0.5), {}, "a file that cannot be read"),
    "cut near the end": (truncated(0.98), {}, "a file that cannot be read"),
    "cut at the beginning": (truncated(0.01), {}, "a file that cannot be read"),
    "no units": (after(drop_units), {}, "no units with spike_times"),
    "units without spike times": (edited(lose_spikes), {}, "cannot be read|no units with spike_times"),
    "no trials": (after(drop_trials), {}, "no trials; expected a table /intervals/trials"),
    "references to nowhere": (edited(lose_target), {}, "cannot be read"),
    "an electrode that is not there": (edited(electrode_out_of_range), {}, "units on electrode 99 of 9"),
    "an unknown type": (edited(wrong_type), {}, "cannot be read|nwb.velocity"),
    "no go cues": (after(drop_column("go_cue_time")), {}, "also 'go_cue_time'; correct nwb.align"),
    "no results": (after(drop_column("result")), {}, "also 'result'; correct nwb.keep"),
    "no targets": (after(drop_column("target_dir")), {}, "also 'target_dir'; correct nwb.direction"),
    "four go cues a trial": (
        after(set_column("go_cue_time", np.ones((1, 4)))),
        {},
        r"column go_cue_time of \(64, 4\) values.*one number a trial; correct nwb.align",
    ),
    "directions in words": (after(set_column("target_dir", ["left", "up"])), {}, "one number a trial.*nwb.direction"),
    "go cues in ms": (after(scale_column("go_cue_time", 1000)), {}, "outside of start_time to stop_time in 64 trials"),
    "spikes in ms": (after(spikes_in_ms), {}, "expected all of them in s"),
    "behavior in ms": (after(behavior_in_ms), {}, "expected all of them in s"),
    "trials in ms": (after(trials_in_ms), {}, "expected all of them in s"),
    "a spike time of NaN": (after(nan_spike), {}, "1 spike times of unit 2 that are NaN"),
    "fewer samples than times": (edited(unequal), {}, "with .* times; expected a time for each sample"),
    "a transposed velocity": (edited(turned), {}, r"transposed\?"),
    "times that repeat": (after(contradictory), {}, "twice with other values"),
    "a step for a rate": (after(a_step_for_a_rate), {}, "a rate of 0.01 Hz"),
    "three components": (after(three_components), {}, "a velocity of 3 components.*nwb.axes"),
    "times of NaN": (after(nan_times), {}, "times of .*cursor_vel that are NaN"),
    "units without electrodes": (after(no_electrodes), {}, r"units without electrodes.*nwb.area .*\{by: all\}"),
    "another area": (after(lambda c: None), {"area": "S1"}, r"'electrode_group_M1' \(5\).* S1 for area S1.*nwb.area"),
    "no velocity": (after(position_only), {}, r"\['Position'\] in processing/behavior; .*nwb.velocity"),
    "a container as velocity": (
        after(lambda c: None),
        {"velocity": "processing/behavior/Velocity"},
        r"which holds \['cursor_vel'\]; expected a time series",
    ),
    "an unknown position": (
        after(lambda c: None),
        {"position": "processing/behavior/hand"},
        "in processing/behavior; .*nwb.position",
    ),
    "velocity in m/s": (
        after(metres),
        {"velocity_unit": None},
        "peak speeds of 0.2.* cm/s.*set nwb.velocity_unit of the session, perhaps to m/s",
    ),
    "a velocity of 0": (after(constant_velocity), {}, "constant in x and y|all to be dropped"),
    "angles in degrees": (
        after(scale_column("target_dir", 180 / np.pi)),
        {},
        "set nwb.direction_unit of the session to degrees",
    ),
    "angles taken for degrees": (
        after(lambda c: None),
        {"direction_unit": "degrees"},
        "nwb.direction_unit of the session to radians",
    ),
    "one target": (after(set_column("target_dir", [0.5])), {}, "a single direction"),
    "all failed": (after(all_failed), {}, r"64 trials, all to be dropped: result F \(64\)"),
    "no spikes": (after(no_spikes), {}, "no spike of any of the 5 neurons"),
    "no samples": (after(no_samples_in_trials), {}, "all to be dropped: missing samples of the velocity"),
    "an index beyond the targets": (
        after(set_column("active_target", [7]), mc_maze),
        {"layout": "mc-maze"},
        r"all to be dropped: no target \(64\)",
    ),
}


@pytest.mark.parametrize(("make", "keys", "complaint"), FILES.values(), ids=FILES)
def test_a_bad_file_is_one_line(tmp_path, make, keys, complaint):
    path = tmp_path / "a b, [c]=d.nwb"
    if make:
        make(path)
    keys = dict(keys)
    area = keys.pop("area", "M1")
    layout = {"layout": "perich-miller"} | {key: value for key, value in keys.items() if value is not None}
    with pytest.raises(InputError) as raised:
        make_recording(path, "x", format="nwb", area=area, bins=40, train_fraction=0.8, settings={"nwb": layout})
    message = str(raised.value)
    print(message.replace(str(path), "FILE"))
    assert re.fullmatch(LINE, message)
    assert message.startswith(f"{path}: found ")
    assert re.search(complaint, message), message
