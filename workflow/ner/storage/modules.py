"""Modules of a folder that are found by their names, as a registry of methods, decoders, formats or kinds does it."""

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType


@dataclass(frozen=True)
class Modules:
    """The modules beside a registry, each with ``SETTINGS``: JSON-schema properties of what config may set.

    Attributes:
        package: whose modules they are.
        what: one of them in words, for errors.
        others: modules of the package that are none of them.
    """

    package: ModuleType
    what: str
    others: Collection[str] = ("registry",)

    @cached_property
    def _found(self) -> tuple[str, ...]:
        found = {module.name for module in pkgutil.iter_modules(self.package.__path__)}
        return tuple(sorted(found - set(self.others)))

    def names(self) -> list[str]:
        """Their names, sorted."""
        return [*self._found]

    def __call__(self, name: str) -> ModuleType:
        """One of them.

        Raises:
            KeyError: if there is no such module.
        """
        if name not in self._found:
            raise KeyError(f"{self.what}: found {name!r}; expected one of {self.names()}")
        return importlib.import_module(f"{self.package.__name__}.{name}")

    def schema(self, name: str) -> dict:
        """JSON schema of the settings of one.

        Raises:
            KeyError: if there is no such module.
        """
        return {"type": "object", "properties": self(name).SETTINGS, "additionalProperties": False}

    def complete(self, name: str, settings: Mapping) -> dict:
        """Every setting of one: those given, else their defaults.

        Raises:
            KeyError: if there is no such module.
        """
        defaults = {key: schema["default"] for key, schema in self(name).SETTINGS.items() if "default" in schema}
        return defaults | dict(settings)
