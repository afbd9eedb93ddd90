"""The code and packages behind a result: what is found in import statements, and what a hash of them answers to."""

import ast
import re
import shutil
from importlib.metadata import packages_distributions

import pytest
from places import ROOT

from planning import library
from planning.library import code_files, fingerprint, imported_modules, installed, library_files, made_by, packages

WORKFLOW = ROOT / "workflow"


def names(files):
    return {path.relative_to(WORKFLOW).as_posix() for path in files}


def test_a_module_brings_what_it_imports_and_no_more():
    losses = names(library_files("methods.ner"))
    assert {"ner/methods/ner.py", "ner/methods/__init__.py", "ner/training/losses.py"} <= losses
    assert not any(name.startswith(("ner/decoding", "ner/figures", "ner/report")) for name in losses)
    # A change of kNN is none of the rotations.
    assert "ner/decoding/knn.py" not in names(library_files("decoding.alignment"))


def test_a_registry_brings_all_that_it_can_find_unless_it_is_asked_for_some():
    methods = {f"ner/methods/{path.name}" for path in (WORKFLOW / "ner" / "methods").glob("*.py")}
    assert methods <= names(library_files("methods.registry"))
    asked = names(library_files("methods.registry", named=["methods.pca"]))
    assert "ner/methods/pca.py" in asked and "ner/methods/ner.py" not in asked


def test_modules_are_found_by_name_in_registries_alone():
    """What else were imported by name, no hash would see."""

    def calling(pattern):
        return {
            path.name
            for path in (WORKFLOW / "ner").rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and re.search(pattern, ast.unparse(node.func))
        }

    # For registries modules.py; tables, whose modules the rules name; the names of the package, which no job uses.
    assert calling("import_module|__import__") == {"modules.py", "outputs.py", "__init__.py"}
    assert calling(r"\bModules\b") == {"registry.py"}


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="ner.methods.none"):
        library_files("methods.none")


@pytest.mark.parametrize("kind", ["scripts/*.py", "notebooks/*.ipynb"])
def test_what_scripts_and_notebooks_import_is_found(kind):
    sources = [path for path in WORKFLOW.glob(kind) if path.name != "job.py"]
    for path in sources:
        modules = imported_modules(path)
        assert modules, path
        text = path.read_text()
        assert all(module.rpartition(".")[2] in text for module in modules)


def test_imports_for_type_checkers_do_not_count(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("if TYPE_CHECKING:\n    from ner.data import trials\nfrom ner.storage import tables\n")
    assert imported_modules(path) == ["storage", "storage.tables"]


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the workflow, and its hash of the decoding within recordings."""
    place = tmp_path / "a checkout" / "workflow"
    shutil.copytree(WORKFLOW, place, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(library, "ROOT", place)
    for cached in (library._file, library._imports, library._data):
        cached.cache_clear()
    yield lambda: fingerprint(code_files([place / "scripts" / "decode_within.py"])), place
    for cached in (library._file, library._imports, library._data):
        cached.cache_clear()


def test_a_copy_has_the_same_hash_and_an_edit_of_what_is_used_another(copied):
    hashed, place = copied
    original = hashed()
    assert re.fullmatch("[0-9a-f]{16}", original)
    edited = {"ner/decoding/metrics.py": True, "scripts/decode_within.py": True, "ner/training/losses.py": False}
    for name, counts in edited.items():
        path = place / name
        text = path.read_text()
        # One letter more, and one in place of another.
        for changed in (f"{text}\n", text.replace(" = ", " =\t", 1)):
            assert changed != text
            path.write_text(changed)
            assert (hashed() != original) == counts, name
        path.write_text(text)
    assert hashed() == original


def test_a_copy_has_the_hash_of_the_original(copied):
    hashed, _ = copied
    copy = hashed()
    assert copy == made_by.__wrapped__("decode_within")["code"]


def test_a_template_beside_a_module_counts_with_it(copied):
    hashed, place = copied
    before = hashed()
    (place / "ner" / "decoding" / "templates").mkdir()
    (place / "ner" / "decoding" / "templates" / "page.j2").write_text("{{ a }}")
    library._data.cache_clear()
    assert hashed() != before


def test_packages_are_those_that_compute():
    trained = made_by("embed", "methods.ner", without=("pandas",))["packages"]
    assert {"numpy", "torch"} <= trained.keys()
    assert not {"pandas", "matplotlib", "seaborn", "tqdm", "pyarrow", "safetensors"} & trained.keys()
    assert {"umap-learn", "pynndescent"} <= made_by("embed", "methods.umap")["packages"].keys()
    assert "matplotlib" in made_by("draw", notebook="variance")["packages"]


def test_every_package_goes_by_the_name_of_its_distribution():
    owners = packages_distributions()
    files = [path for folder in ("ner", "scripts", "notebooks") for path in (WORKFLOW / folder).rglob("*.*")]
    known = {owner.lower().replace("_", "-") for several in owners.values() for owner in several}
    assert set(packages(files)) <= known
    assert installed("numpy") and not installed("no-such-distribution")
