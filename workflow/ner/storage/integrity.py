"""Noticing that a file is no longer what was fetched or made, before it is read as data."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError
from ner.storage.files import atomic


class Ledger:
    """The hashes of a run's files: the manifest's of those fetched, those that the jobs left of what they made.

    Args:
        results: the run's folder of results; its subfolder .checksums keeps one small file a file made.
        fetched: expected git blob SHA-1 of each downloaded file, by its path from the folder of results.
    """

    def __init__(self, results: str | os.PathLike, fetched: Mapping[str, str]):
        self._results, self._folder = results, Path(results, ".checksums")
        self._fetched = {str(Path(path)): sha1 for path, sha1 in fetched.items()}

    def _place(self, path: str | os.PathLike) -> str:
        """Path of a file as seen from the results, wherever the run was started."""
        return os.path.relpath(path, self._results)

    def _entry(self, path: str | os.PathLike) -> Path:
        return self._folder / (self._place(path).replace("../", "_/") + ".sha1")

    def record(self, paths: Iterable[str | os.PathLike]) -> None:
        """Keep the hashes of files that were just made.

        Raises:
            OSError: if they cannot be read, or the hashes not be written.
        """
        for path in paths:
            with atomic(self._entry(path)) as temporary:
                temporary.write_text(blob_sha1(path) + "\n")

    def check(self, paths: Iterable[str | os.PathLike]) -> None:
        """Refuse files whose content is no longer what was fetched or made; those of unknown hash pass.

        Raises:
            InputError: if one is another; it names the first.
        """
        for path in paths:
            fetched = self._fetched.get(self._place(path))
            entry = self._entry(path)
            if fetched is not None:
                expected, origin, remedy = fetched, "the authors' file", "fetch it again"
            elif entry.is_file():
                expected, origin, remedy = entry.read_text().strip(), "what the job that made it left", "rebuild it"
            else:
                continue
            if (found := blob_sha1(path)) != expected:
                raise InputError(
                    path,
                    f"a content with git blob SHA-1 {found}",
                    f"{expected}, {origin}",
                    f"delete it and run snakemake again to {remedy}",
                )
