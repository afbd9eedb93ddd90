"""Whether target directions can be right and are those of the movements, and whether conditions can be compared."""

import os
from collections.abc import Iterator

import numpy as np

from ner.data.checks.kept import Trials, listed
from ner.storage.errors import InputError

#: Degrees between label and movement: of a trial that goes elsewhere, and of a median that is turned.
_ELSEWHERE, _TURNED = 60.0, 15.0
#: Share of trials that may go elsewhere without a word, and with one.
_FEW, _MOST = 0.05, 0.4
#: Median displacement (cm) below which the hand hardly moves, so that its direction says nothing.
_STILL = 1.0


def refuse_other_unit(path: str | os.PathLike, degrees: np.ndarray, key: str) -> None:
    """Refuse directions that were read in the wrong unit.

    Args:
        path: their file, for the message.
        degrees: (trials,), before rounding.
        key: the config key of their unit.

    Raises:
        InputError: if radians were taken for degrees, or degrees or numbers of targets for radians.
    """
    distinct = np.unique(np.round(degrees, 6))
    radians = np.deg2rad(distinct)
    if len(distinct) > 2 and radians.max() <= 4 * np.pi and np.allclose(radians, np.round(radians), atol=1e-6):
        raise InputError(
            path,
            f"directions that are whole numbers of radians, {listed(np.round(radians).astype(int).tolist())}",
            "angles, not numbers of targets",
            f"name the field of the angle, or {key}: degrees if these are degrees",
        )
    if len(distinct) > 1 and np.abs(degrees).max() <= 2 * np.pi and (degrees % 1).any():
        found, unit = f"directions from {degrees.min():.3g} to {degrees.max():.3g} degrees", "radians"
    elif np.abs(degrees).max() > np.rad2deg(4 * np.pi):
        found, unit = f"directions of up to {np.deg2rad(np.abs(degrees).max()):.3g} radians", "degrees"
    else:
        return
    raise InputError(path, found, "angles all around", f"set {key} of the session to {unit}")


def movement_angle(trials: Trials) -> dict:
    """How far the hand goes from the direction of the label, in degrees, counterclockwise.

    The movement of a trial is its displacement from the first to the last bin; trials of less than a tenth of the
    median displacement are left out.

    Returns:
        median: over trials; within: share of the trials within 60 degrees of it; elsewhere: the numbers of the others,
        the worst first; displacement: the median in cm. Without directions, median and within are None.
    """
    displacement = trials.displacement
    length = np.hypot(*displacement.T)
    usual = float(np.median(length))
    if trials.direction is None:
        return {"median": None, "within": None, "elsewhere": [], "displacement": usual}
    moved = length > 0.1 * usual
    hand = np.rad2deg(np.arctan2(displacement[:, 1], displacement[:, 0]))
    median, off = _about_median(hand[moved] - trials.direction[moved])
    numbers = np.asarray(trials.numbers)[moved]
    worst = numbers[np.argsort(-np.abs(off), kind="stable")][: np.count_nonzero(np.abs(off) > _ELSEWHERE)]
    return {
        "median": round(median, 1),
        "within": round(float(np.mean(np.abs(off) <= _ELSEWHERE)), 3) if off.size else 0.0,
        "elsewhere": worst.tolist(),
        "displacement": round(usual, 2),
    }


def odd_conditions(path: str | os.PathLike, trials: Trials) -> Iterator[str]:
    """What is odd about the conditions, directions or named ones, and their order, a sentence each.

    Args:
        path: the recording's file, for messages.
        trials: its kept trials.

    Raises:
        InputError: if there is only one, or if train and test trials go to other targets, as few or sorted ones do.
    """
    if trials.condition is not None:
        yield from _odd_names(path, trials, trials.condition)
        return
    if trials.direction is None:
        return
    found, counts = np.unique(trials.direction, return_counts=True)
    runs = 1 + np.count_nonzero(np.diff(trials.direction))
    seen = {part: set(trials.direction[rows].tolist()) for part, rows in trials.parts.items()}
    shared = seen["train"] & seen["test"]
    if len(found) < 2:
        raise InputError(
            path,
            f"trials to a single direction, {found[0]} degrees",
            "two directions or more, to decode one",
            "check the session's direction and its unit, or set it to null: the task has none",
        )
    if len(trials.direction) < 2 * len(found) and not shared:
        raise InputError(
            path,
            f"{len(trials.direction)} trials to {len(found)} directions, none of them in train and test trials alike",
            "several trials to each direction",
            "use a longer session, `labels: {nearest: 45}` where directions differ little, or set direction to null",
        )
    if (runs == len(found) and counts.min() > 1) or not shared:
        raise InputError(
            path,
            f"trials sorted by target: {sorted(seen['train'])[:8]} degrees among the train and "
            f"{sorted(seen['test'])[:8]} among the test trials",
            "trials in the order in which they were recorded",
            "sort them by their time",
        )
    for part, other in (("train", "test"), ("test", "train")):
        if missing := sorted(seen[other] - seen[part]):
            yield f"none of the {part} trials goes towards {listed(missing)} degrees"
    if len(found) >= 0.5 * len(trials.direction):
        yield f"{len(found)} directions in {len(trials.direction)} trials: averages over a direction say little"
    elif (single := found[counts == 1]).size:
        yield f"one trial only towards {listed(single.tolist())} degrees"


def _odd_names(path, trials: Trials, condition: np.ndarray) -> Iterator[str]:
    found, counts = np.unique(condition, return_counts=True)
    if len(found) < 2:
        said = "trials of a single condition"
        remedy = "set `condition` of the session to other columns, or to null"
        raise InputError(path, f"{said}, {found[0]}", "two conditions or more, to tell them apart", remedy)
    seen = {part: set(condition[rows].tolist()) for part, rows in trials.parts.items()}
    for part, other in (("train", "test"), ("test", "train")):
        if missing := sorted(seen[other] - seen[part]):
            yield f"none of the {part} trials is of the conditions {listed(missing)}"
    if len(found) >= 0.5 * len(condition):
        yield f"{len(found)} conditions in {len(condition)} trials: averages over a condition say little"
    elif (single := found[counts == 1]).size:
        yield f"one trial only of the conditions {listed(single.tolist())}"


def odd_labels(path: str | os.PathLike, trials: Trials) -> Iterator[str]:
    """How the labels disagree with the hand, a sentence each.

    Args:
        path: the recording's file, for messages.
        trials: its kept trials.

    Raises:
        InputError: if they have nothing to do with each other, or are mirror images.
    """
    angle = movement_angle(trials)
    if trials.direction is None:
        return
    if angle["displacement"] < _STILL:
        found = f"the hand ends {angle['displacement']:.2g} cm from where it was"
        yield f"{found}, too little to compare its direction with the labels"
        return
    share = 1 - angle["within"]
    if share > _MOST:
        displacement = trials.displacement
        hand = np.rad2deg(np.arctan2(displacement[:, 1], displacement[:, 0]))
        _, off = _about_median(hand + trials.direction)
        mirrored = np.mean(np.abs(off) <= _ELSEWHERE) > 1 - _FEW
        found = "directions that are a mirror image of the movements" if mirrored else "directions unlike the movements"
        raise InputError(
            path,
            f"{found}: in {share:.0%} of the trials they are more than {_ELSEWHERE:g} degrees apart",
            "a hand that goes to the target",
            "check the session's direction and its unit, and which trials are kept",
        )
    if abs(angle["median"]) > _TURNED:
        yield (
            f"the labels are turned: the hand goes {angle['median']:+.1f} degrees from them in the median "
            f"(labels: {{direction_offset: {5 * round(angle['median'] / 5)}}} turns them back)"
        )
    if angle["elsewhere"] and share > _FEW:
        yield f"{share:.0%} of the trials go elsewhere than their label: {listed(angle['elsewhere'])}"


def _about_median(angles: np.ndarray) -> tuple[float, np.ndarray]:
    """Median of angles in degrees, and each one's difference from it, -180 to 180."""
    if not angles.size:
        return 0.0, angles
    center = np.rad2deg(np.angle(np.exp(1j * np.deg2rad(angles)).mean()))
    median = _wrapped(center + np.median(_wrapped(angles - center)))
    return float(median), _wrapped(angles - median)


def _wrapped(degrees: np.ndarray | float) -> np.ndarray | float:
    return (degrees + 180) % 360 - 180
