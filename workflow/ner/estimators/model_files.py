"""Files of fitted models: arrays as safetensors, everything else as JSON in its header. No code, no pickle."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ner.storage.errors import InputError
from ner.storage.files import atomic

# The one entry of the header: several would come in any order, and equal models would make different files.
_KEY = "ner"
_FORMAT = 1


def write_model(path: str | os.PathLike, description: Mapping, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a model, whole or not at all.

    Args:
        path: the file to make.
        description: JSON-serializable.
        arrays: by name.

    Raises:
        OSError: if it cannot be written.
    """
    text = json.dumps({"format": _FORMAT, **description}, sort_keys=True, default=_plain)
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    header = json.dumps({"sha256": _digest(text, contiguous), "model": text})
    with atomic(path) as temporary:
        temporary.write_bytes(save(contiguous, {_KEY: header}))


def read_model(path: str | os.PathLike) -> tuple[dict, dict[str, np.ndarray]]:
    """Read what `write_model` wrote.

    Returns:
        The description and the arrays.

    Raises:
        InputError: if the file is missing, damaged, or no model of this library.
    """
    remedy = "give a file that a model's `save` wrote"
    if not Path(path).is_file():
        raise InputError(path, "no such file", "a saved model", remedy)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = file.keys() if _KEY in metadata else []
            arrays = {name: file.get_tensor(name) for name in names}
    # What safetensors raises for types that numpy does not have.
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(path, f"a damaged or foreign file ({error})", "a saved model", remedy) from error
    if _KEY not in metadata:
        raise InputError(path, "a safetensors file of something else", "a saved model", remedy)
    try:
        header = json.loads(metadata[_KEY])
        text = header["model"]
        damaged = header["sha256"] != _digest(text, arrays)
        description = json.loads(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(path, "a damaged header", "a saved model", remedy) from error
    if damaged:
        raise InputError(path, "a damaged file (its SHA-256 is another)", "what was saved", "restore or refit it")
    if not isinstance(description, dict) or description.pop("format", None) != _FORMAT:
        raise InputError(path, "a model of another version", f"format {_FORMAT}", "fit and save it again")
    return description, arrays


def _digest(text: str, arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"\0{name} {array.dtype.str} {array.shape}\0".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _plain(value: object) -> object:
    """An array, or a scalar of numpy, as Python's own."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be saved")
