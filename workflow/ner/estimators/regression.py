"""The control of NER and CEBRA: the same encoder, trained to predict the labels themselves."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from ner.estimators.parameters import positive, require, whole
from ner.estimators.recordings import ListEncoder
from ner.storage.errors import InputError
from ner.training.checkpoints import Checkpoint
from ner.training.encoders import plain_encoder, sphere_encoder
from ner.training.labels import Labels
from ner.training.trainer import train_encoder

# Steps between two looks at the validation trials.
_INTERVAL = 25


class Regression(ListEncoder):
    """An encoder trained by the mean squared error of the labels that it predicts.

    Columns of y are z-scored; those in `angles` are predicted by sine and cosine. The embedding is what is predicted;
    with `sphere`, it is NER's unit sphere, from which a linear layer predicts.

    Parameters:
        dimensions: of the embedding; without `sphere`, as many as are predicted.
        sphere: whether the embedding is the unit sphere.
        hidden_units: units of each hidden layer of the encoder.
        steps: of Adam.
        batch_size: bins a step, uniform with replacement.
        learning_rate: step size of Adam.
        validation_fraction: share of the trials, the last ones, that validate every 25 steps; the weights that predict
            them best are kept. 0 keeps the last weights.
        angles: columns of y in degrees that go round.
        weights: of the columns of y; None weighs them all 1.
        random_state: seed of weights and batches.
        device: 'cpu', 'cuda', or 'auto' for cuda where there is one.
        verbose: whether progress is shown.

    Attributes:
        encoder_: torch module from rates to the embedding.
        loss_history_: (steps,) loss of every step.
        n_features_in_: neurons.
        feature_names_in_: names of the neurons, where X had such.
    """

    def __init__(
        self,
        dimensions: int = 4,
        sphere: bool = False,
        hidden_units: Sequence[int] = (32, 32, 16),
        steps: int = 5000,
        batch_size: int = 1024,
        learning_rate: float = 1e-3,
        validation_fraction: float = 0.1,
        angles: Sequence[int] = (),
        weights: Sequence[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        verbose: bool = False,
    ):
        self.dimensions = dimensions
        self.sphere = sphere
        self.hidden_units = hidden_units
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.angles = angles
        self.weights = weights
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    @property
    def _n_features_out(self) -> int:
        return self.dimensions

    def _new_encoder(self, neurons: int, seed: int) -> nn.Module:
        make = sphere_encoder if self.sphere else plain_encoder
        return make(neurons, self.dimensions, seed, self.hidden_units)

    def _train(
        self,
        encoder: nn.Module,
        rates: np.ndarray,
        labels: Labels,
        trials: np.ndarray | None,
        seed: int,
        checkpoint: Checkpoint | None,
    ) -> np.ndarray:
        targets = _targets(labels)
        head: nn.Module = nn.Identity()
        if self.sphere:
            head = plain_encoder(self.dimensions, targets.shape[1], seed, ())
        elif targets.shape[1] != self.dimensions:
            expected = f"{targets.shape[1]}, as many as are predicted, or sphere=True"
            raise InputError("dimensions", self.dimensions, expected, "correct it")
        device = next(encoder.parameters()).device
        model = nn.Sequential(encoder, head.to(device))
        wanted = torch.as_tensor(targets, dtype=torch.float32, device=device)
        order = np.arange(len(rates)) if trials is None else np.unique(trials, return_inverse=True)[1]
        count = order.max() + 1
        fitted = np.flatnonzero(order < count - round(self.validation_fraction * count))
        held = np.setdiff1d(np.arange(len(rates)), fitted)
        validation = torch.as_tensor(rates[held], dtype=torch.float32, device=device)
        best = (np.inf, copy.deepcopy(encoder.state_dict()))

        def keep_the_best(steps: int) -> None:
            nonlocal best
            if len(held) and steps % _INTERVAL == 0:
                with torch.no_grad():
                    error = float(nn.functional.mse_loss(model(validation), wanted[held]))
                if error < best[0]:
                    best = (error, copy.deepcopy(encoder.state_dict()))

        losses = train_encoder(
            model,
            rates,
            lambda step: fitted[np.random.default_rng([seed, step]).integers(len(fitted), size=self.batch_size)],
            lambda outputs, bins: nn.functional.mse_loss(outputs, wanted[bins]),
            steps=self.steps,
            learning_rate=self.learning_rate,
            verbose=self.verbose,
            after_step=keep_the_best,
        )
        if np.isfinite(best[0]):
            encoder.load_state_dict(best[1])
        return losses

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require("dimensions", self.dimensions, whole(self.dimensions, 1), "a whole number from 1")
        share = self.validation_fraction
        right = share == 0 or (positive(share) and share < 1)
        require("validation_fraction", share, right, "a number from 0 to below 1")


def _targets(labels: Labels) -> np.ndarray:
    """(bins, outputs): z-scored columns, then sine and cosine of those that go round."""
    circular = np.isfinite(labels.turns)
    columns = labels.values[:, ~circular]
    scale = columns.std(axis=0)
    phases = 2 * np.pi * labels.values[:, circular] / labels.turns[circular]
    scored = (columns - columns.mean(axis=0)) / np.where(scale > 0, scale, 1)
    return np.column_stack([scored, np.sin(phases), np.cos(phases)])
