"""One file that holds a run: what it made, what made it, and the hashes of all."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ner.storage.files import atomic

#: Name of the list of hashes, as `sha256sum --check` reads it.
HASHES = "SHA256SUMS"


def write_archive(path: str | os.PathLike, files: Mapping[str, Path], texts: Mapping[str, str]) -> None:
    """Write a .tar.gz of files with the hashes of all, whole or not at all.

    All of them have the newest one's time of change. So nothing looks older than what it was made from, as a file does
    whose input was made again with the same content.

    Args:
        path: the archive to make; without .tar.gz, its name is that of the one folder in it.
        files: by their path in that folder.
        texts: contents of other files, by their path in that folder; they take the place of files of the same path.

    Raises:
        OSError: if a file cannot be read, or the archive not be written.
    """
    folder = PurePosixPath(Path(path).name.removesuffix(".tar.gz"))
    hashes = []
    newest = max((source.stat().st_mtime for source in files.values()), default=0.0)
    # The same files give the same bytes: no time of the archive's own, no owners.
    with (
        atomic(path) as temporary,
        open(temporary, "wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):

        def add(name: str, content: bytes, mode: int) -> None:
            entry = tarfile.TarInfo(str(folder / name))
            entry.size, entry.mtime, entry.mode = len(content), newest, mode
            archive.addfile(entry, io.BytesIO(content))

        for name, source in sorted(item for item in files.items() if item[0] not in texts):
            content = source.read_bytes()
            hashes.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
            add(name, content, source.stat().st_mode & 0o777)
        for name, text in sorted(texts.items()):
            hashes.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n")
            add(name, text.encode(), 0o644)
        add(HASHES, "".join(hashes).encode(), 0o644)
