"""Methods by every alignment across recordings, compared with each other over recordings.

Pairs of recordings share sources and targets, so the recordings are the sample (`statistics.over_recordings`, off the
diagonal). What a decoder of the target itself gives depends on the target alone; of such values that rule makes the
usual interval of the t distribution over targets, so they need none of their own.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from ner.decoding.across_summary import OFF_DIAGONAL
from ner.decoding.columns import METHOD, METRIC
from ner.decoding.differences import Runs, compared
from ner.decoding.method_tests import COMPARED, DIFFERENCE, RECORDINGS
from ner.decoding.protocols import PROTOCOLS
from ner.storage.tables import Column, Table, names

#: A method with an alignment less another one, a row.
COMPARISONS = Table(
    "{figure}_comparisons.csv",
    (
        METRIC,
        METHOD,
        Column("protocol", "", "how the target is read, name in config"),
        Column("other_method", "", "method that is subtracted, or the same one"),
        Column("other_protocol", "", "how the target is read by the one that is subtracted"),
        RECORDINGS,
        Column(DIFFERENCE.name, DIFFERENCE.unit, "mean difference over pairs of different recordings"),
        *COMPARED,
    ),
    "methods and alignments compared, those that differ in one of the two, and each with the ceiling",
)

#: A method and a protocol.
Way = tuple[str, str]


def alignment_tests(
    table: pd.DataFrame,
    *,
    methods: Sequence[str],
    protocols: Sequence[str],
    ceiling: Way,
    name: Callable[[str], str] = str,
) -> pd.DataFrame:
    """Compare methods under the same alignment, alignments of the same method, and all with a ceiling.

    Args:
        table: columns columns.ACROSS, of one group and decoder; every metric has a value of every pair of different
            recordings that it has a row of (`across_summary.defined`).
        methods: those compared.
        protocols: the alignments compared.
        ceiling: a method and a protocol.
        name: from a method to what sentences call it.

    Returns:
        Columns COMPARISONS. The interval is over recordings, and of two alignments of one method the spread over seeds
        is that of the difference, as both read the same embeddings (`differences.compared`).
    """
    rows = []
    for metric, part in table[table["source"] != table["target"]].groupby("metric", sort=False):
        order = part["target"].unique()
        if len(order) < 2:
            continue
        used = ~np.eye(len(order), dtype=bool)
        found = {
            way: values.pivot_table(index="source", columns="target", values="value").loc[order, order].to_numpy()
            for way, values in part.groupby(["method", "protocol"])
        }
        # Pairs of recordings share embeddings, and so are one unit.
        units = part.assign(unit=OFF_DIAGONAL).groupby(["method", "protocol"])
        runs = {way: Runs.of(values) for way, values in units}
        for first, second in _compared([way for way in itertools.product(methods, protocols) if way in found], ceiling):
            difference = found[first] - found[second]
            amounts = compared(
                difference,
                used,
                (runs[first], runs[second]),
                called=tuple(f"{name(method)} ({PROTOCOLS[protocol].label})" for method, protocol in (first, second)),
                metric=metric,
                same_seeds=first[0] == second[0],
            )
            rows.append((metric, *first, *second, len(order), difference[used].mean(), *amounts))
    return pd.DataFrame(rows, columns=names(COMPARISONS))


def _compared(ways: Sequence[Way], ceiling: Way) -> Iterator[tuple[Way, Way]]:
    """Two by two, those that differ in the method or in the alignment alone, and all with the ceiling."""
    for first, second in itertools.combinations(ways, 2):
        if first == ceiling:
            yield second, first
        elif second == ceiling or first[0] == second[0] or first[1] == second[1]:
            yield first, second
