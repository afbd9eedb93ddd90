"""What the choice of a rotation is worth in this run: how far the published rule's values would lie apart.

Rounding decides which of a pair's eight rotations (one a direction) the published rule takes, see
`alignment.paper_rotation`. The authors' choices are not known, so that a published value of a pair can be held only
against what the rule gives with any of them.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.across import decode_target
from ner.decoding.alignment import chances_of_candidates
from ner.decoding.columns import DECODER, METHOD, METRIC, SEED, SOURCE, TARGET
from ner.decoding.decode import fit_decoder
from ner.decoding.maps import rotated
from ner.decoding.metrics import score
from ner.published.tables import METRICS_PUBLISHED
from ner.storage.tables import Table, names
from ner.verification.compare import CHOICE_MEAN, CHOICE_SD

#: A pair of different recordings, decoder, metric and seed a row.
ROTATION_CHOICE = Table(
    "verification/rotation_choice/{method}/{group}/seed{seed}.csv",
    (METHOD, SOURCE, TARGET, DECODER, METRIC, SEED, CHOICE_MEAN, CHOICE_SD),
    "values across recordings over the rotations that the published rule may take",
)


def rotation_choice(
    embeddings: Mapping[str, Embedding], *, method: str, seed: int, decoders: Mapping[str, Mapping]
) -> pd.DataFrame:
    """Decode every pair of different recordings with each rotation that the published rule may take.

    Args:
        embeddings: recording to embedding, of the paper protocol.
        method: name of the method, for the table.
        seed: of the method, for the table.
        decoders: name to module and settings, see `decoders.registry.make_decoder`.

    Returns:
        Columns ROTATION_CHOICE.

    Raises:
        InputError: if two recordings have other directions or other bins in a trial.
        KeyError: if there is no such decoder module.
    """
    rows = []
    for decoder, settings in decoders.items():
        for source, embedding in embeddings.items():
            fitted = fit_decoder(embedding, settings)
            for target, onto in embeddings.items():
                if source == target:
                    continue
                rotations, chances = chances_of_candidates(embedding, onto)
                taken = np.flatnonzero(chances)
                scores = [score(*decode_target(fitted, onto, rotated(rotations[k])), swapped=True) for k in taken]
                for metric in METRICS_PUBLISHED:
                    values = np.array([found[metric] for found in scores])
                    mean = np.average(values, weights=chances[taken])
                    sd = np.sqrt(np.average((values - mean) ** 2, weights=chances[taken]))
                    rows.append((method, source, target, decoder, metric, seed, mean, sd))
    return pd.DataFrame(rows, columns=names(ROTATION_CHOICE))
