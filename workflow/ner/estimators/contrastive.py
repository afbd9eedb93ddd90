"""NER and CEBRA: encoders to the unit sphere, trained on pairs of bins by how alike their labels are."""

from abc import abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ner.estimators.base import Encoder
from ner.estimators.parameters import positive, require, whole
from ner.training.checkpoints import Checkpoint
from ner.training.encoders import sphere_encoder
from ner.training.info_nce import info_nce
from ner.training.label_distance import movement_distance
from ner.training.labels import Labels
from ner.training.losses import rank_n_contrast
from ner.training.sampling import PairSampler
from ner.training.trainer import train_encoder

Batch = Callable[[int], np.ndarray]
Loss = Callable[[Tensor, Tensor], Tensor]


class _SphereEncoder(Encoder):
    def __init__(
        self,
        dimensions: int = 3,
        hidden_units: Sequence[int] = (32, 32, 16),
        steps: int = 20000,
        batch_size: int = 512,
        learning_rate: float = 1e-4,
        temperature: float = 1.0,
        angles: Sequence[int] = (),
        weights: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        verbose: bool = False,
    ):
        self.dimensions = dimensions
        self.hidden_units = hidden_units
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.temperature = temperature
        self.angles = angles
        self.weights = weights
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    @property
    def _n_features_out(self) -> int:
        return self.dimensions

    def _new_encoder(self, neurons: int, seed: int) -> nn.Module:
        return sphere_encoder(neurons, self.dimensions, seed, self.hidden_units)

    def _train(
        self,
        encoder: nn.Module,
        rates: np.ndarray,
        labels: Labels,
        trials: np.ndarray | None,
        seed: int,
        checkpoint: Checkpoint | None,
    ) -> np.ndarray:
        batch, loss = self._objective(labels, trials, seed, next(encoder.parameters()).device)
        return train_encoder(
            encoder,
            rates,
            batch,
            loss,
            steps=self.steps,
            learning_rate=self.learning_rate,
            checkpoint=checkpoint,
            verbose=self.verbose,
        )

    @abstractmethod
    def _objective(
        self, labels: Labels, trials: np.ndarray | None, seed: int, device: torch.device
    ) -> tuple[Batch, Loss]:
        """The bins of each step, and the loss of their embeddings."""

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require("dimensions", self.dimensions, whole(self.dimensions, 2), "a whole number from 2")
        require("temperature", self.temperature, positive(self.temperature), "a positive number")


class NER(_SphereEncoder):
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


class CEBRA(_SphereEncoder):
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
