"""Which library modules declare tables."""

import re
from pathlib import Path

LIBRARY = Path(__file__).parents[1] / "ner"


def table_modules() -> list[str]:
    """Names inside the library, e.g. "decoding.columns", of the modules that declare a Table."""
    return sorted(
        ".".join(path.relative_to(LIBRARY).with_suffix("").parts)
        for path in LIBRARY.rglob("*.py")
        if re.search(r"\bTable\(\s*f?\"", path.read_text())
    )
