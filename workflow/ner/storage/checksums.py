"""Checksums of source files: git's blob SHA-1, by which the manifest of upstream files names their content."""

import hashlib
import os
from pathlib import Path


def blob_sha1(path: str | os.PathLike) -> str:
    r"""Git's SHA-1 of a file's content, `sha1(b"blob <size>\0" + bytes)`, in hexadecimal.

    Args:
        path: the file.

    Raises:
        OSError: if the file cannot be read.
    """
    digest = hashlib.sha1(b"blob %d\0" % Path(path).stat().st_size, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
