"""The user's own raw files: whether they are there, and which content they have."""

import json
import os
from collections.abc import Container, Mapping
from contextlib import suppress
from pathlib import Path

from ner.data.names import RecordingName
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError
from ner.storage.files import atomic

#: In an archive's folder of checksums: the contents of the own raw files that its run was made from and it leaves out.
ARCHIVED = "archived_raw_files.json"


def own_file(session: Mapping) -> str | None:
    """Path of a session's file of the user's, with `~` expanded; None where the authors' or a simulation is taken.

    Args:
        session: its entry of config.
    """
    return None if session["format"] == "smoothed" or "file" not in session else str(Path(session["file"]).expanduser())


def check_own_files(recordings: Mapping[str, Mapping], archived: Container[str] = ()) -> None:
    """Refuse a run whose own raw files are not there, before results of earlier ones are taken for theirs.

    Args:
        recordings: entries of the run's recordings, by name.
        archived: paths of files that an archive leaves out, whose content is known.

    Raises:
        InputError: naming the config key of the first.
    """
    for entry in recordings.values():
        path = own_file(entry)
        if path is not None and path not in archived and not Path(path).is_file():
            kind = "which is no file" if Path(path).exists() else "no such file"
            raise InputError(
                f"config sessions.{entry['session']}.file", f"{entry['file']!r}, {kind}", "a file", "correct it"
            )


def raw_pairs(recordings: Mapping[str, Mapping]) -> dict[str, str]:
    """Recordings that exist in both forms: of raw spikes, and as the authors smoothed them.

    Args:
        recordings: entries of the run's recordings, by name.

    Returns:
        Name of each raw recording that has one, to the smoothed one of the same monkey, day and area.
    """

    def day(name: str) -> tuple[str, str, str]:
        parts = RecordingName.parse(name)
        return recordings[name]["monkey"], parts.date, parts.area

    smoothed = {day(name): name for name, entry in recordings.items() if entry["format"] == "smoothed"}
    return {
        name: smoothed[day(name)]
        for name, entry in recordings.items()
        if entry["format"] != "smoothed" and not entry.get("selections") and day(name)[1] and day(name) in smoothed
    }


def _read(path: Path) -> dict:
    """A mapping of a JSON file; an empty one where there is none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


class ContentHashes:
    """Hashes of files, read again only where size, times or inode say that the file may be another one.

    Args:
        cache: a JSON file to keep them in; its folder has to be there for that.

    Attributes:
        archived: hashes of the files that an archive leaves out, by path; for where they are not there.
    """

    def __init__(self, cache: str | os.PathLike):
        self._cache = Path(cache)
        self._known = _read(self._cache)
        left_out = _read(self._cache.with_name(ARCHIVED))
        self.archived = {str(Path(path).expanduser()): sha1 for path, sha1 in left_out.items()}

    def __call__(self, path: str | os.PathLike) -> str:
        """Git blob SHA-1 of a file, or of what a link leads to.

        Raises:
            OSError: if it cannot be read.
        """
        if str(path) in self.archived and not Path(path).exists():
            return self.archived[str(path)]
        status = Path(path).stat()
        # A copy that keeps the time of change has another time of status.
        seen = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev]
        place = str(Path(path).absolute())
        found = self._known.get(place)
        if not isinstance(found, list) or found[:-1] != seen:
            found = self._known[place] = [*seen, blob_sha1(path)]
            if self._cache.parent.is_dir():
                with suppress(OSError), atomic(self._cache) as temporary:
                    temporary.write_text(json.dumps(self._known), encoding="utf-8")
        return found[-1]
