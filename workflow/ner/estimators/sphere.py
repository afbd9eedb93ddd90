"""What NER and CEBRA have in common: an encoder to the unit sphere, trained on pairs of bins."""

from abc import abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ner.estimators.parameters import positive, require, whole
from ner.estimators.recordings import ListEncoder
from ner.training.checkpoints import Checkpoint
from ner.training.encoders import sphere_encoder
from ner.training.labels import Labels
from ner.training.trainer import train_encoder

Batch = Callable[[int], np.ndarray]
Loss = Callable[[Tensor, Tensor], Tensor]


class SphereEncoder(ListEncoder):
    """An encoder to the unit sphere; subclasses say how pairs of bins are drawn and compared."""

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
