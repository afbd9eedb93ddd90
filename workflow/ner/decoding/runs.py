"""Values of several seeds and folds: their mean, their spread, and how many there are of each, in words."""

from collections.abc import Sequence

import pandas as pd

from ner.storage.tables import Column

#: Of tables of means over seeds and folds.
COUNTS = (
    Column("seeds", "", "number of seeds"),
    Column("folds", "", "number of folds; 0 where the first trials train"),
)
OVER_RUNS = "over seeds and folds"


def over_runs(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Mean and standard deviation of what differs in seed and fold alone.

    Args:
        table: has the columns `keys`, seed, fold (empty without folds) and value; undefined values do not count.
        keys: what a value is of.

    Returns:
        Columns `keys`, mean, sd (empty of a single value), seeds and folds, in the order of the table.
    """
    # What is undefined has a mean, which is empty, and no seed.
    defined = table["value"].notna()
    table = table.assign(seed=table["seed"].where(defined), fold=table["fold"].where(defined))
    found = table.groupby(list(keys), sort=False)
    return found.agg(
        mean=("value", "mean"), sd=("value", "std"), seeds=("seed", "nunique"), folds=("fold", "nunique")
    ).reset_index()


def runs_text(seeds: int, folds: int) -> str:
    """'one seed', 'mean of 3 seeds', 'mean of 5 folds', or 'mean of 3 seeds in each of 5 folds'."""
    if not folds:
        return f"mean of {seeds} seeds" if seeds > 1 else "one seed"
    return f"mean of {seeds} seeds in each of {folds} folds" if seeds > 1 else f"one seed, mean of {folds} folds"
