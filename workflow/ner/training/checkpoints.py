"""Keeping the state of a training, so that a killed job goes on where it was."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

from ner.storage.files import atomic

_DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Checkpoint:
    """A file that holds a training's state: a SHA-256, then what torch wrote.

    torch does not notice a flipped bit when it loads, hence the hash.

    Attributes:
        path: the file.
        every: steps between two saves.
        identity: what the training is (method, settings, seed, inputs); a state of another training is ignored.
    """

    path: Path
    every: int
    identity: str

    def save(self, state: Mapping) -> None:
        """Replace the file by this state, whole or not at all.

        Raises:
            OSError: if it cannot be written.
        """
        # Here, so that methods that are not trained run without it.
        import torch

        # In memory first: torch's own writing to a full disk fails without an OSError.
        content = io.BytesIO()
        torch.save({"identity": self.identity, **state}, content)
        content = content.getvalue()
        with atomic(self.path) as temporary:
            temporary.write_bytes(hashlib.sha256(content).digest() + content)

    def load(self) -> dict | None:
        """The state last saved, or None when there is none, it is damaged, or it is another training's."""
        import torch

        try:
            content = self.path.read_bytes()
        except OSError:
            return None
        digest, content = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != digest:
            return None
        try:
            state = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
        except (RuntimeError, ValueError, EOFError, KeyError, UnpicklingError):
            return None
        return state if isinstance(state, dict) and state.get("identity") == self.identity else None

    def remove(self) -> None:
        """Remove the file; called when the result that it led to is complete."""
        self.path.unlink(missing_ok=True)
