"""What an HTML page would load from elsewhere."""

import re
from html.parser import HTMLParser

#: Attributes that a browser loads from by itself; a link to click (a href) is none.
_LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "manifest", "xlink:href"}
_REMOTE = r"(?:[a-z][a-z0-9+.-]*:)?//[^\s\"')]+"
_IN_STYLE = re.compile(rf"(?:url\(|@import)\s*[\"']?({_REMOTE})", re.IGNORECASE)
_IN_SCRIPT = re.compile(rf"(?:\bimport\s*\(?|\bfrom|importScripts\()\s*[\"']({_REMOTE})", re.IGNORECASE)


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self._inside = [], None

    def handle_starttag(self, tag, attributes):
        self._inside = tag
        for name, value in attributes:
            if name in _LOADING or (name == "href" and tag in ("link", "base", "image", "use")):
                self.found += re.findall(rf"(?:^|[\s,])({_REMOTE})", value or "")
            elif name == "style":
                self.found += _IN_STYLE.findall(value or "")

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside == "style":
            self.found += _IN_STYLE.findall(data)
        elif self._inside == "script":
            self.found += _IN_SCRIPT.findall(data)


def loaded(page: str) -> list[str]:
    """Addresses that a page names in a place from which a browser loads; scripts are searched for imports alone."""
    parser = _Page()
    parser.feed(page)
    parser.close()
    return parser.found
