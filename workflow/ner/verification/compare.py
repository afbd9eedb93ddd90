"""Our values beside published ones: their differences, tolerances and verdicts."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.decoding.columns import FOLD, VALUE
from ner.storage.tables import Column, Table, read_csv

DIFFERENCE_UNIT = "R2: 1; accuracy: percentage points"
PUBLISHED = Column("published", VALUE.unit, "value in the authors' tables")
OURS = Column("ours", VALUE.unit, "value of our decoding of the authors' embedding")
UNSWAPPED = Column("unswapped", VALUE.unit, "ours, with the arguments of the velocity R2 in their order")
OURS_MEAN = Column("ours_mean", VALUE.unit, "mean over seeds of our value")
OURS_SD = Column("ours_sd", VALUE.unit, "standard deviation over seeds; empty for a single one")
SEEDS = Column("seeds", "", "number of seeds")
SPREAD = Column(
    "spread", VALUE.unit, "standard deviation of one run over seeds, pooled over recordings; empty for a single seed"
)
DIFFERENCE = Column("difference", DIFFERENCE_UNIT, "ours minus published")
TOLERANCE = Column("tolerance", DIFFERENCE_UNIT, "difference up to which the value is met")
CHOICE_MEAN = Column("choice_mean", VALUE.unit, "our value, mean over what nothing decides: a rotation, or a start")
CHOICE_SD = Column("choice_sd", VALUE.unit, "standard deviation over these")
VERDICT = Column("verdict", "", "met, within seed spread, within arbitrary choice, differs or not run")
VERDICTS = ("met", "within seed spread", "within arbitrary choice", "differs", "not run")

#: What decoding an embedding of the authors must reproduce: R2 to rounding, the accuracy to a trial, by which it
#: differs between versions of the logistic regression.
PARITY_R2 = 1e-6
PARITY_TRIALS = 1

#: Published metrics that a key of config's tolerances is about.
_TOLERATED = {
    "r2": ("velocity_r2", "position_r2"),
    "velocity": ("velocity_r2",),
    "position": ("position_r2",),
    "direction": ("direction_accuracy",),
}


def read_published_split(path: str | os.PathLike, columns: Table) -> pd.DataFrame:
    """Values of this run that can be held against published ones: not those of folds, which are another split.

    Args:
        path: the .csv file.
        columns: a table with the column fold.

    Raises:
        InputError: if the file is missing, damaged, or has other columns.
    """
    table = read_csv(path, columns)
    return table[table[FOLD.name].isna()]


def tolerances(config: Mapping[str, Mapping[str, Mapping[str, float]]]) -> pd.DataFrame:
    """Tolerances of config as a table.

    Args:
        config: by method, then scope (train, test, across or off_diagonal), then r2 (velocity and position), velocity,
            position or direction (percentage points).

    Returns:
        Columns method, scope, metric and tolerance.
    """
    rows = [
        (method, scope, metric, float(value))
        for method, scopes in config.items()
        for scope, values in scopes.items()
        for key, value in values.items()
        for metric in _TOLERATED[key]
    ]
    return pd.DataFrame(rows, columns=["method", "scope", "metric", "tolerance"])


def swapped_tolerance(published: pd.Series, tolerance: pd.Series) -> pd.Series:
    """Tolerance of a velocity R2 with swapped arguments, converted from that of the usual R2.

    A decoder whose usual R2 is r gets s = 2 - 1 / r (`metrics.velocity_r2`). A change of r by t changes s by about
    t / r^2 = t (2 - s)^2: little where velocity is explained well, much where it is not.

    Args:
        published: swapped R2, at most 1.
        tolerance: of the usual R2.
    """
    return tolerance * (2 - published) ** 2


def outside(table: pd.DataFrame) -> pd.Series:
    """Which differences exceed their tolerance by more than rounding.

    Args:
        table: has the columns difference and tolerance.
    """
    return table["difference"].abs() > table["tolerance"] * (1 + 1e-9)


def over_seeds(values: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Mean and standard deviation over seeds, and their number.

    Args:
        values: has the columns `keys` and value, one row a seed.
        keys: what a value is of.

    Returns:
        Columns `keys`, ours_mean, ours_sd and seeds.
    """
    found = values.groupby(list(keys))["value"].agg(ours_mean="mean", ours_sd="std", seeds="count")
    return found.reset_index()


def pooled_spread(
    values: pd.DataFrame, table: pd.DataFrame, keys: Sequence[str], by: Sequence[str], swapped: pd.Series
) -> pd.Series:
    """Standard deviation over seeds, pooled over what is alike: three seeds alone tell it badly.

    Args:
        values: has the columns `keys` and value, one row a seed.
        table: has the columns `keys` and published; its index is that of the result.
        keys: what a value is of.
        by: keys within which variances are averaged.
        swapped: which rows of the table are a velocity R2 with swapped arguments. Their runs are compared as the usual
            R2, 1 / (2 - s), and the result is converted to the swapped scale as a tolerance is: far below zero a small
            change of a decoder is a large one of s.

    Returns:
        One value a row of the table, empty without two seeds.
    """
    keys, by = list(keys), list(by)
    marked = values.merge(table.assign(swapped=swapped)[[*keys, "swapped"]].drop_duplicates(), on=keys)
    usual = marked["value"].where(~marked["swapped"].astype(bool), 1 / (2 - marked["value"]))
    variance = marked.assign(usual=usual).groupby(keys)["usual"].var().reset_index(name="variance")
    pooled = np.sqrt(variance.groupby(by)["variance"].mean()).reset_index(name="spread")
    spread = table[by].merge(pooled, on=by, how="left")["spread"].set_axis(table.index).astype(float)
    return spread.mask(swapped, swapped_tolerance(table["published"], spread))


def judged(
    table: pd.DataFrame,
    tolerance: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    seed_spread: float,
    swapped: pd.Series | None = None,
) -> pd.DataFrame:
    """Judge our values by their distance from the published ones.

    A value is `met` if the mean over seeds lies within the tolerance of the published one; else it is `within seed
    spread` if the published one lies as near our mean as one more run would, within `seed_spread` standard deviations
    of their difference (never with one seed); else it is `within arbitrary choice` if it lies as near to what
    the choices give that nothing decides (`rotation_choice`, `layout_choice`), their spread and that of the seeds
    together; else it `differs`. Without a seed it is `not run`.

    Args:
        table: has the columns method, scope, metric, published, ours_mean, spread (of one run over seeds) and seeds
            (empty or 0: not run), and maybe choice_mean and choice_sd, empty where there is no choice.
        tolerance: see `tolerances`.
        seed_spread: standard deviations over seeds.
        swapped: which rows are a velocity R2 with swapped arguments; they get the `swapped_tolerance`.

    Returns:
        The table with seeds as whole numbers and the columns difference, tolerance and verdict.

    Raises:
        KeyError: if a method that was run has no tolerance.
    """
    table = table.merge(tolerances(tolerance), on=["method", "scope", "metric"], how="left", validate="many_to_one")
    table = table.assign(seeds=table["seeds"].fillna(0).astype(int), difference=table["ours_mean"] - table["published"])
    lacking = table.loc[(table["seeds"] > 0) & table["tolerance"].isna(), ["method", "scope", "metric"]]
    if len(lacking):
        raise KeyError(f"no tolerance for {lacking.drop_duplicates().to_dict('records')}")
    if swapped is not None:
        converted = swapped_tolerance(table["published"], table["tolerance"])
        table["tolerance"] = table["tolerance"].mask(swapped.to_numpy(), converted)
    # Of one more run from the mean of `seeds` runs.
    spread = table["spread"] * np.sqrt(1 + 1 / table["seeds"].clip(lower=1))
    within_spread = table["difference"].abs() <= seed_spread * spread
    by_choice = pd.Series(False, index=table.index)
    if "choice_sd" in table:
        sd = np.hypot(table["choice_sd"], spread.fillna(0))
        by_choice = (table["choice_mean"] - table["published"]).abs() <= seed_spread * sd
    met, spread, choice, differs, not_run = VERDICTS
    choices = [table["seeds"] == 0, ~outside(table), within_spread, by_choice]
    return table.assign(verdict=np.select(choices, [not_run, met, spread, choice], default=differs))
