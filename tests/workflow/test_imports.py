"""What a job loads: no job waits for a heavy package that it does not use."""

import ast
import json
import os
import subprocess
import sys

import pytest
from places import ROOT

HEAVY = {"torch", "torch._dynamo", "sklearn", "numba", "umap", "statsmodels", "matplotlib", "scipy.stats"}
#: Scripts whose imports load some of them, as they use them.
USED = {"preprocess": {"scipy.stats"}, "rotation_choice": {"sklearn", "scipy.stats"}}


def loaded(code: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after some code."""
    code += f"\nimport json, sys\nprint(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "workflow"), str(ROOT / "tests")])},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return set(json.loads(found.stdout.splitlines()[-1]))


def imports(script) -> str:
    """The imports of a script that every run of it makes: those of its `with job(...)`."""
    (job,) = (node for node in ast.parse(script.read_text()).body if isinstance(node, ast.With))
    return "\n".join(ast.unparse(node) for node in job.body if isinstance(node, ast.Import | ast.ImportFrom))


def test_scripts_load_no_heavy_package_before_they_use_it():
    scripts = [path for path in (ROOT / "workflow/scripts").glob("*.py") if path.stem not in {"job", *USED}]
    assert len(scripts) > 20
    code = "\n".join(imports(script) for script in scripts)
    assert loaded(code) == set()


@pytest.mark.parametrize("name", USED)
def test_scripts_that_need_some_load_no_other(name):
    assert loaded(imports(ROOT / "workflow/scripts" / f"{name}.py")) <= USED[name]


@pytest.mark.parametrize(
    ("method", "used"),
    [
        ("pca", {"sklearn"}),
        ("dpca", {"sklearn", "numba"}),
        pytest.param("umap", {"sklearn", "numba", "umap"}, marks=pytest.mark.slow),
    ],
)
def test_methods_that_are_not_trained_run_without_torch(method, used):
    """All that a job of theirs does to embed, but for the files."""
    code = f"""
from pathlib import Path
from ner.methods import registry
from ner.training.checkpoints import Checkpoint
from samples import simulated_recording
assert not registry.trained({method!r})
checkpoint = Checkpoint(Path("none"), 1, "")
registry.fit({method!r}, simulated_recording(), {{"neighbors": 5}} if {method!r} == "umap" else {{}}, seed=0,
             checkpoint=checkpoint)
"""
    assert loaded(code) - {"scipy.stats"} <= used


@pytest.mark.parametrize("method", ["ner", "cebra", "pivae"])
def test_a_training_does_not_load_the_compiler_of_torch(method):
    code = f"""
from ner.methods import registry
from samples import simulated_recording
registry.fit({method!r}, simulated_recording(), {{"epochs": 1}} if {method!r} == "pivae" else {{"steps": 2}}, seed=0)
"""
    assert "torch" in (found := loaded(code)) and "torch._dynamo" not in found
