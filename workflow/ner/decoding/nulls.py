"""What scores are by chance: the labels of whole trials permuted against what was decoded from them."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace

import numpy as np

from ner.data.bins import Bins
from ner.decoding.metrics import Decoded, accuracy_over_time, score

PERMUTATIONS = 200
# Quantiles around the middle 95 %.
_MIDDLE = (0.025, 0.975)


@dataclass(frozen=True)
class Null:
    """A score and its distribution under permuted labels; all NaN for a score that is not defined.

    Attributes:
        value: the score with the real labels.
        mean: mean over permutations.
        low: below it lie 2.5 % of the permutations.
        high: above it lie 2.5 % of the permutations.
        p: share of permutations that reach the value, the real labels counted as one of them.
    """

    value: float
    mean: float
    low: float
    high: float
    p: float


def permutation_nulls(
    bins: Bins,
    decoded: Decoded,
    *,
    seed: int = 0,
    permutations: int = PERMUTATIONS,
    swapped: bool = False,
    among: Bins | None = None,
) -> dict[str, Null]:
    """Every metric of decoded movements beside what it is when trials get the labels of others.

    Velocity and condition of whole trials are permuted together, against movements that stay as they were decoded. A
    metric that is the maximum over a trial's bins is that for every permutation too, so its chance is above that of
    a single bin. The labels that decoders were fitted to are left as they are: this is the chance of the scored
    trials, not of the fit. Of trials on which the decoder was fitted it says nothing about how well the decoder would
    fit permuted labels.

    Args:
        bins: the real movements.
        decoded: the decoded ones of the same bins.
        seed: of the permutations.
        permutations: how many.
        swapped: see `metrics.velocity_r2`.
        among: see `metrics.score`.

    Returns:
        Metric to null, in the order of metrics.METRICS.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.

    References:
        Ojala and Garriga, Permutation tests for studying classifier performance, JMLR 2010; Phipson and Smyth,
        Permutation p-values should never be zero, 2010.
    """
    how = {"swapped": swapped, "among": among}
    real = score(bins, decoded, **how)
    drawn = [score(others, found, **how) for others, found in _permuted(bins, decoded, seed, permutations)]
    return {metric: _null(value, np.array([scores[metric] for scores in drawn])) for metric, value in real.items()}


def accuracy_band(
    bins: Bins, decoded: Decoded, *, seed: int = 0, permutations: int = PERMUTATIONS
) -> tuple[np.ndarray, np.ndarray]:
    """The accuracy of the direction, bin by bin, when trials get the labels of others.

    Args:
        bins: see `permutation_nulls`, as are the others.
        decoded: the decoded movements of the same bins.
        seed: of the permutations.
        permutations: how many.

    Returns:
        (bins per trial,) twice, %, empty without conditions: 2.5 % of the permutations lie below the first, and as many
        above the second.

    Raises:
        ValueError: if the shapes disagree or the bins are not whole trials.
    """
    if not bins.has_conditions:
        return np.zeros(0), np.zeros(0)
    drawn = [accuracy_over_time(others, found) for others, found in _permuted(bins, decoded, seed, permutations)]
    low, high = np.quantile(drawn, _MIDDLE, axis=0)
    return low, high


def rows_beside_chance(
    bins: Bins, decoded: Decoded, among: Bins | None, of: tuple, seed: int, fold: str | None, *, swapped: bool
) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Rows of the tables of metrics, of accuracy over time and of metrics beside their chance, in this order.

    Args:
        bins: with the real movements.
        decoded: from them.
        among: see `metrics.score`.
        of: what the scores are of, the first columns of each table.
        seed: of the method, for the tables.
        fold: that is held out, for the tables.
        swapped: whether the velocity R2 has its arguments swapped.
    """
    chance = permutation_nulls(bins, decoded, swapped=swapped, among=among)
    bands = zip(accuracy_over_time(bins, decoded), *accuracy_band(bins, decoded), strict=True)
    return (
        [(*of, metric, seed, fold, null.value) for metric, null in chance.items()],
        [(*of, k, seed, fold, *value) for k, value in enumerate(bands)],
        [(*of, metric, seed, fold, *astuple(null)) for metric, null in chance.items()],
    )


def _permuted(bins: Bins, decoded: Decoded, seed: int, permutations: int) -> Iterator[tuple[Bins, Decoded]]:
    """The bins with velocity and condition of other trials, and what was decoded from them, once a permutation.

    A trial that gets the labels of a shorter or longer one counts with the bins that both have.
    """
    random = np.random.default_rng(seed)
    starts, lengths = np.flatnonzero(bins.bin == 0), bins.lengths
    equal = (lengths == lengths[0]).all()
    for _ in range(permutations):
        order = random.permutation(len(starts))
        shared = np.minimum(lengths, lengths[order])
        within = np.concatenate([np.arange(length) for length in shared])
        labels = np.repeat(starts[order], shared) + within
        own = slice(None) if equal else np.repeat(starts, shared) + within
        kept = bins if equal else bins.select(own)
        others = replace(
            kept,
            velocity=bins.velocity[labels],
            direction=bins.direction[labels],
            named=None if bins.named is None else bins.named[labels],
        )
        yield others, decoded if equal else decoded.select(own)


def _null(value: float, drawn: np.ndarray) -> Null:
    if not (np.isfinite(value) and np.isfinite(drawn).all()):
        return Null(value, *[float("nan")] * 4)
    low, high = np.quantile(drawn, _MIDDLE)
    # Equal scores may differ by rounding, as their sums run in another order.
    reached = np.count_nonzero(drawn >= value - 1e-9 * max(1.0, abs(value)))
    return Null(value, float(drawn.mean()), float(low), float(high), (reached + 1) / (len(drawn) + 1))
