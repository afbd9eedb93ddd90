"""Whether a velocity can be a hand's."""

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ner.data.checks.kept import Trials, listed
from ner.data.sessions import RawTrial
from ner.storage.errors import InputError

#: Peak speeds of a reach (cm/s, median over trials) that a monkey's hand can have; the paper's are 20 to 44.
PEAK_SPEEDS = (3.0, 150.0)
#: A speed this many times the median peak is the tracker's; in the paper's recordings it is at most 2.
_OUTLIER = 5.0
#: Quantile of the peaks of windows that stands for a reach.
_HIGH = 0.9
#: Standard deviation of the velocity (cm/s) below which it is constant.
_CONSTANT = 1e-3
#: Correlation of velocity and change of position below which they have nothing to do with each other, and how far
#: their ratio may lie from 1.
_UNLIKE, _RATIO = 0.5, 0.15
#: Speed of the first bin, in relation to the trial's peak, from which the cut begins within a movement.
_MOVING = 0.4
#: The same of the last bin, from which it ends within one; in the paper's recordings it is at most 0.3.
_STILL_MOVING = 0.8
#: Share of bins within movements whose velocity is that of the bin before, from which it was sampled more coarsely.
_HELD = 0.3
#: Change of the velocity for a single bin, in relation to the usual peak, that is the tracker's; in the paper's
#: recordings it is at most 0.5. In wider bins (s) a hand may do this.
_JUMP, _JUMPING = 0.75, 0.05


def impossible_movements(velocities: Mapping[int, np.ndarray], *, continuous: bool = False) -> dict[int, str]:
    """Trials whose velocity no hand has: far beyond the others' peaks, or the same in all bins.

    Args:
        velocities: number of a trial to its (bins, 2) velocity.
        continuous: whether they are windows, in most of which the hand may rest.

    Returns:
        Number to reason, of those trials.
    """
    peaks = {number: np.hypot(*values.T).max() for number, values in velocities.items()}
    usual = _usual(list(peaks.values()), continuous) if peaks else 0.0
    still = {number for number, values in velocities.items() if len(values) > 1 and not np.ptp(values, axis=0).any()}
    if len(still) == len(velocities):
        still = set()
    found = dict.fromkeys(still, "the velocity does not change")
    # Where most trials do not move, all others would be outliers.
    if usual > 0:
        found |= {
            number: f"a speed of {peak:.0f} cm/s, the usual peak being {usual:.0f}"
            for number, peak in peaks.items()
            if peak > _OUTLIER * usual
        }
    return found


def _usual(peaks: Sequence[float] | np.ndarray, continuous: bool) -> float:
    """The usual peak of a reach: the median over trials; of windows, some of which lie between reaches, a high one."""
    return float(np.quantile(peaks, _HIGH)) if continuous else float(np.median(peaks))


def check_position(trials: Sequence[RawTrial], bin_seconds: float) -> list[str]:
    """Compare velocities with the change of the position.

    Args:
        trials: those without a position are passed over.
        bin_seconds: width of a bin.

    Returns:
        What is odd, a sentence each.
    """
    positions = [trial.position for trial in trials if trial.position is not None]
    velocities = [trial.velocity for trial in trials if trial.position is not None]
    if not positions:
        return []
    change = np.concatenate([np.diff(position, axis=0) / bin_seconds for position in positions])
    between = np.concatenate([(velocity[1:] + velocity[:-1]) / 2 for velocity in velocities])
    known = np.isfinite(change).all(axis=1) & np.isfinite(between).all(axis=1)
    change, between = change[known], between[known]
    size = np.sqrt((change**2).sum() * (between**2).sum())
    if not size:
        return []
    if (change * between).sum() / size < _UNLIKE:
        return ["the velocity is not the change of the position"]
    ratio = (change * between).sum() / (between**2).sum()
    if abs(ratio - 1) > _RATIO:
        found = f"the position changes {ratio:.3g} times as fast as the velocity says"
        return [f"{found}: are the bins' width and velocity_unit right?"]
    return []


def refuse_constant_velocity(path: str | os.PathLike, trials: Trials) -> None:
    """Refuse a velocity without movement, of which any method explains everything.

    Args:
        path: the recording's file, for messages.
        trials: its kept trials.

    Raises:
        InputError: if it is the same on an axis throughout the train or the test trials.
    """
    for part, rows in trials.parts.items():
        velocity = np.concatenate(trials.velocity[rows])
        spread = velocity.std(axis=0)
        if constant := [axis for axis, sd in zip("xy", spread, strict=True) if sd < _CONSTANT]:
            raise InputError(
                path,
                f"a velocity that is constant in {' and '.join(constant)} throughout the {part} trials",
                "a hand that moves in x and y",
                "check the file's velocity, and velocity_unit of the session",
            )
        if _spread(velocity)[0] < _CONSTANT:
            raise InputError(
                path,
                f"a velocity whose y is that of x, or a multiple of it, throughout the {part} trials",
                "a hand that moves in x and y",
                "check where the session takes x and y from",
            )


def odd_speeds(path: str | os.PathLike, trials: Trials, stated_unit: bool, key: str) -> Iterator[str]:
    """What is odd about the speeds, a sentence each.

    Args:
        path: the recording's file, for messages.
        trials: its kept trials.
        stated_unit: whether config states the unit of the velocity, so that an odd speed is believed.
        key: the config key of that unit.

    Raises:
        InputError: if the speeds are no hand's, and no unit is stated.
    """
    speeds = [np.hypot(*velocity.T) for velocity in trials.velocity]
    peaks = np.array([speed.max() for speed in speeds])
    usual, (low, high) = _usual(peaks, trials.continuous), PEAK_SPEEDS
    if not low <= usual <= high:
        found = f"peak speeds of {usual:.3g} cm/s in the median"
        if not stated_unit:
            unit = "m/s" if usual < low else "mm/s"
            raise InputError(
                path,
                found,
                f"{low:g} to {high:g}, as a hand has",
                f"set {key} of the session, perhaps to {unit}; to cm/s if the speeds are right",
            )
        yield f"{found}: is {key} right?"
    if outliers := [n for n, peak in zip(trials.numbers, peaks, strict=True) if peak > _OUTLIER * usual]:
        yield f"speeds of up to {peaks.max():.0f} cm/s, the usual peak being {usual:.0f}, in trials {listed(outliers)}"
    first, last = (np.median([speed[k] for speed in speeds] / np.where(peaks > 0, peaks, 1)) for k in (0, -1))
    if first > _MOVING and not trials.continuous:
        found = f"the hand already moves in the first bin, at {first:.0%} of its peak speed"
        yield f"{found}: does the cut start too late?"
    if last > _STILL_MOVING and not trials.continuous:
        found = f"the hand still moves in the last bin, at {last:.0%} of its peak speed"
        yield f"{found}: does the cut end too early, or are these positions?"
    held, fast = np.concatenate([_held(velocity, _MOVING * usual) for velocity in trials.velocity]).T
    if held.sum() > _HELD * fast.sum():
        found = f"{held.sum() / fast.sum():.0%} of the bins within movements have the velocity of the bin before"
        yield f"{found}: is it sampled more coarsely than the bins?"
    across, along = _spread(np.concatenate(trials.velocity))
    if across < 0.05 * along:
        yield f"the hand moves along one axis (SD of the velocity along it {along:.2g}, across it {across:.2g} cm/s)"
    yield from _gaps(trials, usual)


def _spread(velocity: np.ndarray) -> np.ndarray:
    """(2,) SD of a (bins, 2) velocity along the two axes of its distribution, the smaller one first."""
    return np.sqrt(np.linalg.eigvalsh(np.cov(velocity.T)).clip(0))


def _gaps(trials: Trials, usual: float) -> Iterator[str]:
    """What stands in the place of lost samples, a sentence each.

    Args:
        trials: the kept trials.
        usual: speed at the peak of a reach.
    """
    stopped, jumping, still = [], [], []
    for number, velocity in zip(trials.numbers, trials.velocity, strict=True):
        fast, zero = np.hypot(*velocity.T) > _MOVING * usual, (velocity == 0).all(axis=1)
        if (zero[1:] & fast[:-1] | zero[:-1] & fast[1:]).any():
            stopped.append(number)
        jump = np.hypot(*(velocity[1:-1] - (velocity[:-2] + velocity[2:]) / 2).T)
        if trials.bin_seconds <= _JUMPING and (jump > _JUMP * usual).any():
            jumping.append(number)
        if len(velocity) > 2 and (np.ptp(velocity, axis=0) == 0).any():
            still.append(number)
    if stopped:
        found = f"the velocity goes between a reach's speed and exactly 0 within a bin in trials {listed(stopped)}"
        yield f"{found}: are lost samples 0?"
    if len(jumping) > len(stopped):
        yield f"the velocity jumps for a single bin in trials {listed(jumping)}: are these errors of the tracker?"
    if still and not trials.continuous:
        yield f"the velocity in x or y does not change throughout the trials {listed(still)}"


def _held(velocity: np.ndarray, least: float) -> np.ndarray:
    """(bins - 1, 2) bool: of every bin but the first, whether it has the velocity of the one before, and moves."""
    fast = np.hypot(*velocity[1:].T) > least
    return np.column_stack([fast & (velocity[1:] == velocity[:-1]).all(axis=1), fast])
