"""What is wrong with config files that a merged configuration no longer shows."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from ner.storage.errors import InputError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
