"""What is wrong with config files that a merged configuration no longer shows."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, takewhile
from pathlib import Path

import yaml

from ner.storage.errors import InputError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def refuse_unreadable(arguments: Sequence[str]) -> None:
    """End a run whose config files Snakemake cannot read: it does so itself, but without their names.

    The profiles call this, as they are read before the config files are.

    Args:
        arguments: of Snakemake's command line.

    Raises:
        SystemExit: with one line, as `check_files` says it.
    """
    own = Path("config.yaml")
    try:
        check_files([*map(Path, _given(arguments)), *([own] if own.exists() else [])])
    except InputError as error:
        raise SystemExit(f"error: {error}") from None


def check_files(paths: Iterable[Path]) -> None:
    """Refuse files that hold no settings.

    Args:
        paths: config files.

    Raises:
        InputError: naming the first that is not there, is no YAML, is empty, or holds something else than keys.
    """
    for path in paths:
        expected = "a YAML file with settings, as `seeds: [0]`"
        try:
            root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
        except FileNotFoundError:
            raise InputError(path, "no such file", expected, "check its path") from None
        except IsADirectoryError:
            raise InputError(path, "a folder", expected, "check its path") from None
        except OSError as error:
            found = f"a file that cannot be read ({error.strerror})"
            raise InputError(path, found, expected, "check its permissions") from None
        except UnicodeDecodeError:
            raise InputError(
                path, "bytes that are not UTF-8 text", expected, "check that it is the right file"
            ) from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" in line {mark.line + 1}" if mark else ""
            found = f"no valid YAML{where}: {getattr(error, 'problem', None) or error}"
            raise InputError(path, found, expected, "correct it; indent by spaces, not by tabs") from None
        if not isinstance(root, yaml.MappingNode):
            found = "an empty file" if root is None else "text or a list without keys"
            raise InputError(path, found, expected, "write a setting into it, or leave it out")


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


def check_keys(paths: Iterable[Path]) -> None:
    """Refuse YAML files that give a key twice, of which a reader would take the last without a word.

    Args:
        paths: config files. Those that are not there, or no YAML, are left to who reads them.

    Raises:
        InputError: naming the key of the first, and both lines.
    """
    for path in paths:
        try:
            root = yaml.compose(Path(path).read_text(encoding="utf-8"), Loader=_Loader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue
        for key, first, second in _repeated(root, ()):
            found = f"the key {key} twice, in lines {first} and {second}"
            raise InputError(path, found, "every key once", "remove one of them")


def _repeated(node: yaml.Node | None, place: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Keys that a mapping holds twice, with the lines of both."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                yield ".".join((*place, name)), seen[name], line
            seen[name] = line
            yield from _repeated(value, (*place, name))
    elif isinstance(node, yaml.SequenceNode):
        for k, value in enumerate(node.value):
            yield from _repeated(value, (*place, str(k)))
