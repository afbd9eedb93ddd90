"""What is in an NWB file, and which layout fits it."""

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ner.data.names import AREAS
from ner.data.nwb.behavior import segments, series_times
from ner.data.nwb.layouts import complete, presets
from ner.data.nwb.opened import all_series, columns, opened
from ner.data.nwb.trials import beginnings
from ner.data.nwb.units import observed_for, unit_areas
from ner.data.sessions import VELOCITY_UNITS, plain
from ner.storage.errors import InputError

#: Columns of trials with more different values than this are not counted by value.
_VALUES = 12
#: Values of a series beyond which it is no behavior, but raw voltages.
_LARGEST = 1e8


def describe(path: str | os.PathLike) -> tuple[list[str], dict | None, list[str]]:
    """Describe an NWB file.

    Args:
        path: the file.

    Returns:
        Lines to print; the `nwb` entry of a session, a preset that fits or names that the file has, None where there
        is no movement; and the areas that it finds.

    Raises:
        InputError: if the file cannot be read.
    """
    with opened(path) as file:
        lines = [f"session: {' '.join(str(file.session_description).split())}"]
        lines += [f"subject: {file.subject.subject_id}"] if file.subject is not None else []
        lines += [*_units(file), *_trials(file), *_behavior(path, file)]
        fitting = [name for name in presets() if not _lacks(file, presets()[name])]
        for name in fitting:
            lines.append(f"preset {name} fits")
        if not fitting:
            lines += [
                f"preset {name} does not fit: no {', '.join(_lacks(file, presets()[name]))}" for name in presets()
            ]
        entry = {"layout": fitting[0]} if fitting else _guessed(file)
        if entry is None:
            return lines, None, []
        areas, odd = _areas(path, file, presets()[fitting[0]]["area"] if fitting else entry["area"])
        return [*lines, *odd], entry, areas


def reached(path: str | os.PathLike, layout: Mapping, share: float) -> float:
    """Seconds for which the units are observed from the first bin on, in a share of the trials that are observed.

    Args:
        path: the file.
        layout: `nwb` of a session.
        share: of those trials, 0 to 1.

    Raises:
        InputError: if the file lacks what the layout names.
    """
    layout = complete(layout)
    with opened(path) as file:
        first = beginnings(path, file.trials, layout["align"]) + layout["start"]
        lasting = observed_for(file.units, first[np.isfinite(first)])
        lasting = lasting[lasting > 0]
        return float(np.quantile(lasting, 1 - share, method="lower")) if len(lasting) else np.inf


def _guessed(file) -> dict | None:
    """A layout made of names that often mean what is wanted; to be looked at before it is believed."""
    trials, series = file.trials, all_series(file)
    if trials is None or file.units is None:
        return None
    fast = [place for place, item in series.items() if "vel" in place.lower() and np.shape(item.data)[1:] == (2,)]
    slow = [place for place, item in series.items() if "pos" in place.lower() and np.shape(item.data)[1:] == (2,)]
    if not fast and not slow:
        return None
    unit = str(series[(fast or slow)[0]].unit)
    unit = unit if fast else f"{unit}/s"
    present = columns(trials)
    events = [name for name in ("go_cue_time", "move_onset_time", "move_begins_time", "start_time") if name in present]
    return {
        "area": {"by": "group_name"} if _names_areas(file) else {"by": "all"},
        "velocity": fast[0] if fast else {"derive": slow[0]},
        "velocity_unit": unit if unit in VELOCITY_UNITS else "cm/s",
        "align": events[0],
        "keep": {"result": ["R"]} if "result" in present else {},
        "direction": "target_dir" if "target_dir" in present else {"from": "displacement"},
    }


def _names_areas(file) -> bool:
    try:
        texts, _ = unit_areas("", file.units, {"by": "group_name"})
    except InputError:
        return False
    return any(area in _words(text) for text in texts for area in AREAS)


def _areas(path, file, rule) -> tuple[list[str], list[str]]:
    try:
        texts, odd = unit_areas(path, file.units, rule)
    except InputError as error:
        return [], [f"warning: {error.found}"]
    names = rule.get("map", {area: [area] for area in AREAS})
    found = [area for area in AREAS if any(set(_words(text)) & set(names.get(area, [])) for text in texts)]
    return (["S1"] if rule["by"] == "all" else found), [f"warning: {line}" for line in odd]


def _words(text: str) -> list[str]:
    return [text, *"".join(letter if letter.isalnum() else " " for letter in text).split()]


def _counts(values: Sequence) -> str:
    texts = [f"{value:.4g}" if isinstance(value, float) else str(value) for value in map(plain, values)]
    found, numbers = np.unique(texts, return_counts=True)
    order = np.argsort(-numbers, kind="stable")
    return ", ".join(f"{found[k]}: {numbers[k]}" for k in order)


def _units(file) -> Iterator[str]:
    units = file.units
    if units is None or not len(units):
        yield "units: none"
        return
    yield f"units: {len(units)}, with the columns {', '.join(columns(units))}"
    for by in ("group_name", "location"):
        try:
            texts, _ = unit_areas("", units, {"by": by})
        except InputError:
            continue
        yield f"  by {by} of their electrodes: {_counts(texts)}"
    digits = [str(int(number))[0] for number in units.id[:]]
    if len(set(digits)) > 1 and min(units.id[:]) >= 1000:
        yield f"  by the first digit of their id: {_counts(digits)}"
    if "spike_times" not in columns(units):
        return
    times = [np.asarray(units["spike_times"][k], dtype=float) for k in range(len(units))]
    last = max((values.max() for values in times if len(values)), default=0.0)
    rates = [len(values) / last for values in times] if last else [0.0]
    silent = sum(not len(values) for values in times)
    yield f"  {np.median(rates):.3g} spikes/s in the median, {max(rates):.3g} at most; last spike at {last:.6g} s"
    yield f"  {silent} units without spikes"
    if bad := sum(not np.isfinite(values).all() for values in times):
        yield f"warning: {bad} units have spike times of NaN"
    if late := sum((np.diff(values) < 0).any() for values in times):
        yield f"warning: the spike times of {late} units are out of order"
    distinct = {values.tobytes() for values in times if len(values)}
    if copies := len(times) - silent - len(distinct):
        yield f"warning: {copies} units have the spikes of another"
    if "obs_intervals" in columns(units):
        outside = [_unobserved(np.asarray(units["obs_intervals"][k], dtype=float), times[k]) for k in range(len(units))]
        if any(outside):
            yield f"warning: {sum(outside)} spikes of {np.count_nonzero(outside)} units lie outside their obs_intervals"


def _unobserved(intervals: np.ndarray, times: np.ndarray) -> int:
    if not intervals.size:
        return 0
    inside = np.zeros(len(times), dtype=bool)
    for low, high in intervals.reshape(-1, 2):
        inside |= (times >= low) & (times <= high)
    return int(np.count_nonzero(~inside))


def _trials(file) -> Iterator[str]:
    trials = file.trials
    if trials is None or not len(trials):
        yield "trials: none (`step` of the session cuts windows)"
        return
    length = np.asarray(trials["stop_time"][:], dtype=float) - np.asarray(trials["start_time"][:], dtype=float)
    yield f"trials: {len(trials)}, of {np.nanmin(length):.3g} to {np.nanmax(length):.3g} s"
    for name in columns(trials):
        values = trials[name][:]
        if len(values) != len(trials) or np.ndim(values[0]):
            yield f"  {name}: several values a trial"
            continue
        numbers = np.array([plain(value) for value in values])
        distinct = len(set(map(str, numbers.tolist())))
        if distinct <= _VALUES:
            yield f"  {name}: {_counts(values)}"
        elif numbers.dtype.kind in "if":
            missing = np.count_nonzero(~np.isfinite(numbers.astype(float)))
            spread = f"{np.nanmin(numbers):.6g} to {np.nanmax(numbers):.6g}"
            yield f"  {name}: {spread}, {distinct} different values" + f", {missing} NaN" * bool(missing)
        else:
            yield f"  {name}: {distinct} different values"


def _behavior(path, file) -> Iterator[str]:
    for place, item in all_series(file).items():
        shape = tuple(np.shape(item.data))
        line = f"{place}: {' x '.join(map(str, shape))}, {item.unit}"
        if np.prod(shape) > _LARGEST:
            yield f"{line}, too large to look at here"
            continue
        try:
            times = series_times(path, item, place, shape[0], shape)
        except InputError as error:
            yield f"{line}; warning: {error.found}"
            continue
        steps = np.diff(times)
        values = np.asarray(item.data[:])
        lost = np.count_nonzero(~np.isfinite(values)) if values.dtype.kind == "f" else 0
        ordered = np.sort(times)
        gaps = len(segments(ordered)) - 1
        apart = np.diff(ordered)
        usual = np.median(apart[apart > 0]) if (apart > 0).any() else np.nan
        yield f"{line}, {1 / usual:.4g} Hz, {times.min():.6g} to {times.max():.6g} s, {gaps} gaps, {lost} NaN"
        if (steps < 0).any():
            yield f"warning: {np.count_nonzero(steps < 0)} times of {place} are out of order"
        if again := np.count_nonzero(apart == 0):
            yield f"warning: {again} times of {place} are there twice"


def _lacks(file, layout: dict) -> list[str]:
    """What a preset names and the file does not have."""
    direction = layout["direction"]
    wanted = [layout["align"], *layout["keep"], *([direction] if isinstance(direction, str) else direction.values())]
    present = columns(file.trials) if file.trials is not None else []
    missing = [name for name in wanted if name not in present]
    return missing + [layout["velocity"]] * (layout["velocity"] not in all_series(file))
