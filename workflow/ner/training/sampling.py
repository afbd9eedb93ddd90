"""Pairs of bins for contrastive training.

A reference bin and its positive: the bin whose label is closest to the reference's label plus a label change seen
elsewhere in the recording.
"""

import numpy as np

from ner.training.labels import Labels
from ner.training.nearest import NearestPoint

# Steps whose batches are drawn at once; a block's random numbers depend on the seed and the block alone, so that a
# resumed training draws what an uninterrupted one would have drawn.
_BLOCK = 64


class PairSampler:
    """References, their positives and negatives, drawn as CEBRA's `time_delta` conditional draws them.

    A reference bin r is uniform over the bins. Its positive is the bin whose label is nearest (Euclidean) to
    label[r] + label[q] - label[q - 1] for a uniform bin q (no change at the first bin); bins of the same label are
    equally likely. Negatives are uniform.

    Args:
        labels: of the training bins, in recording order; the columns in which neighbors are looked up.
        batch_size: N, references a step.
        seed: of the draws.
        negatives: whether N negatives are drawn as well.
        trials: (bins,) trial of every bin, across which no change is taken; None takes them, as the paper does.

    References:
        Schneider et al., CEBRA, Nature 2023; `TimedeltaDistribution` of the cebra package. The neighbor is
        searched rather than found among all distances.
    """

    def __init__(
        self,
        labels: Labels,
        batch_size: int,
        seed: int,
        negatives: bool = False,
        trials: np.ndarray | None = None,
    ):
        self._labels = labels
        self._changes = labels.changes(trials)
        points = labels.points(labels.values)
        different, group = np.unique(points, axis=0, return_inverse=True)
        self._repeated = len(different) < len(points)
        self._nearest = NearestPoint(different if self._repeated else points)
        # Bins of the same label, one group after the other.
        self._members, self._sizes = np.argsort(group, kind="stable"), np.bincount(group)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._draws = 3 if negatives else 2
        self._batch_size = batch_size
        self._seed = seed
        self._block: int | None = None

    def batch(self, step: int) -> np.ndarray:
        """Bins of one step.

        Args:
            step: from 0.

        Returns:
            (2N,) references and positives, or (3N,) with negatives behind them.
        """
        block, place = divmod(step, _BLOCK)
        if block != self._block:
            self._bins, self._block = self._draw(block), block
        return self._bins[place]

    def _draw(self, block: int) -> np.ndarray:
        random = np.random.default_rng([self._seed, block])
        values = self._labels.values
        shape = (self._draws, _BLOCK, self._batch_size)
        references, changes, *negatives = random.integers(len(values), size=shape)
        positives = self._nearest.query(self._labels.points(values[references] + self._changes[changes]))
        if self._repeated:
            positives = self._members[self._starts[positives] + random.integers(self._sizes[positives])]
        return np.concatenate([references, positives, *negatives], axis=1)
