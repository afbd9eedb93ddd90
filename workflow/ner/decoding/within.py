"""Decoding within a recording: decoders fitted on its training trials, scored on both splits (paper, §Decoding)."""

from collections.abc import Mapping

import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.columns import WITHIN, WITHIN_NULL, WITHIN_TIME
from ner.decoding.decode import askable, by_protocol, decode
from ner.decoding.nulls import rows_beside_chance
from ner.decoding.protocols import PROTOCOLS
from ner.storage.tables import names

SPLITS = ("train", "test")


def decode_within(
    embeddings: Mapping[str, Embedding],
    *,
    method: str,
    recording: str,
    seed: int,
    fold: str | None = None,
    decoders: Mapping[str, Mapping],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Score an embedding of one recording under its protocols.

    Args:
        embeddings: protocol to embedding; where two protocols share their coordinates, decoders are fitted once.
        method: name of the method, for the tables.
        recording: name of the recording, for the tables.
        seed: of the method, for the tables.
        fold: that is held out, for the tables; None without folds.
        decoders: name to module and settings, see `decoders.registry.make_decoder`.

    Returns:
        Metrics (columns columns.WITHIN), accuracy over time (columns columns.WITHIN_TIME), and the metrics beside
        their chance (columns columns.WITHIN_NULL).

    Raises:
        KeyError: if there is no such decoder module.
    """
    values, times, nulls = [], [], []
    for name, decoder in decoders.items():
        decoded = by_protocol(embeddings, lambda embedding, decoder=decoder: decode(embedding, decoder))
        for protocol, embedding in embeddings.items():
            for split in SPLITS:
                bins = embedding.split(split)
                scored = askable(embedding.select(bins), decoded[protocol].select(bins), embedding, embedding)
                of = (method, recording, name, protocol, split)
                rows = rows_beside_chance(*scored, of, seed, fold, swapped=PROTOCOLS[protocol].swapped(split))
                for table, more in zip((values, times, nulls), rows, strict=True):
                    table += more
    return (
        pd.DataFrame(values, columns=names(WITHIN)),
        pd.DataFrame(times, columns=names(WITHIN_TIME)),
        pd.DataFrame(nulls, columns=names(WITHIN_NULL)),
    )
