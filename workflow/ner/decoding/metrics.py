"""How well movements are decoded: R2 of velocity and of position, and accuracy of the direction or other condition.

A new metric is one entry of METRICS: every table of scores then holds it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ner.data.bins import Bins
from ner.data.needs import CONDITIONS
from ner.data.trials import by_trial


@dataclass(frozen=True)
class Decoded:
    """Movements decoded from every bin.

    Attributes:
        velocity: (bins, 2), cm/s.
        direction: (bins,), degrees, or the name of the condition; None where the task has no conditions.
    """

    velocity: np.ndarray
    direction: np.ndarray | None

    def select(self, chosen: np.ndarray) -> "Decoded":
        """The chosen bins; chosen is (bins,) bool."""
        return Decoded(self.velocity[chosen], None if self.direction is None else self.direction[chosen])


@dataclass(frozen=True)
class Metric:
    """A number that says how well movements are decoded.

    Attributes:
        name: in tables.
        label: in figures and pages.
        unit: 1 or %.
        decimals: with which figures and pages write a value.
        measure: from the bins' real movements, the decoded ones, whether the velocity R2 swaps its arguments, and the
            bins of whose variance an R2 is a share.
        needs: what of `ner.data.needs` the trials must have.
    """

    name: str
    label: str
    unit: str
    decimals: int
    measure: Callable[[Bins, Decoded, bool, Bins | None], float]
    needs: frozenset[str] = frozenset()


def integrate_velocity(velocity: np.ndarray, bins_per_trial: int | np.ndarray, bin_seconds: float) -> np.ndarray:
    """Positions that velocities lead to: their sum within each trial, times the width of a bin.

    Args:
        velocity: (bins, 2), real or decoded.
        bins_per_trial: bins in every trial; or, one number a trial, in each.
        bin_seconds: width of a bin in seconds.

    Returns:
        (bins, 2), cm for a velocity in cm/s; a trial's first bin holds its first displacement.

    Raises:
        ValueError: if the bins are not whole trials.
    """
    if isinstance(bins_per_trial, np.ndarray):
        if bins_per_trial.sum() != len(velocity):
            raise ValueError(f"{len(velocity)} bins are not trials of {bins_per_trial.tolist()[:8]} bins")
        parts = np.split(velocity, np.cumsum(bins_per_trial)[:-1])
        return bin_seconds * np.concatenate([part.cumsum(axis=0) for part in parts])
    return bin_seconds * by_trial(velocity, bins_per_trial).cumsum(axis=1).reshape(velocity.shape)


def _r2(truth: np.ndarray, prediction: np.ndarray, among: np.ndarray | None = None) -> float:
    """R2, averaged over the axes along which the truth, or what it is among, varies; NaN where it varies along none.

    As sklearn.metrics.r2_score, which spends ten times as long on checks, and gives 1 or 0 or divides by what rounding
    left where the truth is constant. Permutation tests ask for thousands.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"velocities of shape {truth.shape}, decoded ones of shape {prediction.shape}")
    # numpy sums along rows ten times as fast as along the columns of a narrow array.
    truth, prediction = np.ascontiguousarray(truth.T), np.ascontiguousarray(prediction.T)
    spread = truth if among is None else np.ascontiguousarray(among.T)
    varies = np.ptp(spread, axis=1) > 1e-9 * np.abs(spread).max(axis=1)
    if not varies.any():
        return float("nan")
    residual = ((truth - prediction) ** 2).sum(axis=1)[varies]
    if not np.isfinite(residual).all():
        raise ValueError("velocities that are not finite")
    variance = ((spread - spread.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)[varies]
    return float(np.mean(1 - residual / (variance * (truth.shape[1] / spread.shape[1]))))


def velocity_r2(
    truth: np.ndarray, prediction: np.ndarray, *, swapped: bool = False, among: np.ndarray | None = None
) -> float:
    """Share of the velocity's variance that is explained, averaged over x and y; an axis without variance is left out.

    Args:
        truth: (bins, 2), real velocity.
        prediction: (bins, 2), decoded velocity.
        swapped: divide by the variance of the prediction, as the published analysis does on test trials (its
            `r2_score` gets prediction and truth in the other order). An unbiased decoder with the usual R2 of r then
            gets 2 - 1 / r, without a lower bound.
        among: (others, 2), real velocities whose variance is the one explained, where it is not that of the bins. It
            does not count with arguments swapped.

    Raises:
        ValueError: if the shapes disagree.
    """
    return _r2(prediction, truth) if swapped else _r2(truth, prediction, among)


def position_r2(
    truth: np.ndarray,
    prediction: np.ndarray,
    bins_per_trial: int | np.ndarray,
    among: tuple[np.ndarray, int | np.ndarray] | None = None,
) -> float:
    """Share of the position's variance that is explained, averaged over x and y; an axis without variance is left out.

    Args:
        truth: (bins, 2), real velocity (not position).
        prediction: (bins, 2), decoded velocity.
        bins_per_trial: bins in every trial; or, one number a trial, in each.
        among: real velocity, and bins of the trials, of other bins: as for `velocity_r2`.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.
    """
    # R2 does not depend on the unit.
    positions = (integrate_velocity(v, bins_per_trial, 1.0) for v in (truth, prediction))
    return _r2(*positions, None if among is None else integrate_velocity(*among, 1.0))


def accuracy_by_bin(truth: np.ndarray, prediction: np.ndarray, bins_per_trial: int) -> np.ndarray:
    """Share of trials whose direction or other condition is decoded right, bin by bin.

    Args:
        truth: (bins,), directions.
        prediction: (bins,), decoded directions.
        bins_per_trial: bins in every trial.

    Returns:
        (bins_per_trial,), %.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"directions of shape {truth.shape}, decoded ones of shape {prediction.shape}")
    return 100 * by_trial(truth == prediction, bins_per_trial).mean(axis=0)


def balanced_accuracy_by_bin(truth: np.ndarray, prediction: np.ndarray, bins_per_trial: int) -> np.ndarray:
    """Accuracy of each direction on its own, averaged over the directions that occur, bin by bin.

    A decoder that only knows the commonest direction gets 100 % over their number, however common that one is.

    Args:
        truth: (bins,), directions, the same at every bin of a trial.
        prediction: (bins,), decoded directions.
        bins_per_trial: bins in every trial.

    Returns:
        (bins_per_trial,), %.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"directions of shape {truth.shape}, decoded ones of shape {prediction.shape}")
    directions = by_trial(truth, bins_per_trial)[:, 0]
    right = by_trial(truth == prediction, bins_per_trial)
    return 100 * np.mean([right[directions == direction].mean(axis=0) for direction in np.unique(directions)], axis=0)


def accuracy_over_time(bins: Bins, decoded: Decoded) -> np.ndarray:
    """Share of trials whose condition is decoded right, bin by bin, %; empty where the task has no conditions.

    Of trials of their own lengths, the bins count that all have.

    Args:
        bins: the real movements.
        decoded: the decoded ones of the same bins.
    """
    if not bins.has_conditions:
        return np.zeros(0)
    shared = bins.bin < bins.lengths.min()
    return accuracy_by_bin(bins.condition[shared], decoded.direction[shared], int(bins.lengths.min()))


def _velocity_r2(bins: Bins, decoded: Decoded, swapped: bool, among: Bins | None) -> float:
    others = None if among is None else among.velocity
    return velocity_r2(bins.velocity, decoded.velocity, swapped=swapped, among=others)


def _position_r2(bins: Bins, decoded: Decoded, swapped: bool, among: Bins | None) -> float:
    others = None if among is None else (among.velocity, among.trial_bins)
    return position_r2(bins.velocity, decoded.velocity, bins.trial_bins, others)


def _peak_accuracy(bins: Bins, decoded: Decoded, swapped: bool, among: Bins | None) -> float:
    return float(accuracy_over_time(bins, decoded).max())


def _peak_balanced_accuracy(bins: Bins, decoded: Decoded, swapped: bool, among: Bins | None) -> float:
    shared, length = bins.bin < bins.lengths.min(), int(bins.lengths.min())
    return float(balanced_accuracy_by_bin(bins.condition[shared], decoded.direction[shared], length).max())


#: Every metric by its name, in the order of tables and figures. Accuracies are those of the trial's best bin.
METRICS = {
    metric.name: metric
    for metric in (
        Metric("velocity_r2", "velocity R²", "1", 2, _velocity_r2),
        Metric("position_r2", "position R²", "1", 2, _position_r2),
        Metric("direction_accuracy", "direction accuracy", "%", 1, _peak_accuracy, frozenset({CONDITIONS})),
        Metric("balanced_accuracy", "balanced accuracy", "%", 1, _peak_balanced_accuracy, frozenset({CONDITIONS})),
    )
}


def score(bins: Bins, decoded: Decoded, *, swapped: bool = False, among: Bins | None = None) -> dict[str, float]:
    """Every metric of decoded movements, by name; without conditions, those that need none.

    Args:
        bins: the real movements.
        decoded: the decoded ones of the same bins.
        swapped: see `velocity_r2`; no other metric changes with it.
        among: bins of whose variance the R2 are shares, where it is not that of the bins scored.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.
    """
    has = {CONDITIONS} if bins.has_conditions else set()
    asked = {name: metric for name, metric in METRICS.items() if metric.needs <= has}
    return {name: metric.measure(bins, decoded, swapped, among) for name, metric in asked.items()}
