"""The labels of bins as training uses them: weighted columns, some of which go round."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ner.storage.errors import InputError


@dataclass(frozen=True)
class Labels:
    """Labels of bins, each column times its weight.

    Attributes:
        values: (bins, columns) float64; columns that go round are from 0 to below their turn.
        turns: (columns,) what a full turn is in the column's unit; infinite where the column does not go round.
    """

    values: np.ndarray
    turns: np.ndarray

    @classmethod
    def weighted(cls, columns: np.ndarray, angles: Sequence[int], weights: Sequence[float] | None) -> "Labels":
        """Labels of the columns whose weight is not 0.

        Args:
            columns: (bins, columns).
            angles: columns in degrees that go round.
            weights: one a column; None weighs them all 1.

        Raises:
            InputError: if an angle is no column, a weight is missing, negative or not finite, or all of them are 0.
        """
        count = columns.shape[1]
        if any(not -count <= angle < count for angle in angles):
            raise InputError("angles", f"{tuple(angles)} for {count} columns of labels", "columns of y", "correct it")
        given = np.ones(count) if weights is None else np.asarray(weights)
        scale = given.astype(np.float64) if given.dtype.kind in "biuf" else np.full(0, np.nan)
        if scale.shape != (count,) or not (np.isfinite(scale) & (scale >= 0)).all() or not scale.any():
            expected = f"{count} numbers from 0, one a column of labels, and not all of them 0"
            raise InputError("weights", repr(given.tolist()), expected, "correct them")
        turns = np.full(count, np.inf)
        values = columns.astype(np.float64)
        for angle in angles:
            turns[angle] = 360.0
            values[:, angle] %= 360.0
        used = scale > 0
        return cls(values[:, used] * scale[used], turns[used] * scale[used])

    def changes(self, trials: np.ndarray | None) -> np.ndarray:
        """(bins, columns) label changes from the bin before; 0 at the first bin.

        Args:
            trials: (bins,) trial of every bin; the change is 0 at the first bin of each trial. None takes changes from
                the end of one trial to the start of the next, as the paper does.
        """
        changes = np.diff(self.values, axis=0, prepend=self.values[:1])
        if trials is not None:
            changes[1:][trials[1:] != trials[:-1]] = 0
        return changes

    def points(self, values: np.ndarray) -> np.ndarray:
        """Where labels lie: as they are, and on a circle as long as a turn where they go round.

        Args:
            values: (..., columns), as `values`; angles may be beyond a turn.

        Returns:
            (..., coordinates), among which near points have near labels.
        """
        circular = np.isfinite(self.turns)
        if not circular.any():
            return values
        radii = self.turns[circular] / (2 * np.pi)
        phases = values[..., circular] / radii
        return np.concatenate([values[..., ~circular], radii * np.cos(phases), radii * np.sin(phases)], axis=-1)

    @property
    def noncircular(self) -> "Labels":
        """The columns that do not go round; all columns where every one does."""
        chosen = ~np.isfinite(self.turns)
        return Labels(self.values[:, chosen], self.turns[chosen]) if chosen.any() else self
