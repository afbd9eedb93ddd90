"""The first page to open after a run: its figures, pages and tables, what ran, and what is missing."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ner.data.names import RecordingName
from ner.report.benchmarks import collect
from ner.report.outputs import described
from ner.report.provenance import stages, trainings
from ner.report.render import render
from ner.storage.files import atomic
from ner.storage.tables import Table, names, read_csv
from ner.verification.replication import REPLICATION, level

#: Pages of a run besides those of the figures, from the folder of results, and what each is.
PAGES = {
    "verification/report.html": "this run beside the paper, value by value",
    "README.md": "what every file and column is",
}


@dataclass(frozen=True)
class Run:
    """What a run was asked for.

    Attributes:
        recordings: their names.
        simulated: those of them that are simulated.
        methods: names of the methods that are compared.
        seeds: of the methods.
        folds: how the trials are split, in words, where they are not as the authors' were.
        figures: name to what the figure shows.
        figure_folder: where their files lie: NAME.png, which is the thumbnail, NAME.pdf, NAME_cells.csv and so on.
        undrawn: name to why the figure is left out.
        trainings: method, setting, its value in this run and in the paper, see provenance.TRAININGS.
        benchmarks: folder of the jobs' benchmarks.
        jobs: names of those that are counted, see `benchmarks.collect`.
    """

    recordings: Sequence[str]
    simulated: Sequence[str]
    methods: Sequence[str]
    seeds: Sequence[int]
    folds: str
    figures: Mapping[str, str]
    figure_folder: str
    undrawn: Mapping[str, str]
    trainings: Sequence[tuple[str, str, int, int]]
    benchmarks: str
    jobs: Sequence[str]


def figure_files(folder: str | os.PathLike, figures: Iterable[str]) -> dict[str, list[Path]]:
    """The files of each figure, but for its notebook, sorted.

    Args:
        folder: where they lie.
        figures: their names; fig4_strict_cells.csv is of fig4_strict and not of fig4, if there are both.
    """
    found: dict[str, list[Path]] = {name: [] for name in figures}
    for path in sorted(Path(folder).glob("*.*")):
        stem = path.name.partition(".")[0]
        owners = [name for name in found if stem == name or stem.startswith(f"{name}_")]
        if owners and path.suffix != ".ipynb":
            found[max(owners, key=len)].append(path)
    return found


def write_index(
    path: str | os.PathLike, run: Run, tables: Sequence[Table], failures: Sequence[Mapping[str, str]] = ()
) -> None:
    """Write the page of a run, as far as its files are there.

    Args:
        path: of the page, in the folder of results.
        run: what it was asked for.
        tables: see `outputs.tables_of`; they say what the tables of the results are.
        failures: of jobs that failed: rule, line (what is wrong and what to do) and log.
    """
    results = Path(path).parent

    def link(file: str | os.PathLike) -> str:
        return Path(os.path.relpath(file, results)).as_posix()

    made = figure_files(run.figure_folder, run.figures)
    figures = [
        {"name": name, "about": about, "files": [link(file) for file in made[name]]}
        for name, about in run.figures.items()
    ]
    promised = pd.DataFrame(columns=names(REPLICATION))
    if (results / REPLICATION.path).is_file():
        promised = read_csv(results / REPLICATION.path, REPLICATION)
    found = sorted([*results.glob("*.csv"), *results.glob("tables/*.csv"), *results.glob("verification/*.csv")])
    kinds = {link(file): described(link(file), tables) for file in found}
    lengths = trainings(run.trainings)
    page = render(
        "index.html.j2",
        run=run,
        monkeys=sorted({RecordingName.parse(name).monkey for name in run.recordings}),
        figures=figures,
        pages={page: about for page, about in PAGES.items() if (results / page).is_file()},
        files={file: kind.meaning for file, kind in kinds.items() if kind},
        promised=promised,
        level=level(promised[promised["method"] == "ner"]),
        leads=[],
        simulated=run.simulated,
        folds=run.folds,
        recordings=len(run.recordings),
        short=lengths[lengths["run"] < lengths["paper"]],
        stages=stages(collect(run.benchmarks, run.jobs)),
        failures=failures,
    )
    with atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
