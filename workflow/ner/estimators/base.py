"""What the estimators share: encoders that are trained on bins and their labels, kept, applied and saved."""

import os
import warnings
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from ner.estimators.alignment import Alignment
from ner.estimators.inputs import check_labels, numbers, refuse_masked, refuse_other_order, trial_numbers
from ner.estimators.model_files import write_model
from ner.estimators.parameters import positive, require, whole
from ner.storage.errors import InputError
from ner.training.checkpoints import Checkpoint
from ner.training.labels import Labels
from ner.training.trainer import embed, resolve_device, sizes


class Encoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Base of the estimators: an encoder from one bin of rates to a point, trained with labels.

    A subclass has the parameters hidden_units, steps, batch_size, learning_rate, angles, weights, random_state, device
    and verbose among its own, and says what its encoder and its training are.
    """

    hidden_units: Sequence[int]
    steps: int
    batch_size: int
    learning_rate: float
    angles: Sequence[int]
    weights: Sequence[float] | None
    random_state: int | np.random.RandomState | None
    device: str
    verbose: bool

    encoder_: nn.Module
    loss_history_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray
    recordings_: list[Self]
    alignments_: list[Alignment]

    # Of an encoder of several recordings, onto the first.
    _rotated_by: Alignment | None = None

    @property
    @abstractmethod
    def _n_features_out(self) -> int:
        """Dimensions of the embedding."""

    @abstractmethod
    def _new_encoder(self, neurons: int, seed: int) -> nn.Module:
        """An encoder as its seed makes it."""

    @abstractmethod
    def _train(
        self,
        encoder: nn.Module,
        rates: np.ndarray,
        labels: Labels,
        trials: np.ndarray | None,
        seed: int,
        checkpoint: Checkpoint | None,
    ) -> np.ndarray:
        """Train an encoder in place, where it lies; the loss of every step."""

    def fit(self, X: Any, y: Any, trials: Any = None, *, checkpoint: Checkpoint | None = None) -> Self:
        """Fit the encoder to the bins and labels of one recording; see `ner.estimators.recordings.ListEncoder`."""
        self._check_parameters()
        self._forget()
        refuse_masked("X", X)
        refuse_other_order(X, y)
        given = None if y is None else numbers(y)
        rates, columns = validate_data(
            self, X, given, dtype=[np.float64, np.float32], multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        trial = trial_numbers(trials, len(rates))
        seed = _seed(self.random_state)
        encoder = self._new_encoder(rates.shape[1], seed).to(resolve_device(self.device))
        columns = columns.reshape(len(columns), -1)
        labels = Labels.weighted(columns, self.angles, self.weights)
        check_labels(labels, columns, list(self.angles))
        self.loss_history_ = self._train(encoder, rates, labels, trial, seed, checkpoint)
        if not all(parameter.isfinite().all() for parameter in encoder.parameters()):
            raise InputError("training", "weights that are not finite", "finite ones", "lower the learning_rate")
        self.encoder_ = encoder.cpu()
        _warn_of_no_fall(self.loss_history_)
        return self

    def _forget(self) -> None:
        """Leave nothing of an earlier fit."""
        for name in ("encoder_", "loss_history_", "n_features_in_", "feature_names_in_", "recordings_", "alignments_"):
            self.__dict__.pop(name, None)

    def transform(self, X: Any) -> Any:
        """Embed the bins of one recording, (bins, neurons)."""
        check_is_fitted(self)
        return self._embedded(X)

    def _embedded(self, X: object) -> np.ndarray:
        refuse_masked("X", X)
        rates = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        embedding = embed(self.encoder_, rates, resolve_device(self.device)).astype(rates.dtype, copy=False)
        if not np.isfinite(embedding).all():
            found = f"rates of up to {np.abs(rates).max():.3g}, of which no embedding is finite"
            raise InputError("X", found, "smoothed spike counts", "scale them, or lower the learning_rate of the fit")
        if self._rotated_by is not None:
            embedding = self._rotated_by.transform(embedding).astype(rates.dtype, copy=False)
        return embedding

    def __sklearn_is_fitted__(self) -> bool:
        return "encoder_" in vars(self) or "recordings_" in vars(self)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def save(self, path: str | os.PathLike) -> None:
        """Save the fitted estimator; `ner.load` reads it. The file holds numbers and text alone, no code.

        Args:
            path: the file to make or replace, by custom with the ending .safetensors.

        Raises:
            NotFittedError: before `fit`.
            OSError: if it cannot be written.
        """
        check_is_fitted(self)
        single = "encoder_" in vars(self)
        models: list[Self] = [self] if single else self.recordings_
        arrays: dict[str, np.ndarray] = {}
        recordings = []
        for k, model in enumerate(models):
            if sizes(model.encoder_.state_dict()) != model._sizes_by_parameters():
                remedy = "set them as they were, or fit again"
                raise InputError("save", "parameters that were changed since the fit", "those of the fit", remedy)
            arrays |= {f"{k}.encoder.{name}": value.numpy() for name, value in model.encoder_.state_dict().items()}
            arrays[f"{k}.loss_history"] = model.loss_history_
            if not single:
                arrays[f"{k}.rotation"] = self.alignments_[k].rotation_
            names = getattr(model, "feature_names_in_", None)
            recordings.append({"neurons": model.n_features_in_, "names": None if names is None else names.tolist()})
        parameters = self.get_params()
        if not isinstance(self.random_state, Integral | None):
            parameters["random_state"] = None
        described = {
            "class": type(self).__name__,
            "parameters": parameters,
            "recordings": recordings,
            "list": not single,
        }
        write_model(path, described, arrays)

    @classmethod
    def _restored(cls, description: Mapping, arrays: Mapping[str, np.ndarray]) -> Self:
        """The estimator that `save` described.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: if it does not fit together.
        """
        parameters = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in description["parameters"].items()
        }
        self = cls(**parameters)
        self._check_parameters()
        models = []
        left = set(arrays)
        for k, recording in enumerate(description["recordings"]):
            model = cls(**parameters)
            model.n_features_in_ = int(recording["neurons"])
            if recording["names"] is not None:
                model.feature_names_in_ = np.array(recording["names"], dtype=object)
            state = {
                name.removeprefix(f"{k}.encoder."): torch.from_numpy(arrays[name].copy())
                for name in arrays
                if name.startswith(f"{k}.encoder.")
            }
            if sizes(state) != model._sizes_by_parameters():
                raise ValueError("weights of other sizes than the parameters say")
            with torch.device("meta"):
                model.encoder_ = model._new_encoder(model.n_features_in_, seed=0)
            model.encoder_.load_state_dict(state, assign=True)
            model.loss_history_ = arrays[f"{k}.loss_history"]
            left -= {f"{k}.loss_history", *(f"{k}.encoder.{name}" for name in state)}
            models.append(model)
        if description["list"]:
            self.recordings_ = models
            rotations = [f"{k}.rotation" for k in range(len(models))]
            self.alignments_ = [Alignment.by(arrays[name]) for name in rotations]
            left -= set(rotations)
            shape = (self._n_features_out, self._n_features_out)
            if any(alignment.rotation_.shape != shape for alignment in self.alignments_):
                raise ValueError("a rotation of another size than the parameters say")
        else:
            (self,) = models
        if left or not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("arrays that do not belong to the model, or are not finite")
        return self

    def _sizes_by_parameters(self) -> dict:
        """Sizes and types of the weights that an encoder of the parameters has."""
        # On the meta device: a size that only a file claims takes no memory.
        with torch.device("meta"):
            return sizes(self._new_encoder(self.n_features_in_, seed=0).state_dict())

    def _check_parameters(self) -> None:
        """Refuse parameters that cannot be used.

        Raises:
            InputError: naming the parameter.
        """
        require("steps", self.steps, whole(self.steps, 0), "a whole number from 0")
        require("batch_size", self.batch_size, whole(self.batch_size, 2), "a whole number from 2")
        require("learning_rate", self.learning_rate, positive(self.learning_rate), "a positive number")
        units, angles = self.hidden_units, self.angles
        right = isinstance(units, Sequence | np.ndarray) and len(units) > 0 and all(whole(unit, 1) for unit in units)
        require("hidden_units", units, right, "a sequence of whole numbers from 1")
        right = isinstance(angles, Sequence | np.ndarray) and all(whole(angle, -np.inf) for angle in angles)
        require("angles", angles, right, "a sequence of columns of y")
        seed = self.random_state
        right = seed is None or isinstance(seed, np.random.RandomState) or (whole(seed, 0) and int(seed) < 2**32)
        require("random_state", seed, right, "a whole number from 0 to 2^32 - 1, a RandomState, or None")


def _seed(random_state: int | np.random.RandomState | None) -> int:
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def _warn_of_no_fall(losses: np.ndarray) -> None:
    share = max(1, len(losses) // 10)
    if len(losses) and losses[-share:].mean() >= losses[:share].mean():
        warnings.warn(
            f"The loss did not fall in {len(losses)} steps (first {losses[:share].mean():.4g}, last "
            f"{losses[-share:].mean():.4g}): take more steps or another learning_rate, or the labels say nothing.",
            ConvergenceWarning,
            stacklevel=3,
        )
