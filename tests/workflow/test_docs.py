"""The commands of README.md and docs/ are run, those of SLURM in test_slurm.py; how-tos and links are followed."""

import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from documented import PAGES, blocks, commands, headings, is_of_slurm, links
from places import ROOT
from project import copy_of_project, overlay

from ner.data.simulation import simulate_session
from ner.data.simulation_nwb import write_nwb
from ner.figures.kinds import registry

RECORDING, METHOD, FIGURE = (ROOT / "docs" / f"add-a-{what}.md" for what in ("recording", "method", "figure"))


def run(command, place):
    """A shell's run of a command, as a user with the project's .venv types it."""
    environment = {**os.environ, "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        ["bash", "-c", command], cwd=place, env=environment, capture_output=True, text=True, timeout=1800
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project, with its environment and with what the how-tos ask to write."""
    place = copy_of_project(tmp_path_factory.mktemp("documented"))
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, place)
    (place / ".venv").symlink_to(sys.prefix)
    # Of the paper, a third of the jobs, so that plans are fast.
    overlay(place, "config.yaml", **yaml.safe_load((ROOT / "config.yaml").read_text()) | {"seeds": [0]})
    (place / "mine.yaml").write_text(blocks(RECORDING, "yaml")[0])
    (place / "mymethod.yaml").write_text(blocks(METHOD, "yaml")[0])
    (place / "myfigures.yaml").write_text(blocks(FIGURE, "yaml")[0])
    (place / "data").mkdir()
    for day, session in enumerate(yaml.safe_load((place / "mine.yaml").read_text())["sessions"].values()):
        trials = simulate_session(seed=day, trials=104, neurons={"M1": 12}, bins=session["bins"])
        write_nwb(place / session["file"], trials)
    (place / "workflow" / "ner" / "methods" / "mymethod.py").write_text(blocks(METHOD, "python")[0])
    return place


def runs(command):
    """What is run of a command: all of a fast one; of a long one, its plan, and the rest in the slow tests."""
    program, _, arguments = command.removeprefix(".venv/bin/").partition(" ")
    if program == "python" or (program == "snakemake" and "--unlock" in arguments):
        return command
    if program == "snakemake":
        return re.sub(r"snakemake", "snakemake --dry-run --quiet=rules", command, count=1)
    if program == "make" and arguments in ("demo", "paper"):
        # Whatever the age of the environment's packages.
        return f"{command} --old-file=.venv/.ready ARGS='--dry-run --quiet=rules'"
    if program == "make":
        return f"{command} --old-file=.venv/.ready --dry-run"
    raise AssertionError(f"{command}: no test runs it")


PYTHON = [command for command in commands() if re.match("python|pytest", command)]
SHORT = [command for command in commands() if command not in PYTHON and not is_of_slurm(command)]


def test_commands_are_found():
    assert {"README.md", "slurm.md"} <= {page.name for page in PAGES}
    assert {"make demo", "make test", ".venv/bin/snakemake --cores 4 fig4", ".venv/bin/snakemake --unlock"} <= set(
        SHORT
    )
    assert "python benchmarks/losses.py" in PYTHON
    assert any(is_of_slurm(command) for command in commands())


@pytest.mark.parametrize("command", SHORT)
def test_a_command_is_planned_or_run(project, command):
    result = run(runs(command), project)
    assert result.returncode == 0, result.stdout + result.stderr
    if "--quiet=rules" in runs(command):
        assert re.search(r"^total +\d+$", result.stdout, re.MULTILINE), result.stdout
    assert not (project / "results").exists()


@pytest.mark.parametrize(
    "command",
    [pytest.param(command, marks=[pytest.mark.slow] * command.startswith("python benchmarks/")) for command in PYTHON],
)
def test_a_python_command_runs(command):
    """Benchmarks print ratios, and tests were selected."""
    result = run(command, ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    expected = r"ratio" if command.startswith("python benchmarks/") else r"\d+ (passed|skipped)"
    assert re.search(expected, result.stdout), result.stdout


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for address in links(page):
        path, _, heading = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {address}"
        assert not heading or heading in headings(target), f"{page.name}: {address}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page):
    named = re.findall(r"`((?:workflow|docs|tests|benchmarks|envs)/[\w./-]+)`", page.read_text())
    named += re.findall(r"`(\w+\.yaml)`", page.read_text())
    written = {"mine.yaml", "mymethod.yaml", "myfigures.yaml", "workflow/ner/methods/mymethod.py"}
    for name in set(named) - written:
        assert (ROOT / name).exists() or (ROOT / "workflow" / "overlays" / name).exists(), f"{page.name}: {name}"


@pytest.mark.slow
def test_the_demo_draws_its_figures(project, tmp_path):
    shutil.copytree(project, tmp_path / "demo", symlinks=True)
    result = run("make demo --old-file=.venv/.ready", tmp_path / "demo")
    assert result.returncode == 0, result.stdout + result.stderr
    (shown,) = re.findall(r"Open (\S+?):", result.stdout)
    assert (tmp_path / "demo" / shown).stat().st_size > 0


def test_every_kind_of_figure_and_its_keys_are_documented():
    rows = re.findall(r"^\| `(\w+)` \|.*\|(.*)\|$", FIGURE.read_text(), re.MULTILINE)
    documented = {kind: set(re.findall(r"`(\w+)`", keys)) for kind, keys in rows}
    assert documented == {name: set(registry.kind(name).SETTINGS) for name in registry.module_names()}


def test_the_how_tos_lead_to_a_decoded_recording(project, tmp_path):
    """Both at once, with fewer and shorter trainings than the paper's."""
    place = tmp_path / "followed"
    shutil.copytree(project, place, symlinks=True)
    written = yaml.safe_load(blocks(METHOD, "yaml")[0])
    methods = ["ner", "mymethod"]
    assert written["compare"][-1:] == methods[1:]
    tiny = overlay(
        place,
        "tiny.yaml",
        methods=written["methods"] | {"ner": {"steps": 20}},
        compare=methods,
        seeds=[0],
        figures={"fig4": {"methods": methods}, "fig4_knn": None},
        decoding={
            "within": {"decoders": {"knn": []}},
            "across": {"decoders": {"linear": methods, "knn": []}},
        },
    )
    (command,) = (each for each in re.findall(r"`(snakemake [^`]+)`", RECORDING.read_text()) if "mine.yaml" in each)
    result = run(f"{command} {tiny} -- fig4 fig4_strict fig5", place)
    assert result.returncode == 0, result.stdout + result.stderr
    table = pd.read_csv(place / "figures" / "mine" / "fig4_strict_sessions.csv")
    days = yaml.safe_load((place / "mine.yaml").read_text())["recordings"]
    assert set(zip(table["method"], table["recording"], strict=True)) == {(m, day) for m in methods for day in days}
    cells = pd.read_csv(place / "figures" / "mine" / "fig5_cells.csv")
    assert set(cells["source"]) == set(cells["target"]) == set(days)
    assert (place / "figures" / "mine" / "fig4.html").is_file()
