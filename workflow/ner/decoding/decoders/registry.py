"""Decoders of movements, found by the name of their module.

A module in this folder offers

- ``SETTINGS``: its settings as JSON-schema properties (type, default, bounds, description);
- ``make(settings) -> Decoder``: an unfitted decoder.

A decoder of config names its module, so one module can serve several decoders.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ner.decoding import decoders
from ner.storage.modules import Modules

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin, RegressorMixin


_MODULES = Modules(decoders, "decoder module")
module_names, settings_schema, complete_settings = _MODULES.names, _MODULES.schema, _MODULES.complete


@dataclass(frozen=True)
class Decoder:
    """One estimator for the velocity and one for the direction or other condition, reading the same coordinates.

    Attributes:
        velocity: predicts (bins, 2), cm/s, in scikit-learn's manner.
        direction: predicts (bins,), degrees or the name of the condition, in scikit-learn's manner; None where
            the task has no conditions.
    """

    velocity: "RegressorMixin"
    direction: "ClassifierMixin | None"

    def fit(self, coordinates: np.ndarray, velocity: np.ndarray, condition: np.ndarray | None) -> "Decoder":
        """Fit both estimators, or that of the velocity alone.

        Args:
            coordinates: (bins, d), embedding.
            velocity: (bins, 2), cm/s.
            condition: (bins,), directions in degrees or names of conditions; None where the task has none. If
                it is one and the same, that is what is predicted.

        Returns:
            The fitted decoder.
        """
        velocity_decoder = self.velocity.fit(coordinates, velocity)
        if condition is None or self.direction is None:
            return Decoder(velocity_decoder, None)
        if (condition == condition[0]).all():
            from sklearn.dummy import DummyClassifier

            return Decoder(velocity_decoder, DummyClassifier(strategy="most_frequent").fit(coordinates, condition))
        return Decoder(velocity_decoder, self.direction.fit(coordinates, condition))

    def predict(self, coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode movements.

        Args:
            coordinates: (bins, d), embedding.

        Returns:
            (bins, 2), velocity in cm/s, and (bins,), condition; None in its place without conditions.
        """
        return self.velocity.predict(coordinates), self.direction.predict(coordinates) if self.direction else None


def make_decoder(entry: Mapping) -> Decoder:
    """An unfitted decoder.

    Args:
        entry: its `module`, and the settings that differ from the module's defaults.

    Raises:
        KeyError: if there is no such module.
    """
    settings = {key: value for key, value in entry.items() if key != "module"}
    return _MODULES(entry["module"]).make(complete_settings(entry["module"], settings))
