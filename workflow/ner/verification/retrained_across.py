"""Embeddings trained here and decoded across recordings, held against the authors' tables (paper, Figs 5 to 7)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ner.decoding.columns import DECODER, GROUP, METHOD, METRIC, SOURCE, TARGET, VALUE
from ner.published.tables import FIGURE
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

_CELL = (METHOD, SOURCE, TARGET, DECODER, METRIC)
#: A published cell a row.
RETRAINED_ACROSS = Table(
    "verification/retrained_across.csv",
    (
        FIGURE,
        *_CELL,
        PUBLISHED,
        OURS_MEAN,
        OURS_SD,
        SEEDS,
        SPREAD,
        CHOICE_MEAN,
        CHOICE_SD,
        DIFFERENCE,
        TOLERANCE,
        VERDICT,
    ),
    "this run's decoding across recordings, beside the authors'",
)
#: A published table and metric a row: its off-diagonal mean.
RETRAINED_ACROSS_MEANS = Table(
    "verification/retrained_across_means.csv",
    (
        FIGURE,
        METHOD,
        DECODER,
        METRIC,
        Column("published_all", VALUE.unit, "mean of all published cells off the diagonal"),
        Column("cells_all", "", "their number"),
        Column("published", VALUE.unit, "mean of those whose two recordings were run"),
        Column("cells", "", "their number"),
        Column("recordings", "", "recordings in them"),
        Column("ours_mean", VALUE.unit, "mean over seeds of our mean over the same cells"),
        Column("ours_sd", VALUE.unit, "standard deviation over seeds of our mean; empty for a single one"),
        SEEDS,
        CHOICE_MEAN,
        CHOICE_SD,
        DIFFERENCE,
        TOLERANCE,
        VERDICT,
    ),
    "means of retrained_across.csv over pairs of different recordings",
)


def decoded_pairs(across: pd.DataFrame) -> pd.DataFrame:
    """Values of this run, each pair of recordings once.

    A pair that stands in several groups (days of M1 are in Fig 5's and in Fig 6's) has the same values in each.

    Args:
        across: columns columns.ACROSS.

    Returns:
        The same columns without the group.
    """
    return across.drop(columns=GROUP.name).drop_duplicates([*names(_CELL), "protocol", "seed"])


def _over_seeds(choices: pd.DataFrame) -> pd.DataFrame:
    """Columns _CELL, choice_mean and choice_sd: their means over seeds, each pair of recordings once."""
    once = choices.drop_duplicates([*names(_CELL), "seed"])
    return once.groupby(names(_CELL))[["choice_mean", "choice_sd"]].mean().astype(float).reset_index()


def retrained_across(
    across: pd.DataFrame,
    choices: pd.DataFrame,
    published: pd.DataFrame,
    tolerance: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    seed_spread: float,
) -> pd.DataFrame:
    """Hold the cells of this run against the authors'.

    Args:
        across: columns columns.ACROSS; only the paper protocol is used.
        choices: columns rotation_choice.ROTATION_CHOICE.
        published: columns published.tables.PUBLISHED_ACROSS.
        tolerance: see `compare.tolerances`; the scope is across.
        seed_spread: standard deviations over seeds, see `compare.judged`.

    Returns:
        Columns RETRAINED_ACROSS, a row a published cell and metric, in the order of `published`.

    Raises:
        KeyError: if a method that was run has no such tolerance.
    """
    pairs = decoded_pairs(across)
    runs, keys = pairs[pairs.protocol == "paper"], names(_CELL)
    ours = over_seeds(runs, keys).merge(_over_seeds(choices), on=keys, how="left")
    table = published.rename(columns={"value": "published"}).merge(ours, on=keys, how="left")
    swapped = table.metric == "velocity_r2"
    alike = names((METHOD, DECODER, METRIC))
    table = table.assign(scope="across", spread=pooled_spread(runs, table, keys, alike, swapped))
    table = judged(table, tolerance, seed_spread=seed_spread, swapped=swapped)
    return table[names(RETRAINED_ACROSS)]


def retrained_across_means(
    across: pd.DataFrame,
    choices: pd.DataFrame,
    published: pd.DataFrame,
    tolerance: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    seed_spread: float,
) -> pd.DataFrame:
    """Hold the off-diagonal means of this run against those of the authors' cells of the same recordings.

    Args:
        across: columns columns.ACROSS; only the paper protocol is used.
        choices: columns rotation_choice.ROTATION_CHOICE.
        published: columns published.tables.PUBLISHED_ACROSS.
        tolerance: see `compare.tolerances`; the scope is off_diagonal.
        seed_spread: standard deviations over seeds, see `compare.judged`.

    Returns:
        Columns RETRAINED_ACROSS_MEANS, a row a published table and metric, in the order of `published`.

    Raises:
        KeyError: if a method that was run has no such tolerance.
    """
    pairs = decoded_pairs(across)
    pairs = pairs[(pairs.protocol == "paper") & (pairs.source != pairs.target)]
    chosen = _over_seeds(choices)
    off = published[published.source != published.target]
    rows = []
    for (figure, method, decoder, metric), cells in off.groupby(["figure", "method", "decoder", "metric"], sort=False):
        held = cells.rename(columns={"value": "published"}).merge(pairs, on=names(_CELL))
        used = held.drop_duplicates(["source", "target"]).merge(chosen, on=names(_CELL), how="left")
        ours = held.groupby("seed")["value"].mean()
        rows.append(
            {
                "figure": figure,
                "method": method,
                "decoder": decoder,
                "metric": metric,
                "published_all": cells["value"].mean(),
                "cells_all": len(cells),
                "published": used["published"].mean(),
                "cells": len(used),
                "recordings": used["source"].nunique(),
                "ours_mean": ours.mean(),
                "ours_sd": ours.std(),
                "seeds": len(ours),
                "choice_mean": used["choice_mean"].mean(),
                # Rounding chooses in each pair for itself.
                "choice_sd": np.sqrt((used["choice_sd"] ** 2).sum(skipna=False)) / max(len(used), 1),
                "scope": "off_diagonal",
            }
        )
    given = [name for name in names(RETRAINED_ACROSS_MEANS) if name not in names((DIFFERENCE, TOLERANCE, VERDICT))]
    table = pd.DataFrame(rows, columns=[*given, "scope"])
    table = table.assign(spread=table["ours_sd"])
    return judged(table, tolerance, seed_spread=seed_spread)[names(RETRAINED_ACROSS_MEANS)]
