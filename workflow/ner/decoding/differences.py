"""A difference between two methods in words: whether it is larger than recordings, seeds and folds let it be by chance.

The unit is a recording, never a bin or a trial. A difference counts if both hold:

- the 95 % interval of its mean over recordings (`statistics.over_recordings`; values paired by recording, means over
  runs) leaves out 0. It takes three recordings;
- it is larger than Z times its standard deviation over seeds and, where there are folds, over folds (`run_spread`).

Where no recording differs, at most about 5 % of differences count. A spread that is not known (one seed) is not asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ner.decoding.metrics import METRICS
from ner.decoding.statistics import over_recordings

#: Standard deviations over seeds or folds that a difference must exceed: 95 % of a normal distribution lie within.
Z = 1.96


@dataclass(frozen=True)
class Runs:
    """A method's means of every seed, and of every fold.

    Attributes:
        seeds: (units, seeds), mean over folds.
        folds: (units, folds), mean over seeds.
    """

    seeds: pd.DataFrame
    folds: pd.DataFrame

    @classmethod
    def of(cls, values: pd.DataFrame) -> "Runs":
        """Of values by seed and fold.

        Args:
            values: columns unit, seed, fold (empty without folds) and value; several values of a unit, seed and fold
                are averaged.
        """
        # Grouping would leave out rows without a fold.
        values = values.assign(fold=values["fold"].astype(object).where(values["fold"].notna(), "none"))
        means = values.groupby(["unit", "seed", "fold"])["value"].mean()
        return cls(*(means.groupby(["unit", run]).mean().unstack(run) for run in ("seed", "fold")))


def run_spread(first: Runs, second: Runs, *, same_seeds: bool = False) -> tuple[float, float]:
    """How far seeds alone, and folds alone, move the difference of two methods' means.

    Both are standard deviations of the mean over units of first minus second, as it would vary with other seeds (folds)
    on the same recordings. Units are independent: a recording each, or where pairs of recordings share embeddings, all
    pairs as one unit, of which the mean counts.

    - Over seeds: of each method and unit the variance over its seeds (of means over folds), divided by their number;
      summed over units and divided by their number squared; summed over both methods, whose seeds are independent. A
      method without randomness adds 0. Of two ways to read the same embeddings, it is that of the difference itself,
      seed by seed.
    - Over folds: the same of the difference itself, as both methods have the same folds. Folds share training trials,
      so it is a rough guide.

    Args:
        first: of one method.
        second: of the other one, of the same units.
        same_seeds: whether both read the same embeddings, a seed each.

    Returns:
        Over seeds, and over folds; NaN where a unit has fewer than two.
    """
    fold_variance = _mean_variance(first.folds - second.folds) if first.folds.shape[1] > 1 else np.nan
    if same_seeds:
        seed_variance = _mean_variance(first.seeds - second.seeds)
    else:
        seed_variance = _mean_variance(first.seeds) + _mean_variance(second.seeds)
    return float(np.sqrt(seed_variance)), float(np.sqrt(fold_variance))


def _mean_variance(values: pd.DataFrame) -> float:
    """Variance of the mean over units (rows) of their means over runs (columns); NaN if a unit has fewer than two."""
    return float((values.var(axis=1, ddof=1) / values.count(axis=1)).sum(skipna=False) / len(values) ** 2)


def counts(difference: float, low: float, high: float, spreads: Sequence[float]) -> bool:
    """Whether a difference is larger than recordings and runs let it be by chance, by the rule of this module.

    Args:
        difference: mean over recordings.
        low: lower end of its 95 % interval over recordings, NaN where none can be had.
        high: upper end.
        spreads: its standard deviations over seeds and over folds, NaN where not known.
    """
    return bool((low > 0 or high < 0) and all(abs(difference) > Z * sd for sd in spreads if np.isfinite(sd)))


def compared(
    difference: np.ndarray,
    used: np.ndarray,
    runs: tuple[Runs, Runs],
    *,
    called: tuple[str, str],
    metric: str,
    same_seeds: bool = False,
) -> tuple[float, float, float, float, float, str]:
    """What the difference of two methods amounts to: its interval and spreads, and a sentence.

    Args:
        difference: (recordings, recordings) values of the first method minus those of the second, means over runs.
        used: (recordings, recordings) bool, the pairs that count.
        runs: of the first method, and of the second.
        called: what the first method is called, and what the second is.
        metric: name of the metric.
        same_seeds: whether both read the same embeddings, a seed each.

    Returns:
        The ends of the 95 % interval of its mean and its p over recordings (`statistics.over_recordings`), NaN of fewer
        than three; its standard deviations over seeds and over folds (`run_spread`); the sentence (`in_words`).
    """
    recordings = len(difference)
    low = high = p_value = np.nan
    if recordings > 2:
        whole = over_recordings(difference, used)
        low, high, p_value = whole.low, whole.high, whole.p_value
    seed_sd, fold_sd = run_spread(*runs, same_seeds=same_seeds)
    said = in_words(
        *called,
        metric,
        difference=difference[used].mean(),
        low=low,
        high=high,
        recordings=recordings,
        seed_sd=seed_sd,
        fold_sd=fold_sd,
    )
    return low, high, p_value, seed_sd, fold_sd, said


def in_words(
    first: str,
    second: str,
    metric: str,
    *,
    difference: float,
    low: float,
    high: float,
    recordings: int,
    seed_sd: float,
    fold_sd: float,
) -> str:
    """A comparison of two methods as a sentence.

    Args:
        first: what the first method is called.
        second: what the second one is called.
        metric: name of the metric.
        difference: mean over recordings of first minus second; NaN where the metric is not defined.
        low: lower end of its 95 % interval over recordings, NaN where none can be had.
        high: upper end.
        recordings: how many there are.
        seed_sd: its standard deviation over seeds, NaN where there is one.
        fold_sd: its standard deviation over folds, NaN where there are none.

    Returns:
        The sentence, without a full stop; empty where there is no difference to speak of.
    """
    if not np.isfinite(difference):
        return ""
    of = METRICS[metric]
    label = of.label[0].upper() + of.label[1:]
    percent = of.unit == "%"
    # An R2 as pages give it and one more; an accuracy as pages give it.
    decimals, unit = (of.decimals, " percentage points") if percent else (of.decimals + 1, "")
    known = {name: sd for name, sd in (("seeds", seed_sd), ("folds", fold_sd)) if np.isfinite(sd)}
    said = {name: f"SD {_number(sd, decimals)}" for name, sd in known.items()}
    beside = "".join(f"; {name}: {sd}" for name, sd in said.items())
    over = f"{recordings} recording{'s' * (recordings > 1)}"
    unknown = "" if "seeds" in known else "; one seed: the spread over seeds is not known"
    if low <= 0 <= high:
        ends = f"95 % interval {low:+.{decimals}f} to {high:+.{decimals}f} over {over}"
        what = f"{label} of {first} is not clearly larger or smaller than that of {second}"
        return f"{what}: {difference:+.{decimals}f}{unit} ({ends}{beside}){unknown}"
    more = "larger" if difference > 0 else "smaller"
    what = f"{label} of {first} is {more} than that of {second} by {abs(difference):.{decimals}f}{unit}"
    if not np.isfinite(low):
        return f"{what} (no interval can be had of {over}{beside}){unknown}"
    least, most = sorted(abs(end) for end in (low, high))
    what = f"{what} (95 % interval {least:.{decimals}f} to {most:.{decimals}f} over {over})"
    if not counts(difference, low, high, list(known.values())):
        small = [name for name, sd in known.items() if abs(difference) <= Z * sd]
        return f"{what}, but not more than {' and '.join(small)} explain{beside}{unknown}"
    reach = " and ".join(f"{name} ({sd})" for name, sd in said.items())
    return what + (f", more than {reach} explain" if reach else "") + unknown


def _number(sd: float, decimals: int) -> str:
    """A standard deviation; one that rounds to 0 is bounded, unless it is what rounding left of 0."""
    least = 10.0**-decimals
    if sd < 1e-9:
        return "0"
    return f"below {least:.{decimals}f}" if sd < least / 2 else f"{sd:.{decimals}f}"
