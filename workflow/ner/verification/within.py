"""Holding results against the published ones, number by number."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.decoding.columns import DECODER, METHOD, METRIC, PART, RECORDING
from ner.decoding.metrics import METRICS
from ner.decoding.within import PARTS, decode, score
from ner.published.tables import read_published_embedding
from ner.storage.tables import Column, names

PUBLISHED = Column("published", "R2: 1; accuracy: %", "value in the authors' tables")
OURS = Column("ours", "R2: 1; accuracy: %", "value of our decoding of the authors' embedding")
UNSWAPPED = Column("unswapped", "R2: 1; accuracy: %", "ours, with the arguments of the velocity R2 in their order")
OURS_MEAN = Column("ours_mean", "R2: 1; accuracy: %", "mean over seeds of our value")
OURS_SD = Column("ours_sd", "R2: 1; accuracy: %", "standard deviation over seeds; empty for a single one")
SEEDS = Column("seeds", "", "number of seeds")
DIFFERENCE = Column("difference", "R2: 1; accuracy: percentage points", "ours minus published")
TOLERANCE = Column("tolerance", "R2: 1; accuracy: percentage points", "difference up to which the value is met")
VERDICT = Column("verdict", "", "met, within seed spread, differs or not run")
_VALUE_OF = (METHOD, RECORDING, DECODER, PART, METRIC)
#: The authors' embeddings decoded here, held against their tables.
PARITY_WITHIN = (*_VALUE_OF, PUBLISHED, OURS, DIFFERENCE, TOLERANCE, UNSWAPPED)
#: The same, a method a row.
PARITY_WITHIN_SUMMARY = (
    METHOD,
    Column("recordings", "", "number of recordings"),
    Column("values", "", "number of published values decoded again"),
    *(Column(metric, "R2: 1; accuracy: percentage points", "largest absolute difference") for metric in METRICS),
    Column("beyond", "", "values that differ by more than their tolerance"),
)
#: Embeddings trained here, held against the authors' tables.
RETRAINED_WITHIN = (*_VALUE_OF, PUBLISHED, OURS_MEAN, OURS_SD, SEEDS, DIFFERENCE, TOLERANCE, VERDICT)
#: The same, as medians over the recordings that were run.
RETRAINED_WITHIN_MEDIANS = (
    METHOD,
    DECODER,
    PART,
    METRIC,
    Column("recordings", "", "number of recordings with a published value that were run"),
    Column("published", "R2: 1; accuracy: %", "median of the published values of these recordings"),
    Column("ours_mean", "R2: 1; accuracy: %", "mean over seeds of our median"),
    Column("ours_sd", "R2: 1; accuracy: %", "standard deviation over seeds of our median; empty for a single one"),
    SEEDS,
    DIFFERENCE,
    Column("deviation", "", "published minus ours in standard deviations over seeds; empty for a single seed"),
    Column("above", "", "recordings of which our mean over seeds is above the published value"),
)
VERDICTS = ("met", "within seed spread", "differs", "not run")

#: What decoding an embedding of the authors must reproduce: R2 to rounding, the accuracy to a trial, by which it
#: differs between versions of the logistic regression.
PARITY_R2 = 1e-6
PARITY_TRIALS = 1


def parity_within(
    embeddings: Sequence[tuple[str, str, str | os.PathLike]], published: pd.DataFrame, *, max_iter: int
) -> pd.DataFrame:
    """Decode the authors' embeddings by the paper protocol and hold the metrics against their tables.

    Args:
        embeddings: method, recording and .npz file of each; those without a published value are passed over.
        published: columns published.PUBLISHED_WITHIN.
        max_iter: iterations that the logistic regression of the direction may take.

    Returns:
        Columns PARITY_WITHIN, a row a published value.

    Raises:
        InputError: if a file is missing or damaged.
    """
    keys = names(_VALUE_OF)
    values = published.set_index(keys)["value"].to_dict()
    rows = []
    for method, recording, path in embeddings:
        decoders = published.loc[(published.method == method) & (published.recording == recording), "decoder"]
        for decoder in decoders.unique():
            embedding = read_published_embedding(path, recording, method)
            decoded = decode(embedding, decoder, max_iter=max_iter)
            for part in PARTS:
                found = score(embedding, decoded, part, "paper")
                in_order = score(embedding, decoded, part, "strict")
                bins = np.count_nonzero(embedding.train if part == "train" else ~embedding.train)
                one_trial = 100 * embedding.bins_per_trial / bins
                for metric in METRICS:
                    tolerance = PARITY_TRIALS * one_trial if metric == "direction_accuracy" else PARITY_R2
                    of = (method, recording, decoder, part, metric)
                    ours = getattr(found, metric)
                    rows.append((*of, values[of], ours, ours - values[of], tolerance, getattr(in_order, metric)))
    return pd.DataFrame(rows, columns=names(PARITY_WITHIN))


def parity_within_summary(parity: pd.DataFrame) -> pd.DataFrame:
    """Largest differences of `parity_within`, by method.

    Args:
        parity: columns PARITY_WITHIN.

    Returns:
        Columns PARITY_WITHIN_SUMMARY.
    """
    rows = []
    for method, found in parity.groupby("method", sort=False):
        largest = found["difference"].abs().groupby(found["metric"]).max()
        count = found["recording"].nunique()
        rows.append((method, count, len(found), *largest.reindex(METRICS), outside(found).sum()))
    return pd.DataFrame(rows, columns=names(PARITY_WITHIN_SUMMARY))


def outside(table: pd.DataFrame) -> pd.Series:
    """Which differences exceed their tolerance by more than rounding.

    Args:
        table: has the columns difference and tolerance.
    """
    return table["difference"].abs() > table["tolerance"] * (1 + 1e-9)


def swapped_tolerance(published: pd.Series, tolerance: pd.Series) -> pd.Series:
    """Tolerance of a velocity R2 with swapped arguments that answers to one of the usual R2.

    A decoder whose usual R2 is r gets s = 2 - 1 / r (`metrics.velocity_r2`). A change of r by t changes s by about
    t / r^2 = t (2 - s)^2: little where velocity is explained well, much where it is not.

    Args:
        published: swapped R2, at most 1.
        tolerance: of the usual R2.
    """
    return tolerance * (2 - published) ** 2


def with_verdicts(table: pd.DataFrame, *, seed_spread: float) -> pd.DataFrame:
    """Judge our values by their distance from the published ones.

    A value is `met` if the mean over seeds lies within the tolerance of the published one; else it is `within seed
    spread` if the published one, itself a single run, lies within `seed_spread` standard deviations of our mean
    (never with one seed); else it `differs`. Without a seed it is `not run`.

    Args:
        table: has the columns published, ours_mean, ours_sd, seeds (empty or 0: not run) and tolerance.
        seed_spread: standard deviations over seeds.

    Returns:
        The table with seeds as whole numbers and the columns difference and verdict.
    """
    table = table.assign(seeds=table["seeds"].fillna(0).astype(int), difference=table["ours_mean"] - table["published"])
    within_spread = table["difference"].abs() <= seed_spread * table["ours_sd"]
    met, spread, differs, not_run = VERDICTS
    choices = [table["seeds"] == 0, ~outside(table), within_spread]
    return table.assign(verdict=np.select(choices, [not_run, met, spread], default=differs))


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


def retrained_within(
    within: pd.DataFrame,
    published: pd.DataFrame,
    tolerance: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    seed_spread: float,
) -> pd.DataFrame:
    """Hold the metrics of embeddings trained here against the authors' tables.

    Args:
        within: columns columns.WITHIN; only the paper protocol is used.
        published: columns published.PUBLISHED_WITHIN.
        tolerance: by method, then part, then 'r2' (of velocity and position) or 'direction' (percentage points). The
            test part's velocity R2, published with swapped arguments, gets the `swapped_tolerance` of it.
        seed_spread: standard deviations over seeds, see `with_verdicts`.

    Returns:
        Columns RETRAINED_WITHIN, a row a published value, in the order of methods, recordings, parts and metrics.

    Raises:
        KeyError: if a method that was run has no tolerance.
    """
    keys = names(_VALUE_OF)
    ours = over_seeds(within[within.protocol == "paper"], keys)
    table = published.rename(columns={"value": "published"}).merge(ours, on=keys, how="left")
    run = table["seeds"] > 0
    kind = table["metric"].map(lambda metric: "direction" if metric == "direction_accuracy" else "r2")
    table["tolerance"] = [
        float(tolerance[method][part][k]) if is_run or method in tolerance else np.nan
        for method, part, k, is_run in zip(table.method, table.part, kind, run, strict=True)
    ]
    swapped = (table.part == "test") & (table.metric == "velocity_r2")
    table.loc[swapped, "tolerance"] = swapped_tolerance(table["published"], table["tolerance"])[swapped]
    table = with_verdicts(table, seed_spread=seed_spread)
    order = {value: k for k, value in enumerate([*PARTS, *METRICS])}
    table = table.sort_values(
        keys, key=lambda column: column.map(order) if column.name in ("part", "metric") else column
    )
    return table[names(RETRAINED_WITHIN)].reset_index(drop=True)


def retrained_medians(within: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Hold medians over recordings against the authors': what methods that differ much between seeds can be judged by.

    Args:
        within: columns columns.WITHIN; only the paper protocol is used.
        published: columns published.PUBLISHED_WITHIN.

    Returns:
        Columns RETRAINED_WITHIN_MEDIANS: for every method, decoder, part and metric, over the recordings that both
        tables hold.
    """
    keys = names(_VALUE_OF)
    of = [key for key in keys if key != "recording"]
    held = within[within.protocol == "paper"].merge(
        published.rename(columns={"value": "published"})[[*keys, "published"]], on=keys
    )
    rows = []
    for key, values in held.groupby(of, sort=False):
        ours = values.groupby("seed")["value"].median()
        each = values.groupby("recording").agg(ours=("value", "mean"), published=("published", "first"))
        goal, mean, sd = each["published"].median(), ours.mean(), ours.std()
        deviation = (goal - mean) / sd if sd > 0 else np.nan
        above = (each["ours"] > each["published"]).sum()
        rows.append((*key, len(each), goal, mean, sd, len(ours), mean - goal, deviation, above))
    return pd.DataFrame(rows, columns=names(RETRAINED_WITHIN_MEDIANS))
