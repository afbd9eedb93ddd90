"""How well movements are decoded: R2 of velocity and of position, and accuracy of the direction.

Bins stand trial after trial, every trial with the same number of bins. Movements are 10 * velocity (paper, §Decoding).
"""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import r2_score

from ner.data.trials import by_trial

METRICS = ("velocity_r2", "position_r2", "direction_accuracy")


@dataclass(frozen=True)
class Scores:
    """Metrics of decoded movements.

    Attributes:
        velocity_r2: see `velocity_r2`.
        position_r2: see `position_r2`.
        direction_accuracy: %, the highest over bins.
        accuracy_by_bin: (bins per trial,) %, see `accuracy_by_bin`.
    """

    velocity_r2: float
    position_r2: float
    direction_accuracy: float
    accuracy_by_bin: np.ndarray


def positions(movement: np.ndarray, bins_per_trial: int) -> np.ndarray:
    """Positions that movements lead to: their cumulative sum within each trial.

    Args:
        movement: (bins, 2), 10 * velocity, true or decoded.
        bins_per_trial: bins in every trial.

    Returns:
        (bins, 2), in the movement's unit times bins; a trial's first bin holds its first movement.

    Raises:
        ValueError: if the bins are not whole trials.
    """
    return by_trial(movement, bins_per_trial).cumsum(axis=1).reshape(movement.shape)


def velocity_r2(truth: np.ndarray, prediction: np.ndarray, *, swapped: bool = False) -> float:
    """Share of the velocity's variance that is explained, averaged over x and y.

    Args:
        truth: (bins, 2), movements.
        prediction: (bins, 2), decoded movements.
        swapped: take the residuals in relation to the variance of the prediction, as the published analysis does on
            test parts (its `r2_score` gets prediction and truth in the other order). An unbiased decoder with the
            usual R2 of r then gets 2 - 1 / r, without a lower bound.

    Raises:
        ValueError: if the shapes disagree.
    """
    return float(r2_score(prediction, truth) if swapped else r2_score(truth, prediction))


def position_r2(truth: np.ndarray, prediction: np.ndarray, bins_per_trial: int) -> float:
    """Share of the position's variance that is explained, averaged over x and y.

    Args:
        truth: (bins, 2), movements (not positions).
        prediction: (bins, 2), decoded movements.
        bins_per_trial: bins in every trial.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.
    """
    return float(r2_score(positions(truth, bins_per_trial), positions(prediction, bins_per_trial)))


def accuracy_by_bin(truth: np.ndarray, prediction: np.ndarray, bins_per_trial: int) -> np.ndarray:
    """Share of trials whose direction is decoded right, bin by bin.

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


def scores(
    movement: np.ndarray,
    direction: np.ndarray,
    decoded_movement: np.ndarray,
    decoded_direction: np.ndarray,
    bins_per_trial: int,
    *,
    swapped: bool = False,
) -> Scores:
    """All metrics of decoded movements.

    Args:
        movement: (bins, 2), 10 * velocity.
        direction: (bins,), directions.
        decoded_movement: (bins, 2).
        decoded_direction: (bins,).
        bins_per_trial: bins in every trial.
        swapped: see `velocity_r2`; the other metrics do not change with it.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.
    """
    accuracy = accuracy_by_bin(direction, decoded_direction, bins_per_trial)
    return Scores(
        velocity_r2=velocity_r2(movement, decoded_movement, swapped=swapped),
        position_r2=position_r2(movement, decoded_movement, bins_per_trial),
        direction_accuracy=float(accuracy.max()),
        accuracy_by_bin=accuracy,
    )
