"""NWB files: spike times, trials and behavior, under a layout that config describes."""

import os
from collections.abc import Mapping

import numpy as np

from ner.data.names import EVERY_UNIT
from ner.data.needs import CONDITIONS, DIRECTIONS
from ner.data.nwb import layouts
from ner.data.nwb.behavior import binned_means, sampled, velocity
from ner.data.nwb.cuts import cut_trials, cut_windows
from ner.data.nwb.opened import columns, opened
from ner.data.nwb.units import chosen_units, observed, spike_counts, spike_times, unit_areas
from ner.data.sessions import SELECTIONS, VELOCITY_UNITS, RawSession, RawTrial, Window
from ner.storage.errors import InputError

SOURCES = ("file", "dandi", "simulate")
SETTINGS = {
    "nwb": layouts.settings_schema(),
    "selections": SELECTIONS,
    "step": {
        "type": ["integer", "null"],
        "minimum": 1,
        "default": None,
        "description": "bins from one window to the next, where a continuous session is cut into windows of `bins` "
        "bins; null cuts its trials",
    },
}
#: Times of spikes, trials and behavior that end so many times later than the others are in another unit.
_OTHER_UNIT = 100.0
#: Spikes of which two must be closer to each other than a bin.
_MANY = 1000


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
    obs_intervals. With a `step`, windows are cut wherever the velocity has no gap, whatever trials there are. Waveforms
    are not read.

    Args:
        path: NWB 2 file.
        area: M1, PMd or S1; all takes every unit.
        window: what will be cut out of every trial.
        settings: `nwb`, as ner.data.nwb.layouts describes it, `selections` and `step`; trials of no selection are not
            among the dropped ones.

    Raises:
        InputError: if the file is not such a file, or lacks what the layout names.

    References:
        Rübel et al., eLife 2022.
    """
    layout = layouts.complete(settings["nwb"])
    with opened(path) as file:
        if file.units is None or not len(file.units) or "spike_times" not in columns(file.units):
            raise InputError(path, "no units with spike_times", "a table /units", "give a file of sorted spikes")
        if settings["step"] is None:
            cuts = cut_trials(path, file, layout, window, settings["selections"])
        times, hand, odd_behavior = velocity(path, file, layout)
        if settings["step"] is not None:
            cuts = cut_windows(path, layout, window, settings["step"], times)
        reasons, begin = cuts.reasons, cuts.begin
        rule = {"by": "all"} if area == EVERY_UNIT else layout["area"]
        texts, odd = unit_areas(path, file.units, rule)
        rows = chosen_units(path, area, texts, rule)
        last = begin + cuts.bins * window.bin_seconds
        numbers = np.arange(1, len(begin) + 1)
        for number in numbers[np.isfinite(begin) & ~observed(file.units, rows, begin, last)]:
            reasons.setdefault(int(number), "outside the units' obs_intervals")
        kept = np.array([int(number) - 1 for number in numbers if int(number) not in reasons], dtype=int)

        odd += cuts.odd
        if moved := np.count_nonzero(np.diff(begin[kept]) < 0):
            odd.append(f"{moved} trials were recorded before the one above them in the table: sorted by time")
        kept = kept[np.argsort(begin[kept], kind="stable")]
        early = np.count_nonzero(last[kept][:-1] - begin[kept][1:] > 1e-6)
        if early and not cuts.continuous:
            odd.append(f"the cut of {early} trials reaches into that of the next one")
        steps = np.arange(-window.reach, window.bins + window.reach + 1)
        edges = begin[kept, None] + window.bin_seconds * steps
        counts, unsorted, latest, apart = _counts(path, file.units, rows, edges)
        if apart > window.bin_seconds:
            odd.append(f"spike times are {apart:.3g} s apart or more, which is more than a bin: are they rounded?")
        ends = {"trials": cuts.last or 0.0, "behavior": times[-1], "spikes": latest}
        _check_clocks(path, ends)
        speed = binned_means(times, hand, edges) * VELOCITY_UNITS[layout["velocity_unit"]]
        position = _position(path, file, layout, edges)
        description = " ".join(str(file.session_description).split())

    read = []
    for k, row in enumerate(kept):
        moved = speed[k, window.reach : window.reach + cuts.bins[row]]
        if np.isnan(moved).any():
            reasons[int(row) + 1] = "missing samples of the velocity"
            continue
        across, up = moved.sum(axis=0)
        read.append(
            RawTrial(
                number=int(row) + 1,
                counts=counts[k],
                velocity=speed[k],
                start=window.reach,
                bins=int(cuts.bins[row]),
                begin=float(begin[row]) if cuts.continuous else None,
                direction=float(np.degrees(np.arctan2(up, across)) if cuts.target is None else cuts.target[row]),
                position=None if position is None else position[k],
                condition=None if cuts.names is None else cuts.names[row],
            )
        )
    if unsorted:
        odd_behavior.append(f"spike times of {unsorted} units are out of order: sorted")
    metadata = {"keep": layout["keep"], "session_description": description}
    dropped = [
        {"trial": number, "reason": reason} for number, reason in sorted(reasons.items()) if number not in cuts.others
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


def _counts(path, units: object, rows: list[int], edges: np.ndarray) -> tuple[np.ndarray, int, float, float]:
    """Counts (trials, bins, units); units whose times were out of order; the latest time; the least time between two.

    The least time is 0 where there are too few to tell.
    """
    counts = np.zeros((len(edges), edges.shape[1] - 1, len(rows)))
    unsorted, latest, number, apart = 0, 0.0, 0, np.inf
    for k, row in enumerate(rows):
        times, was_unsorted = spike_times(path, units, row)
        unsorted += was_unsorted
        latest = max(latest, times[-1]) if len(times) else latest
        number += len(times)
        gaps = np.diff(times)
        apart = min(apart, gaps[gaps > 0].min(initial=np.inf))
        counts[:, :, k] = spike_counts(times, edges)
    return counts, unsorted, latest, float(apart) if number >= _MANY and np.isfinite(apart) else 0.0


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
