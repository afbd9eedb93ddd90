"""Decoding across recordings: decoders fitted on one recording, tested on another (paper, §Decoding).

The paper rotates a source's embedding onto a target's and fits the decoders anew on the rotated source for every
target. Here they are fitted once per source, and the target's test bins are rotated back instead. For an orthogonal
rotation both give the same predictions, up to rounding: least squares with an intercept and nearest neighbors are not
affected by it, nor is logistic regression with an L2 penalty that starts at zero.

Rounding can change where lbfgs stops. On the authors' M1 embeddings of NER and CEBRA, the direction accuracy of 4 of
132 rotated pairs differed by one trial between the two ways; 122 met the published value here, 120 with a fit per pair.
"""

from collections.abc import Mapping

import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.columns import ACROSS, ACROSS_NULL, ACROSS_TIME
from ner.decoding.decode import askable, by_protocol, fit_decoder
from ner.decoding.decoders.registry import Decoder
from ner.decoding.maps import Map
from ner.decoding.metrics import Decoded
from ner.decoding.nulls import rows_beside_chance
from ner.decoding.protocols import PROTOCOLS
from ner.storage.tables import names


def decode_target(fitted: Decoder, target: Embedding, carry: Map | None) -> tuple[Embedding, Decoded]:
    """Decode the test trials of a target by a source's decoders.

    Args:
        fitted: decoders of the source.
        target: coordinates with the movements beside them.
        carry: the target's coordinates into the source's space; None where the target is the source.

    Returns:
        The target's test bins, and the movements decoded from them.
    """
    test = target.select(~target.train)
    coordinates = test.coordinates if carry is None else carry(test.coordinates)
    return test, Decoded(*fitted.predict(coordinates))


def decode_across(
    embeddings: Mapping[str, Mapping[str, Embedding]],
    *,
    method: str,
    group: str,
    seed: int,
    fold: str | None = None,
    decoders: Mapping[str, Mapping],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Score every recording of a group as the source of every other and of itself.

    Under the paper protocol a source is rotated onto a target by the published rule, which uses the train and test
    bins of both, and with them the directions of the target's test trials; under the strict one by the training
    direction averages alone; the others align in other ways, or not at all (`protocols.PROTOCOLS`). Nothing is aligned
    where source and target are one.

    Args:
        embeddings: protocol to recording to embedding of that protocol's coordinates; where two protocols share a
            source's coordinates, its decoders are fitted once.
        method: name of the method, for the tables.
        group: name of the group, for the tables.
        seed: of the method, for the tables.
        fold: that is held out of every recording, for the tables; None without folds.
        decoders: name to module and settings, see `decoders.registry.make_decoder`.

    Returns:
        Metrics (columns columns.ACROSS), accuracy over time (columns columns.ACROSS_TIME), and the metrics beside
        their chance (columns columns.ACROSS_NULL).

    Raises:
        InputError: if two recordings have other directions or other bins in a trial.
        KeyError: if there is no such decoder module.
    """
    values, times, nulls = [], [], []
    sources = next(iter(embeddings.values()))
    for name, decoder in decoders.items():
        fitted = {
            source: by_protocol(
                {protocol: recordings[source] for protocol, recordings in embeddings.items()},
                lambda embedding, decoder=decoder: fit_decoder(embedding, decoder),
            )
            for source in sources
        }
        for protocol, recordings in embeddings.items():
            rule = PROTOCOLS[protocol]
            for source, embedding in recordings.items():
                for target, onto in recordings.items():
                    carry = None if source == target else rule.map(embedding, onto)
                    reader = fitted[source if carry else target][protocol]
                    scored = askable(*decode_target(reader, onto, carry), embedding if carry else onto, onto)
                    of = (method, group, source, target, name, protocol)
                    rows = rows_beside_chance(*scored, of, seed, fold, swapped=rule.swapped("test"))
                    for table, more in zip((values, times, nulls), rows, strict=True):
                        table += more
    return (
        pd.DataFrame(values, columns=names(ACROSS)),
        pd.DataFrame(times, columns=names(ACROSS_TIME)),
        pd.DataFrame(nulls, columns=names(ACROSS_NULL)),
    )
