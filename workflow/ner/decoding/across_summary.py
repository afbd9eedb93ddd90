"""What Figs 5 to 7 show of decoding across recordings: cells, their means, and accuracy over time."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.decoding.columns import BIN, DECODER, METHOD, METRIC, NULL_HIGH, NULL_LOW, PAIRS, SOURCE, TARGET
from ner.decoding.runs import COUNTS, OVER_RUNS, over_runs
from ner.storage.tables import Column, Table, names

#: Values of columns.PAIRS.
DIAGONAL, OFF_DIAGONAL = KINDS_OF_PAIRS = ("diagonal", "off-diagonal")
# A mean of all cells, or none.
_PUBLISHED_MEAN = ("published", lambda values: values.mean(skipna=False))
_PUBLISHED = Column("published", "R2: 1; accuracy: %", "the same of the authors' table; empty where it lacks a cell")
_BOUNDS = [NULL_LOW.name, NULL_HIGH.name]
_BOUNDS_MEAN = {bound: (bound, "mean") for bound in _BOUNDS}
#: A cell a row.
CELLS = Table(
    "{figure}_cells.csv",
    (
        METHOD,
        DECODER,
        METRIC,
        SOURCE,
        TARGET,
        Column("mean", "R2: 1; accuracy: %", f"mean {OVER_RUNS}"),
        Column("sd", "R2: 1; accuracy: %", f"standard deviation {OVER_RUNS}; empty for a single value"),
        *COUNTS,
        _PUBLISHED,
        NULL_LOW,
        NULL_HIGH,
    ),
    "the metrics shown, recording by recording, beside the published ones",
)
#: The diagonal or the rest of a matrix a row.
MEANS = Table(
    "{figure}_means.csv",
    (
        METHOD,
        DECODER,
        METRIC,
        PAIRS,
        Column("cells", "", "number of cells"),
        Column("mean", "R2: 1; accuracy: %", "mean over cells"),
        _PUBLISHED,
    ),
    "their means over recordings",
)
#: A bin of them a row.
ACCURACY = Table(
    "{figure}_accuracy.csv",
    (
        METHOD,
        DECODER,
        PAIRS,
        BIN,
        Column("cells", "", "number of cells"),
        Column("mean", "%", "mean over cells"),
        Column("sd", "%", "standard deviation over cells; empty for a single one"),
        _PUBLISHED,
        *(Column(null.name, null.unit, f"{null.meaning}, mean over cells") for null in (NULL_LOW, NULL_HIGH)),
    ),
    "accuracy of the direction over time, across recordings",
)


def select(table: pd.DataFrame, decoders: Mapping[str, Sequence[str]], protocol: str) -> pd.DataFrame:
    """The rows of a protocol whose decoder reads their method, in the order of decoders and methods.

    Args:
        table: columns method, decoder and protocol among others.
        decoders: decoder to the methods that it reads.
        protocol: paper or strict.
    """
    order = {(decoder, method): k for k, (decoder, method) in enumerate((d, m) for d in decoders for m in decoders[d])}
    place = pd.Series(list(zip(table["decoder"], table["method"], strict=True)), index=table.index).map(order)
    rows = table.assign(_place=place)[place.notna() & (table["protocol"] == protocol)]
    return rows.sort_values("_place", kind="stable").drop(columns="_place")


def across_cells(table: pd.DataFrame, null: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Average the cells and their chance over seeds and folds, and set the published values beside them.

    Args:
        table: columns columns.ACROSS, of one group and protocol.
        null: columns columns.ACROSS_NULL, of the same.
        published: columns method, decoder, metric, source, target and value; may be empty.

    Returns:
        Columns CELLS, in the order of the table.
    """
    keys = [column.name for column in (METHOD, DECODER, METRIC, SOURCE, TARGET)]
    cells = over_runs(table, keys)
    theirs = published[[*keys, "value"]].rename(columns={"value": "published"})
    cells = cells.merge(theirs.astype({"published": float}), on=keys, how="left")
    return cells.merge(null.groupby(keys)[_BOUNDS].mean().reset_index(), on=keys, how="left")[names(CELLS)]


def across_means(cells: pd.DataFrame) -> pd.DataFrame:
    """Average cells on the diagonal and off it.

    The published mean is over the same cells, so it is the published figure's only where a run has all recordings.

    Args:
        cells: columns CELLS.

    Returns:
        Columns MEANS, in the order of the cells.
    """
    grouped = cells.assign(pairs=kind_of_pairs(cells)).groupby(["method", "decoder", "metric", "pairs"], sort=False)
    means = grouped.agg(
        cells=("mean", "size"),
        mean=("mean", "mean"),
        published=_PUBLISHED_MEAN,
    )
    return means.reset_index()[names(MEANS)]


def recording_means(cells: pd.DataFrame) -> pd.DataFrame:
    """Average, for every recording, the cells off the diagonal of which it is the source or the target.

    Args:
        cells: columns CELLS, of one decoder and metric.

    Returns:
        Columns method, recording, value, published (that of all its cells, or none), null_low and null_high, in the
        order of the cells.
    """
    off = cells[cells["source"] != cells["target"]]
    both = pd.concat([off.assign(recording=off[end]) for end in ("source", "target")])
    means = both.groupby(["method", "recording"], sort=False)
    return means.agg(value=("mean", "mean"), published=_PUBLISHED_MEAN, **_BOUNDS_MEAN).reset_index()


def across_accuracy(table: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Average accuracy over time on the diagonal and off it, runs first, with the published means of the same cells.

    Args:
        table: columns columns.ACROSS_TIME, of one group and protocol.
        published: columns method, decoder, source, target, bin and value; may be empty.

    Returns:
        Columns ACCURACY, in the order of the table.
    """
    if table.empty:
        return pd.DataFrame(columns=names(ACCURACY))
    keys = [column.name for column in (METHOD, DECODER, SOURCE, TARGET, BIN)]
    cells = table.groupby(keys, sort=False)[["value", *_BOUNDS]].mean().reset_index()
    theirs = published[[*keys, "value"]].rename(columns={"value": "published"}).astype({"published": float})
    cells = cells.merge(theirs, on=keys, how="left").assign(pairs=kind_of_pairs(cells))
    grouped = cells.groupby(["method", "decoder", "pairs", "bin"], sort=False)
    found = grouped.agg(
        cells=("value", "size"), mean=("value", "mean"), sd=("value", "std"), published=_PUBLISHED_MEAN, **_BOUNDS_MEAN
    )
    return found.reset_index()[names(ACCURACY)]


def matrix(cells: pd.DataFrame, recordings: Sequence[str]) -> np.ndarray:
    """(sources, targets) means of the cells of one method, decoder and metric.

    Args:
        cells: columns CELLS.
        recordings: order of rows and columns.
    """
    table = cells.pivot(index="source", columns="target", values="mean")
    return table.reindex(index=recordings, columns=recordings).to_numpy()


def undefined(table: pd.DataFrame) -> set[str]:
    """Recordings that as targets have no value by some source, as the R2 of a velocity without variance.

    Args:
        table: columns source, target and value among others, of one metric; a value of any seed or fold will do.
    """
    keys = [column for column in table if column not in ("seed", "fold", "value")]
    known = table["value"].notna().groupby([table[key] for key in keys], sort=False).any()
    return set(known[~known].index.get_level_values("target"))


def defined(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the recordings that their metric is defined for: those that are not `undefined`, as source and target.

    Args:
        table: columns metric, source, target and value among others.
    """
    without = {metric: undefined(part) for metric, part in table.groupby("metric")}
    ends = zip(table["metric"], table["source"], table["target"], strict=True)
    return table[np.array([without[metric].isdisjoint(pair) for metric, *pair in ends], dtype=bool)]


def kind_of_pairs(cells: pd.DataFrame) -> np.ndarray:
    """Whether each row is of a recording on itself or on another: columns source and target to columns.PAIRS."""
    return np.where(cells["source"] == cells["target"], *KINDS_OF_PAIRS)
