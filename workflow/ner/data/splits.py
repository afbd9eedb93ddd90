"""Which of a recording's trials train, and which are held out to test."""

from collections.abc import Mapping, Sequence

import numpy as np

from ner.data.sessions import RawTrial, Window
from ner.data.trials import whole_trials
from ner.storage.errors import InputError

_BETWEEN = "between the training and the test windows, whose spikes it shares"
_BESIDE = "beside the held-out windows, whose spikes it shares"


def split(
    kept: Sequence[RawTrial],
    window: Window,
    name: str,
    *,
    train_fraction: float | None = None,
    fold: Mapping | None = None,
    labels: Sequence = (),
) -> tuple[list[RawTrial], int, list[dict]]:
    """The trials that train, and behind them those that test.

    Of a session cut into windows, those are dropped that share spikes with the other part: test windows where a share
    of the trials trains, training windows where a fold is held out, so that all of it is scored.

    Args:
        kept: usable trials, in the order in which they were recorded.
        window: what is cut out of them.
        name: of the recording, for messages.
        train_fraction: share of the trials that train, the first ones.
        fold: in its place what is held out: {number, of}, a block of consecutive trials of so many, from 1; or
            {condition}, all trials of a condition.
        labels: the condition of each trial, where one is held out.

    Returns:
        The trials, each part in the order in which it was recorded; how many train; and {"trial", "reason"} of the
        dropped ones.

    Raises:
        InputError: if there are fewer trials than blocks, or none of the condition.
    """
    if fold is None:
        held = np.arange(len(kept)) >= whole_trials(train_fraction, len(kept))
    else:
        held = _block(len(kept), name, **fold) if "of" in fold else _condition(labels, name, fold["condition"])
    dropped = np.zeros(len(kept), dtype=bool)
    if kept[0].begin is not None and held.any() and not held.all():
        of_part = held if fold is None else ~held
        begins, ends = _spans(kept, window)
        gap = 2 * window.reach * window.bin_seconds - 1e-6
        for begin, end in _stretches(begins[~of_part], ends[~of_part], gap):
            dropped |= of_part & (begins < end + gap) & (ends > begin - gap)
    train, test = ([kept[k] for k in np.flatnonzero(part & ~dropped)] for part in (~held, held))
    reason = _BETWEEN if fold is None else _BESIDE
    return [*train, *test], len(train), [{"trial": kept[k].number, "reason": reason} for k in np.flatnonzero(dropped)]


def _block(count: int, name: str, number: int, of: int) -> np.ndarray:
    """(trials,) bool: block `number` of `of`; the last fifth begins where 0.8 of the trials end."""
    if count < of:
        raise InputError(f"config folds: {name}", f"{of} folds of {count} trials", "a trial in each", "set fewer folds")
    place = np.arange(count)
    return ((number - 1) * count // of <= place) & (place < number * count // of)


def _condition(labels: Sequence, name: str, condition: str) -> np.ndarray:
    """(trials,) bool: those of a condition, which config names as the labels are written."""
    written = np.array([str(label) for label in labels])
    held = written == condition
    if not held.any() or held.all():
        found = ", ".join(dict.fromkeys(map(str, sorted(set(labels)))))
        expected = f"those of condition {condition} and others"
        remedy = "name the recording's own conditions, or set a number of folds"
        raise InputError(f"config folds: {name}", f"trials of the conditions {found or '(none)'}", expected, remedy)
    return held


def _spans(kept: Sequence[RawTrial], window: Window) -> tuple[np.ndarray, np.ndarray]:
    """(trials,) twice: when the bins to keep begin and end, s."""
    begins = np.array([trial.begin for trial in kept])
    return begins, begins + window.bin_seconds * np.array([len(trial.velocity[trial.cut(window)]) for trial in kept])


def _stretches(begins: np.ndarray, ends: np.ndarray, gap: float) -> list[tuple[float, float]]:
    """Begin and end of the stretches that windows fill, those joined that lie nearer than the gap."""
    order = np.argsort(begins)
    found: list[tuple[float, float]] = []
    for begin, end in zip(begins[order], ends[order], strict=True):
        if found and begin < found[-1][1] + gap:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found
