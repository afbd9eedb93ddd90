"""The library as a wheel, in an environment of its hard dependencies alone."""

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from places import ROOT

SCRIPT = """
import importlib.util
import sys

import ner

assert "torch" not in sys.modules, "import ner loads torch"
for absent in ("snakemake", "pandas", "matplotlib", "umap", "cebra", "statsmodels"):
    assert importlib.util.find_spec(absent) is None, absent

import numpy as np

random = np.random.default_rng(0)
X, y = random.normal(size=(200, 7)), random.normal(size=(200, 3))
for kind in (ner.NER, ner.CEBRA):
    model = kind(steps=30, batch_size=32, random_state=0, verbose=True).fit([X, X[:, :5]], [y, y])
    model.save("model.safetensors")
    first, second = ner.load("model.safetensors").transform([X, X[:, :5]])
    assert first.shape == second.shape == (200, 3)
    assert ner.align(first, second, y, y).transform(first).shape == (200, 3)
print("done", ner.__file__)
"""


def run(*command, cwd):
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "SCIPY_ARRAY_API")}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600)


def requirements():
    """Distributions that the hard dependencies are and need."""
    spec = importlib.util.spec_from_file_location("lock", ROOT / "envs" / "lock.py")
    lock = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lock)
    return lock.pins(lock.direct())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    place = tmp_path_factory.mktemp("wheel")
    # A copy, as the build leaves a folder behind.
    project = place / "project"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "workflow" / "ner", project / "workflow" / "ner", ignore=ignored)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, project)
    arguments = ("--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(place), str(project))
    result = run(sys.executable, "-m", "pip", "wheel", *arguments, cwd=place)
    assert result.returncode == 0, result.stderr
    (built,) = place.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_the_library_and_its_types_alone(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "ner/py.typed" in names and "ner/estimators/rank.py" in names
    assert all(name.startswith(("ner/", "ner_workflow-")) for name in names)


@pytest.mark.slow
def test_the_wheel_works_without_snakemake(wheel, tmp_path):
    venv.create(tmp_path / "fresh", symlinks=True, with_pip=True)
    python = tmp_path / "fresh" / "bin" / "python"
    result = run(str(python), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    (packages,) = (tmp_path / "fresh" / "lib").glob("python*/site-packages")
    # The dependencies as they are here, rather than gigabytes from the network.
    for name in requirements():
        found = distribution(name)
        for top in {Path(file).parts[0] for file in found.files} - {"..", "__pycache__"}:
            if not (packages / top).exists():
                (packages / top).symlink_to(found.locate_file(top))
    result = run(str(python), "-W", "ignore", "-c", SCRIPT, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"done {packages}")
