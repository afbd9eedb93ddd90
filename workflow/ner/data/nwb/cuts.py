"""Where an NWB file is cut: its trials, or windows of a continuous session."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from ner.data.nwb.behavior import segments
from ner.data.nwb.trials import beginnings, conditions, directions, left_out, not_selected, times_of, trials_table
from ner.data.sessions import Window
from ner.storage.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """Pieces of a session, numbered from 1.

    Attributes:
        begin: (pieces,) first edge of the bins to keep, s; NaN of those that are left out for lack of it.
        bins: (pieces,) int, bins that each has, at most as many as are asked for.
        target: (pieces,) direction in degrees, 0 where the task has none; None if it is to be that of the hand.
        names: name of each one's condition; None where no column names it.
        reasons: number to why the piece is left out.
        others: numbers of those that no selection asks for.
        last: time at which the table of trials ends, s; None without such a table.
        continuous: whether they are windows.
        odd: what is odd about them, a sentence each.
    """

    begin: np.ndarray
    bins: np.ndarray
    target: np.ndarray | None
    names: list[str] | None = None
    reasons: dict[int, str] = field(default_factory=dict)
    others: Collection[int] = ()
    last: float | None = None
    continuous: bool = False
    odd: Collection[str] = ()


def cut_trials(path: str | os.PathLike, file: object, layout: Mapping, window: Window, selections: Mapping) -> Cuts:
    """The trials of a file.

    Args:
        path: the file, for messages.
        file: the NWBFile.
        layout: of it.
        window: what is cut out of each.
        selections: of trials.

    Raises:
        InputError: if the file has no table of trials, or lacks a column that the layout names.
    """
    trials = trials_table(path, file)
    align = layout["align"]
    if align is None:
        remedy = "set it to a column, or set `step` of the session, which cuts windows"
        raise InputError(path, "nothing for nwb.align of the session", "a column of the trials to cut from", remedy)
    first, until = (align, None) if isinstance(align, str) else (align["from"], align["to"])
    # Trials of their own lengths end where they end, unless another event is named.
    until = until or ("stop_time" if window.least < window.bins else None)
    reasons = left_out(path, trials, layout["keep"])
    others = not_selected(path, trials, selections)
    reasons |= dict.fromkeys(others, "not selected")
    begin = beginnings(path, trials, first) + layout["start"]
    target = directions(path, trials, layout)
    events = {first: begin, **({} if until is None else {until: times_of(path, trials, until, "align.to")})}
    known = {f"no {name}": np.isfinite(times) for name, times in events.items()}
    known |= {} if target is None else {"no target": np.isfinite(target)}
    for reason, has in known.items():
        for k in np.flatnonzero(~has):
            reasons.setdefault(int(k) + 1, reason)
    bins = np.full(len(trials), window.bins)
    if until is not None:
        lasting = np.nan_to_num((events[until] - begin) / window.bin_seconds)
        bins = np.clip(np.floor(lasting + 1e-6), 0, window.bins).astype(int)
    since, stop = (np.asarray(trials[name][:], dtype=float) for name in ("start_time", "stop_time"))
    outside = np.count_nonzero(
        [number not in reasons for number in range(1, len(trials) + 1)] & ((begin < since) | (begin >= stop))
    )
    odd = (
        [f"the cut of {outside} trials begins outside of their start_time to stop_time: is `start` right?"]
        if outside
        else []
    )
    names = conditions(path, trials, layout["condition"])
    last = float(np.nanmax(stop))
    return Cuts(begin=begin, bins=bins, target=target, names=names, reasons=reasons, others=others, last=last, odd=odd)


def cut_windows(path: str | os.PathLike, layout: Mapping, window: Window, step: int, times: np.ndarray) -> Cuts:
    """Windows of a continuous session, wherever the behavior has no gap.

    Args:
        path: the file, for messages.
        layout: of it; `align`, `keep` and `start` do not count.
        window: its bins are those of each window.
        step: bins from the beginning of one window to that of the next.
        times: (samples,) of the behavior, ascending, s.

    Raises:
        InputError: if the layout takes directions or conditions from trials, or no window fits.
    """
    if layout["direction"] is not None and "from" not in layout["direction"] or layout["condition"] is not None:
        found = "`step`, which cuts windows, with the direction or condition of trials"
        remedy = "set nwb.direction and nwb.condition to null, or direction to {from: displacement}"
        raise InputError(path, found, "none, as windows are no trials", remedy)
    lasting = window.bins * window.bin_seconds
    sample = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    begin = np.concatenate(
        [
            np.arange(times[part][0], times[part][-1] + sample - lasting + 1e-9, step * window.bin_seconds)
            for part in segments(times)
        ]
    )
    if not len(begin):
        found = f"no stretch of the behavior of {lasting:g} s"
        raise InputError(path, found, f"one or more, as a window of {window.bins} bins lasts", "set fewer `bins`")
    target = None if layout["direction"] is not None else np.zeros(len(begin))
    return Cuts(begin=begin, bins=np.full(len(begin), window.bins), target=target, continuous=True)
