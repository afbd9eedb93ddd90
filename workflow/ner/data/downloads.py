"""Downloads over https: redirects that stay secure, answers that are whole, tries that wait longer each time."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import urlsplit

from ner.storage.errors import InputError

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: Answers of a server that is busy or broken for now.
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
_Result = TypeVar("_Result")


class Interrupted(Exception):
    """A download failed in a way that may pass."""


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, key: str):
        self._key = key

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        refuse_insecure(newurl, self._key)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def refuse_insecure(url: str, key: str) -> None:
    """Refuse an address that is not https, or http of this machine.

    Args:
        url: the address.
        key: the config key that it came from.

    Raises:
        InputError: naming the key.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise InputError(key, url, "an https address", "give the https address of the repository")


def blocks(url: str, timeout: float, *, key: str, remedy: str, start: int = 0) -> Iterator[bytes]:
    """Bytes that a server answers with, until it has sent as many as it promised.

    Args:
        url: the address.
        timeout: seconds without an answer after which the download counts as failed.
        key: the config key that the address came from.
        remedy: what to do if the server refuses.
        start: byte from which to go on; the first block is empty if the server begins anew instead.

    Raises:
        Interrupted: if it may work later.
        InputError: if the server refuses, or redirects to an address that is not secure.
    """
    received = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        with urllib.request.build_opener(_SecureRedirects(key)).open(request, timeout=timeout) as answer:
            if start and answer.status != 206:
                yield b""
            promised = answer.headers.get("Content-Length")
            while block := answer.read(1 << 16):
                received += len(block)
                yield block
    except urllib.error.HTTPError as error:
        if error.code in _TRANSIENT:
            raise Interrupted(f"HTTP {error.code} {error.reason}") from error
        raise InputError(url, f"HTTP {error.code} {error.reason}", "the file", remedy) from error
    except (http.client.HTTPException, OSError) as error:
        raise Interrupted(str(getattr(error, "reason", None) or error) or type(error).__name__) from error
    if promised is not None and received != int(promised):
        raise Interrupted(f"cut off after {received} of {promised} bytes")


def tried(action: Callable[[], _Result], url: str, *, tries: int, wait: float, remedy: str) -> _Result:
    """Do something with a server until it works, after waits that double.

    Args:
        action: what to do; it raises Interrupted if it may work later.
        url: the address, for messages.
        tries: how often, at least 1.
        wait: seconds before the second try.
        remedy: what to do if none works.

    Raises:
        InputError: if none of the tries works.
    """
    for attempt in range(1, tries + 1):
        try:
            return action()
        except Interrupted as error:
            print(f"{url}: {error} (try {attempt} of {tries})", flush=True)
            if attempt == tries:
                raise InputError(url, f"{error} (tries: {tries})", "a complete answer", remedy) from error
            time.sleep(wait * 2 ** (attempt - 1))
    raise AssertionError("tries is at least 1")
