"""Small sessions as files: reaches of few bins to 8 targets, in the forms in which users bring them."""

import math

import h5py
import numpy as np
import scipy.io

from ner.data.preprocessing import make_recording

BINS = 4
TARGETS = np.tile([-180, -135, -90, -45, 0, 45, 90, 135], 10)
METADATA = {"monkey": "Chewie", "session": "chewie-20161014", "area": "M1", "source": "file.mat"}
NAME = "chewie-20161014-m1"


def reach(degrees, bins, rng, speed=20.0):
    """(bins, 2) velocity of a hand that goes towards a target."""
    angle = np.deg2rad(degrees)
    return speed * np.array([np.cos(angle), np.sin(angle)]) + rng.normal(size=(bins, 2))


def tuned_counts(degrees, bins, neurons, rng, most=4.0):
    """(bins, neurons) spikes of neurons with preferred directions all around."""
    preferred = 2 * np.pi * np.arange(neurons) / neurons
    return rng.poisson(most * (1 + np.cos(np.deg2rad(degrees) - preferred)), (bins, neurons)).astype(float)


def smoothed_content(trials=80, bins=BINS, neurons=3, seed=0):
    """Variables of a file of the authors."""
    rng = np.random.default_rng(seed)
    return {
        "neural_M1": rng.gamma(1.0, size=(trials * bins, neurons)),
        "continuous_index": np.concatenate([reach(target, bins, rng) for target in TARGETS[:trials]]),
        "discrete_index": np.repeat(TARGETS[:trials], bins).astype(np.int16)[:, None],
    }


def raw_trials(trials=80, neurons=3, seed=0, targets=TARGETS):
    """Elements of a TrialData struct array, bins of 30 ms."""
    rng = np.random.default_rng(seed)
    content = []
    for target in np.resize(targets, trials):
        go_cue, length = rng.integers(1, 6), rng.integers(11, 16)
        content.append(
            {
                "M1_spikes": tuned_counts(target, length, neurons, rng),
                "PMd_spikes": tuned_counts(target, length, neurons + 1, rng),
                "vel": reach(target, length, rng),
                "idx_goCueTime": float(go_cue),
                "tgtDir": math.radians(target),
                "bin_size": 0.03,
            }
        )
    return content


def write_struct(path, trials, variable="trial_data"):
    """A MATLAB v5 struct array."""
    table = np.empty(len(trials), dtype=[(key, object) for key in trials[0]])
    for k, trial in enumerate(trials):
        table[k] = tuple(trial.values())
    scipy.io.savemat(path, {variable: table}, appendmat=False)
    return path


def write_cells(path, trials):
    """A MATLAB v5 cell array of structs."""
    scipy.io.savemat(path, {"trial_data": list(trials)})
    return path


def cell_array(values):
    """A cell array of any values, as savemat takes it."""
    cells = np.empty(len(values), dtype=object)
    for k, value in enumerate(values):
        cells[k] = value
    return cells


def write_struct_of_cells(path, trials):
    """One MATLAB v5 struct whose fields are cell arrays."""
    fields = {key: cell_array([trial[key] for trial in trials]) for key in trials[0]}
    scipy.io.savemat(path, {"trial_data": fields})
    return path


def write_v73(path, trials, cells=False):
    """A MATLAB v7.3 file: HDF5, every matrix transposed, a reference to each field of each element."""
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group("trial_data")
        group.attrs["MATLAB_class"] = np.bytes_("struct")
        for key in trials[0]:
            links = group.create_dataset(key, (len(trials), 1), dtype=h5py.ref_dtype)
            if cells:
                links.attrs["MATLAB_class"] = np.bytes_("cell")
            for k, trial in enumerate(trials):
                links[k, 0] = _write_v73_value(file, f"#refs#/{key}{k}", trial[key]).ref
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(116) + bytes(8) + b"\x00\x02IM")
    return path


def _write_v73_value(file, name, value):
    if isinstance(value, str):
        item = file.create_dataset(name, data=np.array([[ord(letter)] for letter in value], dtype=np.uint16))
        item.attrs["MATLAB_class"] = np.bytes_("char")
    elif np.size(value) == 0:
        item = file.create_dataset(name, data=np.array(np.shape(np.atleast_2d(value)), dtype=np.uint64))
        item.attrs.update({"MATLAB_class": np.bytes_("double"), "MATLAB_empty": np.uint8(1)})
    else:
        item = file.create_dataset(name, data=np.atleast_2d(value).T)
        item.attrs["MATLAB_class"] = np.bytes_("double")
    return item


def from_smoothed(path, **arguments):
    """A recording of a file of the authors' form."""
    defaults = {"area": "M1", "bins": BINS, "train_fraction": 0.8, "metadata": METADATA}
    return make_recording(path, NAME, format="smoothed", **defaults | arguments)


def from_raw(path, **arguments):
    """A recording of TrialData."""
    defaults = {"area": "M1", "bins": BINS, "train_fraction": 0.8, "metadata": METADATA}
    return make_recording(path, NAME, format="trial_data", **defaults | arguments)
