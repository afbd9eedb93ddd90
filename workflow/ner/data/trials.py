"""Values of bins, trial by trial, and their averages over the trials of a direction."""

import math

import numpy as np


def whole_trials(fraction: float, trials: int) -> int:
    """Whole trials in a share of them: floor(fraction * trials), of the fraction as it is written.

    In binary, 0.7 * 90 is just below 63.
    """
    return math.floor(round(fraction * trials, 9))


def by_trial(values: np.ndarray, bins_per_trial: int) -> np.ndarray:
    """Fold bins that stand trial after trial.

    Args:
        values: (bins, ...).
        bins_per_trial: bins in every trial.

    Returns:
        (trials, bins_per_trial, ...), a view.

    Raises:
        ValueError: if the bins are not whole trials.
    """
    if bins_per_trial < 1 or len(values) == 0 or len(values) % bins_per_trial:
        raise ValueError(f"{len(values)} bins are not whole trials of {bins_per_trial} bins")
    return values.reshape(-1, bins_per_trial, *values.shape[1:])


def direction_averages(trials: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average trials over each direction.

    Args:
        trials: (trials, bins, ...).
        directions: (trials,), degrees.

    Returns:
        Averages (directions, bins, ...), and the directions, ascending.

    Raises:
        ValueError: if there is not one direction a trial.
    """
    if directions.shape != (len(trials),):
        raise ValueError(f"{len(trials)} trials, directions of shape {directions.shape}")
    found = np.unique(directions)
    return np.stack([trials[directions == direction].mean(axis=0) for direction in found]), found


def balanced_trials(trials: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """The first trials of every direction, as many as the direction with the fewest has.

    Args:
        trials: (trials, bins, d), rates or embedding.
        directions: (trials,), degrees.

    Returns:
        (trials per direction, directions, bins, d), directions ascending.
    """
    groups = [trials[directions == direction] for direction in np.unique(directions)]
    fewest = min(len(group) for group in groups)
    return np.stack([group[:fewest] for group in groups], axis=1)


def direction_modulation(trials: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """How much of each neuron's variance the direction explains.

    Args:
        trials: (trials, bins, neurons), rates.
        directions: (trials,), degrees.

    Returns:
        (neurons,), the variance of the direction averages around their mean at each bin, in relation to the variance
        of all single bins; 0 for a silent neuron.

    Raises:
        ValueError: if there is not one direction a trial.
    """
    averages, _ = direction_averages(trials, directions)
    signal = averages.var(axis=0).mean(axis=0)
    total = trials.var(axis=(0, 1))
    return np.divide(signal, total, out=np.zeros_like(signal), where=total > 0)


def bins_of_other_trials(trial: np.ndarray, seed: int) -> np.ndarray:
    """Bins whose values to take in order to give every trial those of another one.

    The trials are put into a random circle, and each gets the values of the next, so that none keeps its own.

    Args:
        trial: (bins,), trial after trial, all of equally many bins.
        seed: of the circle.

    Returns:
        (bins,) int; the bins of a trial stay together and in order.

    Raises:
        ValueError: if the bins are not whole trials.
    """
    bins = by_trial(np.arange(len(trial)), np.count_nonzero(trial == trial[0]))
    circle = np.random.default_rng(seed).permutation(len(bins))
    others = np.empty_like(bins)
    others[circle] = bins[np.roll(circle, 1)]
    return others.reshape(-1)
