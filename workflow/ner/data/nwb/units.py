"""Spikes of the units of one area, counted in the bins of trials."""

import os
import re
from collections.abc import Mapping, Sequence

import numpy as np

from ner.data.nwb.opened import column, columns
from ner.storage.errors import InputError

#: Spike times and edges of bins are compared to the nanosecond, as their sums are not exact.
_DECIMALS = 9


def unit_areas(path: str | os.PathLike, units: object, area: Mapping) -> tuple[list[str], list[str]]:
    """What a layout says of each unit's area.

    Args:
        path: the file, for messages.
        units: the table.
        area: `area` of the layout, `by` and perhaps `map`.

    Returns:
        A text a unit, in which the area's name is looked for, and what is odd about them.

    Raises:
        InputError: if the units have no such column, or no electrodes.
    """
    by = area["by"]
    if by == "all":
        return ["all"] * len(units), []
    if by == "unit_id_digit":
        digits = [str(int(number))[0] for number in units.id[:]]
        return digits, _disagreements(path, units, digits, area.get("map", {}))
    if by in ("group_name", "location"):
        return _of_electrodes(path, units, by), []
    return [_text(value) for value in column(path, units, by, "area.by")[:]], []


def chosen_units(path: str | os.PathLike, area: str, texts: Sequence[str], rule: Mapping) -> list[int]:
    """Rows of the units that lie in an area.

    Raises:
        InputError: if there is none; it says what areas there are.
    """
    if rule["by"] == "all":
        return list(range(len(texts)))
    names = rule.get("map", {}).get(area, [area])
    rows = [k for k, text in enumerate(texts) if _is_named(text, names)]
    if not rows:
        found = ", ".join(f"{text!r} ({texts.count(text)})" for text in sorted(set(texts)))
        raise InputError(
            path,
            f"units whose {rule['by']} is {found or 'missing'}",
            f"{' or '.join(names)} for area {area}",
            "correct `areas`, or nwb.area of the session, which may map areas to the file's names",
        )
    return rows


def spike_times(path: str | os.PathLike, units: object, row: int) -> tuple[np.ndarray, bool]:
    """Spike times of a unit in s, ascending, and whether they were not so in the file.

    Raises:
        InputError: if one is NaN or infinite.
    """
    times = np.asarray(units["spike_times"][row], dtype=np.float64)
    if not np.isfinite(times).all():
        bad = np.count_nonzero(~np.isfinite(times))
        raise InputError(
            path, f"{bad} spike times of unit {row} that are NaN or infinite", "times in s", "check the file"
        )
    unsorted = bool((np.diff(times) < 0).any())
    return (np.sort(times) if unsorted else times), unsorted


def spike_counts(times: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Spikes in each bin, from its edge on and before the next.

    Args:
        times: (spikes,), ascending, s.
        edges: (trials, bins + 1), s.

    Returns:
        (trials, bins) float64.
    """
    before = np.searchsorted(np.round(times, _DECIMALS), np.round(edges, _DECIMALS).ravel(), side="left")
    return np.diff(before.reshape(edges.shape), axis=1).astype(np.float64)


def observed(units: object, rows: Sequence[int], first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Trials throughout which every unit was observed.

    Args:
        units: the table; without obs_intervals all is observed.
        rows: the units.
        first: (trials,) beginning of the kept bins, s.
        last: (trials,) their end.

    Returns:
        (trials,) bool.
    """
    inside = np.ones(len(first), dtype=bool)
    if "obs_intervals" not in columns(units):
        return inside
    seen = set()
    for row in rows:
        intervals = np.asarray(units["obs_intervals"][row], dtype=np.float64).reshape(-1, 2)
        if intervals.tobytes() in seen or not len(intervals):
            continue
        seen.add(intervals.tobytes())
        starts, ends = _joined(intervals)
        k = np.searchsorted(starts, first + 1e-6, side="right") - 1
        inside &= (k >= 0) & (last - 1e-6 <= ends[np.maximum(k, 0)])
    return inside


def observed_for(units: object, first: np.ndarray) -> np.ndarray:
    """(trials,) s for which the first unit is observed from a time on; infinite without obs_intervals.

    Args:
        units: the table.
        first: (trials,) times, s.
    """
    if "obs_intervals" not in columns(units) or not len(units["obs_intervals"][0]):
        return np.full(len(first), np.inf)
    starts, ends = _joined(np.asarray(units["obs_intervals"][0], dtype=np.float64).reshape(-1, 2))
    k = np.searchsorted(starts, first + 1e-6, side="right") - 1
    return np.where(k >= 0, np.maximum(ends[np.maximum(k, 0)] - first, 0.0), 0.0)


def _joined(intervals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Beginnings and ends of intervals, ascending, those that touch made one."""
    ordered = intervals[np.argsort(intervals[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    new = np.concatenate([[True], ordered[1:, 0] > reach[:-1] + 1e-6])
    last = np.concatenate([np.flatnonzero(new)[1:] - 1, [len(ordered) - 1]])
    return ordered[new, 0], reach[last]


def _is_named(text: str, names: Sequence[str]) -> bool:
    """Whether one of the names is the text, or a whole word of it, as M1 of electrode_group_M1."""
    words = {word.lower() for word in re.split(r"[^A-Za-z0-9]+", text)}
    return any(name == text or name.lower() in words for name in names)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _of_electrodes(path, units: object, name: str) -> list[str]:
    """A column of the electrodes, for each unit; several electrodes of a unit joined by spaces."""
    if "electrodes" not in columns(units):
        remedy = "set nwb.area of the session: {by: all}, or a column of the units"
        raise InputError(path, f"units without electrodes, with the columns {columns(units)}", "electrodes", remedy)
    region = units["electrodes"]
    target = getattr(region, "target", region)
    table = getattr(target, "table", None)
    if table is None or name not in table.colnames:
        found = f"electrodes with the columns {columns(table) if table is not None else []}"
        raise InputError(path, found, f"also {name!r}", "correct nwb.area of the session")
    values = [_text(value) for value in table[name][:]]
    rows = np.asarray(target.data[:], dtype=int)
    ends = np.asarray(region.data[:], dtype=int) if target is not region else np.arange(1, len(rows) + 1)
    if len(rows) and (rows.min() < 0 or rows.max() >= len(values)):
        found = f"units on electrode {rows.max()} of {len(values)}"
        raise InputError(path, found, "electrodes that the file has", "check the file")
    starts = np.concatenate([[0], ends[:-1]])
    return [" ".join(dict.fromkeys(values[k] for k in rows[a:b])) for a, b in zip(starts, ends, strict=True)]


def _disagreements(path, units: object, digits: Sequence[str], areas: Mapping) -> list[str]:
    """Units that their electrodes would put into another area than their id does."""
    try:
        texts = _of_electrodes(path, units, "group_name")
    except InputError:
        return []
    found = []
    for area, names in areas.items():
        rows = [k for k, digit in enumerate(digits) if digit in names]
        other = [k for k in rows if not _is_named(texts[k], [area])]
        if other:
            groups = ", ".join(sorted({texts[k] for k in other}))
            found.append(f"{len(other)} of {len(rows)} {area} units, by their id, are on electrodes of {groups}")
    return found
