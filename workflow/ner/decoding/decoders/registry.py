"""Decoders of movements, found by the name of their module.

A module in this folder offers

- ``SETTINGS``: its settings as JSON-schema properties (type, default, bounds, description);
- ``make(settings) -> Decoder``: an unfitted decoder.

A decoder of config names its module, so one module can serve several decoders.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ner.decoding import decoders

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin, RegressorMixin


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


def module_names() -> list[str]:
    """Names of the decoder modules, sorted."""
    return sorted({module.name for module in pkgutil.iter_modules(decoders.__path__)} - {"registry"})


def _module(name: str):
    if name not in module_names():
        raise KeyError(f"decoder module: found {name!r}; expected one of {module_names()}")
    return importlib.import_module(f"{decoders.__name__}.{name}")


def settings_schema(name: str) -> dict:
    """JSON schema of the settings of a decoder module.

    Raises:
        KeyError: if there is no such module.
    """
    return {"type": "object", "properties": _module(name).SETTINGS, "additionalProperties": False}


def complete_settings(name: str, settings: Mapping) -> dict:
    """Every setting of a decoder module: those given, else their defaults.

    Raises:
        KeyError: if there is no such module.
    """
    return {key: schema["default"] for key, schema in _module(name).SETTINGS.items()} | dict(settings)


def make_decoder(entry: Mapping) -> Decoder:
    """An unfitted decoder.

    Args:
        entry: its `module`, and the settings that differ from the module's defaults.

    Raises:
        KeyError: if there is no such module.
    """
    settings = {key: value for key, value in entry.items() if key != "module"}
    return _module(entry["module"]).make(complete_settings(entry["module"], settings))
