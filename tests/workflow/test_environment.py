"""The environment: pins agree with each other, with what is installed and with what is imported."""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from places import ROOT

LOCK = ROOT / "envs" / "requirements.lock"
CONDA = ROOT / "envs" / "ner.yaml"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RULES = ("workflow", "nwb", "baselines")
# Distributions that hold each importable package.
OWNERS = packages_distributions()
# Direct dependencies that are run, plugged in or held back, and not imported.
TOOLS = {
    "import-linter",
    "ipykernel",
    "mypy",
    "nbstripout",
    "numexpr",
    "pulp",
    "pytest-xdist",
    "pyarrow",
    "ruff",
    "setuptools",
    "snakefmt",
    "soupsieve",
    "snakemake-executor-plugin-slurm",
}


def parse(lines):
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def direct(*extras):
    lines = PROJECT["dependencies"] + [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.fixture(scope="module")
def locked():
    return parse(LOCK.read_text().splitlines())


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load(CONDA.read_text())["dependencies"]


@pytest.fixture(scope="module")
def locker():
    spec = importlib.util.spec_from_file_location("lock", ROOT / "envs" / "lock.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_installed_is_what_is_locked(locked):
    installed = {name: version(name).partition("+")[0] for name in locked}
    assert installed == locked


def test_locks_are_complete(locker):
    assert locker.lock() == LOCK.read_text(), "run `make lock`"
    assert locker.conda() == CONDA.read_text(), "run `make lock`"


def test_conda_and_pip_pin_the_same(locked, conda):
    (pins,) = (entry["pip"] for entry in conda if isinstance(entry, dict))
    pinned = parse(pins)
    assert pinned.items() <= locked.items()
    assert direct(*RULES) <= set(pinned)
    (python,) = (entry for entry in conda if isinstance(entry, str) and entry.startswith("python="))
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python="))


def test_locker_refuses_what_does_not_fit(locker):
    with pytest.raises(ValueError, match="numpy<1: .* is installed"):
        locker.pins(["numpy<1"])


def sources(*folders):
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(text):
    """Distributions that Python code imports, at any depth."""
    for node in ast.walk(ast.parse(text)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        for name in names:
            for owner in OWNERS.get(name.partition(".")[0], []):
                yield canonicalize_name(owner)


def rule_code():
    """The import statements of the rules."""
    for path in [ROOT / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]:
        yield from re.findall(r"^(?:from \S+ )?import (?:\([^)]*\)|.*)", path.read_text(), re.MULTILINE)


def notebook_code():
    for path in sorted((ROOT / "workflow" / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] == "code":
                lines = cell["source"] if isinstance(cell["source"], list) else cell["source"].splitlines(True)
                yield "".join(line for line in lines if not line.startswith("%"))


def library_imports():
    texts = [path.read_text() for path in sources("workflow/ner", "workflow/scripts")]
    return {name for text in [*texts, *notebook_code()] for name in imported(text)} - {PROJECT["name"]}


def other_imports():
    texts = [path.read_text() for path in sources("tests", "benchmarks", "envs", "workflow/planning")]
    texts += [path.read_text() for path in sorted((ROOT / "workflow").glob("*.py"))]
    return {name for text in [*texts, *rule_code()] for name in imported(text)} - {PROJECT["name"]}


def test_what_the_rules_import_is_declared():
    assert library_imports() <= direct(*RULES)


def test_what_the_rest_imports_is_declared():
    assert other_imports() <= direct(*RULES, "run", "dev")


def test_what_is_declared_is_used():
    assert direct(*RULES, "run", "dev") <= library_imports() | other_imports() | TOOLS


def test_every_direct_dependency_has_its_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    for name in PROJECT["dependencies"] + [
        name for extra in PROJECT["optional-dependencies"].values() for name in extra
    ]:
        (line,) = (line for line in lines if re.match(rf'\s+"{re.escape(name)}",', line))
        assert re.search(r"#\s+\S.{9,}", line), f"{name}: no reason beside it"


def test_citation_names_the_paper():
    paper = yaml.safe_load((ROOT / "CITATION.cff").read_text())["preferred-citation"]
    assert paper["title"] == "Neural Embeddings Rank: Aligning 3D latent dynamics with movements"
    assert [author["family-names"] for author in paper["authors"]] == ["Chen", "Yang", "Wang"]


@pytest.fixture
def fresh(tmp_path):
    """A clone with nothing installed, as far as make looks at it."""
    for name in ("Makefile", "pyproject.toml", "envs/requirements.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(place, *arguments):
    return subprocess.run(["make", *arguments], cwd=place, capture_output=True, text=True, timeout=60)


def test_old_python_is_refused_in_one_line(fresh):
    old = fresh / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = make(fresh, "setup", f"PYTHON={old}")
    assert result.returncode != 0
    assert result.stderr.splitlines()[0] == (
        f"error: no Python 3.11 to 3.13 found at {old}; install one, or name it: make PYTHON=/path/to/python3"
    )
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize(
    ("version", "fits"), [((3, 10, 13), False), ((3, 11, 0), True), ((3, 13, 9), True), ((3, 14, 0), False)]
)
def test_a_python_that_the_pins_have_no_wheels_for_is_refused_before_anything_is_made(fresh, version, fits):
    other = fresh / "python3"
    code = f"import sys; sys.version_info = {version}; exec(sys.argv.pop())"
    # Of the calls that follow the question for its version it does nothing.
    other.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} -c "{code}" "$2"\nexit 1\n')
    other.chmod(0o755)
    result = make(fresh, "setup", f"PYTHON={other}")
    assert result.returncode != 0 and ("no Python 3.11 to 3.13 found" not in result.stderr) == fits
    assert ("cannot make a virtual environment" in result.stderr) == fits
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize("target", ["demo", "paper", "report", "test", "lint"])
def test_targets_set_up_first(fresh, target):
    assert "pip install" in make(fresh, "--dry-run", target).stdout.replace("-m pip", "pip")


@pytest.mark.parametrize("stale", ["pyproject.toml", "envs/requirements.lock"])
def test_setup_is_redone_when_stale(fresh, stale):
    ready = fresh / ".venv" / ".ready"
    ready.parent.mkdir()
    ready.touch()
    later = ready.stat().st_mtime + 10
    os.utime(ready, (later, later))
    assert make(fresh, "--question", "setup").returncode == 0
    os.utime(fresh / stale, (later + 10, later + 10))
    assert make(fresh, "--question", "setup").returncode == 1


def test_a_checkout_of_another_name_is_set_up_again(fresh):
    ready = fresh / ".venv" / ".ready"
    ready.parent.mkdir()
    (ready.parent / "pyvenv.cfg").write_text(
        f"version = 3.11.2\ncommand = /bin/python -m venv --clear {ready.parent}\n"
    )
    ready.touch()
    assert make(fresh, "--question", "setup").returncode == 0
    renamed = fresh.rename(fresh.with_name("a b's ü"))
    assert make(renamed, "--question", "setup").returncode == 1
    assert "pip install" in make(renamed, "--dry-run", "demo").stdout.replace("-m pip", "pip")


def test_the_lowest_python_is_said_once_and_all_pins_run_on_it(locker):
    lowest = locker.lowest_python()
    for text in [*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md", *(ROOT / ".github").rglob("*.yaml")]:
        assert set(re.findall(r"(?i)python(?:-version)?:? ?\"?(3\.\d+)", text.read_text())) <= {lowest}, text


def test_locker_refuses_what_wants_a_later_python(locker, monkeypatch):
    monkeypatch.setattr(locker, "lowest_python", lambda: "3.8")
    with pytest.raises(ValueError, match="numpy .* wants Python .*3"):
        locker.pins(["numpy"])


def test_python_is_recent_enough():
    assert SpecifierSet(PROJECT["requires-python"]).contains("{}.{}.{}".format(*sys.version_info[:3]))
