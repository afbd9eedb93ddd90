"""Where a run's numbers come from: code, packages, machine, and what its jobs took."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable

import pandas as pd

from ner.decoding.columns import METHOD
from ner.storage.tables import Column, Table, names

#: A fact of the run a row.
FACTS = Table(
    "verification/facts.csv",
    (Column("fact", "", "what is told"), Column("value", "", "how it was")),
    "where and when the run was made",
)
#: An installed package a row.
VERSIONS = Table(
    "verification/versions.csv",
    (Column("package", "", "name of the distribution"), Column("version", "", "its version")),
    "packages it was made with",
)
#: A method's setting a row.
TRAININGS = Table(
    "verification/trainings.csv",
    (
        METHOD,
        Column("setting", "", "setting that says how long the method is trained: steps or epochs"),
        Column("run", "", "its value in this run"),
        Column("paper", "", "its value in the paper"),
    ),
    "how long the methods were trained, here and in the paper",
)
#: A stage and method a row, the costliest first.
STAGES = Table(
    "verification/stages.csv",
    (
        Column("stage", "", "what ran"),
        Column("method", "", "method, where the jobs were of one"),
        Column("jobs", "", "number of jobs"),
        Column("seconds", "s", "sum of their wall times"),
        Column("share", "%", "of the wall time of all jobs"),
        Column("median_seconds", "s", "wall time of the median job"),
        Column("longest_seconds", "s", "wall time of the longest job"),
        Column("max_rss_mb", "MB", "largest resident memory of a job"),
    ),
    "what its stages cost",
)


def stages(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """What each stage took.

    Args:
        benchmarks: columns benchmarks.BENCHMARKS.

    Returns:
        Columns STAGES, the costliest first.
    """
    found = benchmarks.fillna({"method": ""}).groupby(["stage", "method"], as_index=False)
    table = found.agg(
        jobs=("seconds", "size"),
        seconds=("seconds", "sum"),
        median_seconds=("seconds", "median"),
        longest_seconds=("seconds", "max"),
        max_rss_mb=("max_rss_mb", "max"),
    )
    table["share"] = 100 * table["seconds"] / table["seconds"].sum()
    return table.sort_values("seconds", ascending=False, ignore_index=True)[names(STAGES)]


def trainings(lengths: Iterable[tuple[str, str, int, int]]) -> pd.DataFrame:
    """How long the methods were trained.

    Args:
        lengths: method, setting, its value in this run and in the paper.

    Returns:
        Columns TRAININGS.
    """
    return pd.DataFrame(lengths, columns=names(TRAININGS))


def versions() -> pd.DataFrame:
    """Every package that is installed here, columns VERSIONS, by name."""
    found = {item.metadata["Name"]: item.version for item in importlib.metadata.distributions()}
    return pd.DataFrame(sorted(found.items(), key=lambda item: item[0].lower()), columns=names(VERSIONS))


def commit(folder: str | os.PathLike) -> str:
    """The git commit that a folder is at, and whether its files differ from it.

    Args:
        folder: the workflow's.
    """

    def git(*arguments: str) -> str:
        command = ["git", "-C", os.fspath(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    try:
        # A checkout around the folder that does not hold it is no evidence of it.
        if not git("ls-files", "."):
            return "not in a git checkout"
        changed = ", with uncommitted changes" if git("status", "--porcelain", ".") else ""
        return git("rev-parse", "HEAD") + changed
    except (OSError, subprocess.SubprocessError):
        return "not in a git checkout"


def facts(
    workflow: str | os.PathLike, benchmarks: pd.DataFrame, *, seeds: list[int], split: str, device: str, recordings: int
) -> pd.DataFrame:
    """What a reader needs to know of a run.

    Args:
        workflow: folder of the workflow.
        benchmarks: columns benchmarks.BENCHMARKS.
        seeds: of the methods.
        split: how the trials are split, in words.
        device: that config asks for.
        recordings: their number.

    Returns:
        Columns FACTS.
    """
    from ner.training.trainer import resolve_device

    total = benchmarks["seconds"].sum()
    told = {
        "commit of the workflow, when the report was made": commit(workflow),
        "recordings": recordings,
        "seeds": ", ".join(map(str, seeds)),
        "training and test trials": split,
        "device": f"{device}, which is {resolve_device(device)} where the report was made",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "Python": platform.python_version(),
        "jobs measured": len(benchmarks),
        "their wall time, one after the other": f"{total:.0f} s ({total / 3600:.2f} h)",
        "largest memory of a job": f"{benchmarks['max_rss_mb'].max():.0f} MB" if benchmarks["max_rss_mb"].any() else "",
    }
    return pd.DataFrame([(fact, str(value)) for fact, value in told.items()], columns=names(FACTS))
