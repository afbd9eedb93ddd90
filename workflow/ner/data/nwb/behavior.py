"""Series of the behavior: read with their times, and averaged in bins."""

import os
from collections.abc import Mapping, Sequence

import numpy as np

from ner.data.nwb.opened import series
from ner.storage.errors import InputError

#: A step this many times the usual one is a gap.
_GAP = 5.0
#: Fewer samples a second than this are a step given for a rate.
_LOWEST_RATE = 5.0


def sampled(
    path: str | os.PathLike, file: object, place: str, key: str
) -> tuple[np.ndarray, np.ndarray, list[str], str]:
    """A time series by its path.

    Args:
        path: the file, for messages.
        file: the NWBFile.
        place: path of the series inside it.
        key: the config key that names it.

    Returns:
        Times (samples,) in s, ascending, each once; values (samples, components), with the series' conversion and
        offset applied where they are finite; what is odd, a sentence each; and the unit that the file states.

    Raises:
        InputError: if there is no such series, its values and times are not equally many, or times repeat with other
            values.
    """
    item = series(path, file, place, key)
    values = np.asarray(item.data[:], dtype=np.float64)
    times = series_times(path, item, place, len(values), values.shape)
    values = values.reshape(len(values), -1)
    conversion, offset = _finite(item.conversion, 1.0), _finite(item.offset, 0.0)
    if conversion != 1 or offset != 0:
        values = values * conversion + offset
    odd = []
    if not np.isfinite(times).all():
        raise InputError(path, f"times of {place} that are NaN or infinite", "times in s", "check the file")
    steps = np.diff(times)
    if (steps < 0).any():
        odd.append(f"{np.count_nonzero(steps < 0)} times of {place} are out of order: sorted")
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
        steps = np.diff(times)
    if (again := np.flatnonzero(steps == 0)).size:
        if not np.array_equal(values[again], values[again + 1], equal_nan=True):
            found = f"{again.size} times of {place} twice with other values, first {times[again[0]]:g} s"
            raise InputError(path, found, "one value at a time", "check the file, or name another series")
        odd.append(f"{again.size} times of {place} are there twice: taken once")
        once = np.concatenate([[True], steps > 0])
        times, values = times[once], values[once]
    return times, values, odd, str(item.unit or "")


def series_times(path, item: object, place: str, length: int, shape: Sequence[int]) -> np.ndarray:
    """Times of a series' samples, as stored or from its rate.

    Raises:
        InputError: if there are others than samples, or the rate is none.
    """
    if item.timestamps is not None:
        times = np.asarray(item.timestamps[:], dtype=np.float64)
        if len(times) != length:
            found = f"{place} of shape {tuple(shape)} with {len(times)} times"
            turned = " (transposed?)" if len(times) in shape else ""
            raise InputError(path, found + turned, "a time for each sample", "check the file, or name another series")
        return times
    if not item.rate or not np.isfinite(item.rate) or item.rate < _LOWEST_RATE:
        found = f"{place} with a rate of {item.rate} Hz"
        raise InputError(path, found, "samples a second, not the step between them", "check the file")
    return (item.starting_time or 0.0) + np.arange(length) / item.rate


def velocity(path: str | os.PathLike, file: object, layout: Mapping) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """The hand's velocity, as the layout names it.

    Args:
        path: the file, for messages.
        file: the NWBFile.
        layout: `velocity`, `axes` and `velocity_unit` of it.

    Returns:
        Times (samples,) in s; (samples, 2) in the layout's unit; what is odd, a sentence each.

    Raises:
        InputError: if there is no such series, or not of two components.
    """
    given = layout["velocity"]
    if isinstance(given, Mapping):
        times, values, odd, unit = sampled(path, file, given["derive"], "velocity.derive")
        values = derivative(times, values)
    elif isinstance(given, str):
        times, values, odd, unit = sampled(path, file, given, "velocity")
    else:
        parts = [sampled(path, file, place, "velocity") for place in given]
        times, odd, unit = parts[0][0], [line for part in parts for line in part[2]], parts[0][3]
        if any(not np.array_equal(part[0], times) or part[1].shape[1] != 1 for part in parts):
            found = f"components {list(given)} of other times, or of several columns"
            raise InputError(path, found, "one column each, at the same times", "correct nwb.velocity of the session")
        values = np.concatenate([part[1] for part in parts], axis=1)
    axes = layout["axes"] or [0, 1]
    if max(axes) >= values.shape[1] or (layout["axes"] is None and values.shape[1] != 2):
        found = f"a velocity of {values.shape[1]} components"
        remedy = "name them by nwb.axes of the session, as [0, 1], or give two paths"
        raise InputError(path, found, "two, x and y", remedy)
    stated = unit.strip().lower().replace("centimeters", "cm").replace("meters", "m").replace("/sec", "/s")
    if stated in ("m/s", "cm/s", "mm/s") and stated != layout["velocity_unit"]:
        odd.append(f"the file states {unit} for the velocity, the session {layout['velocity_unit']}")
    return times, values[:, axes], odd


def derivative(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Change of (samples, components) in time, per s; not across gaps, and NaN for a sample that stands alone."""
    result = np.full(values.shape, np.nan)
    for part in segments(times):
        if len(times[part]) > 1:
            result[part] = np.gradient(values[part], times[part], axis=0)
    return result


def segments(times: np.ndarray) -> list[slice]:
    """Stretches of ascending times without a gap."""
    steps = np.diff(times)
    breaks = np.flatnonzero(steps > _GAP * np.median(steps)) + 1 if steps.size else np.zeros(0, dtype=int)
    limits = [0, *breaks.tolist(), len(times)]
    return [slice(a, b) for a, b in zip(limits[:-1], limits[1:], strict=True)]


def binned_means(times: np.ndarray, values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Mean of the samples in each bin, from its edge on and before the next.

    Args:
        times: (samples,), ascending, s.
        values: (samples, components).
        edges: (trials, bins + 1), s.

    Returns:
        (trials, bins, components); NaN where a bin has no sample, or one that is NaN.
    """
    trials, bins = edges.shape[0], edges.shape[1] - 1
    means = np.full((trials, bins, values.shape[1]), np.nan)
    # To the nanosecond, as edges and times are sums that are not exact.
    limits = np.searchsorted(np.round(times, 9), np.round(edges, 9).ravel(), side="left").reshape(edges.shape)
    for trial, limit in enumerate(limits):
        counts = np.diff(limit)
        filled = np.flatnonzero(counts)
        if filled.size:
            sums = np.add.reduceat(values[: limit[-1]], limit[:-1][filled], axis=0)
            means[trial, filled] = sums / counts[filled, None]
    return means


def _finite(value: object, default: float) -> float:
    return float(value) if value is not None and np.isfinite(value) else default
