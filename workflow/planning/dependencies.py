"""Which library files a result depends on, read from their import statements."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "ner"


@cache
def _file(module: str) -> Path | None:
    stem = ROOT.joinpath(*module.split("."))
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)


@cache
def _imports(path: Path) -> frozenset[str]:
    found = set()
    type_checking = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
            type_checking.update(id(child) for child in ast.walk(node))
        if id(node) in type_checking:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(name for name in found if name.split(".")[0] == PACKAGE)


def library_files(*modules: str) -> list[Path]:
    """Files of the named library modules and of all that they import from the library, at any depth.

    Imports inside functions count, those under TYPE_CHECKING do not.

    Args:
        modules: names inside the package, e.g. "losses" or "methods.ner".

    Raises:
        KeyError: if there is no such module.
    """
    todo = [f"{PACKAGE}.{module}" for module in modules]
    for module in todo:
        if _file(module) is None:
            raise KeyError(f"no library module {module}")
    seen: set[str] = set()
    files: set[Path] = set()
    while todo:
        module = todo.pop()
        path = _file(module)
        if module in seen or path is None:
            continue
        seen.add(module)
        files.add(path)
        todo.extend(_imports(path))
        parent = module.rpartition(".")[0]
        if parent:
            todo.append(parent)
    return sorted(files)
