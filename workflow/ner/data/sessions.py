"""A session as a file holds it: raw trials, not yet smoothed, cut or checked."""

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np

from ner.storage.errors import InputError

#: Reasons that one line has room for.
_COUNTED = 5
#: cm/s that one unit of velocity stands for.
VELOCITY_UNITS = {"cm/s": 1.0, "m/s": 100.0, "mm/s": 0.1}


@dataclass(frozen=True)
class Window:
    """What is cut out of every trial.

    Attributes:
        bins: bins to keep at most.
        bin_seconds: width of a bin.
        reach: bins beyond both ends that smoothing looks at.
        least: bins that a trial must have.
    """

    bins: int
    bin_seconds: float
    reach: int
    least: int


@dataclass(frozen=True, kw_only=True)
class RawTrial:
    """One trial, in bins of the window's width.

    Attributes:
        number: from 1, as in the file.
        counts: (bins, neurons) float64, spikes per bin, with what was recorded beyond the cut; of a file that is
            smoothed already, its rates.
        velocity: (bins, 2) float64, cm/s; NaN where it is not known.
        start: first bin to keep, from 0.
        direction: of the target in degrees; NaN where none was noted, 0 in a session without directions.
        position: (bins, 2) float64, cm, where the file has it; the velocity is checked against it.
        bins: that the trial has from there on, where it ends before the data; None where the data end it.
        begin: time of its first bin to keep, s, where windows are cut out of a continuous session.
        condition: its name, where the session names its conditions; '' where this trial has none.
    """

    number: int
    counts: np.ndarray
    velocity: np.ndarray
    start: int
    direction: float
    position: np.ndarray | None = None
    bins: int | None = None
    begin: float | None = None
    condition: str | None = None

    def cut(self, window: Window) -> slice:
        """The bins to keep: as many as the window asks for, or as the trial has."""
        has = len(self.counts) - self.start if self.bins is None else min(self.bins, len(self.counts) - self.start)
        return slice(self.start, self.start + max(0, min(window.bins, has)))


class UnusableTrial(Exception):
    """A trial that cannot be read; the text says why, in the same words for every such trial.

    Args:
        reason: why.
        malformed: whether the file is wrong there, rather than the animal's trial.
    """

    def __init__(self, reason: str, malformed: bool = True):
        super().__init__(reason)
        self.reason, self.malformed = reason, malformed


@dataclass(frozen=True, kw_only=True)
class RawSession:
    """One area of one session, as a format's reader found it.

    Attributes:
        trials: those that could be read, in the order of the file.
        dropped: {"trial": number from 1, "reason": text} of the others.
        malformed: how many of the others the file has wrong.
        stated_unit: whether config states the unit of the velocity, so that an odd speed is believed.
        unit_keys: config keys of the units of velocity and direction.
        directed: whether the trials have directions.
        smoothed: whether the rates are smoothed and cut already; nothing of such a file is dropped.
        warnings: what is odd about the file, a sentence each.
        metadata: what else to keep with the recording.
    """

    trials: Sequence[RawTrial]
    dropped: Sequence[Mapping] = ()
    malformed: int = 0
    stated_unit: bool = True
    unit_keys: tuple[str, str] = ("velocity_unit", "target_unit")
    directed: bool = True
    smoothed: bool = False
    warnings: Sequence[str] = ()
    metadata: Mapping = field(default_factory=dict)


def degrees_of(value: float, unit: str) -> float:
    """An angle in degrees; unit is radians or degrees."""
    return math.degrees(value) if unit == "radians" else float(value)


def is_kept(value: object, allowed: Iterable[object]) -> bool:
    """Whether a trial's value is among the allowed ones; texts, numbers and booleans of any library's type."""
    value = plain(value)
    return any(_same(value, plain(other)) for other in allowed)


def plain(value: object) -> object:
    """A value as Python's own text, number or boolean."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, np.ndarray) and value.size == 1 or isinstance(value, np.generic):
        value = value.item()
    return value


def condition_name(values: Iterable[object]) -> str:
    """Name of a condition from the values that tell it, as 13-0; '' where one of them is missing."""
    parts = []
    for value in map(plain, values):
        if isinstance(value, np.ndarray | list) or value is None or value == "" or value != value:
            return ""
        parts.append(f"{value:g}" if isinstance(value, float) else str(value).strip())
    return "-".join(parts)


def _same(value: object, other: object) -> bool:
    if isinstance(value, str) or isinstance(other, str):
        return isinstance(value, str) and isinstance(other, str) and value.strip() == other.strip()
    return isinstance(value, bool | int | float) and isinstance(other, bool | int | float) and value == other


def chosen(value: Callable[[int, str], object], numbers: Iterable[int], selections: Mapping[str, Mapping]) -> set[int]:
    """Trials that belong to one of the selections of a session; all where there is no selection.

    Args:
        value: what a trial, by its number, has in a column.
        numbers: of the trials.
        selections: name to column to the values of a trial that belongs to it.
    """
    if not selections:
        return set(numbers)
    return {
        number
        for number in numbers
        if any(all(is_kept(value(number, name), of) for name, of in given.items()) for given in selections.values())
    }


#: One or more selections of a session's trials, in a format's SETTINGS.
SELECTIONS = {
    "description": "trials of the session that are recordings of their own, by name: column to the values of a trial",
    "type": "object",
    "default": {},
    "propertyNames": {
        "title": "a name of at most 64 lower-case letters, digits, - and _, beginning with a letter or digit",
        "pattern": r"^[a-z0-9][a-z0-9_-]{0,63}\Z",
    },
    "additionalProperties": {
        "description": "column of the trials to the values of those that belong to the selection",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "array", "minItems": 1},
    },
}


def refuse_empty_selection(path: str | os.PathLike, selections: Mapping[str, Mapping], among: str) -> NoReturn:
    """Refuse selections to which no trial belongs.

    Args:
        path: the file.
        selections: those of the session.
        among: what the trials have in the selections' columns.
    """
    wanted = "; ".join(", ".join(f"{name} {list(of)}" for name, of in given.items()) for given in selections.values())
    remedy = f"correct `selections` of the session: {', '.join(selections)}"
    raise InputError(path, f"no trial of {wanted}, but {among}", "trials of each selection", remedy)


def counted(reasons: Iterable[str]) -> str:
    """Reasons, each with how often it stands there, the most frequent ones: "no target (3), no go cue (1)"."""
    numbers: dict[str, int] = {}
    for reason in reasons:
        numbers[reason] = numbers.get(reason, 0) + 1
    ordered = sorted(numbers.items(), key=lambda item: -item[1])
    more = f" and {len(ordered) - _COUNTED} other reasons" if len(ordered) > _COUNTED else ""
    return ", ".join(f"{reason} ({number})" for reason, number in ordered[:_COUNTED]) + more
