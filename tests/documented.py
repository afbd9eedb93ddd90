"""What README.md and docs/ ask their readers to run or to write, and where their links lead."""

import re
from pathlib import Path

from places import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Programs whose calls inside a line of text are commands to run; a name alone is none.
PROGRAMS = r"(\.venv/bin/)?(snakemake|make|python|pytest|sinfo|squeue|scancel|scontrol|sacct|sacctmgr) "


def blocks(page: Path, language: str) -> list[str]:
    """Text of a page's code blocks in a language, without their indentation."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indentation}", "", text, flags=re.MULTILINE) for indentation, text in found]


def commands() -> list[str]:
    """Every command of every page, once each, without its comment."""
    found = []
    for page in PAGES:
        lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
        text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
        spans = [" ".join(span.split()) for span in re.findall(r"`((?:[^`\n]|\n(?!\n))+)`", text)]
        lines += [span for span in spans if re.match(PROGRAMS, span)]
        found += [re.sub(r" +# .*", "", line).strip() for line in lines]
    return list(dict.fromkeys(found))


def links(page: Path) -> list[str]:
    """Addresses of a page's links and pictures within the repository."""
    return [address for address in re.findall(r"\]\(([^)\s]+)\)", page.read_text()) if "://" not in address]


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def is_of_slurm(command: str) -> bool:
    """Whether a command asks a cluster."""
    return re.match(r"s(info|queue|cancel|control|acct|acctmgr)\b", command) is not None
