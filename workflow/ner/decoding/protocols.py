"""The ways in which everything is scored: as the authors did, as we would publish it, and what both are compared with.

Within recordings there are the first two, of which embeddings keep coordinates (data.embeddings.PROTOCOLS). Across
recordings the others take the place of the rotation. A new protocol is one entry of PROTOCOLS.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ner.data.embeddings import Embedding
from ner.decoding.alignment import paper_rotation, strict_rotation
from ner.decoding.maps import Map, cca, cca_all_trials, rotated, unaligned


@dataclass(frozen=True)
class Protocol:
    """A way to score embeddings.

    Attributes:
        name: in config and tables.
        label: in figures, what is done across recordings.
        rotation: from a source and a target embedding to the (d, d) matrix that rotates the source onto the target;
            None where nothing is rotated.
        align: in place of a rotation, what carries a target into the space of a source; None where neither is there:
            the target is read by decoders of its own.
        coordinates: which of an embedding's are scored, paper or strict.
        swaps: whether the velocity R2 of test trials has its arguments swapped, see `metrics.velocity_r2`.
        headline: the split that figures within recordings show, train or test.
    """

    name: str
    label: str
    rotation: Callable[[Embedding, Embedding], np.ndarray] | None = None
    align: Callable[[Embedding, Embedding], Map] | None = None
    coordinates: str = "strict"
    swaps: bool = False
    headline: str = "test"

    def swapped(self, split: str) -> bool:
        """Whether the velocity R2 of a split (train or test) has its arguments swapped."""
        return self.swaps and split == "test"

    @property
    def own(self) -> bool:
        """Whether a decoder of the target's own reads it."""
        return self.rotation is None and self.align is None

    def map(self, source: Embedding, target: Embedding) -> Map | None:
        """What carries the target into the space of the source; None where its own decoders read it.

        Raises:
            InputError: if the two cannot be aligned.
        """
        if self.rotation is not None:
            return rotated(self.rotation(source, target))
        return None if self.align is None else self.align(source, target)


#: Every protocol by its name.
PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("paper", "rotated as published", paper_rotation, coordinates="paper", swaps=True, headline="train"),
        Protocol("strict", "rotated", strict_rotation),
        Protocol("cca", "CCA", align=cca),
        Protocol("cca-all-trials", "CCA, fitted on test trials too", align=cca_all_trials),
        Protocol("unaligned", "not aligned", align=unaligned),
        Protocol("target-trained", "decoder of the target itself"),
    )
}
