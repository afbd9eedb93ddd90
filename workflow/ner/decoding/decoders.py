"""Decoders of movements: one estimator for the velocity and one for the direction, reading the same coordinates."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.linear_model import LinearRegression, LogisticRegression

from ner.decoding.knn import KNeighborsClassifierCV, KNeighborsRegressorCV

DECODERS = ("linear", "knn")


@dataclass(frozen=True)
class Decoder:
    """Estimators in scikit-learn's manner.

    Attributes:
        velocity: predicts (bins, 2), 10 * velocity.
        direction: predicts (bins,), degrees.
    """

    velocity: RegressorMixin
    direction: ClassifierMixin

    def fit(self, coordinates: np.ndarray, movement: np.ndarray, direction: np.ndarray) -> "Decoder":
        """Fit both estimators.

        Args:
            coordinates: (bins, d), embedding.
            movement: (bins, 2), 10 * velocity.
            direction: (bins,), degrees.
        """
        self.velocity.fit(coordinates, movement)
        self.direction.fit(coordinates, direction)
        return self

    def predict(self, coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Decode movements.

        Args:
            coordinates: (bins, d), embedding.

        Returns:
            (bins, 2), 10 * velocity, and (bins,), direction in degrees.
        """
        return self.velocity.predict(coordinates), self.direction.predict(coordinates)


def make_decoder(name: str, *, max_iter: int) -> Decoder:
    """An unfitted decoder of the paper (§Decoding).

    Args:
        name: 'linear' (least squares, and a multinomial logistic regression) or 'knn' (nearest neighbours, their number
            chosen by cross-validation).
        max_iter: iterations that the logistic regression may take; the paper's Fig 4 has 5000, Figs 5 and 6 have 500.

    Raises:
        ValueError: if there is no such decoder.
    """
    if name == "linear":
        return Decoder(LinearRegression(), LogisticRegression(solver="lbfgs", max_iter=max_iter))
    if name == "knn":
        return Decoder(KNeighborsRegressorCV(), KNeighborsClassifierCV())
    raise ValueError(f"decoder: found {name!r}; expected one of {DECODERS}")
