"""Embeddings trained here and decoded within recordings, held against the authors' tables (paper, Fig 4)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ner.decoding.columns import DECODER, METHOD, METRIC, RECORDING, SPLIT, VALUE
from ner.decoding.within import SPLITS
from ner.published.tables import METRICS_PUBLISHED
from ner.storage.tables import Column, Table, names
from ner.verification.compare import (
    CHOICE_MEAN,
    CHOICE_SD,
    DIFFERENCE,
    OURS_MEAN,
    OURS_SD,
    PUBLISHED,
    SEEDS,
    SPREAD,
    TOLERANCE,
    VERDICT,
    judged,
    over_seeds,
    pooled_spread,
)
from ner.verification.layout_choice import LAYOUT_CHOICE

_VALUE_OF = (METHOD, RECORDING, DECODER, SPLIT, METRIC)
#: A published value a row.
RETRAINED_WITHIN = Table(
    "verification/retrained_within.csv",
    (*_VALUE_OF, PUBLISHED, OURS_MEAN, OURS_SD, SEEDS, SPREAD, CHOICE_MEAN, CHOICE_SD, DIFFERENCE, TOLERANCE, VERDICT),
    "embeddings of this run, beside the authors' tables",
)
#: The medians over the recordings that were run.
RETRAINED_WITHIN_MEDIANS = Table(
    "verification/retrained_within_medians.csv",
    (
        METHOD,
        DECODER,
        SPLIT,
        METRIC,
        Column("recordings", "", "number of recordings with a published value that were run"),
        Column("published", VALUE.unit, "median of the published values of these recordings"),
        Column("ours_mean", VALUE.unit, "mean over seeds of our median"),
        Column("ours_sd", VALUE.unit, "standard deviation over seeds of our median; empty for a single one"),
        SEEDS,
        DIFFERENCE,
        Column("deviation", "", "published minus ours in standard deviations over seeds; empty for a single seed"),
        Column("above", "", "recordings of which our mean over seeds is above the published value"),
    ),
    "medians of retrained_within.csv over recordings",
)


def retrained_within(
    within: pd.DataFrame,
    published: pd.DataFrame,
    tolerance: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    seed_spread: float,
    choices: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Hold the metrics of embeddings trained here against the authors' tables.

    Args:
        within: columns columns.WITHIN; only the paper protocol is used.
        published: columns published.tables.PUBLISHED_WITHIN.
        tolerance: see `compare.tolerances`; the scope is the split.
        seed_spread: standard deviations over seeds, see `compare.judged`.
        choices: columns layout_choice.LAYOUT_CHOICE, of the values that hang on a start; None where none does.

    Returns:
        Columns RETRAINED_WITHIN, a row a published value, in the order of methods, recordings, splits and metrics.

    Raises:
        KeyError: if a method that was run has no tolerance.
    """
    keys = names(_VALUE_OF)
    runs = within[within.protocol == "paper"]
    choices = pd.DataFrame(columns=names(LAYOUT_CHOICE)) if choices is None else choices
    over_starts = choices.groupby(keys)["value"].agg(choice_mean="mean", choice_sd="std").astype(float).reset_index()
    ours = over_seeds(runs, keys).merge(over_starts, on=keys, how="left")
    table = published.rename(columns={"value": "published"}).merge(ours, on=keys, how="left")
    swapped = (table.split == "test") & (table.metric == "velocity_r2")
    alike = [key for key in keys if key != "recording"]
    table = table.assign(scope=table["split"], spread=pooled_spread(runs, table, keys, alike, swapped))
    table = judged(table, tolerance, seed_spread=seed_spread, swapped=swapped)
    order = {value: k for k, value in enumerate([*SPLITS, *METRICS_PUBLISHED])}
    table = table.sort_values(
        keys, key=lambda column: column.map(order) if column.name in ("split", "metric") else column
    )
    return table[names(RETRAINED_WITHIN)].reset_index(drop=True)


def retrained_medians(within: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Hold medians over recordings against the authors' medians over the same recordings.

    Use this for methods whose results vary a lot between seeds (pi-VAE, UMAP).

    Args:
        within: columns columns.WITHIN; only the paper protocol is used.
        published: columns published.tables.PUBLISHED_WITHIN.

    Returns:
        Columns RETRAINED_WITHIN_MEDIANS: for every method, decoder, split and metric, over the recordings that both
        tables hold.
    """
    keys = names(_VALUE_OF)
    by = [key for key in keys if key != "recording"]
    both = within[within.protocol == "paper"].merge(
        published.rename(columns={"value": "published"})[[*keys, "published"]], on=keys
    )
    rows = []
    for key, values in both.groupby(by, sort=False):
        ours = values.groupby("seed")["value"].median()
        each = values.groupby("recording").agg(ours=("value", "mean"), published=("published", "first"))
        theirs, mean, sd = each["published"].median(), ours.mean(), ours.std()
        deviation = (theirs - mean) / sd if sd > 0 else np.nan
        above = (each["ours"] > each["published"]).sum()
        rows.append((*key, len(each), theirs, mean, sd, len(ours), mean - theirs, deviation, above))
    return pd.DataFrame(rows, columns=names(RETRAINED_WITHIN_MEDIANS))
