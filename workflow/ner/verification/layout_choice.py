"""What the start of a layout is worth: where the test trials lie that UMAP embeds on their own.

The published analysis lays out training and test trials one apart from the other (`methods.umap`). Nothing decides
where the second layout lies beside the first, nor how it is turned or mirrored: the sign of an eigenvector in its
spectral start is a matter of rounding. The decoder of the training trials reads it none the less. So a published value
of test trials can be held only against what layouts from several starts give.
"""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.data.recordings import Recording
from ner.decoding.columns import DECODER, METHOD, METRIC, RECORDING, SEED, SPLIT, VALUE
from ner.decoding.decode import fit_decoder
from ner.decoding.metrics import Decoded, score
from ner.methods.umap import lay_out
from ner.published.tables import METRICS_PUBLISHED
from ner.storage.tables import Column, Table, names

#: Layouts from random starts, beside those from the mirrored spectral one.
RANDOM_STARTS = 4
#: A start, decoder and metric a row.
LAYOUT_CHOICE = Table(
    "verification/layout_choice/{method}/{recording}.csv",
    (
        METHOD,
        RECORDING,
        DECODER,
        SPLIT,
        METRIC,
        Column("start", "", "spectral, with the numbers of the axes that are mirrored, or random"),
        SEED,
        VALUE,
    ),
    "values of test trials that UMAP lays out from several starts",
)


def layout_choice(
    recording: Recording,
    embedding: Embedding,
    *,
    method: str,
    settings: Mapping,
    decoders: Mapping[str, Mapping],
) -> pd.DataFrame:
    """Decode the test trials from layouts that differ in nothing but their start.

    Args:
        recording: what was embedded.
        embedding: its embedding of the paper protocol; the training trials stay as they are.
        method: name of the method, for the table.
        settings: of the method, complete, see `methods.umap.SETTINGS`.
        decoders: name to module and settings, see `decoders.registry.make_decoder`.

    Returns:
        Columns LAYOUT_CHOICE.

    Raises:
        InputError: if the test trials have fewer bins than neighbours.
        KeyError: if there is no such decoder module.
    """
    test = ~recording.train
    real = embedding.select(test)
    fitted = {name: fit_decoder(embedding, decoder) for name, decoder in decoders.items()}
    rows = []
    for start, seed, layout in _layouts(recording, test, settings):
        for name, decoder in fitted.items():
            scores = score(real, Decoded(*decoder.predict(layout.astype(np.float64))), swapped=True)
            of = (method, recording.name, name, "test")
            rows += [(*of, metric, start, seed, scores[metric]) for metric in METRICS_PUBLISHED]
    return pd.DataFrame(rows, columns=names(LAYOUT_CHOICE))


def _layouts(recording: Recording, part: np.ndarray, settings: Mapping) -> Iterator[tuple[str, int, np.ndarray]]:
    """Name of a start, seed and layout: of every mirror image of the spectral start, and of random ones."""
    spectral = lay_out(recording, part, {**settings, "init": "spectral"}, seed=0, epochs=0).embedding_
    middle = (spectral.min(axis=0) + spectral.max(axis=0)) / 2
    for signs in product((1, -1), repeat=spectral.shape[1]):
        mirrored = [str(k + 1) for k, sign in enumerate(signs) if sign < 0]
        start = middle + (spectral - middle) * signs
        name = f"spectral, mirrored {' '.join(mirrored)}" if mirrored else "spectral"
        yield name, 0, lay_out(recording, part, settings, seed=0, start=start).embedding_
    for seed in range(RANDOM_STARTS):
        yield "random", seed, lay_out(recording, part, {**settings, "init": "random"}, seed=seed).embedding_
