"""The first page to open after a run: its figures, pages and tables, what ran, and what is missing."""

import os
from collections.abc import Mapping, Sequence
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
        figures: name to what the figure shows and the files that it makes; the first .png is its thumbnail.
        undrawn: name to why the figure is left out.
        trainings: method, setting, its value in this run and in the paper, see provenance.TRAININGS.
        benchmarks: folder of the jobs' benchmarks.
    """

    recordings: Sequence[str]
    simulated: Sequence[str]
    methods: Sequence[str]
    seeds: Sequence[int]
    figures: Mapping[str, tuple[str, Sequence[str]]]
    undrawn: Mapping[str, str]
    trainings: Sequence[tuple[str, str, int, int]]
    benchmarks: str


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

    figures = []
    for name, (about, files) in run.figures.items():
        made = [link(file) for file in files if Path(file).is_file()]
        figures.append({"name": name, "about": about, "files": [file for file in made if not file.endswith(".ipynb")]})
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
        recordings=len(run.recordings),
        short=lengths[lengths["run"] < lengths["paper"]],
        stages=stages(collect(run.benchmarks)),
        failures=failures,
    )
    with atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
