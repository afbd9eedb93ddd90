"""The two ways in which everything is scored: as the authors did, and as we would publish it.

A new protocol is one entry of PROTOCOLS.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ner.data.embeddings import Embedding
from ner.decoding.alignment import paper_rotation, strict_rotation


@dataclass(frozen=True)
class Protocol:
    """A way to score embeddings.

    Attributes:
        name: in config and tables.
        rotation: from a source and a target embedding to the (d, d) matrix that rotates the source onto the target.
        swaps: whether the velocity R2 of test trials has its arguments swapped, see `metrics.velocity_r2`.
        headline: the split that figures within recordings show, train or test.
    """

    name: str
    rotation: Callable[[Embedding, Embedding], np.ndarray]
    swaps: bool
    headline: str

    def swapped(self, split: str) -> bool:
        """Whether the velocity R2 of a split (train or test) has its arguments swapped."""
        return self.swaps and split == "test"


#: Every protocol by its name; embeddings keep one set of coordinates for each (data.embeddings.PROTOCOLS).
PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("paper", paper_rotation, swaps=True, headline="train"),
        Protocol("strict", strict_rotation, swaps=False, headline="test"),
    )
}
