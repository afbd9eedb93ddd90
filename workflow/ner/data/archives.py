"""Files of the DANDI archive, by its REST interface: found by their path, resumed, checked by their digest.

The plain interface, three requests a file, and not the archive's client, which brings some 60 packages for them.
"""

import difflib
import hashlib
import json
import os
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from ner.data.downloads import Interrupted, blocks, refuse_insecure, tried
from ner.storage.errors import InputError

API = "https://api.dandiarchive.org/api"
_KEY = "data.archive.api"
_REMEDY = "check `dandi` of the session, and data.archive.api"
_LATER = "try again later, which goes on where it was, or raise data.tries or data.timeout"
#: Pages of a listing, and bytes of an answer that is no file, after which the server is not believed.
_PAGES, _ANSWER = 50, 16 << 20


def local_path(dandiset: str, version: str, path: str) -> str:
    """Path under which an asset is kept, of letters, digits and ._-/ alone."""
    return re.sub(r"[^A-Za-z0-9._/-]", "_", f"{dandiset}/{version}/{path}")


def fetch_asset(
    dandiset: str,
    version: str,
    path: str,
    target: str | os.PathLike,
    *,
    api: str = API,
    tries: int = 4,
    timeout: float = 60.0,
    wait: float = 2.0,
) -> None:
    """Download one asset, and keep it only if its SHA-256 is the archive's.

    What arrives before a download breaks off is kept beside the target, and the next one goes on from there, in this
    run or another.

    Args:
        dandiset: six digits.
        version: of the dandiset.
        path: of the asset in it.
        target: the file to make.
        api: https address of the archive's interface (http for this machine only).
        tries: requests begun before giving up, at least 1.
        timeout: seconds without an answer after which a request counts as failed.
        wait: seconds before the second try.

    Raises:
        InputError: if there is no such asset, or the server's answers are not what they should be.
    """
    api = api.rstrip("/")
    refuse_insecure(api, _KEY)
    settings = {"tries": tries, "timeout": timeout, "wait": wait}
    asset, size = _found(api, dandiset, version, path, settings)
    described = f"{api}/assets/{asset}/"
    digest = _digest(described, _answer(described, settings))
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # By its digest, so that another version of the file does not go on from this one's bytes.
    partial = target.with_name(f".{target.name}.{digest[:16]}.partial")
    url = f"{api}/assets/{asset}/download/"
    tried(lambda: _download(url, partial, size, timeout), url, tries=tries, wait=wait, remedy=_LATER)
    found = _sha256(partial)
    if found != digest:
        partial.unlink()
        raise InputError(url, f"{size} bytes with SHA-256 {found}", f"SHA-256 {digest}", _REMEDY)
    os.replace(partial, target)


def _download(url: str, partial: Path, size: int, timeout: float) -> None:
    start = partial.stat().st_size if partial.exists() else 0
    if start >= size:
        # Whole already, or of a server that sent too much: the digest decides.
        return
    with open(partial, "ab") as file:
        for block in blocks(url, timeout, key=_KEY, remedy=_REMEDY, start=start):
            if not block:
                file.truncate(0)
                start = 0
                continue
            start += len(block)
            if start > size:
                partial.unlink()
                raise InputError(url, f"more than the {size} bytes of the asset", "the asset", _REMEDY)
            file.write(block)
    if start < size:
        raise Interrupted(f"cut off after {start} of {size} bytes")


def _found(api: str, dandiset: str, version: str, path: str, settings: dict) -> tuple[str, int]:
    """Id and size of the asset with a path."""
    base = f"{api}/dandisets/{quote(dandiset, safe='')}/versions/{quote(version, safe='')}/assets/"
    url, seen, near = f"{base}?path={quote(path, safe='')}", set(), []
    while url:
        seen.add(url)
        page = _answer(url, settings)
        results = page.get("results")
        if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            raise InputError(url, f"an answer with {sorted(page)}", "results", _REMEDY)
        for result in results:
            if result.get("path") == path:
                asset, size = result.get("asset_id"), result.get("size")
                if not re.fullmatch(r"[0-9a-fA-F-]{8,64}", str(asset)) or type(size) is not int or size < 1:
                    raise InputError(url, f"asset_id {asset!r}, size {size!r}", "an id and a size", _REMEDY)
                return asset, size
            near.append(str(result.get("path")))
        url = page.get("next")
        if url is not None:
            _check_next(api, url, seen)
    close = difflib.get_close_matches(path, near, n=1)
    remedy = f"did you mean {close[0]}?" if close else _REMEDY
    raise InputError(base, f"{len(near)} assets, none of them {path}", "one of this path", remedy)


def _check_next(api: str, url: object, seen: set[str]) -> None:
    here = urlsplit(api)
    if not isinstance(url, str) or urlsplit(url)[:2] != here[:2] or url in seen or len(seen) >= _PAGES:
        found = f"a next page {url!r} after {len(seen)} pages"
        raise InputError(api, found, f"another one of {here.netloc}, {_PAGES} at most", _REMEDY)


def _answer(url: str, settings: dict) -> dict:
    """A server's JSON mapping."""

    def ask() -> bytes:
        content = b""
        for block in blocks(url, settings["timeout"], key=_KEY, remedy=_REMEDY):
            content += block
            if len(content) > _ANSWER:
                raise InputError(url, f"more than {_ANSWER} bytes", "a short answer", _REMEDY)
        return content

    content = tried(ask, url, tries=settings["tries"], wait=settings["wait"], remedy=_LATER)
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(url, f"an answer that is no JSON ({content[:40]!r})", "JSON", _REMEDY) from error
    if not isinstance(answer, dict):
        raise InputError(url, f"a JSON {type(answer).__name__}", "a mapping", _REMEDY)
    return answer


def _digest(url: str, described: dict) -> str:
    """SHA-256 of an asset, from its metadata."""
    digests = described.get("digest")
    digest = digests.get("dandi:sha2-256") if isinstance(digests, dict) else None
    if not re.fullmatch(r"[0-9a-f]{64}", str(digest)):
        raise InputError(url, f"digest {digest!r}", "a dandi:sha2-256", _REMEDY)
    return digest


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
