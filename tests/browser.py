"""A headless Chromium that opens a page without network, as tests of the pages need it.

It speaks the DevTools protocol over two pipes, so that it needs no package and sees what a script in the page cannot:
every address that the page asks for, also those that its own policy refuses, and every error of its scripts.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# File descriptors 3 and 4 are where Chromium reads and writes the protocol.
_START = 'exec "$@" 3<&"$COMMANDS" 4>&"$ANSWERS"'
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-proxy-server",
    # WebGL without a graphics card.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--remote-debugging-pipe",
)


class Tab:
    """A page that Chromium shows.

    Attributes:
        requests: addresses that the page has asked for besides its own, as text.
        errors: what its scripts have thrown, and what its console calls errors.
    """

    def __init__(self, commands: int, answers: int, timeout: float):
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._commands, self._answers, self._timeout = commands, answers, timeout
        self._unread, self._sent, self._session, self._loaded, self._address = b"", 0, None, False, None

    def _message(self, deadline: float) -> dict:
        while b"\0" not in self._unread:
            if not select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"Chromium: no answer within {self._timeout} s; errors so far: {self.errors}")
            block = os.read(self._answers, 1 << 20)
            if not block:
                raise ConnectionError("Chromium has ended")
            self._unread += block
        message, _, self._unread = self._unread.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict) -> None:
        given = event.get("params", {})
        if event["method"] == "Network.requestWillBeSent" and given["request"]["url"] != self._address:
            self.requests.append(given["request"]["url"])
        elif event["method"] == "Runtime.exceptionThrown":
            details = given["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif event["method"] == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.errors.append(given["entry"]["text"])
        elif event["method"] == "Page.loadEventFired":
            self._loaded = True

    def _ask(self, command: str, **given) -> dict:
        self._sent += 1
        message = {"id": self._sent, "method": command, "params": given}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + self._timeout
        while (answer := self._message(deadline)).get("id") != self._sent:
            self._note(answer)
        if "error" in answer:
            raise RuntimeError(f"Chromium: {command}: {answer['error']['message']}")
        return answer["result"]

    def open(self, path: Path, size: tuple[int, int]) -> None:
        """Open a file in a window whose inside has a size, and wait until it has loaded."""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._ask(f"{domain}.enable")
        width, height = size
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self._address = path.resolve().as_uri()
        self._ask("Page.navigate", url=self._address)
        deadline = time.monotonic() + self._timeout
        while not self._loaded:
            self._note(self._message(deadline))

    def run(self, script: str):
        """Run the body of an async function in the page and return what it returns, which JSON must hold."""
        expression = f"(async () => {{ {script} }})()"
        answer = self._ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def media(self, medium: str) -> None:
        """Show the page as on another medium, e.g. print."""
        self._ask("Emulation.setEmulatedMedia", media=medium)

    def picture(self, path: Path) -> None:
        """Write what the window shows as PNG."""
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot")["data"]))


@contextmanager
def tab(path: Path, folder: Path, *, size: tuple[int, int] = (1280, 720), timeout: float = 300.0) -> Iterator[Tab]:
    """Open a page in a browser of its own; skip the test where there is no Chromium.

    Args:
        path: the HTML file.
        folder: an empty folder for the browser's profile, e.g. tmp_path / "profile".
        size: of the page as it is seen, pixels.
        timeout: seconds without an answer after which the page counts as stuck.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium to open the page with")
    (for_chromium, commands), (answers, from_chromium) = os.pipe(), os.pipe()
    process = subprocess.Popen(
        ["bash", "-c", _START, "bash", chromium, *_OPTIONS, f"--user-data-dir={folder}"],
        env={**os.environ, "COMMANDS": str(for_chromium), "ANSWERS": str(from_chromium)},
        pass_fds=(for_chromium, from_chromium),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(for_chromium)
    os.close(from_chromium)
    try:
        opened = Tab(commands, answers, timeout)
        opened.open(path, size)
        yield opened
    finally:
        # Without its reader Chromium ends by itself.
        os.close(commands)
        os.close(answers)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
