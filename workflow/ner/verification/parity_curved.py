"""The authors' embeddings of Figure 8 decoded here: what the paper prints, and the held-out trials that it does not."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.decoding.columns import METHOD, METRIC
from ner.decoding.decoders.registry import make_decoder
from ner.decoding.metrics import position_r2, velocity_r2
from ner.published.catalogue import SELECTION_BINS
from ner.published.tables import SELECTION, read_published_embedding
from ner.storage.tables import Column, Table, names
from ner.verification.compare import DIFFERENCE, PUBLISHED, TOLERANCE

#: The paper prints two decimals.
PARITY_PRINTED = 0.005
#: A printed value a row.
PARITY_CURVED = Table(
    "verification/parity_curved.csv",
    (
        METHOD,
        SELECTION,
        METRIC,
        PUBLISHED,
        Column("train", "1", "R2 of our decoding of the authors' embedding, on the training trials"),
        DIFFERENCE,
        TOLERANCE,
        Column(
            "test", "1", "the same on the held-out trials of the same file, with the arguments of R2 in their order"
        ),
        Column("train_trials", "", "number of training trials"),
        Column("test_trials", "", "number of held-out trials"),
    ),
    "the authors' embeddings of Figure 8 decoded here, beside the printed values",
)


def parity_curved(
    embeddings: Sequence[tuple[str, str, str | os.PathLike]], published: pd.DataFrame, decoder: Mapping
) -> pd.DataFrame:
    """Decode the authors' embeddings of Figure 8 and hold R2 of the training trials against the printed values.

    Args:
        embeddings: method, selection and .npz file of each.
        published: columns published.tables.PUBLISHED_CURVED.
        decoder: module and settings, see `decoders.registry.make_decoder`; only its velocity is used, as the authors
            set the direction of every trial to 0.

    Returns:
        Columns PARITY_CURVED, a row a printed value.

    Raises:
        InputError: if a file is missing or damaged.
        KeyError: if a file has no printed value.

    References:
        Chen et al., NeurIPS 2024, Figure 8.
    """
    printed = published.set_index(names((METHOD, SELECTION, METRIC)))["value"].to_dict()
    rows = []
    for method, selection, path in embeddings:
        bins = read_published_embedding(path, selection, method, bins=SELECTION_BINS)
        decoded = make_decoder(decoder).velocity.fit(bins.coordinates[bins.train], bins.velocity[bins.train])
        scores = {}
        for split in ("train", "test"):
            real = bins.select(bins.split(split))
            found = decoded.predict(real.coordinates)
            scores["velocity_r2", split] = velocity_r2(real.velocity, found)
            scores["position_r2", split] = position_r2(real.velocity, found, SELECTION_BINS)
        trials = [int(np.count_nonzero(bins.split(split))) // SELECTION_BINS for split in ("train", "test")]
        for metric in ("velocity_r2", "position_r2"):
            value, train, test = printed[method, selection, metric], scores[metric, "train"], scores[metric, "test"]
            rows.append((method, selection, metric, value, train, train - value, PARITY_PRINTED, test, *trials))
    return pd.DataFrame(rows, columns=names(PARITY_CURVED))
