"""What made each file of a run, and whether it is still the file that was made."""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError
from ner.storage.files import atomic


@dataclass(frozen=True)
class Made:
    """A file that a job made.

    Attributes:
        sha1: git blob SHA-1 of its content.
        params: what decided the content: settings, code, packages.
        inputs: SHA-1 of each file of the run that it was made from, by its path from the folder of results.
        place: its own path from there, '' in records of earlier versions.
    """

    sha1: str
    params: Mapping = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    place: str = field(default="", compare=False)


class Ledger:
    """What a run's files are: the manifest says it of those fetched, the jobs of those made.

    Args:
        results: the run's folder of results; its subfolder .checksums keeps one small file for every file made.
        fetched: expected git blob SHA-1 of each downloaded file, by its path from the folder of results.
    """

    def __init__(self, results: str | os.PathLike, fetched: Mapping[str, str]):
        self._results, self._folder = results, Path(results, ".checksums")
        self._fetched = {str(Path(path)): sha1 for path, sha1 in fetched.items()}

    def place(self, path: str | os.PathLike) -> str:
        """Path of a file as seen from the results, wherever the run was started."""
        return os.path.relpath(path, self._results)

    def _entry(self, path: str | os.PathLike) -> Path:
        return self._folder / (self.place(path).replace("../", "_/") + ".json")

    def made(self, path: str | os.PathLike) -> Made | None:
        """What is known of a file that a job made; None where nothing is, or the entry is damaged or another file's."""
        try:
            made = Made(**json.loads(self._entry(path).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return made if made.place in ("", self.place(path)) else None

    def altered(self, path: str | os.PathLike) -> bool:
        """Whether a file has another content than the job that made it left.

        It is read where it has changed in any way since its record was written, or since it was last found the same.

        Raises:
            OSError: if it cannot be read.
        """
        entry = self._entry(path)
        if not entry.exists():
            return False
        status = Path(path).stat()
        changed = max(status.st_mtime_ns, status.st_ctime_ns)
        # Records of the others need not be read.
        if changed <= entry.stat().st_mtime_ns or (made := self.made(path)) is None:
            return False
        if not Path(path).is_file() or blob_sha1(path) != made.sha1:
            return True
        # Snakemake touches what a job made; no later run has to read it for that.
        with suppress(OSError):
            os.utime(entry, ns=(changed, changed))
        return False

    def record(
        self,
        paths: Iterable[str | os.PathLike],
        params: Mapping | None = None,
        inputs: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the hashes of files that were just made, and what made them.

        Args:
            paths: the files.
            params: what decided them; what JSON cannot hold is kept as text.
            inputs: what `check` returned of the files that they were made from.

        Raises:
            OSError: if they cannot be read, or the entries not be written.
        """
        for path in paths:
            entry = asdict(Made(blob_sha1(path), params or {}, inputs or {}, self.place(path)))
            with atomic(self._entry(path)) as temporary:
                temporary.write_text(json.dumps(entry, default=str) + "\n", encoding="utf-8")

    def check(self, paths: Iterable[str | os.PathLike]) -> dict[str, str]:
        """Refuse files whose content is no longer what was fetched or made; those of unknown hash pass.

        Returns:
            SHA-1 of the files of known hash, by path from the folder of results.

        Raises:
            InputError: if one is another; it names the first.
        """
        found = {}
        for path in paths:
            place = self.place(path)
            fetched, made = self._fetched.get(place), self.made(path)
            if fetched is not None:
                expected, origin, remedy = fetched, "the authors' file", "fetch it again"
            elif made is not None:
                expected, origin, remedy = made.sha1, "what the job that made it left", "rebuild it"
            else:
                continue
            found[place] = blob_sha1(path)
            if found[place] != expected:
                raise InputError(
                    path,
                    f"a content with git blob SHA-1 {found[place]}",
                    f"{expected}, {origin}",
                    f"delete it and run snakemake again to {remedy}",
                )
        return found
