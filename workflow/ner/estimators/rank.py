"""NER: an encoder trained by ranking every pair of bins by how alike their labels are."""

import numpy as np
import torch
from torch import Tensor

from ner.estimators.sphere import Batch, Loss, SphereEncoder
from ner.training.label_distance import movement_distance
from ner.training.labels import Labels
from ner.training.losses import rank_n_contrast
from ner.training.sampling import PairSampler


class NER(SphereEncoder):
    """Neural Embeddings Rank: bins on a sphere, as near to each other as their labels are alike.

    Every pair of bins in a batch is ranked by its label distance, |dy| summed over the columns of y. For the labels
    (10 vx, 10 vy, direction) with ``angles=(2,)`` this is the paper's method; other labels work the same way.

    - Label distance: the sum of the columns' differences, each times its weight; of a column in `angles` the difference
      is taken the shorter way round (0 to 180 degrees). So weights say how many degrees a unit of another column
      counts for.
    - Positive of a bin: the bin whose label is nearest (Euclidean, weighted) to the bin's label plus the change at a
      random bin from the bin before. Columns in `angles` are left out of this search, as in the paper, unless there are
      no others, and then they are searched on a circle. Among bins of the same label, each is as likely.

    Parameters:
        dimensions: of the space around the unit sphere, 2 or more.
        hidden_units: units of each hidden layer of the encoder.
        steps: of Adam; 0 leaves the encoder as its seed makes it.
        batch_size: reference bins a step, drawn with replacement.
        learning_rate: step size of Adam.
        temperature: divides the negative distances between embeddings.
        angles: columns of y in degrees that go round.
        weights: of the columns of y; None weighs them all 1. A column of weight 0 is not used.
        random_state: seed of weights and batches; equal seeds give equal bits on one machine.
        device: 'cpu', 'cuda', or 'auto' for cuda where there is one.
        verbose: whether progress is shown.

    Attributes:
        encoder_: torch module from rates to the sphere.
        loss_history_: (steps,) loss of every step.
        n_features_in_: neurons.
        feature_names_in_: names of the neurons, where X had such.
        recordings_: of a fit to a list of recordings, the fitted estimator of each; it then has no attribute above.
        alignments_: of such a fit, the rotation of each recording onto the first.

    References:
        Chen et al., Neural Embeddings Rank, NeurIPS 2024.
    """

    def _objective(
        self, labels: Labels, trials: np.ndarray | None, seed: int, device: torch.device
    ) -> tuple[Batch, Loss]:
        sampler = PairSampler(labels.noncircular, self.batch_size, seed, trials=trials)
        movements = torch.as_tensor(labels.values, dtype=torch.float32, device=device)
        turns = labels.turns.tolist()

        def loss(embeddings: Tensor, bins: Tensor) -> Tensor:
            references = movements[bins[: len(bins) // 2]]
            return rank_n_contrast(embeddings, movement_distance(references, turns), self.temperature)

        return sampler.batch, loss
