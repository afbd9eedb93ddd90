"""Decoding within a recording: decoders fitted on its train part, scored on both parts (paper, §Decoding; Fig 4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.columns import WITHIN, WITHIN_TIME
from ner.decoding.decoders import make_decoder
from ner.decoding.metrics import METRICS, Scores, positions, scores
from ner.storage.tables import names

PARTS = ("train", "test")


@dataclass(frozen=True)
class Decoded:
    """Movements decoded from every bin of an embedding.

    Attributes:
        movement: (bins, 2), 10 * velocity in cm/s.
        position: (bins, 2), cumulative sum of the movement within the trial.
        direction: (bins,), degrees.
    """

    movement: np.ndarray
    position: np.ndarray
    direction: np.ndarray


def decode(embedding: Embedding, decoder: str = "linear", *, max_iter: int = 5000) -> Decoded:
    """Decode the movements of every bin by decoders fitted on the train part.

    Args:
        embedding: coordinates with the movements beside them.
        decoder: linear or knn.
        max_iter: iterations that the logistic regression of the direction may take.

    Raises:
        ValueError: if there is no such decoder.
    """
    train = embedding.train
    fitted = make_decoder(decoder, max_iter=max_iter).fit(
        embedding.coordinates[train], embedding.movement[train], embedding.direction[train]
    )
    movement, direction = fitted.predict(embedding.coordinates)
    return Decoded(movement, positions(movement, embedding.bins_per_trial), direction)


def score(embedding: Embedding, decoded: Decoded, part: str, protocol: str) -> Scores:
    """Metrics of decoded movements on one part of a recording.

    Args:
        embedding: coordinates with the movements beside them.
        decoded: what `decode` made of it.
        part: train or test.
        protocol: 'paper' (the test part's velocity R2 has its arguments swapped, as published) or 'strict'.
    """
    bins = embedding.train if part == "train" else ~embedding.train
    return scores(
        embedding.movement[bins],
        embedding.direction[bins],
        decoded.movement[bins],
        decoded.direction[bins],
        embedding.bins_per_trial,
        swapped=protocol == "paper" and part == "test",
    )


def decode_within(
    embeddings: Mapping[str, Embedding],
    *,
    method: str,
    recording: str,
    seed: int,
    decoders: Sequence[str],
    max_iter: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score an embedding of one recording under its protocols.

    Args:
        embeddings: protocol to embedding; where two protocols share their coordinates, decoders are fitted once.
        method: name of the method, for the tables.
        recording: name of the recording, for the tables.
        seed: of the method, for the tables.
        decoders: linear, knn or both.
        max_iter: iterations that the logistic regression of the direction may take.

    Returns:
        Metrics (columns columns.WITHIN) and accuracy over time (columns columns.WITHIN_TIME).

    Raises:
        ValueError: if there is no such decoder.
    """
    values, times = [], []
    for decoder in decoders:
        for protocol, embedding, decoded in _decode_once(embeddings, decoder, max_iter):
            for part in PARTS:
                found = score(embedding, decoded, part, protocol)
                of = (method, recording, decoder, protocol, part)
                values += [(*of, metric, seed, getattr(found, metric)) for metric in METRICS]
                times += [(*of, k, seed, value) for k, value in enumerate(found.accuracy_by_bin)]
    return pd.DataFrame(values, columns=names(WITHIN)), pd.DataFrame(times, columns=names(WITHIN_TIME))


def _decode_once(
    embeddings: Mapping[str, Embedding], decoder: str, max_iter: int
) -> Iterator[tuple[str, Embedding, Decoded]]:
    known: list[tuple[np.ndarray, Decoded]] = []
    for protocol, embedding in embeddings.items():
        decoded = next((d for z, d in known if np.array_equal(z, embedding.coordinates)), None)
        if decoded is None:
            decoded = decode(embedding, decoder, max_iter=max_iter)
            known.append((embedding.coordinates, decoded))
        yield protocol, embedding, decoded
