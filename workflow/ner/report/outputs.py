"""The files that a run makes: what each is, its columns and their units."""

import importlib
import re
from collections.abc import Iterable, Mapping

from ner.data.columns import RECORDING
from ner.decoding.columns import DECODER, METHOD, PROTOCOL
from ner.report.render import render
from ner.storage.errors import InputError
from ner.storage.tables import Table

_WITH_FOLDS = "where config asks for folds, followed by -fold and what is held out, whose trials then stand last"
#: What stands for what in the paths.
NAMES = {
    "recording": f"{RECORDING.meaning}; {_WITH_FOLDS}",
    "session": "day of a monkey, whose areas are recordings, e.g. chewie-20161014",
    "method": METHOD.meaning,
    "group": f"name of a group of recordings in config; {_WITH_FOLDS}",
    "decoder": DECODER.meaning,
    "protocol": PROTOCOL.meaning,
    "seed": "seed of the method's random state",
    "set": "published table across recordings: figure, method, decoder",
    "file": "file of the authors' repository, by its path there",
    "figure": "name of the figure in config",
    "asset": "file of the archive: dandiset, version and path",
}
#: Files that are no tables, by path, and what they hold; tables are declared where they are made.
FILES = {
    "upstream/{file}": "file of the authors, as downloaded and checked",
    "archives/{asset}": "file of the DANDI archive, as downloaded and checked",
    "simulated/{session}.{extension}": "simulated session, a raw TrialData or NWB file (docs/add-a-recording.md)",
    "embeddings/{method}/{recording}/seed{seed}.safetensors": "model, of methods that have one (docs/use-ner.md)",
    "verification/report.html": "everything that holds this run against the paper, as a page to read",
    "index.html": "the first page to open: figures, pages and tables, what ran, what is missing",
    "README.md": "this page",
    "run.tar.gz": "the run in one file: code, config, tables, figures, and the hashes of all",
    "run_with_embeddings.tar.gz": "the same with recordings and embeddings, from which all else is made again",
    "{figure}.pdf": "the figure, to print",
    "{figure}.png": "the figure, to look at (of several pages, the first)",
    "{figure}.html": "the figure's page: the executed notebook, or embeddings in 3D, or a film to play",
    "{figure}_notebook.html": "the executed notebook as a page, of figures that have another page",
    "{figure}.gif": "a film, to put in a talk",
    "{figure}.ipynb": "the executed notebook",
}


def tables_of(modules: Iterable[str]) -> list[Table]:
    """The tables that library modules declare, each once.

    Args:
        modules: names inside the package, e.g. "decoding.columns".
    """
    found = {}
    for name in modules:
        for value in vars(importlib.import_module(f"ner.{name}")).values():
            if isinstance(value, Table):
                found[value.path] = value
    return list(found.values())


def _kinds(tables: Iterable[Table]) -> list[Table]:
    """Every kind of file, those of the most special paths first."""
    kinds = [Table(path, (), meaning) for path, meaning in FILES.items()]
    for table in tables:
        kinds.append(table)
        if table.parts:
            kinds.append(Table(table.parts, table.columns, f"what {table.path} is joined from"))
    return sorted(kinds, key=lambda kind: -len(re.sub(r"\{\w+\}", "", kind.path)))


def _describes(kind: Table, path: str) -> bool:
    """Whether a path, or a rule's pattern of paths, is of a kind."""
    # {file} is a path of its own, the others are parts of one.
    literals = re.escape(kind.path).replace(re.escape("{file}"), ".+")
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", literals), path) is not None


def described(path: str, tables: Iterable[Table]) -> Table | None:
    """The kind of a file: of those that describe it, the one with the longest path besides its {names}.

    Args:
        path: from the folder of results or figures, or a rule's pattern of such paths.
        tables: see `tables_of`.
    """
    return next((kind for kind in _kinds(tables) if _describes(kind, path)), None)


def readme(outputs: Mapping[str, Iterable[tuple[str, str]]], tables: Iterable[Table]) -> str:
    """Describe every file that the rules make.

    Args:
        outputs: by rule, the folder (of results or figures) and the path in it of each of its outputs, as patterns.
        tables: see `tables_of`.

    Returns:
        A page of Markdown.

    Raises:
        InputError: if a rule has an output that is not described.
    """
    tables, made = list(tables), []
    for rule, patterns in outputs.items():
        for folder, pattern in patterns:
            kind = described(pattern, tables)
            if kind is None:
                raise InputError(
                    f"rule {rule}",
                    f"an output {pattern} that nothing describes",
                    "every output described",
                    "declare its Table beside the function that makes it, or name it in workflow/ner/report/outputs.py",
                )
            made.append({"path": f"{folder}/{pattern}", "rule": rule, "kind": kind})
    folders, first = {}, {}
    for file in sorted(made, key=lambda file: file["path"]):
        columns = file["kind"].columns
        file["same"] = first.get(columns)
        if columns:
            first.setdefault(columns, file["path"])
        folder = file["path"].rpartition("/")[0].partition("{")[0].rstrip("/")
        folders.setdefault(folder, []).append(file)
    return render("results.md.j2", names=NAMES, folders=folders)
