"""The workflow from the command line: what it plans, refuses, makes and makes again."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[1]
DEMO = "workflow/overlays/demo.yaml"
FIGURES = list(yaml.safe_load((ROOT / "config.yaml").read_text())["figures"])
RECORDINGS = ["demo-day1-m1", "demo-day2-m1"]


def copy_of_project(place):
    shutil.copytree(ROOT / "workflow", place / "workflow", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copytree(ROOT / "envs", place / "envs")
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, place / name)
    (place / "profiles").symlink_to("workflow/profiles")
    return place


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project, with nothing made."""
    return copy_of_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The project after a short run of everything on two simulated recordings."""
    place = copy_of_project(tmp_path_factory.mktemp("finished"))
    overlay(place, "tiny.yaml", recordings=RECORDINGS, methods={"ner": {"steps": 20}, "cebra": {"steps": 20}})
    result = snakemake(place, "--configfile", DEMO, "tiny.yaml", "--cores", "2")
    assert result.returncode == 0, result.stderr
    return place


def overlay(place, name, **config):
    (place / name).write_text(yaml.safe_dump(config))
    return name


def snakemake(place, *arguments, prefix=()):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [*prefix, sys.executable, "-m", "snakemake", *arguments]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=1800)


def planned(place, **change):
    """Jobs of a dry run with a changed config: how often each rule runs, the fits among them, and what is said."""
    result = snakemake(place, "--dry-run", "--configfile", DEMO, "tiny.yaml", overlay(place, "changed.yaml", **change))
    assert result.returncode == 0, result.stdout + result.stderr
    jobs = Counter(re.findall(r"^(?:local)?rule (\w+):$", result.stdout, re.MULTILINE))
    fits = re.findall(r"^ +output: \S+/embeddings/(\S+?)/(\S+?)/seed(\d+)\.parquet", result.stdout, re.MULTILINE)
    return jobs, sorted(fits), result.stdout


def made(place):
    return sorted(str(path) for folder in ("results", "figures") for path in (place / folder).rglob("*"))


def test_plan_of_the_paper(project):
    result = snakemake(project, "--dry-run", "--quiet", "rules")
    assert result.returncode == 0, result.stderr
    stats = dict(re.findall(r"^(\w+) +(\d+)$", result.stdout, re.MULTILINE))
    # 31 recordings, 3 seeds: 2 compared methods and 2 more that are decoded across recordings; 3 methods of which the
    # verification measures a finding on one recording; the two shorter trainings of Fig 1.
    assert stats["embed"] == str(31 * 3 * 4 + 3 * 3 + 2)
    assert stats["preprocess"] == "31"
    assert stats["decode_within"] == str(31 * 3 * 2 + 3)
    assert set(FIGURES) <= stats.keys()
    assert made(project) == []


@pytest.mark.parametrize(
    ("change", "key", "parts"),
    [
        ({"figures": {"fig2": {"method": "nre"}}}, "figures.fig2.method", ["one of ner, cebra", "did you mean ner?"]),
        (
            {"recordings": ["chewie-20161014-m1", "chewie-20161014-m2"]},
            "recordings.1",
            ["chewie-20161014-m1", "did you mean"],
        ),
        ({"sessions": {"han-20171201": {"areas": ["S2"]}}}, "sessions.han-20171201.areas.0", ["one of M1, PMd, S1"]),
        ({"seedz": [0]}, "seedz", ["an unknown key", "compare, data, ", "did you mean seeds?"]),
        ({"methods": {"ner": {"steps": 0}}}, "methods.ner.steps", ["found 0", "at least 1"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_bad_config_is_one_line_and_nothing_is_written(project, change, key, parts):
    result = snakemake(project, "--cores", "1", "--configfile", overlay(project, "bad.yaml", **change))
    assert result.returncode != 0
    (line,) = (line for line in result.stderr.splitlines() if "config " in line and "found" in line)
    assert line.startswith(f"config {key}: found ")
    for part in parts:
        assert part in line
    assert "Traceback" not in result.stderr
    assert made(project) == []


def test_read_only_results_are_one_clear_error(project, tmp_path):
    """A mount can be read-only for root too; it is made where no other process sees it."""
    place = copy_of_project(tmp_path)
    (place / "results").mkdir()
    prefix = ["unshare", "--mount", "--map-root-user", "--user"] if os.getuid() else ["unshare", "--mount"]
    prefix += ["bash", "-c", 'mount -t tmpfs -o ro none results || exit 99; exec "$@"', "bash"]
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: nothing is read-only for root")
    result = snakemake(place, "--cores", "1", "--configfile", DEMO, prefix=prefix)
    if result.returncode == 99 or "unshare failed" in result.stderr:
        pytest.skip("this machine does not let a process mount")
    assert result.returncode != 0
    assert "Read-only file system: 'results/demo'" in result.stderr
    assert "Traceback" not in result.stderr
    assert made(place) == []


def test_a_run_makes_everything(finished):
    figures = {path.name for path in (finished / "figures" / "demo").iterdir()}
    for figure in FIGURES:
        assert {f"{figure}.pdf", f"{figure}.png", f"{figure}.html", f"{figure}.ipynb"} <= figures
        assert any(re.fullmatch(rf"{figure}(_\w+)?\.csv", name) for name in figures)
    assert (finished / "results" / "demo" / "verification" / "retrained_within.csv").is_file()
    assert not list(finished.rglob("*.partial*"))
    # Nothing outside the folders that config names.
    assert {path.name for path in finished.iterdir()} <= {
        ".snakemake",
        "Snakefile",
        "changed.yaml",
        "config.yaml",
        "envs",
        "figures",
        "profiles",
        "results",
        "tiny.yaml",
        "workflow",
    }


def test_second_run_does_nothing(finished):
    jobs, _, said = planned(finished)
    assert not jobs
    assert "Nothing to be done" in said


def test_the_jobs_of_a_run_are_collected(finished):
    result = snakemake(finished, "--configfile", DEMO, "tiny.yaml", "--cores", "2", "--", "results/demo/benchmarks.csv")
    assert result.returncode == 0, result.stderr
    table = pd.read_csv(finished / "results" / "demo" / "benchmarks.csv")
    fits = table[table["stage"] == "embed"]
    assert sorted(zip(fits["method"], fits["job"], fits["seed"], strict=True)) == [
        (method, recording, 0) for method in ("cebra", "ner") for recording in RECORDINGS
    ]
    # It waits for what is decoded.
    assert {"decode_within", "decode_across", "preprocess"} <= set(table["stage"]) and (table["seconds"] > 0).all()


@contextmanager
def edited(path):
    """A file with another comment, newer than all that was made from it."""
    before, times = path.read_text(), path.stat()
    text = before.replace('"cells": [', '"cells": [ ', 1) if path.suffix == ".ipynb" else before + "\n# Edited.\n"
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_notebook_reruns_its_figure_alone(finished):
    with edited(finished / "workflow" / "notebooks" / "fig4.ipynb"):
        jobs, _, _ = planned(finished)
    assert jobs == {"fig4": 1, "all": 1}


def test_the_loss_reruns_ner_and_what_follows(finished):
    with edited(finished / "workflow" / "ner" / "losses.py"):
        jobs, fits, _ = planned(finished)
    assert fits == [("ner", recording, "0") for recording in RECORDINGS]
    assert jobs["decode_within"] == 2
    assert jobs["fig4"] == 1
    assert "preprocess" not in jobs


def test_a_new_seed_is_all_that_is_trained(finished):
    jobs, fits, _ = planned(finished, seeds=[0, 1])
    assert fits == [(method, recording, "1") for method in ("cebra", "ner") for recording in RECORDINGS]
    assert jobs["decode_within"] == 4
    assert "preprocess" not in jobs


def test_a_setting_reruns_its_method_alone(finished):
    _, fits, _ = planned(finished, methods={"cebra": {"steps": 21}})
    assert fits == [("cebra", recording, "0") for recording in RECORDINGS]


def test_a_decoder_setting_trains_nothing(finished):
    jobs, fits, _ = planned(finished, decoding={"within": {"max_iter": 4000}})
    assert fits == []
    assert jobs["decode_within"] == 4


def test_a_new_method_is_all_that_is_trained(finished):
    hot = {"module": "ner", "steps": 20, "temperature": 2.0}
    _, fits, _ = planned(finished, methods={"ner-hot": hot}, compare=["ner", "cebra", "ner-hot"])
    assert fits == [("ner-hot", recording, "0") for recording in RECORDINGS]
