"""Nearest neighbors for velocity and direction (or other condition), as many as cross-validation chooses (paper)."""

from collections.abc import Mapping

from ner.decoding.decoders.registry import Decoder

SETTINGS: dict = {}


def make(settings: Mapping) -> Decoder:
    """An unfitted nearest-neighbor decoder.

    Args:
        settings: empty, there are none.
    """
    from ner.decoding.knn import KNeighborsClassifierCV, KNeighborsRegressorCV

    return Decoder(KNeighborsRegressorCV(), KNeighborsClassifierCV())
