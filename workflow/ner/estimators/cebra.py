"""CEBRA: an encoder trained by InfoNCE, its positives looked up by label."""

import numpy as np
import torch

from ner.estimators.sphere import Batch, Loss, SphereEncoder
from ner.training.info_nce import info_nce
from ner.training.labels import Labels
from ner.training.sampling import PairSampler


class CEBRA(SphereEncoder):
    """CEBRA-behavior: bins on a sphere, near to bins of like labels and far from others (InfoNCE).

    - Positive of a bin: the bin whose label is nearest (Euclidean, weighted) to the bin's label plus the change at a
      random bin from the bin before. Columns in `angles` are searched on a circle. The paper gives CEBRA the direction
      as a plain number (``angles=()``), for which 315 and 0 degrees are far apart.
    - Negatives: as many uniform bins.

    Parameters:
        dimensions: of the space around the unit sphere, 2 or more.
        hidden_units: units of each hidden layer of the encoder.
        steps: of Adam; 0 leaves the encoder as its seed makes it.
        batch_size: reference bins a step, drawn with replacement, and as many negatives.
        learning_rate: step size of Adam.
        temperature: divides the similarities of embeddings.
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
        Schneider et al., CEBRA, Nature 2023.
    """

    def _objective(
        self, labels: Labels, trials: np.ndarray | None, seed: int, device: torch.device
    ) -> tuple[Batch, Loss]:
        sampler = PairSampler(labels, self.batch_size, seed, negatives=True, trials=trials)
        return sampler.batch, lambda embeddings, bins: info_nce(embeddings, self.temperature)
