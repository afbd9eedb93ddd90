"""Methods of decoding across recordings, tested against each other (paper, Figs 5 to 7)."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from ner.decoding.across_summary import DIAGONAL, KINDS_OF_PAIRS, undefined
from ner.decoding.columns import DECODER, GROUP, METRIC, PAIRS, PROTOCOL
from ner.decoding.differences import Runs, compared
from ner.decoding.statistics import friedman, paired_t, repeated_measures_anova
from ner.storage.tables import Column, Table, names

RECORDINGS = Column("recordings", "", "number of recordings")
DIFFERENCE = Column("difference", "R2: 1; accuracy: percentage points", "mean difference (paired t)")
#: What `differences.compared` gives.
COMPARED = (
    Column(
        "low",
        "as difference",
        "lower end of its 95 % confidence interval over recordings, if they are matched and three or more",
    ),
    Column("high", "as difference", "upper end"),
    Column("p_recordings", "", "two-sided p of the difference over recordings"),
    Column("seed_sd", "as difference", "its standard deviation over seeds, on the same recordings; empty of one seed"),
    Column("fold_sd", "as difference", "its standard deviation over folds; empty without folds"),
    Column("sentence", "", "the difference in words: whether it is larger than recordings, seeds and folds explain"),
)
#: What a comparison of methods across recordings says, one test a row.
TESTS = (
    DECODER,
    METRIC,
    PAIRS,
    Column("test", "", "paired t, anova (one-way, repeated measures) or friedman"),
    Column("methods", "", "the methods compared, the second subtracted from the first"),
    RECORDINGS,
    Column("n_pairs", "", "number of matched values, which the test takes as independent"),
    Column("statistic", "", "t, F or chi squared"),
    Column("df1", "", "degrees of freedom"),
    Column("df2", "", "degrees of freedom of the error (F)"),
    Column("p", "", "two-sided, uncorrected"),
    Column("effect", "", "Cohen's d_z (paired t), partial eta squared (anova) or Kendall's W (friedman)"),
    DIFFERENCE,
    *COMPARED,
)
#: Tests of methods within recordings: a row a metric and test, values of the same recordings paired.
WITHIN_TESTS = Table(
    "{figure}_paired_tests.csv",
    (METRIC, *(column for column in TESTS[3:] if column.name not in ("n_pairs", "p_recordings"))),
    "the methods shown, tested against each other within recordings",
)
#: Tests of this run, for every group and protocol; values of a pair are of the same recordings.
ACROSS_TESTS = Table(
    "tables/across_tests.csv", (GROUP, PROTOCOL, *TESTS), "the methods tested against each other across recordings"
)


def across_tests(table: pd.DataFrame, name: Callable[[str], str] = str) -> pd.DataFrame:
    """Test the methods of a run against each other.

    Args:
        table: columns columns.ACROSS.
        name: from a method to what sentences call it.

    Returns:
        Columns ACROSS_TESTS; see `compare_across`.
    """
    found = []
    for (group, protocol), part in table.groupby(["group", "protocol"], sort=False):
        orders = dict.fromkeys(part["method"].unique(), sorted(part["source"].unique()))
        found.append(compare_across(part, orders, name).assign(group=group, protocol=protocol))
    return joined(found, ACROSS_TESTS)


def within_tests(table: pd.DataFrame, name: Callable[[str], str] = str) -> pd.DataFrame:
    """Test methods of decoding within recordings against each other.

    Args:
        table: columns method, recording, metric and value; several seeds and folds, of columns seed and fold where
            there are such, are averaged. Recordings that not every method has are left out.
        name: from a method to what sentences call it.

    Returns:
        Columns WITHIN_TESTS, as `compare_across` tests the diagonal; without a row where fewer than two recordings
        are left.
    """
    rows = []
    for metric, part in table.groupby("metric", sort=False):
        values = part.pivot_table(index="recording", columns="method", values="value").dropna()
        matrices = {method: np.diag(values[method]) for method in part["method"].unique()}
        orders = dict.fromkeys(matrices, list(values.index))
        part = part.assign(source=part["recording"], target=part["recording"])
        rows += [(metric, *row[1:]) for row in _tests(matrices, orders, part, metric, name, [DIAGONAL])]
    return pd.DataFrame(rows, columns=[METRIC.name, *names(TESTS[3:])])[names(WITHIN_TESTS)]


def joined(parts: list[pd.DataFrame], columns: Iterable[Column]) -> pd.DataFrame:
    """Tables one below the other, in the columns given; without a row where none has one."""
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True)[names(columns)] if parts else pd.DataFrame(columns=names(columns))


def compare_across(
    table: pd.DataFrame, orders: Mapping[str, Sequence[str]], name: Callable[[str], str] = str
) -> pd.DataFrame:
    """Test methods of decoding across recordings against each other.

    Values of two methods are paired by the places of source and target in the methods' orders: the same order for all
    pairs recording with recording. The published tables' own orders, which differ, give the published tests.

    Args:
        table: columns method, source, target, decoder, metric and value; several seeds and folds, of columns seed and
            fold where there are such, are averaged. Recordings that a metric is not defined for (`undefined`) are left
            out of it.
        orders: method to its recordings, of the same number. Methods that the table lacks are passed over.
        name: from a method to what sentences call it.

    Returns:
        Columns TESTS: for every decoder, metric and part, the t test of each pair of methods, and, where there are
        three methods, analysis of variance and Friedman's test of all. Off the diagonal they take pairs of recordings
        as independent, as the paper does; the interval and `p_recordings` do not (`over_recordings`; they need three
        recordings, and two methods of one order: else no recording stands behind a row). What a difference amounts to
        is said in words by the rule of `decoding.differences`.

    Raises:
        ValueError: if the orders differ in length, or a pair of recordings has no value.
    """
    if len({len(order) for order in orders.values()}) > 1:
        raise ValueError(f"orders of {[len(order) for order in orders.values()]} recordings; expected one number")
    rows = []
    for (decoder, metric), part in table.groupby(["decoder", "metric"], sort=False):
        left_out = undefined(part)
        kept = {method: [each for each in order if each not in left_out] for method, order in orders.items()}
        matrices = {
            method: values.pivot_table(index="source", columns="target", values="value").reindex(
                index=kept[method], columns=kept[method]
            )
            for method, values in part.groupby("method", sort=False)
            if method in kept
        }
        for method, matrix in matrices.items():
            if matrix.isna().to_numpy().any():
                raise ValueError(f"{method}, {decoder}, {metric}: no value for some pairs of {kept[method]}")
        matrices = {method: matrices[method].to_numpy() for method in kept if method in matrices}
        if matrices:
            rows += [(decoder, metric, *row) for row in _tests(matrices, kept, part, metric, name)]
    return pd.DataFrame(rows, columns=names(TESTS))


def _runs(table: pd.DataFrame, orders: Mapping[str, Sequence[str]], part: str) -> dict[str, Runs]:
    """What of each method moves from run to run, on the diagonal or off it; the authors' values are of one run."""
    missing = {name: value for name, value in (("seed", 0), ("fold", np.nan)) if name not in table}
    diagonal = table["source"] == table["target"]
    # Pairs of recordings share embeddings, and so are one unit.
    table = table.assign(**missing, unit=table["source"] if part == DIAGONAL else part)
    found = {}
    for method, values in table[diagonal == (part == DIAGONAL)].groupby("method"):
        if method in orders:
            found[method] = Runs.of(values[values[["source", "target"]].isin(orders[method]).all(axis=1)])
    return found


def _tests(
    matrices: Mapping[str, np.ndarray],
    orders: Mapping[str, Sequence[str]],
    table: pd.DataFrame,
    metric: str,
    name: Callable[[str], str],
    parts: Sequence[str] = KINDS_OF_PAIRS,
) -> list[tuple]:
    """Rows of TESTS, without their decoder and metric, for matrices whose rows and columns have these orders.

    Args:
        matrices: method to (sources, targets) values, means over runs.
        orders: method to the recordings of its rows and columns.
        table: the values of single runs, columns method, source, target, value, and where there are such seed and fold.
        metric: what the values are.
        name: from a method to what sentences call it.
        parts: the parts of the matrices that are tested.
    """
    count = len(next(iter(matrices.values())))
    diagonal = np.eye(count, dtype=bool)
    rows = []
    for part in parts:
        used = diagonal if part == DIAGONAL else ~diagonal
        pairs = int(used.sum())
        if pairs < 2:
            continue
        runs = _runs(table, orders, part)
        for (first, a), (second, b) in itertools.combinations(matrices.items(), 2):
            t = paired_t(a[used], b[used])
            row = (part, "paired t", f"{first} - {second}", count, pairs)
            row += (t.statistic, t.df, np.nan, t.p_value, t.effect, t.difference)
            amounts: tuple = (*(np.nan,) * 5, "")
            if list(orders[first]) == list(orders[second]):
                called = name(first), name(second)
                amounts = compared(a - b, used, (runs[first], runs[second]), called=called, metric=metric)
            rows.append(row + amounts)
        if len(matrices) > 2:
            values = np.column_stack([matrix[used] for matrix in matrices.values()])
            of = (", ".join(matrices), count, pairs)
            nothing = ((np.nan,) * 6) + ("",)
            f = repeated_measures_anova(values)
            rows.append((part, "anova", *of, f.statistic, f.df, f.df_error, f.p_value, f.effect, *nothing))
            x = friedman(values)
            rows.append((part, "friedman", *of, x.statistic, x.df, np.nan, x.p_value, x.effect, *nothing))
    return rows
