"""The authors' embeddings decoded here within recordings, held against their tables value by value."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.decoding.columns import DECODER, METHOD, METRIC, RECORDING, SPLIT
from ner.decoding.metrics import Decoded, score
from ner.decoding.within import SPLITS
from ner.published.tables import METRICS_PUBLISHED, read_published_embedding
from ner.storage.tables import Column, Table, names
from ner.verification.compare import (
    DIFFERENCE,
    DIFFERENCE_UNIT,
    OURS,
    PUBLISHED,
    TOLERANCE,
    UNSWAPPED,
    outside,
)
from ner.verification.rounding import ROUNDING, held, ways

_VALUE_OF = (METHOD, RECORDING, DECODER, SPLIT, METRIC)
#: A published value a row.
PARITY_WITHIN = Table(
    "verification/parity_within.csv",
    (*_VALUE_OF, PUBLISHED, OURS, DIFFERENCE, TOLERANCE, UNSWAPPED, ROUNDING),
    "the authors' embeddings decoded here, beside their tables",
)
#: A method a row.
PARITY_WITHIN_SUMMARY = Table(
    "verification/parity_within_summary.csv",
    (
        METHOD,
        Column("recordings", "", "number of recordings"),
        Column("values", "", "number of published values decoded again"),
        *(Column(metric, DIFFERENCE_UNIT, "largest absolute difference") for metric in METRICS_PUBLISHED),
        Column("beyond", "", "values that differ by more than their tolerance"),
    ),
    "parity_within.csv in summary",
)


def parity_within(
    embeddings: Sequence[tuple[str, str, str | os.PathLike]],
    published: pd.DataFrame,
    decoders: Mapping[str, Mapping],
) -> pd.DataFrame:
    """Decode the authors' embeddings by the paper protocol and hold the metrics against their tables.

    Args:
        embeddings: method, recording and .npz file of each; those without a published value are passed over.
        published: columns published.tables.PUBLISHED_WITHIN.
        decoders: name to module and settings, see `decoders.registry.make_decoder`.

    Returns:
        Columns PARITY_WITHIN, a row a published value.

    Raises:
        InputError: if a file is missing or damaged.
    """
    keys = names(_VALUE_OF)
    values = published.set_index(keys)["value"].to_dict()
    rows = []
    for method, recording, path in embeddings:
        used = published.loc[(published.method == method) & (published.recording == recording), "decoder"]
        for decoder in used.unique():
            embedding = read_published_embedding(path, recording, method)
            decoded = [
                Decoded(*fitted.predict(given.coordinates)) for given, fitted in ways(embedding, decoders[decoder])
            ]
            for split in SPLITS:
                bins = embedding.split(split)
                real = embedding.select(bins)
                found = [score(real, way.select(bins), swapped=split == "test") for way in decoded]
                in_order = score(real, decoded[0].select(bins))
                theirs = {metric: values[method, recording, decoder, split, metric] for metric in METRICS_PUBLISHED}
                ours = held(found, theirs, 100 * real.bins_per_trial / np.count_nonzero(bins))
                for metric, (value, rounding, tolerated) in ours.items():
                    of = (method, recording, decoder, split, metric)
                    difference = value - theirs[metric]
                    rows.append((*of, theirs[metric], value, difference, tolerated, in_order[metric], rounding))
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
        rows.append((method, count, len(found), *largest.reindex(list(METRICS_PUBLISHED)), outside(found).sum()))
    return pd.DataFrame(rows, columns=names(PARITY_WITHIN_SUMMARY))
