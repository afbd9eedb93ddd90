"""Time and memory of a workflow's jobs, from the files of Snakemake's `benchmark:`."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from ner.storage.errors import InputError
from ner.storage.tables import Column, Table, names

#: One job a row.
BENCHMARKS = Table(
    "benchmarks.csv",
    (
        Column("stage", "", "what ran: the rule, or the folder of its benchmark files"),
        Column("method", "", "method, where the job was of one"),
        Column(
            "job",
            "",
            "recording or group (a fold as its paths call it), published set or figure that the job was of",
        ),
        Column("seed", "", "seed, where the job was of one"),
        Column("seconds", "s", "wall time"),
        Column("cpu_seconds", "s", "processor time; empty for jobs too short to be sampled, as are the next"),
        Column("mean_load", "%", "processor time over wall time"),
        Column("max_rss_mb", "MB", "largest resident memory"),
        Column("read_mb", "MB", "read from disk"),
        Column("written_mb", "MB", "written to disk"),
    ),
    "time and memory of every job",
)
_MEASURED = {
    "s": "seconds",
    "cpu_time": "cpu_seconds",
    "mean_load": "mean_load",
    "max_rss": "max_rss_mb",
    "io_in": "read_mb",
    "io_out": "written_mb",
}


def collect(folder: str | os.PathLike, jobs: Iterable[str]) -> pd.DataFrame:
    """Collect the benchmark files that the jobs of a run left; other runs in the same folder may have left more.

    Args:
        folder: with the files.
        jobs: their paths in the folder, without .tsv: stage, stage/job, stage/method/job or stage/method/job/seedN. One
            without a file, as a job that ran when benchmarks went elsewhere, has no row.

    Returns:
        Columns BENCHMARKS, sorted by job.

    Raises:
        InputError: if a file is not Snakemake's.
    """
    files = {job: Path(folder, f"{job}.tsv") for job in sorted(set(jobs))}
    rows = [row for job, path in files.items() if path.is_file() for row in _rows(path, job)]
    return pd.DataFrame(rows, columns=names(BENCHMARKS))


def _rows(path: Path, job: str) -> Iterator[dict]:
    stage, *of = job.split("/")
    seed = int(of.pop()[4:]) if of and re.fullmatch(r"seed\d+", of[-1]) else None
    method = of.pop(0) if len(of) > 1 else ""
    try:
        # "-" and "NA" stand for what was not sampled.
        table = pd.read_csv(path, sep="\t", na_values=["-"])
        measured = table[list(_MEASURED)].astype(float).rename(columns=_MEASURED)
    except (KeyError, ValueError) as error:
        raise InputError(path, f"no benchmark ({error})", "a benchmark file of Snakemake", "delete it") from error
    for row in measured.to_dict("records"):
        yield {"stage": stage, "method": method, "job": "/".join(of), "seed": seed, **row}
