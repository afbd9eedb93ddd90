"""The kept trials of a recording, as the checks look at them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_LISTED = 8


@dataclass(frozen=True, kw_only=True)
class Trials:
    """The kept trials of a recording.

    Attributes:
        numbers: (trials,) from 1, as in the file.
        rates: of each trial (bins, neurons), smoothed spike counts.
        velocity: of each trial (bins, 2), cm/s.
        direction: (trials,) int, degrees; None where the task has no directions.
        condition: (trials,) names of their conditions; None where the directions are the conditions, or there are none.
        train_trials: how many train, the first ones.
        bin_seconds: width of a bin.
        continuous: whether they are windows of a continuous session, in some of which the hand may rest.
    """

    numbers: Sequence[int]
    rates: Sequence[np.ndarray]
    velocity: Sequence[np.ndarray]
    direction: np.ndarray | None
    condition: np.ndarray | None
    train_trials: int
    bin_seconds: float
    continuous: bool = False

    @property
    def displacement(self) -> np.ndarray:
        """(trials, 2) cm: where each trial ends, from where it began."""
        return np.array([velocity.sum(axis=0) for velocity in self.velocity]) * self.bin_seconds

    @property
    def parts(self) -> dict[str, slice]:
        """The train and the test trials."""
        return {"train": slice(self.train_trials), "test": slice(self.train_trials, None)}


def listed(numbers: Sequence) -> str:
    """The first of some numbers or names, and how many more there are."""
    more = f" and {len(numbers) - _LISTED} more" if len(numbers) > _LISTED else ""
    return ", ".join(map(str, numbers[:_LISTED])) + more
