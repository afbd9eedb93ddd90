"""What Snakemake says without a name: config files that it cannot read.

The profiles call this before Snakemake reads the config files, and so before the Snakefile has said where the library
is. It uses nothing of `planning` or `ner`, which would be the installed ones for good.
"""

from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile
from pathlib import Path

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EXPECTED = "a YAML file with settings, as `seeds: [0]`"


def refuse_unreadable(arguments: Sequence[str]) -> None:
    """End a run whose config files cannot be read.

    Args:
        arguments: of Snakemake's command line.

    Raises:
        SystemExit: with one line that names the first file that is not there, is no YAML, is empty, or holds something
            else than keys.
    """
    own = Path("config.yaml")
    for path in (*map(Path, _given(arguments)), *([own] if own.exists() else [])):
        if wrong := _wrong(path):
            found, remedy = wrong
            raise SystemExit(f"error: {path}: found {found}; expected {_EXPECTED}; {remedy}")


def _wrong(path: Path) -> tuple[str, str] | None:
    """What is wrong with a config file, and what to do about it."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        return "no such file", "check its path"
    except IsADirectoryError:
        return "a folder", "check its path"
    except OSError as error:
        return f"a file that cannot be read ({error.strerror})", "check its permissions"
    except UnicodeDecodeError:
        return "bytes that are not UTF-8 text", "check that it is the right file"
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        said = " ".join(str(getattr(error, "problem", None) or error).split())
        return f"no valid YAML{where}: {said}", "correct it; indent by spaces, not by tabs"
    if isinstance(root, yaml.MappingNode):
        return None
    found = "an empty file" if root is None else "text or a list without keys"
    return found, "write a setting into it, or leave it out"


def _given(arguments: Sequence[str]) -> Iterator[str]:
    """The config files of a command line."""
    names = ("--configfile", "--configfiles")
    rest = list(arguments)
    while rest := list(dropwhile(lambda word: word.partition("=")[0] not in names, rest)):
        first, rest = rest[0], rest[1:]
        if "=" in first:
            yield first.partition("=")[2]
        else:
            yield from takewhile(lambda word: not word.startswith("-"), rest)
