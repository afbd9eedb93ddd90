"""Bins: what recordings and embeddings have in common, the movements of every bin and its place in a trial."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from ner.data.columns import BEHAVIOR, CONDITION
from ner.data.trials import by_trial
from ner.storage.tables import names

#: Width of the paper's bins.
BIN_SECONDS = 0.03


@dataclass(frozen=True, kw_only=True)
class Bins:
    """Movements of bins that follow trial after trial.

    Attributes:
        trial: (bins,) int, from 0, in recording order.
        bin: (bins,) int, from 0 at the go cue within each trial.
        train: (bins,) bool, true for the first trials (0.8 of them in the paper); the others test.
        velocity: (bins, 2) float64, hand velocity x, y in cm/s.
        direction: (bins,) int, direction of the target in degrees; 0 where the task has none.
        bin_seconds: width of a bin in seconds.
        conditions: names of the trials' conditions; None where the directions are the conditions, () where the task has
            none.
        named: (bins,) int, place of the trial's condition among the names; None where there are no names.
    """

    trial: np.ndarray
    bin: np.ndarray
    train: np.ndarray
    velocity: np.ndarray
    direction: np.ndarray
    bin_seconds: float = BIN_SECONDS
    conditions: tuple[str, ...] | None = None
    named: np.ndarray | None = None

    @property
    def has_conditions(self) -> bool:
        """Whether trials can be averaged over conditions, and decoders tell them apart."""
        return self.conditions is None or len(self.conditions) > 0

    @property
    def has_directions(self) -> bool:
        """Whether the trials have directions."""
        return self.conditions is None or bool(self.direction.any())

    @property
    def condition(self) -> np.ndarray:
        """(bins,) the condition: its direction in degrees, int, or its name; 0 where there is none."""
        return self.direction if self.named is None else np.array(self.conditions)[self.named]

    @property
    def trial_condition(self) -> np.ndarray:
        """(trials,) condition of each trial, as `condition`."""
        return self.condition[self.bin == 0]

    @property
    def trial_heading(self) -> np.ndarray:
        """(trials,) float64: where the hand ends up as seen from where it was, degrees counterclockwise from x."""
        moved = np.add.reduceat(self.velocity, np.flatnonzero(self.bin == 0), axis=0)
        return np.degrees(np.arctan2(moved[:, 1], moved[:, 0]))

    @property
    def bins_per_trial(self) -> int:
        """Bins in every trial; in the longest where trials have lengths of their own."""
        return int(self.bin.max()) + 1

    @property
    def lengths(self) -> np.ndarray:
        """(trials,) int: bins of each trial."""
        return np.diff([*np.flatnonzero(self.bin == 0), len(self.bin)])

    @property
    def trial_bins(self) -> int | np.ndarray:
        """Bins in every trial: one number, or where they differ one a trial, (trials,)."""
        lengths = self.lengths
        return int(lengths[0]) if (lengths == lengths[0]).all() else lengths

    def common(self) -> Self:
        """The bins that every trial has, from its first on: all of them where trials are of one length."""
        lengths = self.lengths
        return self if (lengths == lengths[0]).all() else self.select(self.bin < lengths.min())

    def trials(self, values: np.ndarray) -> list[np.ndarray]:
        """Part values of these bins, (bins, ...), by trials, each (its bins, ...)."""
        return np.split(values, np.cumsum(self.lengths)[:-1])

    @property
    def trial_direction(self) -> np.ndarray:
        """(trials,) int: direction of each trial, degrees."""
        return self.direction[self.bin == 0]

    def per_trial(self, values: np.ndarray) -> np.ndarray:
        """Fold values of these bins, (bins, ...), into (trials, bins per trial, ...).

        Raises:
            ValueError: if trials have lengths of their own; `common` has the bins that all have.
        """
        if not isinstance(self.trial_bins, int):
            raise ValueError(f"trials of {self.lengths.min()} to {self.lengths.max()} bins; expected one length")
        return by_trial(values, self.bins_per_trial)

    def select(self, chosen: np.ndarray) -> Self:
        """The chosen bins, with everything that belongs to them.

        Args:
            chosen: (bins,) bool, or the places of the bins; each trial begins with its first bin.
        """
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: a[chosen] for name, a in arrays.items() if isinstance(a, np.ndarray)})

    def split(self, name: str) -> np.ndarray:
        """(bins,) bool: the bins of a split, 'train' or 'test'."""
        return {"train": self.train, "test": ~self.train}[name]

    def crop(self, first: int, last: int) -> Self:
        """Some bins of every trial, counted anew from 0.

        Args:
            first: the first bin to keep.
            last: the last one.
        """
        kept = self.select((self.bin >= first) & (self.bin <= last))
        return replace(kept, bin=kept.bin - first)

    def turned(self, degrees: float) -> Self:
        """The same bins with every direction label turned, counterclockwise."""
        return replace(self, direction=(self.direction + int(degrees)) % 360)

    def to_frame(self) -> pd.DataFrame:
        """The columns that `behavior` reads: columns.BEHAVIOR, and columns.CONDITION unless the directions are that."""
        table = pd.DataFrame(
            {
                "split": np.where(self.train, "train", "test"),
                "trial": self.trial,
                "bin": self.bin,
                "vx": self.velocity[:, 0],
                "vy": self.velocity[:, 1],
                "direction": self.direction,
            },
            columns=names(BEHAVIOR),
        )
        if self.conditions is not None:
            table[CONDITION.name] = "" if self.named is None else np.array(self.conditions, dtype=object)[self.named]
        return table


def behavior(table: pd.DataFrame) -> dict[str, Any]:
    """The attributes of `Bins`, by name, from the columns that `Bins.to_frame` wrote.

    Args:
        table: has the columns columns.BEHAVIOR, and perhaps columns.CONDITION.
    """
    conditions: dict[str, Any] = {}
    if CONDITION.name in table:
        found, place = np.unique(table[CONDITION.name].to_numpy(str), return_inverse=True)
        named = found.tolist() != [""]
        conditions = {"conditions": tuple(found.tolist()), "named": place} if named else {"conditions": ()}
    return {
        "trial": table["trial"].to_numpy(np.int64),
        "bin": table["bin"].to_numpy(np.int64),
        "train": (table["split"] == "train").to_numpy(),
        "velocity": table[["vx", "vy"]].to_numpy(np.float64),
        "direction": table["direction"].to_numpy(np.int64),
        **conditions,
    }
