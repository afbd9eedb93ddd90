"""Metrics of decoded movements as titles give them, beside what the authors published of the same recording."""

import os
from collections.abc import Sequence

import pandas as pd

from ner.decoding.columns import WITHIN
from ner.decoding.metrics import METRICS
from ner.published.tables import PUBLISHED_WITHIN
from ner.storage.errors import InputError
from ner.storage.tables import read_csv


def scores(path: str | os.PathLike, *, seed: int, protocol: str, split: str) -> pd.Series:
    """The metrics of one decoding within a recording.

    Args:
        path: table of columns decoding.columns.WITHIN, of one decoder, method and recording.
        seed: of the embedding; the table may have others.
        protocol: paper or strict.
        split: train or test.

    Returns:
        Metric to value.

    Raises:
        InputError: if the file is missing or damaged, or has no row of the seed.
    """
    table = read_csv(path, WITHIN)
    of_seed = table[table["seed"] == seed]
    if of_seed.empty:
        remedy = f"delete {path} and run snakemake again to rebuild it"
        raise InputError(path, f"seeds {sorted(set(table['seed']))}", f"also {seed}", remedy)
    return of_seed[(of_seed["protocol"] == protocol) & (of_seed["split"] == split)].set_index("metric")["value"]


def published_scores(paths: Sequence[str | os.PathLike], *, protocol: str, **of: str) -> pd.Series:
    """What the authors published of one decoding within a recording.

    Args:
        paths: the table of columns PUBLISHED_WITHIN, or no file.
        protocol: only the paper's was published.
        of: method, recording, decoder and split.

    Returns:
        Metric to value, without the metrics that they did not publish.

    Raises:
        InputError: if the file is missing or damaged.
    """
    found = published(paths, PUBLISHED_WITHIN, protocol)
    for column, value in of.items():
        found = found[found[column] == value]
    return found.set_index("metric")["value"].astype(float)


def published(paths: Sequence[str | os.PathLike], columns: tuple, protocol: str) -> pd.DataFrame:
    """A table of the authors' values, without a row where there is none for what is shown.

    Args:
        paths: the table, or no file.
        columns: that it has.
        protocol: only the paper's was published.

    Raises:
        InputError: if the file is missing or damaged.
    """
    if not paths or protocol != "paper":
        return pd.DataFrame({column.name: [] for column in columns})
    return read_csv(paths[0], columns)


def score_text(metric: str, ours: pd.Series, theirs: pd.Series) -> str:
    """An R2 as a title gives it, with the published one below where there is one."""
    decimals = METRICS[metric].decimals + 1
    said = f"R² = {ours[metric]:.{decimals}f}"
    return said + (f"\n(published {theirs[metric]:.{decimals}f})" if metric in theirs else "")
