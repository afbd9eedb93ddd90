"""Keeping the state of a training, so that a killed job goes on where it was."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from ner.files import atomic


@dataclass(frozen=True)
class Checkpoint:
    """A file that holds a training's state.

    Attributes:
        path: the file.
        every: steps between two saves.
        identity: what the training is (method, settings, seed, inputs); a state of another training is ignored.
    """

    path: Path
    every: int
    identity: str

    def save(self, state: Mapping) -> None:
        """Replace the file by this state, whole or not at all."""
        with atomic(self.path) as temporary:
            torch.save({"identity": self.identity, **state}, temporary)

    def load(self) -> dict | None:
        """The state last saved, or None when there is none, it is damaged, or it is another training's."""
        try:
            state = torch.load(self.path, weights_only=True, map_location="cpu")
        except (OSError, RuntimeError, ValueError, EOFError, KeyError):
            return None
        return state if isinstance(state, dict) and state.get("identity") == self.identity else None

    def remove(self) -> None:
        """Remove the file; called when the result that it led to is complete."""
        self.path.unlink(missing_ok=True)

    def __fspath__(self) -> str:
        return os.fspath(self.path)
