"""The workflow as a module of another one, from elsewhere, and in folders of odd names."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from places import ROOT
from project import copy_of_project
from runs import SIMULATED

#: A run of one simulated recording.
SMALL = {
    "sessions": {"demo-day": {**SIMULATED, "areas": ["M1"]}},
    "recordings": ["demo-day-m1"],
    "example": "demo-day-m1",
    "methods": {"ner-5000": {"steps": 20}, "cebra-5000": {"steps": 20}},
}


def snakemake(place, *arguments, **variables):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | variables
    command = [sys.executable, "-m", "snakemake", *arguments]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=1800)


def using(place, *lines, snakefile=ROOT / "Snakefile", config=None, target="all"):
    """A workflow of somebody else's that uses this one."""
    if config is not None:
        (place / "theirs.yaml").write_text(yaml.safe_dump(config))
        lines = ("    config: config", *lines)
    text = [
        *(['configfile: "theirs.yaml"'] if config is not None else []),
        "module ner:",
        f"    snakefile: {str(snakefile)!r}",
        *lines,
        "use rule * from ner as ner_*",
        "rule theirs:",
        "    default_target: True",
        f"    input: {target}",
    ]
    (place / "Snakefile").write_text("\n".join(text) + "\n")
    return place


def planned(result):
    assert result.returncode == 0, result.stdout + result.stderr
    lines = (line.split() for line in result.stdout.splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}


def test_with_its_own_config(tmp_path):
    (tmp_path / "config.yaml").write_text("of_the_other_workflow: 1\n")
    using(tmp_path, target="'figures/fig1.pdf'")
    jobs = planned(snakemake(tmp_path, "--dry-run", "--quiet", "rules"))
    assert jobs["ner_embed"] == 2 and jobs["ner_preprocess"] == 1


def test_with_a_prefix_and_the_others_config(tmp_path):
    """What it leaves out is as in ours, and its own keys are none of ours."""
    using(tmp_path, '    prefix: "of theirs"', config={**SMALL, "their_key": 1}, target="'of theirs/results/README.md'")
    jobs = planned(snakemake(tmp_path, "--dry-run", "--quiet", "rules"))
    assert jobs == {"ner_results_readme": 1, "theirs": 1, "total": 2}
    made = snakemake(tmp_path, "--cores", "1")
    assert made.returncode == 0, made.stderr
    assert "of theirs/results/tables/recordings.csv" in (tmp_path / "of theirs" / "results" / "README.md").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".snakemake", "Snakefile", "of theirs", "theirs.yaml"]


def test_from_elsewhere_with_the_workflows_own_config(tmp_path):
    result = snakemake(
        "/", "--dry-run", "--quiet", "rules", "-s", ROOT / "Snakefile", "--directory", tmp_path, "--", "fig1"
    )
    assert planned(result)["embed"] == 2
    shutil.copy(ROOT / "config.yaml", tmp_path)
    config = (tmp_path / "config.yaml").read_text().replace("example: chewie-20161014-m1", "example: nothing")
    (tmp_path / "config.yaml").write_text(config)
    result = snakemake("/", "--dry-run", "-s", ROOT / "Snakefile", "--directory", tmp_path)
    assert result.returncode != 0 and "found 'nothing'" in result.stdout + result.stderr


@pytest.mark.slow
def test_a_whole_figure_in_a_folder_of_an_odd_name(tmp_path):
    """By a copy whose library nobody installed, beside modules of the same names, with a long TMPDIR."""
    place = tmp_path / "mo dül's"
    (place / "che ckout's ü").mkdir(parents=True)
    copy_of_project(place / "che ckout's ü")
    (place / "theirs").mkdir()
    for name in ("job.py", "ner.py", "planning.py"):
        (place / "theirs" / name).write_text("raise ImportError('another one')\n")
    for name in ("job.py", "ner.py", "planning.py", "numpy.py", "pandas.py", "random.py", "snakemake.py"):
        (place / name).write_text("raise ImportError('another one')\n")
    temporary = tmp_path / ("t" * 90)
    temporary.mkdir()
    using(
        place,
        '    prefix: "of theirs"',
        snakefile=place / "che ckout's ü" / "Snakefile",
        config=SMALL,
        target="'of theirs/figures/fig1.pdf'",
    )
    variables = {"PYTHONPATH": str(place / "theirs"), "TMPDIR": str(temporary), "LC_ALL": "C"}
    command = [Path(sys.executable).with_name("snakemake"), "--cores", "1"]
    environment = os.environ | variables
    result = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=1800)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (place / "of theirs" / "figures" / "fig1.pdf").read_bytes().startswith(b"%PDF")
