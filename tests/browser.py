"""A page as a browser shows it, for tests; without a network, and without the test where there is no browser."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

_REPORT = """
<script>
(async () => {
  const seen = await (async () => {%s})();
  seen.fetched = performance.getEntriesByType("resource").map((entry) => entry.name);
  const report = document.createElement("pre");
  report.id = "report";
  report.textContent = JSON.stringify(seen);
  document.body.append(report);
})();
</script>
"""


def look(page: str, folder: Path, probe: str) -> dict:
    """Open a page in headless Chromium and run a probe in it.

    Args:
        page: HTML.
        folder: where the page and the browser's profile are put.
        probe: body of an async function of JavaScript that returns an object; it runs when the page has been read.

    Returns:
        What the probe returned, and `fetched`: the addresses that the page loaded, but for data: and blob: ones.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium to open the page with")
    path = folder / "page.html"
    path.write_text(page.replace("</body>", f"{_REPORT % probe}</body>"), encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    command += [f"--user-data-dir={folder / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND"]
    command += ["--window-size=700,500", "--virtual-time-budget=3000", "--dump-dom", path.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=300)
    report = re.search(r'<pre id="report">(.*?)</pre>', shown.stdout, re.DOTALL)
    assert report, shown.stderr[-2000:]
    seen = json.loads(unescape(report[1]))
    seen["fetched"] = [address for address in seen["fetched"] if not address.startswith(("data:", "blob:"))]
    return seen
