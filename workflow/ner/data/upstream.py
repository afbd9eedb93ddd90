"""Files of the authors' repository: named by a manifest, fetched from the network or a mirror, checked by content."""

import csv
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ner.data.downloads import blocks, refuse_insecure, tried
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError
from ner.storage.files import atomic

_MIRROR = "name a folder with the files in data.mirror"


@dataclass(frozen=True)
class UpstreamFile:
    """A file of the authors' repository.

    Attributes:
        path: relative to the repository's root; may hold spaces and pluses.
        sha1: git blob SHA-1 of its content.
        kind: raw, published-embedding or published-table.
    """

    path: str
    sha1: str
    kind: str

    @property
    def local(self) -> str:
        """The path under which it is kept: what a shell or Snakemake could take for syntax is replaced by _."""
        return re.sub(r"[^A-Za-z0-9._/-]", "_", self.path)


def read_manifest(path: str | os.PathLike) -> dict[str, UpstreamFile]:
    """Read the table of upstream files.

    Args:
        path: CSV with (at least) the columns path, git_blob_sha1, kind.

    Returns:
        The files by their upstream path.

    Raises:
        InputError: if the table is missing, lacks a column, or holds a path or hash that cannot be used.
    """
    remedy = "restore it from the repository"
    try:
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        files = [UpstreamFile(row["path"], row["git_blob_sha1"], row["kind"]) for row in rows]
    except OSError as error:
        raise InputError(path, error.strerror, "the manifest of upstream files", remedy) from error
    except KeyError as error:
        raise InputError(path, f"no column {error}", "columns path, git_blob_sha1, kind", remedy) from error
    taken = set()
    for file in files:
        if not re.fullmatch(r"[0-9a-f]{40}", file.sha1 or ""):
            raise InputError(path, f"hash {file.sha1!r} of {file.path}", "40 hexadecimal digits", remedy)
        if file.path.startswith("/") or ".." in file.path.split("/") or file.local in taken:
            raise InputError(path, f"path {file.path!r}", "a relative path, another one in every row", remedy)
        taken.add(file.local)
    return {file.path: file for file in files}


def local_hashes(files: Iterable[UpstreamFile]) -> dict[str, str]:
    """Expected git blob SHA-1 of each local copy, by its path from the folder of results.

    Args:
        files: of the manifest.
    """
    return {f"upstream/{file.local}": file.sha1 for file in files}


def fetch(
    file: UpstreamFile,
    target: str | os.PathLike,
    *,
    url: str,
    mirror: str | os.PathLike | None = None,
    tries: int = 4,
    timeout: float = 60.0,
    wait: float = 2.0,
) -> None:
    """Copy an upstream file from a mirror, or download it; keep it only if its content is the manifest's.

    Servers that answer "not now", that go silent, or that break off are tried again, after waits that double;
    other refusals and wrong content are final. Nothing is left behind by a failure.

    Args:
        file: what to fetch.
        target: the file to make.
        url: https address of the repository's root at the manifest's commit (http for this machine only).
        mirror: folder with the same relative paths, used instead of the network.
        tries: downloads begun before giving up, at least 1.
        timeout: seconds without an answer after which a download counts as failed.
        wait: seconds before the second try.

    Raises:
        InputError: if the file cannot be had, or is not the manifest's.
    """
    with atomic(target) as temporary:
        if mirror is not None:
            place = Path(mirror).expanduser() / file.path
            try:
                shutil.copyfile(place, temporary)
            except OSError as error:
                raise InputError(
                    place,
                    error.strerror,
                    "a file of the mirror",
                    "complete the mirror, name another in data.mirror, choose other recordings, or set "
                    "data.mirror to null to download",
                ) from error
            remedy = "replace the mirror's copy"
        else:
            place = f"{url.rstrip('/')}/{quote(file.path)}"
            _download(place, temporary, tries, timeout, wait)
            remedy = "check data.url, and proxies that may answer in its place"
        found = blob_sha1(temporary)
        if found != file.sha1:
            size = temporary.stat().st_size
            raise InputError(place, f"{size} bytes with git blob SHA-1 {found}", f"SHA-1 {file.sha1}", remedy)


def _download(url: str, target: Path, tries: int, timeout: float, wait: float) -> None:
    refuse_insecure(url, "data.url")

    def once() -> None:
        with open(target, "wb") as file:
            for block in blocks(url, timeout, key="data.url", remedy=f"check data.url, or {_MIRROR}"):
                file.write(block)

    remedy = f"try again later, raise data.tries or data.timeout, or {_MIRROR}"
    tried(once, url, tries=tries, wait=wait, remedy=remedy)
