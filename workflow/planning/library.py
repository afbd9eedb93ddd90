"""The code and the packages that a result depends on, read from import statements."""

import ast
import hashlib
import json
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "ner"
#: Packages that show progress or write files, and change no number.
CARRIERS = frozenset({"pyarrow", "safetensors", "tqdm"})
#: Distributions whose packages are imported by another name.
_DISTRIBUTIONS = {
    "PIL": "pillow",
    "mpl_toolkits": "matplotlib",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}
#: Packages that compute for another one, which is imported in their place.
_COMPUTING_FOR = {"numba": ("llvmlite",), "umap-learn": ("pynndescent",)}
#: Attributes of a statement in which others stand.
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


@cache
def _file(module: str) -> Path | None:
    stem = ROOT.joinpath(*module.split("."))
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)


def _code(path: Path) -> str:
    """Python of a file; of a notebook, that of its code cells without IPython's commands."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = "\n".join(cell if isinstance(cell, str) else "".join(cell) for cell in cells).splitlines()
    return "\n".join(line for line in lines if not line.startswith(("%", "!")))


@cache
def _imports(path: Path) -> frozenset[str]:
    """Modules, and names in them that may be modules, that a file imports; not those for type checkers alone."""
    found = set()
    todo: list[ast.AST] = [ast.parse(_code(path))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
            todo.extend(node.orelse)
        else:
            # Blocks alone, as an expression holds no import.
            todo.extend(inner for block in _BLOCKS for inner in getattr(node, block, ()))
    return frozenset(found)


def _of_library(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == PACKAGE}


@cache
def _data(folder: Path) -> frozenset[Path]:
    """Files that the modules of a folder may read: templates, styles, tables; not those of a package inside it."""
    found = set()
    for path in folder.iterdir():
        if path.is_dir() and not (path / "__init__.py").exists() and path.name != "__pycache__":
            found.update(_data(path))
        elif path.is_file() and path.suffix not in (".py", ".pyc"):
            found.add(path)
    return frozenset(found)


def _siblings(module: str) -> list[str]:
    """Modules beside one."""
    package = module.rpartition(".")[0]
    return [f"{package}.{path.stem}" for path in ROOT.joinpath(*package.split(".")).glob("*.py")]


def library_files(*modules: str, named: Iterable[str] = ()) -> list[Path]:
    """Files of the given library modules and of all that they import from the library, at any depth.

    Imports inside functions count, those under TYPE_CHECKING do not. The data files beside a module (templates,
    styles) count with it, and with a module called registry, which finds those beside it by their names, all of them.

    Args:
        modules: names inside the package, e.g. "training.losses" or "methods.ner".
        named: modules that a registry is asked for; of those beside that registry, no others count.

    Raises:
        KeyError: if there is no such module.
    """
    todo = [f"{PACKAGE}.{module}" for module in (*modules, *named)]
    for module in todo:
        if _file(module) is None:
            raise KeyError(f"no library module {module}")
    chosen = {f"{PACKAGE}.{module}".rpartition(".")[0] for module in named}
    seen, files = set(), set()
    while todo:
        module = todo.pop()
        path = _file(module)
        if module in seen or path is None:
            continue
        seen.add(module)
        files |= {path, *_data(path.parent)}
        todo.extend(_of_library(_imports(path)))
        parent, _, name = module.rpartition(".")
        if parent:
            todo.append(parent)
        if name == "registry" and parent not in chosen:
            todo.extend(_siblings(module))
    return sorted(files)


def imported_modules(path: Path) -> list[str]:
    """Library modules that a script or notebook imports, as `library_files` takes them.

    Args:
        path: a .py or .ipynb file.
    """
    found = {name for name in _of_library(_imports(path)) if _file(name) is not None and name != PACKAGE}
    return sorted(name.removeprefix(f"{PACKAGE}.") for name in found)


def code_files(sources: Iterable[Path], named: Iterable[str] = ()) -> list[Path]:
    """Scripts and notebooks, and every library file that they depend on.

    Args:
        sources: .py and .ipynb files.
        named: as for `library_files`.
    """
    imported = {module for path in sources for module in imported_modules(path)}
    return sorted({*sources, *library_files(*imported, named=named)})


def fingerprint(files: Iterable[Path]) -> str:
    """Short hash of the contents of files of the workflow; it is the same wherever the workflow lies.

    Args:
        files: files below the workflow's folder.

    Returns:
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def packages(files: Iterable[Path], without: Iterable[str] = ()) -> list[str]:
    """Distributions whose code computes what the files' code computes.

    Args:
        files: Python files and notebooks; files of other kinds import nothing.
        without: distributions that only carry the numbers here.

    Returns:
        Names, sorted: what the files import, beyond Python itself, and what computes for it.
    """
    tops = {name.split(".")[0] for path in files if path.suffix in (".py", ".ipynb") for name in _imports(path)}
    tops -= {PACKAGE, "planning", "job", *sys.stdlib_module_names}
    named = {_DISTRIBUTIONS.get(top, top).lower().replace("_", "-") for top in tops}
    named |= {other for name in named for other in _COMPUTING_FOR.get(name, ())}
    return sorted(named - CARRIERS - set(without))


@cache
def pins(lock: Path) -> dict[str, str]:
    """Versions that a lock file asks for, by distribution.

    Args:
        lock: with lines `name==version`, as pip reads them or as items of a conda environment.
    """
    lines = (line.split("#")[0].strip(" -") for line in lock.read_text(encoding="utf-8").splitlines())
    return dict(line.split("==", 1) for line in lines if "==" in line)


@cache
def environment() -> str:
    """Short hash of the names and versions of all distributions of this environment."""
    found = sorted({f"{item.metadata['Name']}=={item.version}" for item in distributions()})
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]


@cache
def installed(name: str) -> str:
    """Version of a distribution of this environment, without its local part; '' where it is not installed.

    The local part (+cpu, +cu128) names a build of the same code.
    """
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return ""


@cache
def made_by(
    script: str,
    *named: str,
    notebook: str | None = None,
    without: tuple[str, ...] = (),
    pinned: Path | None = None,
) -> dict:
    """Params of a rule that runs a script: its name, and what identifies the code and packages behind its results.

    The library's part of the code is what the script and its notebook import.

    Args:
        script: name of a script in the workflow's folder.
        named: library modules that a registry is asked for, where it is not to be all that it has.
        notebook: name of the notebook that the script runs, where it runs one.
        without: distributions that only carry the numbers here.
        pinned: the lock of the environment in which the script runs, where it is not this one.

    Returns:
        step: the script; notebook: the notebook, if any; code: the fingerprint; packages: versions by distribution.
    """
    sources = [ROOT / "scripts" / f"{script}.py"]
    drawn = {}
    if notebook is not None:
        sources.append(ROOT / "notebooks" / f"{notebook}.ipynb")
        drawn = {"notebook": notebook}
    files = code_files(sources, named)
    known = installed if pinned is None else lambda name: pins(pinned).get(name, "")
    versions = {name: known(name) for name in packages(files, without)}
    return {"step": script, **drawn, "code": fingerprint(files), "packages": versions}
