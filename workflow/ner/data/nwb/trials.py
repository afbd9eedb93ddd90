"""The trials of an NWB file: which are kept, when they begin, and where they go."""

import os
from collections.abc import Mapping

import numpy as np

from ner.data.nwb.opened import column
from ner.data.sessions import chosen, condition_name, degrees_of, is_kept, plain, refuse_empty_selection
from ner.storage.errors import InputError

#: Values of the column split whose trials are never used.
_HELD_BACK = ("test", "none")


def trials_table(path: str | os.PathLike, file: object) -> object:
    """The table of trials.

    Raises:
        InputError: if there is none, or it is empty.
    """
    if file.trials is None or not len(file.trials):
        found = "no trials" if file.trials is None else "a table of 0 trials"
        remedy = "set `step` of the session, which cuts windows of `bins` bins, one every `step` bins"
        raise InputError(path, found, "a table /intervals/trials", remedy)
    return file.trials


def left_out(path: str | os.PathLike, trials: object, keep: Mapping) -> dict[int, str]:
    """Trials that are not to be used, by number from 1: those held back, and those that `keep` does not name.

    Raises:
        InputError: if a column is missing.
    """
    reasons: dict[int, str] = {}
    if "split" in trials.colnames:
        for k, value in enumerate(trials["split"][:]):
            if str(plain(value)).strip().lower() in _HELD_BACK:
                reasons[k + 1] = f"split {plain(value)}"
    for name, allowed in keep.items():
        for k, value in enumerate(column(path, trials, name, "keep")[:]):
            if k + 1 not in reasons and not is_kept(value, allowed):
                reasons[k + 1] = f"{name} {plain(value)}"
    return reasons


def not_selected(path: str | os.PathLike, trials: object, selections: Mapping[str, Mapping]) -> set[int]:
    """Trials, by number from 1, that belong to none of the session's selections; none where it has no selection.

    Raises:
        InputError: if a column is missing, or no trial belongs to one.
    """
    columns = {
        name: column(path, trials, name, f"selections.{selection}")[:]
        for selection, given in selections.items()
        for name in given
    }
    numbers = range(1, len(trials) + 1)
    inside = chosen(lambda number, name: columns[name][number - 1], numbers, selections)
    if not inside:
        values = {name: list(dict.fromkeys(str(plain(value)) for value in found)) for name, found in columns.items()}
        found = "; ".join(f"{name} {', '.join(known[:12])}" for name, known in values.items())
        refuse_empty_selection(path, selections, found)
    return set(numbers) - inside


def times_of(path: str | os.PathLike, trials: object, name: str, key: str) -> np.ndarray:
    """(trials,) time of an event, s; NaN where there is none.

    Raises:
        InputError: if there is no such column, or it is not of one number a trial.
    """
    return _numbers(path, trials, name, key)


def beginnings(path: str | os.PathLike, trials: object, align: str) -> np.ndarray:
    """(trials,) time of the event that the cut is counted from, s; NaN where there is none.

    Raises:
        InputError: if there is no such column, or it is not of one number a trial, or of another clock than the trials.
    """
    times = _numbers(path, trials, align, "align")
    start, stop = (np.asarray(trials[name][:], dtype=np.float64) for name in ("start_time", "stop_time"))
    known = np.isfinite(times)
    outside = (times < start - 1) | (times > stop + 1)
    if known.any() and np.mean(outside[known]) > 0.5:
        found = f"{align} outside of start_time to stop_time in {np.count_nonzero(outside[known])} trials"
        remedy = "correct nwb.align of the session, or set `step`, which cuts windows"
        raise InputError(path, found, "times in s, of the trials' clock", remedy)
    return times


def directions(path: str | os.PathLike, trials: object, layout: Mapping) -> np.ndarray | None:
    """(trials,) direction of the target in degrees, NaN where none was noted; None if it is to be the hand's.

    Without directions it is 0.

    Raises:
        InputError: if a column is missing, or of other values.
    """
    rule = layout["direction"]
    if rule is None:
        return np.zeros(len(trials))
    if isinstance(rule, str):
        values = _numbers(path, trials, rule, "direction")
        return np.array([degrees_of(value, layout["direction_unit"]) for value in values])
    if "from" in rule:
        return None
    positions = column(path, trials, rule["position"], "direction.position")
    index = _numbers(path, trials, rule["index"], "direction.index") if "index" in rule else np.zeros(len(trials))
    result = np.full(len(trials), np.nan)
    for k, which in enumerate(index):
        targets = np.asarray(positions[k], dtype=np.float64).reshape(-1, 2)
        if np.isfinite(which) and 0 <= which < len(targets):
            result[k] = np.degrees(np.arctan2(targets[int(which), 1], targets[int(which), 0])) % 360
    return result


def conditions(path: str | os.PathLike, trials: object, names: list[str] | None) -> list[str] | None:
    """Name of each trial's condition, from the columns' values, '' where one is missing; None where no column names it.

    Raises:
        InputError: if a column is missing.
    """
    if names is None:
        return None
    values = [column(path, trials, name, "condition")[:] for name in names]
    return [condition_name(row) for row in zip(*values, strict=True)]


def _numbers(path, trials: object, name: str, key: str) -> np.ndarray:
    values = column(path, trials, name, key)[:]
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.zeros((0, 0))
    if numbers.shape != (len(trials),):
        found = f"column {name} of {np.shape(values)} values, {type(plain(values[0])).__name__}"
        raise InputError(path, found, "one number a trial", f"correct nwb.{key} of the session")
    return numbers
