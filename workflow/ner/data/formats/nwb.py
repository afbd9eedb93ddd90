"""NWB files: spike times, trials and behavior, under a layout that config describes."""

import os
from collections.abc import Mapping

import numpy as np

from ner.data.names import EVERY_UNIT
from ner.data.needs import CONDITIONS, DIRECTIONS
from ner.data.nwb import layouts
from ner.data.nwb.behavior import binned_means, sampled, velocity
from ner.data.nwb.opened import columns, opened
from ner.data.nwb.trials import beginnings, conditions, directions, left_out, not_selected, trials_table
from ner.data.nwb.units import chosen_units, observed, spike_counts, spike_times, unit_areas
from ner.data.sessions import SELECTIONS, VELOCITY_UNITS, RawSession, RawTrial, Window
from ner.storage.errors import InputError

SOURCES = ("file", "dandi", "simulate")
SETTINGS = {"nwb": layouts.settings_schema(), "selections": SELECTIONS}
#: Times of spikes, trials and behavior that end so many times later than the others are in another unit.
_OTHER_UNIT = 100.0


def bin_seconds(settings: Mapping) -> float:
    """Width of the bins that the session's layout asks for, s."""
    return layouts.complete(settings["nwb"])["bin_seconds"]


def offers(settings: Mapping) -> set[str]:
    """What the trials have, of ner.data.needs."""
    layout = layouts.complete(settings["nwb"])
    directed = layout["direction"] is not None
    return {DIRECTIONS, CONDITIONS} if directed else {CONDITIONS} if layout["condition"] is not None else set()


def read(path: str | os.PathLike, area: str, window: Window, settings: Mapping) -> RawSession:
    """Read the trials of one area.

    Spikes are counted in bins from an edge on and before the next, as far beyond the cut as smoothing reaches; the
    velocity of a bin is the mean of its samples. Trials are dropped that `keep` does not name, that are held back
    (split test or none), that lack the time to align to, a target, or samples, or that lie outside the units'
    obs_intervals. Waveforms are not read.

    Args:
        path: NWB 2 file.
        area: M1, PMd or S1; all takes every unit.
        window: what will be cut out of every trial.
        settings: `nwb`, as ner.data.nwb.layouts describes it, and `selections`; trials of no selection are not among
            the dropped ones.

    Raises:
        InputError: if the file is not such a file, or lacks what the layout names.

    References:
        Rübel et al., eLife 2022.
    """
    layout = layouts.complete(settings["nwb"])
    with opened(path) as file:
        trials = trials_table(path, file)
        if file.units is None or not len(file.units) or "spike_times" not in columns(file.units):
            raise InputError(path, "no units with spike_times", "a table /units", "give a file of sorted spikes")
        reasons = left_out(path, trials, layout["keep"])
        others = not_selected(path, trials, settings["selections"])
        reasons |= dict.fromkeys(others, "not selected")
        begin = beginnings(path, trials, layout["align"]) + layout["start"]
        target = directions(path, trials, layout)
        names = conditions(path, trials, layout["condition"])
        numbers = np.arange(1, len(trials) + 1)
        for number in numbers[~np.isfinite(begin)]:
            reasons.setdefault(int(number), f"no {layout['align']}")
        if target is not None:
            for number in numbers[~np.isfinite(target)]:
                reasons.setdefault(int(number), "no target")

        rule = {"by": "all"} if area == EVERY_UNIT else layout["area"]
        texts, odd = unit_areas(path, file.units, rule)
        rows = chosen_units(path, area, texts, rule)
        last = begin + window.bins * window.bin_seconds
        for number in numbers[np.isfinite(begin) & ~observed(file.units, rows, begin, last)]:
            reasons.setdefault(int(number), "outside the units' obs_intervals")
        kept = np.array([int(number) - 1 for number in numbers if int(number) not in reasons], dtype=int)

        if early := np.count_nonzero(np.diff(np.sort(begin[kept])) < window.bins * window.bin_seconds - 1e-6):
            odd.append(f"the cut of {early} trials reaches into that of the next one")
        steps = np.arange(-window.reach, window.bins + window.reach + 1)
        edges = begin[kept, None] + window.bin_seconds * steps
        times, hand, odd_behavior = velocity(path, file, layout)
        ends = {"trials": float(np.nanmax(np.asarray(trials["stop_time"][:], dtype=float))), "behavior": times[-1]}
        counts, unsorted, latest = _counts(path, file.units, rows, edges)
        _check_clocks(path, ends | ({"spikes": latest} if latest else {}))
        speed = binned_means(times, hand, edges) * VELOCITY_UNITS[layout["velocity_unit"]]
        position = _position(path, file, layout, edges)
        description = " ".join(str(file.session_description).split())

    cut = slice(window.reach, window.reach + window.bins)
    if target is None:
        moved = speed[:, cut].sum(axis=1)
        target = np.full(len(trials), np.nan)
        target[kept] = np.degrees(np.arctan2(moved[:, 1], moved[:, 0]))
    missing = np.isnan(speed[:, cut]).any(axis=(1, 2))
    for row in kept[missing]:
        reasons[int(row) + 1] = "missing samples of the velocity"
    read = [
        RawTrial(
            number=int(row) + 1,
            counts=counts[k],
            velocity=speed[k],
            start=window.reach,
            direction=float(target[row]),
            position=None if position is None else position[k],
            condition=None if names is None else names[row],
        )
        for k, row in enumerate(kept)
        if not missing[k]
    ]
    if unsorted:
        odd_behavior.append(f"spike times of {unsorted} units are out of order: sorted")
    metadata = {"keep": layout["keep"], "session_description": description}
    dropped = [
        {"trial": number, "reason": reason} for number, reason in sorted(reasons.items()) if number not in others
    ]
    return RawSession(
        trials=read,
        dropped=dropped,
        stated_unit="velocity_unit" in layout["expected"],
        directed=layout["direction"] is not None,
        unit_keys=("nwb.velocity_unit", "nwb.direction_unit"),
        warnings=[*odd, *odd_behavior],
        metadata=metadata,
    )


def _counts(path, units: object, rows: list[int], edges: np.ndarray) -> tuple[np.ndarray, int, float]:
    """Counts (trials, bins, units); units whose times were out of order; the latest time."""
    counts = np.zeros((len(edges), edges.shape[1] - 1, len(rows)))
    unsorted, latest = 0, 0.0
    for k, row in enumerate(rows):
        times, was_unsorted = spike_times(path, units, row)
        unsorted += was_unsorted
        latest = max(latest, times[-1]) if len(times) else latest
        counts[:, :, k] = spike_counts(times, edges)
    return counts, unsorted, latest


def _position(path, file: object, layout: Mapping, edges: np.ndarray) -> np.ndarray | None:
    """Position in each bin, cm, where the file has one; a preset's may be absent."""
    if layout["position"] is None:
        return None
    try:
        times, values, _, _ = sampled(path, file, layout["position"], "position")
    except InputError:
        if "position" in layout["expected"]:
            raise
        return None
    axes = layout["axes"] or [0, 1]
    if values.shape[1] <= max(axes):
        return None
    return binned_means(times, values[:, axes], edges) * VELOCITY_UNITS[layout["velocity_unit"]]


def _check_clocks(path, ends: Mapping[str, float]) -> None:
    """Refuse times of which some are in ms."""
    known = {name: end for name, end in ends.items() if np.isfinite(end) and end > 0}
    if known and max(known.values()) > _OTHER_UNIT * min(known.values()):
        found = ", ".join(f"{name} to {end:.4g}" for name, end in known.items())
        raise InputError(path, f"times of the {found} s", "all of them in s", "convert those that are in ms")
