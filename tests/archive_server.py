"""A server on this machine that speaks as the DANDI archive does."""

import hashlib
import http.server
import json
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import numpy as np

CONTENT = np.random.default_rng(0).bytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ASSET = "01234567-89ab-cdef-0123-456789abcdef"
PATH = "sub-C/sub-C_ses-CO-20161021_behavior+ecephys.nwb"
SIZE = len(CONTENT)


class Archive(http.server.ThreadingHTTPServer):
    """Answers as the archive does; tests replace single answers."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.api = f"http://127.0.0.1:{self.server_port}/api"
        self.result = {"asset_id": ASSET, "path": PATH, "size": SIZE}
        self.listing = None
        self.asset = {"digest": {"dandi:sha2-256": SHA256}}
        self.content = CONTENT
        self.location = None
        self.cuts = []
        self.ranges_work = True
        self.requests = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server, place = self.server, urlsplit(self.path).path
        server.requests.append((self.path, self.headers.get("Range")))
        if place.endswith("/download/"):
            self.send_response(302)
            self.send_header("Location", server.location or f"{server.api}/blob")
            self.end_headers()
        elif place.endswith("/blob"):
            self.blob()
        elif "/dandisets/" in place:
            page = {"count": None, "results": [server.result], "next": None}
            self.json(server.listing(self.path) if server.listing else page)
        else:
            self.json(server.asset)

    def blob(self):
        server, wanted = self.server, self.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.ranges_work else 0
        content = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: server.cuts.pop(0)] if server.cuts else content)

    def json(self, answer):
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@contextmanager
def serving():
    """An archive that answers while the block runs."""
    server = Archive()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
