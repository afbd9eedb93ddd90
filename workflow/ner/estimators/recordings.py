"""Lists of recordings: an encoder for each, and their embeddings rotated onto that of the first."""

import copy
from collections.abc import Sequence
from typing import Any, Self, TypeGuard

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ner.estimators.alignment import Alignment, align
from ner.estimators.base import Encoder
from ner.storage.errors import InputError
from ner.training.checkpoints import Checkpoint


class ListEncoder(Encoder, auto_wrap_output_keys=None):  # type: ignore[call-arg]
    """An encoder that also takes a list of recordings.

    What `set_output` asks for is made of every recording by itself, in `Encoder.transform`; a list of arrays
    scikit-learn cannot wrap, so it is told to leave these methods alone.
    """

    def fit(
        self,
        X: ArrayLike | Sequence[ArrayLike],
        y: ArrayLike | Sequence[ArrayLike],
        trials: ArrayLike | Sequence[ArrayLike] | None = None,
        *,
        checkpoint: Checkpoint | None = None,
    ) -> Self:
        """Fit the encoder to bins and their labels.

        Args:
            X: (bins, neurons) rates in recording order; or a list of them, one a recording. Recordings are fitted one
                by one, each with its own neurons, and rotated onto the first by `ner.align` (nearest labels).
            y: (bins, columns) or (bins,) labels, numbers; or a list of them.
            trials: (bins,) trial of every bin, or a list of them. Label changes are then taken within trials alone;
                None takes them across trials too, as the paper does.
            checkpoint: where a killed training keeps and finds its state; of a single recording.

        Returns:
            The estimator.

        Raises:
            InputError: if a parameter, a label or a shape cannot be used, or the loss is no longer finite.
            ValueError: if X or y is empty, or holds NaN, infinities or complex numbers.
        """
        if not _is_list(X):
            return super().fit(X, y, trials, checkpoint=checkpoint)
        self._check_parameters()
        self._forget()
        return self._fit_recordings(X, y, trials)

    def _fit_recordings(self, X: Sequence, y: Any, trials: Any) -> Self:
        for name, values in (("y", y), ("trials", trials)):
            given = len(values) if isinstance(values, list | tuple) else None
            if given != len(X) and not (name == "trials" and values is None):
                found = "no list" if given is None else f"a list of {given}"
                raise InputError(name, found, f"a list of {len(X)}, one a recording of X", "give one a recording")
        self.recordings_ = [
            clone(self).fit(rates, labels, None if trials is None else trials[k])
            for k, (rates, labels) in enumerate(zip(X, y, strict=True))
        ]
        embeddings = [model._embedded(rates) for model, rates in zip(self.recordings_, X, strict=True)]
        self.alignments_ = [
            Alignment.by(np.eye(self._n_features_out)),
            *(
                align(z, embeddings[0], labels, y[0], angles=self.angles, weights=self.weights)
                for z, labels in zip(embeddings[1:], y[1:], strict=True)
            ),
        ]
        return self

    def transform(self, X: ArrayLike | Sequence[ArrayLike | None]) -> Any:
        """Embed bins.

        Args:
            X: (bins, neurons); of an estimator that was fitted to a list of recordings, a list of as many, in their
                order, with None in place of those that are not to be embedded.

        Returns:
            (bins, d) in the type of X, float32 or float64; or a list of them, rotated onto the first recording. After
            ``set_output`` each is a frame, with the rows of its recording and the same columns.

        Raises:
            NotFittedError: before `fit`.
            InputError: if X is not as the recordings of `fit`.
            ValueError: if X has other neurons, or holds NaN.
        """
        check_is_fitted(self)
        if "recordings_" not in vars(self):
            return super().transform(X)
        if not isinstance(X, list | tuple) or len(X) != len(self.recordings_):
            remedy = "give None in place of those that are not to be embedded"
            raise InputError("X", "something else", f"a list of {len(self.recordings_)} recordings, as in fit", remedy)
        return [None if rates is None else self._of_recording(k).transform(rates) for k, rates in enumerate(X)]

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Fit, and embed what was fitted: see `fit` and `transform`."""
        if _is_list(X):
            return self.fit(X, y, **fit_params).transform(X)
        return super().fit_transform(X, y, **fit_params)

    def _of_recording(self, k: int) -> Self:
        """The encoder of a recording, its embedding rotated and given out as this estimator's."""
        model = copy.copy(self)
        del model.recordings_, model.alignments_
        model.__dict__.update({name: value for name, value in vars(self.recordings_[k]).items() if name.endswith("_")})
        model._rotated_by = self.alignments_[k]
        return model


def _is_list(X: object) -> TypeGuard[Sequence[ArrayLike]]:
    """Whether X is a list of recordings rather than one."""
    return isinstance(X, list | tuple) and len(X) > 0 and all(np.ndim(recording) == 2 for recording in X)
