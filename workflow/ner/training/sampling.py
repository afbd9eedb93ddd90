"""Pairs of bins for contrastive training: a reference, and a bin that a real movement change away looks like it."""

import numpy as np
from scipy.spatial import KDTree

# Steps whose batches are drawn at once; a block's random numbers depend on the seed and the block alone, so that a
# resumed training draws what an uninterrupted one would have drawn.
_BLOCK = 64


class PairSampler:
    """References, their positives and negatives, drawn as CEBRA's `time_delta` conditional draws them.

    A reference bin r is uniform over the bins. Its positive is the bin whose label is nearest (Euclidean) to
    label[r] + label[q] - label[q - 1] for a uniform bin q (no change at the first bin). Negatives are uniform.

    Args:
        labels: (bins, k) of the training bins, in recording order; the columns in which neighbours are looked up.
        batch_size: N, references a step.
        seed: of the draws.
        negatives: whether N negatives are drawn as well.

    References:
        Schneider et al., CEBRA, Nature 2023; `TimedeltaDistribution` of the cebra package. The neighbour comes from a
        k-d tree rather than from all distances.
    """

    def __init__(self, labels: np.ndarray, batch_size: int, seed: int, negatives: bool = False):
        self._labels = labels
        self._changes = np.diff(labels, axis=0, prepend=labels[:1])
        self._tree = KDTree(labels)
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
        shape = (self._draws, _BLOCK, self._batch_size)
        references, changes, *negatives = random.integers(len(self._labels), size=shape)
        _, positives = self._tree.query(self._labels[references] + self._changes[changes])
        return np.concatenate([references, positives, *negatives], axis=1)
