"""Decoding within a recording: decoders fitted on its training trials, scored on both splits (paper, §Decoding)."""

from collections.abc import Mapping
from dataclasses import astuple

import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.columns import WITHIN, WITHIN_NULL, WITHIN_TIME
from ner.decoding.decode import by_protocol, decode
from ner.decoding.metrics import accuracy_over_time
from ner.decoding.nulls import accuracy_band, permutation_nulls
from ner.decoding.protocols import PROTOCOLS
from ner.storage.tables import names

SPLITS = ("train", "test")


def decode_within(
    embeddings: Mapping[str, Embedding],
    *,
    method: str,
    recording: str,
    seed: int,
    decoders: Mapping[str, Mapping],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Score an embedding of one recording under its protocols.

    Args:
        embeddings: protocol to embedding; where two protocols share their coordinates, decoders are fitted once.
        method: name of the method, for the tables.
        recording: name of the recording, for the tables.
        seed: of the method, for the tables.
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
                real, found = embedding.select(bins), decoded[protocol].select(bins)
                of = (method, recording, name, protocol, split)
                chance = permutation_nulls(real, found, swapped=PROTOCOLS[protocol].swapped(split))
                values += [(*of, metric, seed, null.value) for metric, null in chance.items()]
                nulls += [(*of, metric, seed, *astuple(null)) for metric, null in chance.items()]
                accuracy = accuracy_over_time(real, found)
                bands = zip(accuracy, *accuracy_band(real, found), strict=True)
                times += [(*of, k, seed, *value) for k, value in enumerate(bands)]
    return (
        pd.DataFrame(values, columns=names(WITHIN)),
        pd.DataFrame(times, columns=names(WITHIN_TIME)),
        pd.DataFrame(nulls, columns=names(WITHIN_NULL)),
    )
