import csv
import hashlib
import http.server
import os
import re
import shutil
import socket
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import MANIFEST

from ner.data.upstream import UpstreamFile, fetch, read_manifest
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError

CONTENT = b"trial after trial\n" * 50_000
PATH = "data_NER/M1 4+6+6/NER/file.npz"


def sha1(content):
    return hashlib.sha1(b"blob " + str(len(content)).encode() + b"\0" + content).hexdigest()


FILE = UpstreamFile(PATH, sha1(CONTENT), "raw")


class Server(http.server.ThreadingHTTPServer):
    """Answers the n-th request with the n-th of `answers`, and all later ones with the last."""

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.requests = answers, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/commit"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answers = self.server.answers
        answer = answers[min(len(self.server.requests), len(answers) - 1)]
        self.server.requests.append(self.path)
        answer(self)

    def log_message(self, *arguments):
        pass


def whole(content):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def cut_off(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    handler.wfile.write(CONTENT[: len(CONTENT) // 2])


def cut_off_in_chunks(handler):
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n" % len(CONTENT) + CONTENT[:1000])
    handler.close_connection = True


def hang_up(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


def silence(handler):
    handler.server.released.wait(5)


def status(code):
    return lambda handler: handler.send_error(code)


def redirect(target):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.end_headers()

    return answer


@pytest.fixture
def serve(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    @contextmanager
    def start(*answers):
        server = Server(*answers)
        server.released = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            server.server_close()
            thread.join()

    return start


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def refusal(target, **settings):
    """The error of a fetch that must fail, having left nothing."""
    with pytest.raises(InputError) as raised:
        fetch(FILE, target, **({"url": "https://127.0.0.1:9", "wait": 0.0} | settings))
    assert files_below(target.parent) == []
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_blob_sha1_of_contents_with_known_hashes(tmp_path):
    for content, known in (
        (b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        (b"hello world\n", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"),
    ):
        (tmp_path / "file").write_bytes(content)
        assert blob_sha1(tmp_path / "file") == known


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_blob_sha1_is_gits(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(3_000_001))
    found = subprocess.run(["git", "hash-object", "--no-filters", path], capture_output=True, text=True, check=True)
    assert blob_sha1(path) == found.stdout.strip()


def test_manifest_of_the_repository():
    files = read_manifest(MANIFEST)
    with MANIFEST.open(newline="") as table:
        assert [row["path"] for row in csv.DictReader(table)] == list(files)
    assert {file.kind for file in files.values()} == {"raw", "published-embedding", "published-table"}
    assert len({file.local for file in files.values()}) == len(files)
    assert all(re.fullmatch(r"[A-Za-z0-9._/-]+", file.local) for file in files.values())
    assert all(
        Path(file.local).name.rpartition(".")[2] == Path(path).name.rpartition(".")[2] for path, file in files.items()
    )


def test_mirrored_files_are_the_manifests(mirror):
    present = [
        file for path, file in read_manifest(MANIFEST).items() if (mirror / path).is_file() and file.kind == "raw"
    ]
    assert present
    for file in present:
        assert blob_sha1(mirror / file.path) == file.sha1, file.path


HEADER = "path,git_blob_sha1,bytes,kind,mirrored\n"
SHA1 = "0123456789" * 4


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("path,kind\na,raw\n", "no column 'git_blob_sha1'"),
        (f"{HEADER}a,{SHA1[:-1]},1,raw,no\n", "40 hexadecimal digits"),
        (f"{HEADER}../a,{SHA1},1,raw,no\n", "a relative path"),
        (f"{HEADER}/a,{SHA1},1,raw,no\n", "a relative path"),
        (f"{HEADER}a b,{SHA1},1,raw,no\na+b,{SHA1},1,raw,no\n", "another one in every row"),
    ],
)
def test_unusable_manifests(tmp_path, text, complaint):
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_manifest(path)


def test_missing_manifest(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_manifest(tmp_path / "manifest.csv")


@given(path=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_local_names_are_safe_and_keep_the_folders(path):
    local = UpstreamFile(path, SHA1, "raw").local
    assert re.fullmatch(r"[A-Za-z0-9._/-]*", local)
    assert [len(part) for part in local.split("/")] == [len(part) for part in path.split("/")]
    assert UpstreamFile(local, SHA1, "raw").local == local


def test_mirror(tmp_path):
    source = tmp_path / "mirror" / PATH
    source.parent.mkdir(parents=True)
    source.write_bytes(CONTENT)
    target = tmp_path / "new" / "folder" / "file.npz"
    fetch(FILE, target, url="https://127.0.0.1:9", mirror=tmp_path / "mirror")
    assert target.read_bytes() == CONTENT
    assert files_below(target.parent) == [target]


def test_missing_from_the_mirror(tmp_path):
    (tmp_path / "mirror").mkdir()
    error = refusal(tmp_path / "out" / "file", mirror=tmp_path / "mirror")
    assert str(tmp_path / "mirror" / PATH) in error and "data.mirror" in error


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-1] + b"?", b""])
def test_mirror_with_another_content(tmp_path, content):
    source = tmp_path / "mirror" / PATH
    source.parent.mkdir(parents=True)
    source.write_bytes(content)
    error = refusal(tmp_path / "out" / "file", mirror=tmp_path / "mirror")
    assert sha1(content) in error and FILE.sha1 in error and "replace the mirror's copy" in error


def test_a_failed_fetch_keeps_what_was_there(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"earlier")
    with pytest.raises(InputError):
        fetch(FILE, target, url="https://127.0.0.1:9", mirror=tmp_path / "nowhere")
    assert target.read_bytes() == b"earlier"
    assert files_below(tmp_path) == [target]


def test_download(tmp_path, serve):
    with serve(whole(CONTENT)) as server:
        fetch(FILE, tmp_path / "file", url=f"{server.url}/")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert server.requests == ["/commit/data_NER/M1%204%2B6%2B6/NER/file.npz"]
    assert files_below(tmp_path) == [tmp_path / "file"]


@pytest.mark.parametrize("failure", [status(500), status(503), status(429), cut_off, cut_off_in_chunks, hang_up])
def test_passing_failures_are_tried_again(tmp_path, serve, failure):
    with serve(failure, failure, whole(CONTENT)) as server:
        fetch(FILE, tmp_path / "file", url=server.url, tries=3, wait=0.0)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("failure", "complaint"),
    [
        (status(500), "HTTP 500"),
        (cut_off, f"cut off after {len(CONTENT) // 2} of {len(CONTENT)} bytes"),
        (cut_off_in_chunks, "IncompleteRead"),
        (hang_up, "closed connection"),
        (silence, "timed out"),
    ],
)
def test_lasting_failures_end_it(tmp_path, serve, failure, complaint):
    with serve(failure) as server:
        error = refusal(tmp_path / "out" / "file", url=server.url, tries=2, timeout=0.2)
    assert len(server.requests) == 2
    assert complaint in error and "data.mirror" in error and server.url in error


@pytest.mark.parametrize("code", [404, 403, 410])
def test_refusals_are_final(tmp_path, serve, code):
    with serve(status(code), whole(CONTENT)) as server:
        error = refusal(tmp_path / "out" / "file", url=server.url)
    assert len(server.requests) == 1
    assert f"HTTP {code}" in error and "data.url" in error


def test_wrong_content_is_final(tmp_path, serve):
    with serve(whole(b"<html>please log in</html>"), whole(CONTENT)) as server:
        error = refusal(tmp_path / "out" / "file", url=server.url)
    assert len(server.requests) == 1
    assert sha1(b"<html>please log in</html>") in error


def test_waits_grow(tmp_path, serve, monkeypatch):
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    with serve(status(500)) as server:
        refusal(tmp_path / "out" / "file", url=server.url, tries=4, wait=0.5)
    assert waits == [0.5, 1.0, 2.0]


def test_nothing_listens(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
        assert "refused" in refusal(tmp_path / "out" / "file", url=url, tries=2)


@pytest.mark.parametrize("url", ["http://example.invalid", "ftp://example.invalid", "file:///etc", "example.invalid"])
def test_only_https(tmp_path, url):
    assert "https" in refusal(tmp_path / "out" / "file", url=url)


@pytest.mark.parametrize("target", ["http://example.invalid/file", "ftp://example.invalid/file"])
def test_redirects_stay_on_https(tmp_path, serve, target):
    with serve(redirect(target)) as server:
        assert "https" in refusal(tmp_path / "out" / "file", url=server.url)


def test_redirects_are_followed(tmp_path, serve):
    with serve(redirect("/elsewhere"), whole(CONTENT)) as server:
        fetch(FILE, tmp_path / "file", url=server.url)
    assert server.requests[-1] == "/elsewhere"
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_target_that_cannot_be_written_is_not_a_passing_failure(tmp_path, serve):
    (tmp_path / "file").write_text("not a folder")
    with serve(whole(CONTENT)) as server, pytest.raises(OSError, match="file"):
        fetch(FILE, tmp_path / "file" / "below", url=server.url)
    assert server.requests == []
