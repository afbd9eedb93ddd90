"""Parquet and CSV tables: what their columns mean, and how they are read and written."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ner.storage.errors import InputError
from ner.storage.files import atomic

#: Where a parquet file of the workflow keeps what made it.
METADATA_KEY = b"ner"


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its unit ('' where it has none) and its meaning."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A kind of table: where it lies, its columns and what it holds. Iterating over it gives its columns.

    Attributes:
        path: from the folder of results or figures; {names} stand for what differs between files of the kind.
        columns: in order; {k} in a name stands for numbers.
        meaning: what it holds.
        parts: path of the tables with the same columns that it is joined from, '' where there are none.
    """

    path: str
    columns: tuple[Column, ...]
    meaning: str
    parts: str = ""

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def name(self) -> str:
        """Name of its file without folder and ending."""
        return Path(self.path).stem


def names(columns: Iterable[Column]) -> list[str]:
    """Names of the columns, in order."""
    return [column.name for column in columns]


def write_parquet(path: str | os.PathLike, table: pd.DataFrame, metadata: Mapping) -> None:
    """Write a table with JSON-serialisable metadata, whole or not at all.

    Args:
        path: the .parquet file to make.
        table: columns of equal length; the index is not kept.
        metadata: what made the table (settings, seeds, versions).
    """
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    arrow = arrow.replace_schema_metadata({**arrow.schema.metadata, METADATA_KEY: json.dumps(metadata).encode()})
    with atomic(path) as temporary:
        pq.write_table(arrow, temporary)


def read_parquet(path: str | os.PathLike, required: list[str]) -> tuple[pd.DataFrame, dict]:
    """Read a table that `write_parquet` made.

    Args:
        path: the .parquet file.
        required: columns it must hold.

    Returns:
        The table and its metadata.

    Raises:
        InputError: if the file is missing, damaged, or lacks a column.
    """
    remedy = f"delete {path} and run snakemake again to rebuild it"
    if not Path(path).is_file():
        raise InputError(path, "no such file", "a parquet table", "run snakemake to build it")
    try:
        arrow = pq.read_table(path)
        metadata = json.loads((arrow.schema.metadata or {})[METADATA_KEY])
    except (pa.ArrowInvalid, KeyError, ValueError, OSError) as error:
        raise InputError(path, f"a damaged file ({error})", "a parquet table of this workflow", remedy) from error
    missing = [name for name in required if name not in arrow.column_names]
    if missing:
        raise InputError(path, f"columns {arrow.column_names[:12]}", f"also {missing}", remedy)
    return arrow.to_pandas(), metadata


def write_csv(path: str | os.PathLike, table: pd.DataFrame) -> None:
    """Write a table as CSV, whole or not at all; floats keep 10 significant digits."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.10g")


def read_csv(path: str | os.PathLike, columns: Iterable[Column]) -> pd.DataFrame:
    """Read a CSV table and check its columns.

    Args:
        path: the .csv file.
        columns: the columns it must hold, exactly and in order.

    Raises:
        InputError: if the file is missing, damaged, or has other columns.
    """
    remedy = f"delete {path} and run snakemake again to rebuild it"
    if not Path(path).is_file():
        raise InputError(path, "no such file", "a CSV table", "run snakemake to build it")
    try:
        table = pd.read_csv(path)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(path, f"a damaged file ({error})", f"columns {names(columns)}", remedy) from error
    if list(table.columns) != names(columns):
        raise InputError(path, f"columns {list(table.columns)[:12]}", f"columns {names(columns)}", remedy)
    return table


def read_csvs(paths: Iterable[str | os.PathLike], columns: Iterable[Column]) -> pd.DataFrame:
    """Read CSV tables of the same columns and put them one below the other.

    Args:
        paths: the .csv files.
        columns: the columns that each must hold, exactly and in order.

    Raises:
        InputError: if a file is missing, damaged, or has other columns.
    """
    parts = [read_csv(path, columns) for path in paths]
    # A table without rows has no types, and would take those of the others away.
    parts = [part for part in parts if len(part)]
    return pd.concat(parts) if parts else pd.DataFrame(columns=names(columns))
