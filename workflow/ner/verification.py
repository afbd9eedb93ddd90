"""Holding results against the published ones, number by number."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.columns import DECODER, METHOD, METRIC, PART, RECORDING
from ner.decoding.within import PARTS, decode, score
from ner.metrics import METRICS
from ner.published import read_published_embedding
from ner.tables import Column, names

PUBLISHED = Column("published", "R2: 1; accuracy: %", "value in the authors' tables")
OURS = Column("ours", "R2: 1; accuracy: %", "value of our decoding of the authors' embedding")
OURS_MEAN = Column("ours_mean", "R2: 1; accuracy: %", "mean over seeds of our value")
OURS_SD = Column("ours_sd", "R2: 1; accuracy: %", "standard deviation over seeds; empty for a single one")
SEEDS = Column("seeds", "", "number of seeds")
DIFFERENCE = Column("difference", "R2: 1; accuracy: percentage points", "ours minus published")
TOLERANCE = Column("tolerance", "R2: 1; accuracy: percentage points", "difference up to which the value is met")
VERDICT = Column("verdict", "", "met, within seed spread, differs or not run")
_VALUE_OF = (METHOD, RECORDING, DECODER, PART, METRIC)
#: The authors' embeddings decoded here, held against their tables.
PARITY_WITHIN = (*_VALUE_OF, PUBLISHED, OURS, DIFFERENCE, TOLERANCE)
#: Embeddings trained here, held against the authors' tables.
RETRAINED_WITHIN = (*_VALUE_OF, PUBLISHED, OURS_MEAN, OURS_SD, SEEDS, DIFFERENCE, TOLERANCE, VERDICT)
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
                bins = np.count_nonzero(embedding.train if part == "train" else ~embedding.train)
                one_trial = 100 * embedding.bins_per_trial / bins
                for metric in METRICS:
                    tolerance = PARITY_TRIALS * one_trial if metric == "direction_accuracy" else PARITY_R2
                    of = (method, recording, decoder, part, metric)
                    ours = getattr(found, metric)
                    rows.append((*of, values[of], ours, ours - values[of], tolerance))
    return pd.DataFrame(rows, columns=names(PARITY_WITHIN))


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


def retrained_within(
    within: pd.DataFrame,
    published: pd.DataFrame,
    tolerance: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    seed_spread: float,
) -> pd.DataFrame:
    """Hold the metrics of embeddings trained here against the authors' tables.

    A value is `met` if the mean over seeds lies within the tolerance of the published one; else it is `within seed
    spread` if the published one, itself a single run, lies within `seed_spread` standard deviations of our mean
    (never with one seed); else it `differs`.

    Args:
        within: columns tables.WITHIN; only the paper protocol is used.
        published: columns published.PUBLISHED_WITHIN.
        tolerance: by method, then part, then 'r2' (of velocity and position) or 'direction' (percentage points). The
            test part's velocity R2, published with swapped arguments, gets the `swapped_tolerance` of it.
        seed_spread: standard deviations over seeds.

    Returns:
        Columns RETRAINED_WITHIN, a row a published value, in the order of methods, recordings, parts and metrics.

    Raises:
        KeyError: if a method that was run has no tolerance.
    """
    keys = names(_VALUE_OF)
    ours = within[within.protocol == "paper"].groupby(keys)["value"].agg(ours_mean="mean", ours_sd="std", seeds="count")
    table = published.rename(columns={"value": "published"}).merge(ours.reset_index(), on=keys, how="left")
    table["seeds"] = table["seeds"].fillna(0).astype(int)
    run = table["seeds"] > 0
    kind = table["metric"].map(lambda metric: "direction" if metric == "direction_accuracy" else "r2")
    table["tolerance"] = [
        tolerance[method][part][k] if is_run or method in tolerance else np.nan
        for method, part, k, is_run in zip(table.method, table.part, kind, run, strict=True)
    ]
    swapped = (table.part == "test") & (table.metric == "velocity_r2")
    table.loc[swapped, "tolerance"] = swapped_tolerance(table["published"], table["tolerance"])[swapped]
    table["difference"] = table["ours_mean"] - table["published"]
    within_spread = table["difference"].abs() <= seed_spread * table["ours_sd"]
    met, spread, differs, not_run = VERDICTS
    table["verdict"] = np.select([~run, ~outside(table), within_spread], [not_run, met, spread], default=differs)
    order = {value: k for k, value in enumerate([*PARTS, *METRICS])}
    table = table.sort_values(
        keys, key=lambda column: column.map(order) if column.name in ("part", "metric") else column
    )
    return table[names(RETRAINED_WITHIN)].reset_index(drop=True)
