"""What a decoded value hangs on besides the embedding: the precision of the computation, and where a fit stops.

Decoders work in the precision of the file. Of pi-VAE and UMAP the authors kept float32, in which the order of a few
operations moves a swapped R2 far below zero in its sixth digit or before. The logistic regression stops once its
gradient is small; on UMAP's clusters, which it parts without an error, its weights are still growing then, so that test
trials, which lie elsewhere, may be told otherwise after a few more steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ner.data.embeddings import Embedding
from ner.decoding.decode import fit_decoder
from ner.decoding.decoders.registry import Decoder
from ner.storage.tables import Column
from ner.verification.compare import DIFFERENCE_UNIT, PARITY_R2, PARITY_TRIALS

ROUNDING = Column(
    "rounding", DIFFERENCE_UNIT, "change of the value in another precision, or if the logistic regression stops later"
)
#: How many times what another precision changes an R2 may differ: the authors' chain of operations rounds elsewhere.
ROUNDINGS = 10
#: The gradient at which the logistic regression stops later, in place of the decoder's own.
_LATER = 0.01


def ways(embedding: Embedding, decoder: Mapping) -> list[tuple[Embedding, Decoder]]:
    """An embedding and the decoder fitted to it, as they are, in float64, and stopped later; the first as they are.

    Args:
        embedding: coordinates with the movements beside them.
        decoder: its module and settings, see `decoders.registry.make_decoder`.

    Returns:
        One to three, as far as they differ.

    Raises:
        KeyError: if there is no such decoder module.
    """
    found = [(embedding, fit_decoder(embedding, decoder))]
    if embedding.coordinates.dtype != np.float64:
        exact = replace(embedding, coordinates=embedding.coordinates.astype(np.float64))
        found.append((exact, fit_decoder(exact, decoder)))
    given, fitted = found[-1]
    if fitted.direction is not None and "tol" in fitted.direction.get_params():
        from sklearn.base import clone

        later = clone(fitted.direction).set_params(tol=_LATER * fitted.direction.tol)
        train = given.train
        found.append((given, Decoder(fitted.velocity, later.fit(given.coordinates[train], given.condition[train]))))
    return found


def held(
    scores: Sequence[Mapping[str, float]], published: Mapping[str, float], one_trial: float
) -> dict[str, tuple[float, float, float]]:
    """What the ways to compute a value give, as one value with its tolerance.

    Args:
        scores: metrics of each way, the decoder as it is first.
        published: those metrics that are held.
        one_trial: what one trial is worth, percentage points of accuracy.

    Returns:
        By metric: the value, what rounding is worth, and the tolerance. An R2 is that of the way which comes nearest;
        it may differ by PARITY_R2, or by ROUNDINGS times what rounding is worth. An accuracy is that of the first way;
        it may differ by PARITY_TRIALS beyond what rounding is worth.
    """
    found = {}
    for metric, theirs in published.items():
        values = [score[metric] for score in scores]
        rounding = max(abs(value - values[0]) for value in values)
        if metric == "direction_accuracy":
            found[metric] = values[0], rounding, PARITY_TRIALS * one_trial + rounding
        else:
            nearest = min(values, key=lambda value: abs(value - theirs))
            found[metric] = nearest, rounding, max(PARITY_R2, ROUNDINGS * rounding)
    return found
