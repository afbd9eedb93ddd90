"""What a file is, by its first bytes, whatever its name says."""

import os
import re
from pathlib import Path

from ner.storage.errors import InputError

_BEGINNINGS = (
    (rb"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (rb"MATLAB 7\.3 MAT-file", "a MATLAB v7.3 file"),
    (rb"MATLAB 5\.0 MAT-file", "a MATLAB v5 file"),
    (rb"version https://git-lfs\.github\.com/spec/", "a git-lfs pointer in the place of the file"),
    (rb"\s*(<!doctype html|<html|<\?xml|<head)", "a web page"),
    (rb"\s*[{\[]\s*[\"{]", "a JSON text, perhaps a server's error"),
    (rb"\x1f\x8b|PK\x03\x04|7z\xbc\xaf|BZh|\xfd7zXZ", "a compressed archive"),
)
_REMEDIES = {
    "a git-lfs pointer in the place of the file": "fetch the file itself, by git lfs pull",
    "a web page": "download the file itself, not the page that offers it",
    "a compressed archive": "unpack it",
}


def kind_of(path: str | os.PathLike) -> str:
    """What a file is, in words; "" where its first bytes tell nothing.

    Raises:
        InputError: if there is no such file, or it is empty.
    """
    if not Path(path).is_file():
        found = "a folder" if Path(path).is_dir() else "no such file"
        raise InputError(path, found, "the recording's file", "put the file in place, or correct `file`")
    with open(path, "rb") as file:
        beginning = file.read(512)
        # An HDF5 file may begin with a block of the user's own, as MATLAB's do.
        second = file.read(8)
    if not beginning:
        raise InputError(path, "an empty file, which cannot be read", "the recording's file", "fetch it again")
    kind = next((kind for pattern, kind in _BEGINNINGS if re.match(pattern, beginning, re.IGNORECASE)), "")
    if not kind and second == b"\x89HDF\r\n\x1a\n":
        return "an HDF5 file"
    return kind


def refuse_other(path: str | os.PathLike, kind: str, expected: str, remedy: str) -> None:
    """Refuse a file of another kind, with the remedy for that kind where there is one.

    Raises:
        InputError: always.
    """
    raise InputError(path, f"{kind or 'something else'}, which cannot be read", expected, _REMEDIES.get(kind, remedy))
