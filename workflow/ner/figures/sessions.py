"""Metrics within recordings, a row a recording, as figures show them and as their source data hold them."""

from collections.abc import Sequence

import pandas as pd

from ner.data.names import RecordingName
from ner.decoding.columns import NULL_HIGH, NULL_LOW
from ner.decoding.runs import over_runs
from ner.figures.tables import SESSIONS
from ner.storage.tables import names

#: Bounds of chance.
BOUNDS = [NULL_LOW.name, NULL_HIGH.name]


def rows_of(table: pd.DataFrame, methods: Sequence[str], **of: str) -> pd.DataFrame:
    """Rows of some methods, in the order of these.

    Args:
        table: with a column method.
        methods: those to keep.
        of: columns and the value that each must have.
    """
    for column, value in of.items():
        table = table[table[column] == value]
    table = table[table["method"].isin(methods)]
    return table.sort_values("method", key=lambda column: column.map(list(methods).index), kind="stable")


def session_values(table: pd.DataFrame, null: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Average metrics and their chance over seeds and folds, beside what was published.

    The bounds of chance are the means of those of single runs, so that of several folds they are rather too wide.

    Args:
        table: rows of columns decoding.columns.WITHIN, of one decoder, protocol and split.
        null: rows of columns decoding.columns.WITHIN_NULL, of the same.
        published: rows of columns published.tables.PUBLISHED_WITHIN, of the same; may be empty.

    Returns:
        Columns tables.SESSIONS.
    """
    keys = ["method", "recording", "metric"]
    values = with_published(over_runs(table, keys), published, keys)
    values = values.merge(null.groupby(keys)[BOUNDS].mean().reset_index(), on=keys)
    return values.assign(area=areas_of(values["recording"]))[names(SESSIONS)]


def with_published(ours: pd.DataFrame, theirs: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Ours with a column of the published values."""
    found = theirs[[*keys, "value"]].rename(columns={"value": "published"})
    # A table without rows has no types.
    return ours.merge(found.astype({"published": float} | {key: ours[key].dtype for key in keys}), on=keys, how="left")


def areas_of(recordings: pd.Series) -> list[str]:
    """The area of each recording, by its name."""
    return [RecordingName.parse(recording).area for recording in recordings]
