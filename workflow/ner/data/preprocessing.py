"""From a session's raw .mat file to a recording: smoothing, cutting, checking, splitting."""

import math
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse

from ner.data.recordings import DIRECTIONS, Recording
from ner.data.trials import whole_trials
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError

#: Variables of the authors' smoothed files, by area.
SMOOTHED_VARIABLES = {"M1": "neural_M1", "PMd": "neural_PMd", "S1": "neural_S1"}
#: Fields of raw TrialData, by area.
TRIAL_DATA_FIELDS = {"M1": "M1_spikes", "PMd": "PMd_spikes", "S1": "LeftS1Area2_spikes"}


def smoothed_recording(
    path: str | os.PathLike,
    name: str,
    *,
    area: str,
    bins: int,
    train_fraction: float,
    metadata: Mapping | None = None,
) -> Recording:
    """Make a recording of one of the authors' smoothed .mat files.

    Args:
        path: MATLAB v5 file with neural_M1, neural_PMd or neural_S1 (bins x neurons), continuous_index (bins x 2,
            cm/s) and discrete_index (bins x 1, degrees, -180 and 180 being one target), trial after trial.
        name: name of the recording.
        area: M1, PMd or S1.
        bins: 30 ms bins of every trial.
        train_fraction: share of the trials that train, the first ones.
        metadata: what else to keep with the recording.

    Raises:
        InputError: if the file is not such a file, or its trials cannot be split into train and test with every
            direction in both.

    References:
        Chen et al., NeurIPS 2024; data/ of the authors' repository.
    """
    variable = SMOOTHED_VARIABLES[area]
    content = _load(path, [variable, "continuous_index", "discrete_index"])
    rates = _numbers(path, variable, content[variable])
    velocity = _numbers(path, "continuous_index", content["continuous_index"])
    direction = _numbers(path, "discrete_index", content["discrete_index"])
    expected = (
        f"{variable} (bins x neurons), continuous_index (bins x 2), discrete_index (bins x 1), bins = {bins} a trial"
    )
    shapes = f"{variable} {rates.shape}, continuous_index {velocity.shape}, discrete_index {direction.shape}"
    if (
        {rates.ndim, velocity.ndim, direction.ndim} != {2}
        or velocity.shape != (len(rates), 2)
        or direction.shape != (len(rates), 1)
        or rates.size == 0
        or len(rates) % bins
    ):
        raise InputError(path, shapes, expected, "check the file, and `bins` of the session")
    _check_rates(path, variable, rates)
    _check_finite(path, "continuous_index", velocity)
    _check_finite(path, "discrete_index", direction)
    directions = direction.reshape(-1, bins)
    mixed = np.flatnonzero((directions != directions[:, :1]).any(axis=1))
    if mixed.size:
        raise InputError(
            path,
            f"several directions within a trial, first in trial {mixed[0] + 1}",
            f"one direction in every {bins} bins",
            "check the file, and `bins` of the session",
        )
    return _recording(path, name, rates, velocity, directions[:, 0], bins, train_fraction, [], metadata)


def trial_data_recording(
    path: str | os.PathLike,
    name: str,
    *,
    area: str,
    bins: int,
    train_fraction: float,
    target_unit: str,
    sd: float,
    half_width: int,
    metadata: Mapping | None = None,
) -> Recording:
    """Make a recording of a raw TrialData .mat file: smooth the counts, cut the trials, drop those that cannot be cut.

    Dropped are trials without a target or a go cue, trials that end before the last bin to keep, and trials whose
    velocity is NaN in a bin to keep. `metadata["dropped_trials"]` of the recording lists them, numbered from 1.

    Args:
        path: MATLAB v5 file with the struct array trial_data, one element a trial: M1_spikes, PMd_spikes or
            LeftS1Area2_spikes (bins x neurons, counts), vel (bins x 2, cm/s), idx_goCueTime (from 1), tgtDir.
        name: name of the recording.
        area: M1, PMd or S1.
        bins: 30 ms bins to keep of every trial, from the go cue.
        train_fraction: share of the kept trials that train, the first ones.
        target_unit: unit of tgtDir, radians or degrees.
        sd: standard deviation of the Gaussian that smooths the counts, in bins.
        half_width: reach of the Gaussian to either side, in bins.
        metadata: what else to keep with the recording.

    Raises:
        InputError: if the file is not such a file, or the kept trials cannot be split into train and test with every
            direction in both.

    References:
        Chen et al., NeurIPS 2024, data preprocessing; TrialData files of doi:10.5061/dryad.xd2547dkt.
    """
    field = TRIAL_DATA_FIELDS[area]
    trials = _load(path, ["trial_data"])["trial_data"].ravel()
    required = (field, "vel", "idx_goCueTime", "tgtDir")
    present = trials.dtype.names or ()
    if missing := [key for key in required if key not in present]:
        raise InputError(
            path,
            f"trial_data with the fields {sorted(present)}",
            f"also {missing}",
            "check the session's `areas` and `file`",
        )
    kernel = gaussian_kernel(sd, half_width)
    rates, velocities, directions, dropped = [], [], [], []
    for number, trial in enumerate(trials, start=1):
        counts, velocity = (_numbers(path, f"trial {number}: {key}", trial[key]) for key in (field, "vel"))
        _check_trial(path, number, field, counts, velocity, rates)
        start, target = (_scalar(path, f"trial {number}: {key}", trial[key]) for key in ("idx_goCueTime", "tgtDir"))
        reason = None
        if not math.isfinite(target):
            reason = "no target"
        elif math.isnan(start):
            reason = "no go cue"
        elif start < 1 or not start.is_integer():
            raise InputError(path, f"trial {number}: idx_goCueTime {start:g}", "a bin number, from 1", "check the file")
        else:
            cut = slice(int(start) - 1, int(start) - 1 + bins)
            if cut.stop > len(counts):
                reason = f"{len(counts) - cut.start} of {bins} bins after the go cue"
            elif np.isnan(velocity[cut]).any():
                reason = "velocity is NaN"
        if reason:
            dropped.append({"trial": number, "reason": reason})
            continue
        _check_rates(path, f"trial {number}: {field}", counts)
        if (counts % 1).any():
            raise InputError(
                path,
                f"trial {number}: {field} with fractions",
                "spike counts, not smoothed ones",
                "give the raw counts",
            )
        _check_finite(path, f"trial {number}: vel", velocity[cut])
        rates.append(smooth(counts, kernel)[cut])
        velocities.append(velocity[cut])
        directions.append(math.degrees(target) if target_unit == "radians" else target)
    if not rates:
        reasons = sorted({entry["reason"] for entry in dropped})
        raise InputError(
            path, f"{len(dropped)} trials, all to be dropped: {reasons}", "usable trials", "check the file and `bins`"
        )
    return _recording(
        path,
        name,
        np.concatenate(rates),
        np.concatenate(velocities),
        np.array(directions),
        bins,
        train_fraction,
        dropped,
        metadata,
    )


def gaussian_kernel(sd: float, half_width: int) -> np.ndarray:
    """Gaussian exp(-x^2 / (2 sd^2)), x = -half_width .. half_width, divided by its sum.

    Args:
        sd: standard deviation in bins.
        half_width: reach to either side in bins.

    Returns:
        (2 * half_width + 1,) float64.
    """
    x = np.arange(-half_width, half_width + 1)
    kernel = np.exp(-(x**2) / (2 * sd**2))
    return kernel / kernel.sum()


def smooth(counts: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve every neuron's counts with a kernel; beyond both ends of the trial there are no spikes.

    Args:
        counts: (bins, neurons).
        kernel: (2 * half_width + 1,).

    Returns:
        (bins, neurons) float64, spikes per bin.
    """
    reach = len(kernel) // 2
    padded = np.pad(np.asarray(counts, dtype=np.float64), ((reach, reach), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0) @ kernel[::-1]


def _load(path: str | os.PathLike, variables: list[str]) -> dict:
    remedy = "give a MATLAB file saved with -v7 or earlier"
    if not Path(path).is_file():
        raise InputError(path, "no such file", "a MATLAB v5 .mat file", "put the file in place, or correct `file`")
    try:
        content = scipy.io.loadmat(path, variable_names=variables)
        present = [name for name, _, _ in scipy.io.whosmat(path)] if set(variables) - set(content) else variables
    except NotImplementedError as error:
        raise InputError(path, "a MATLAB v7.3 file", "a MATLAB v5 .mat file", remedy) from error
    except Exception as error:  # scipy's reader has no error of its own: damaged files raise whatever they run into
        raise InputError(path, f"a file that cannot be read ({error})", "a MATLAB v5 .mat file", remedy) from error
    if missing := [name for name in variables if name not in content]:
        raise InputError(
            path,
            f"the variables {sorted(present)}",
            f"also {missing}",
            "check the session's `areas`, `format` and `file`",
        )
    return content


def _numbers(path: str | os.PathLike, label: str, values: np.ndarray) -> np.ndarray:
    if scipy.sparse.issparse(values):
        values = values.toarray()
    if values.dtype.kind not in "buif":
        raise InputError(path, f"{label} of type {values.dtype}", "real numbers", "check the file")
    return values.astype(np.float64)


def _scalar(path: str | os.PathLike, label: str, values: np.ndarray) -> float:
    """The one number of a field; NaN where the field is empty."""
    numbers = _numbers(path, label, values)
    if numbers.size > 1:
        raise InputError(path, f"{label} with {numbers.size} values", "one value", "check the file")
    return float(numbers.item()) if numbers.size else math.nan


def _check_trial(path, number: int, field: str, counts: np.ndarray, velocity: np.ndarray, rates: list) -> None:
    neurons = rates[0].shape[1] if rates else None
    if (
        counts.ndim != 2
        or counts.size == 0
        or velocity.shape != (len(counts), 2)
        or neurons not in (None, counts.shape[1])
    ):
        raise InputError(
            path,
            f"trial {number}: {field} {counts.shape}, vel {velocity.shape}",
            f"{field} (bins x {neurons or 'neurons'}), vel (bins x 2), of equally many bins",
            "check the file",
        )


def _check_finite(path: str | os.PathLike, label: str, values: np.ndarray) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise InputError(
            path,
            f"{label}: {len(bad)} values NaN or infinite, first in row {bad[0][0] + 1}, column {bad[0][1] + 1}",
            "finite numbers",
            "check the file",
        )


def _check_rates(path: str | os.PathLike, label: str, values: np.ndarray) -> None:
    _check_finite(path, label, values)
    if (values < 0).any():
        raise InputError(path, f"{label} with values below 0", "spike counts of 0 or more", "check the file")


def _recording(
    path: str | os.PathLike,
    name: str,
    rates: np.ndarray,
    velocity: np.ndarray,
    degrees: np.ndarray,
    bins: int,
    train_fraction: float,
    dropped: list[dict],
    metadata: Mapping | None,
) -> Recording:
    """Check what both raw forms share, and put the recording together; degrees is (trials,), the rest (bins, ...)."""
    direction = np.round(degrees).astype(np.int64) % 360
    if unknown := sorted(set(direction.tolist()) - set(DIRECTIONS)):
        raise InputError(
            path,
            f"target directions of {unknown[:8]} degrees",
            f"{list(DIRECTIONS)} (modulo 360)",
            "check the file, and `target_unit` of a TrialData session",
        )
    trials = len(direction)
    train_trials = whole_trials(train_fraction, trials)
    for part, found in (("train", direction[:train_trials]), ("test", direction[train_trials:])):
        if missing := sorted(set(DIRECTIONS) - set(found.tolist())):
            raise InputError(
                path,
                f"{trials} trials ({len(dropped)} more dropped), of which the {len(found)} {part} trials have none "
                f"towards {missing} degrees",
                f"each of the {len(DIRECTIONS)} directions among the train and among the test trials",
                "use a longer session, or change train_fraction",
            )
    return Recording(
        name=name,
        rates=rates,
        velocity=velocity,
        direction=np.repeat(direction, bins),
        trial=np.repeat(np.arange(trials), bins),
        bin=np.tile(np.arange(bins), trials),
        train=np.repeat(np.arange(trials) < train_trials, bins),
        metadata={
            **(metadata or {}),
            "sha1": blob_sha1(path),
            "dropped_trials": dropped,
            "silent_neurons": np.flatnonzero(~rates.any(axis=0)).tolist(),
        },
    )
