"""Decoding across recordings: decoders fitted on one recording, scored on the test part of another (paper, §Decoding).

The paper rotates a source's embedding onto a target's and fits the decoders anew on the rotated source for every
target. Here they are fitted once a source, and the target's test part is rotated back instead. For an orthogonal
rotation both are the same thing: least squares with an intercept and nearest neighbours do not change with it beyond
rounding, and neither do the ridge penalty and the first guess of the logistic regression, hence nor its iterations.
(Where lbfgs stops can hang on that rounding. On the authors' M1 embeddings of NER and CEBRA the direction accuracy of
4 of 132 rotated pairs differed by one trial between the two; 122 met the published value here, 120 with fits a pair.)
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.alignment import paper_rotation, strict_rotation
from ner.decoding.columns import ACROSS, ACROSS_TIME
from ner.decoding.decoders import Decoder, make_decoder
from ner.decoding.metrics import METRICS, Scores, scores
from ner.storage.tables import names

_ROTATIONS = {"paper": paper_rotation, "strict": strict_rotation}


def fit_source(source: Embedding, decoder: str, *, max_iter: int) -> Decoder:
    """Fit decoders on a source's train part.

    Args:
        source: coordinates with the movements beside them.
        decoder: linear or knn.
        max_iter: iterations that the logistic regression of the direction may take.

    Raises:
        ValueError: if there is no such decoder.
    """
    train = source.train
    return make_decoder(decoder, max_iter=max_iter).fit(
        source.coordinates[train], source.movement[train], source.direction[train]
    )


def score_target(fitted: Decoder, target: Embedding, rotation: np.ndarray | None, protocol: str) -> Scores:
    """Score a source's decoders on the test part of a target.

    Args:
        fitted: decoders of the source.
        target: coordinates with the movements beside them.
        rotation: (d, d), orthogonal, which takes the source onto the target as ``source @ rotation``; None where the
            target is the source.
        protocol: 'paper' (the velocity R2 has its arguments swapped, as published) or 'strict'.
    """
    test = ~target.train
    coordinates = target.coordinates[test]
    movement, direction = fitted.predict(coordinates if rotation is None else coordinates @ rotation.T)
    return scores(
        target.movement[test],
        target.direction[test],
        movement,
        direction,
        target.bins_per_trial,
        swapped=protocol == "paper",
    )


def decode_across(
    embeddings: Mapping[str, Mapping[str, Embedding]],
    *,
    method: str,
    group: str,
    seed: int,
    decoders: Sequence[str],
    max_iter: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every recording of a group as the source of every other and of itself.

    Under the paper protocol a source is rotated onto a target by the published rule, which uses the train and test
    bins of both, and with them the directions of the target's test trials; under the strict one by the training
    direction averages alone. Nothing is rotated where source and target are one.

    Args:
        embeddings: protocol to recording to embedding; where two protocols share a source's coordinates, its decoders
            are fitted once.
        method: name of the method, for the tables.
        group: name of the group, for the tables.
        seed: of the method, for the tables.
        decoders: linear, knn or both.
        max_iter: iterations that the logistic regression of the direction may take.

    Returns:
        Metrics (columns columns.ACROSS) and accuracy over time (columns columns.ACROSS_TIME).

    Raises:
        InputError: if two recordings have other directions or other bins in a trial.
        ValueError: if there is no such decoder.
    """
    values, times = [], []
    for decoder in decoders:
        fitted: dict[str, list[tuple[np.ndarray, Decoder]]] = {}
        for protocol, recordings in embeddings.items():
            for source, embedding in recordings.items():
                known = fitted.setdefault(source, [])
                trained = next((d for z, d in known if np.array_equal(z, embedding.coordinates)), None)
                if trained is None:
                    trained = fit_source(embedding, decoder, max_iter=max_iter)
                    known.append((embedding.coordinates, trained))
                for target, onto in recordings.items():
                    rotation = None if source == target else _ROTATIONS[protocol](embedding, onto)
                    found = score_target(trained, onto, rotation, protocol)
                    of = (method, group, source, target, decoder, protocol)
                    values += [(*of, metric, seed, getattr(found, metric)) for metric in METRICS]
                    times += [(*of, k, seed, value) for k, value in enumerate(found.accuracy_by_bin)]
    return pd.DataFrame(values, columns=names(ACROSS)), pd.DataFrame(times, columns=names(ACROSS_TIME))
