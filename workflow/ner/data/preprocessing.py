"""From a session's file to a recording: reading, smoothing, cutting, checking, splitting."""

import os
from collections.abc import Mapping

import numpy as np

from ner.data.checks.copies import refuse_repeated_trials, shared_bins
from ner.data.checks.kept import Trials
from ner.data.checks.labels import movement_angle, odd_conditions, odd_labels, refuse_other_unit
from ner.data.checks.movements import check_position, impossible_movements, odd_speeds, refuse_constant_velocity
from ner.data.checks.spikes import (
    check_counts,
    lost_spikes,
    odd_neurons,
    other_neurons,
    refuse_silence,
    too_many,
    untuned,
)
from ner.data.checks.timing import apart_in_time
from ner.data.formats import registry as formats
from ner.data.recordings import Recording
from ner.data.sessions import RawSession, RawTrial, Window, counted
from ner.data.splits import split
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError

#: Share of malformed trials above which a file is not what its format says.
_MALFORMED = 0.5
_NO_NUMBER, _NEGATIVE, _FRACTIONS, _TOO_MANY = _NO_COUNTS = (
    "spike counts are NaN or infinite",
    "spike counts below 0",
    "spike counts with fractions, as rates and smoothed counts have",
    "more spikes in a bin than a neuron can fire",
)


def make_recording(
    path: str | os.PathLike,
    name: str,
    *,
    format: str,
    area: str,
    bins: int | Mapping[str, int],
    train_fraction: float | None = None,
    fold: Mapping | None = None,
    sd: float = 1.5,
    half_width: int = 4,
    bin_seconds: float | None = None,
    settings: Mapping | None = None,
    direction_offset: float = 0.0,
    nearest: float = 1.0,
    metadata: Mapping | None = None,
) -> Recording:
    """Make a recording of one area of a session's file.

    Counts are smoothed, trials cut, and those that cannot be used dropped: without a go cue or a target, too short,
    with NaN among what is kept, or with a velocity that no hand has. `metadata["dropped_trials"]` of the recording
    lists them, numbered from 1, and `metadata["warnings"]` what is odd about the others.

    Args:
        path: the file.
        name: name of the recording.
        format: of the file, a module of `ner.data.formats`.
        area: M1, PMd or S1.
        bins: bins to keep of every trial; {min, max} keeps as many as each has, up to the larger number, and drops
            those with fewer than the smaller.
        train_fraction: share of the kept trials that train, the first ones.
        fold: in its place, what is held out: {number, of}, one of so many blocks of consecutive trials, or {condition},
            all trials of a condition. The held-out trials are then the recording's last ones, whenever they were
            recorded.
        sd: standard deviation of the Gaussian that smooths the counts, in bins.
        half_width: reach of the Gaussian to either side, in bins.
        bin_seconds: width of a bin; None is what the format says, 30 ms unless it has its own say.
        settings: of the format; missing ones take their defaults.
        direction_offset: degrees to add to every target direction, where the file's are turned.
        nearest: degrees to whose nearest multiple directions are then rounded.
        metadata: what else to keep with the recording.

    Raises:
        InputError: if the file is not such a file or cannot be right, or its trials cannot be split.

    References:
        Chen et al., NeurIPS 2024, data preprocessing.
    """
    given = settings or {}
    bin_seconds = bin_seconds or formats.bin_seconds(format, given)
    least, most = (bins, bins) if isinstance(bins, int) else (bins["min"], bins["max"])
    window = Window(most, bin_seconds, half_width, least)
    session = formats.read(format, path, area, window, given)
    kept, dropped = _usable(session, window)
    malformed = session.malformed + sum(entry["reason"] in _NO_COUNTS for entry in dropped)
    dropped = sorted([*session.dropped, *dropped], key=lambda entry: entry["trial"])
    total = len(kept) + len(dropped)
    if malformed > _MALFORMED * total:
        raise InputError(
            path,
            f"{malformed} of {total} trials malformed: {counted(entry['reason'] for entry in dropped)}",
            "spike counts and velocities of equally many bins",
            "check the file, and `areas` and the other settings of the session",
        )
    if not kept:
        raise InputError(
            path,
            f"{len(dropped)} trials, all to be dropped: {counted(entry['reason'] for entry in dropped)}",
            "usable trials",
            "check the file, and `bins`, `keep` and the other settings of the session",
        )
    directions = _directions(path, session, kept, direction_offset, nearest)
    direction_of = dict(zip((trial.number for trial in kept), directions, strict=True))
    labels = directions if session.directed else []
    labels = labels if kept[0].condition is None else [trial.condition for trial in kept]
    kept, train_trials, between = split(kept, window, name, train_fraction=train_fraction, fold=fold, labels=labels)
    dropped = sorted([*dropped, *between], key=lambda entry: entry["trial"])
    raw = [trial.counts for trial in kept]
    kernel = gaussian_kernel(sd, half_width)
    cuts = [trial.cut(window) for trial in kept]
    rates = raw if session.smoothed else [smooth(np.nan_to_num(counts), kernel) for counts in raw]
    rates = [values[cut] for values, cut in zip(rates, cuts, strict=True)]
    velocity = [trial.velocity[cut] for trial, cut in zip(kept, cuts, strict=True)]
    lengths = list(map(len, rates))
    direction = np.array([direction_of[trial.number] for trial in kept])
    named = None if kept[0].condition is None else np.array([trial.condition for trial in kept])
    conditions, place = np.unique(named, return_inverse=True) if named is not None else (None, None)

    trials = Trials(
        numbers=[trial.number for trial in kept],
        rates=rates,
        velocity=velocity,
        direction=direction if session.directed else None,
        condition=named,
        train_trials=train_trials,
        bin_seconds=bin_seconds,
        continuous=kept[0].begin is not None,
    )
    warnings = [*session.warnings]
    if not session.smoothed:
        warnings += check_counts(path, raw, bin_seconds)
    warnings += check_position(kept, bin_seconds)
    try:
        warnings += _odd(path, trials, session.stated_unit, session.unit_keys[0], fold)
    except InputError as error:
        if len(dropped) <= _MALFORMED * total:
            raise
        why = f"with {len(dropped)} of {total} trials dropped: {counted(entry['reason'] for entry in dropped)}"
        raise InputError(error.place, f"{error.found}, {why}", error.expected, error.remedy) from None
    return Recording(
        name=name,
        rates=np.concatenate(rates),
        velocity=np.concatenate(velocity),
        direction=np.repeat(direction, lengths),
        trial=np.repeat(np.arange(len(kept)), lengths),
        bin=np.concatenate([np.arange(length) for length in lengths]),
        train=np.repeat(np.arange(len(kept)) < train_trials, lengths),
        bin_seconds=bin_seconds,
        conditions=tuple(conditions.tolist()) if conditions is not None else None if session.directed else (),
        named=None if place is None else np.repeat(place, lengths),
        metadata={
            **(metadata or {}),
            "format": format,
            "keep": given.get("keep"),
            **session.metadata,
            "sha1": blob_sha1(path),
            "dropped_trials": dropped,
            "silent_neurons": np.flatnonzero(~np.concatenate(rates).any(axis=0)).tolist(),
            "movement_angle": movement_angle(trials),
            "warnings": warnings,
        },
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


def _directions(path, session: RawSession, trials: list[RawTrial], offset: float, nearest: float) -> np.ndarray:
    """(trials,) int: directions in degrees, turned and rounded; 0 in a session without any."""
    degrees = np.array([trial.direction for trial in trials])
    if session.directed:
        refuse_other_unit(path, degrees, session.unit_keys[1])
    else:
        offset = 0.0
    return np.round(nearest * np.round((degrees + offset) / nearest)).astype(np.int64) % 360


def _odd(path, trials: Trials, stated_unit: bool, unit_key: str, fold: Mapping | None) -> list[str]:
    """Refuse trials that cannot be right; what is odd about others, a sentence each."""
    total = len(trials.numbers)
    if not 0 < trials.train_trials < total:
        raise InputError(
            path,
            f"{total} trials, of which {trials.train_trials} train and {total - trials.train_trials} test",
            "some in both parts",
            f"use a longer session, or change {'folds' if fold else 'train_fraction'}",
        )
    refuse_silence(path, trials)
    refuse_constant_velocity(path, trials)
    refuse_repeated_trials(path, trials)
    return [
        *odd_speeds(path, trials, stated_unit, unit_key),
        # Where a condition is held out, both parts are meant to have conditions of their own.
        *(() if fold and "condition" in fold else odd_conditions(path, trials)),
        *odd_labels(path, trials),
        *shared_bins(trials),
        *odd_neurons(trials),
        *lost_spikes(trials),
        *other_neurons(trials),
        *apart_in_time(trials),
        *untuned(trials),
    ]


def _usable(session: RawSession, window: Window) -> tuple[list[RawTrial], list[dict]]:
    """The trials that can be cut, and why the others cannot."""
    if session.smoothed:
        return list(session.trials), []
    reasons = {trial.number: _why_unusable(trial, window) for trial in session.trials}
    cuts = {
        trial.number: trial.velocity[trial.cut(window)] for trial in session.trials if reasons[trial.number] is None
    }
    reasons |= impossible_movements(cuts, continuous=any(trial.begin is not None for trial in session.trials))
    kept = [trial for trial in session.trials if reasons[trial.number] is None]
    return kept, [{"trial": number, "reason": reason} for number, reason in reasons.items() if reason]


def _why_unusable(trial: RawTrial, window: Window) -> str | None:
    cut, reach = trial.cut(window), window.reach
    stop = cut.stop
    if stop - cut.start < window.least:
        return f"{max(0, stop - cut.start)} of {window.least} bins after the go cue"
    if not np.isfinite(trial.direction):
        return "no target"
    if trial.condition == "":
        return "no condition"
    velocity = trial.velocity[trial.start : stop]
    if not np.isfinite(velocity).all():
        return "velocity is NaN" if np.isnan(velocity).any() else "velocity is infinite"
    counts = trial.counts[max(0, trial.start - reach) : stop + reach]
    if not np.isfinite(counts).all():
        return _NO_NUMBER
    if (counts < 0).any():
        return _NEGATIVE
    if (counts % 1).any():
        return _FRACTIONS
    return _TOO_MANY if too_many(counts, window.bin_seconds) else None
