"""No pickle is loaded, no name leaves the results or reaches a shell, no page loads anything from elsewhere."""

import ast
import json
import pickle
import re
from pathlib import Path

import nbformat
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.io
import torch
import yaml
from nbconvert import HTMLExporter
from offline import loaded
from places import ROOT
from runs import SIMULATED, Run

from ner.data.embeddings import read_embedding
from ner.data.preprocessing import make_recording
from ner.data.upstream import UpstreamFile, fetch
from ner.figures.notebooks import to_html
from ner.published.tables import published_within, read_published_embedding
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError
from ner.training.checkpoints import Checkpoint
from planning.configuration import ConfigError, validate


class Trap:
    """Touches a file when unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.fixture
def sprung(tmp_path):
    """The file that a trap touches."""
    path = tmp_path / "sprung"
    pickle.loads(pickle.dumps(Trap(path)))
    assert path.exists()
    path.unlink()
    yield path
    assert not path.exists()


# ---- Code


def code():
    """Every piece of Python of the workflow: its place and syntax tree."""
    for path in sorted((ROOT / "workflow").rglob("*.py")):
        yield path, ast.parse(path.read_text())
    for path in sorted((ROOT / "workflow" / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                yield path, ast.parse(cell.source)


#: Calls that must say so when they are given files that may hold pickles.
SAYING = {
    "np.load": ("allow_pickle", False),
    "numpy.load": ("allow_pickle", False),
    "torch.load": ("weights_only", True),
}
FORBIDDEN = r"""(pickle|dill|joblib|cloudpickle|shelve|marshal)\.(load|loads|Unpickler|open)|(pd|pandas)\.read_pickle
|np\.lib\.format\.read_array|yaml\.(load|unsafe_load|full_load)|eval|exec|compile|os\.(system|popen)|subprocess\.(?!run\b)\w+"""


def complaints(tree):
    """What a piece of code does that it must not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("pickle", "subprocess", "yaml", "torch", "numpy", "os"):
            for alias in node.names:
                if re.fullmatch(r"loads?|Unpickler|system|popen|run|Popen|unsafe_load|full_load", alias.name):
                    yield f"imports {alias.name} of {node.module}"
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if re.fullmatch(FORBIDDEN, name, re.VERBOSE):
                yield f"calls {name}"
            if name == "subprocess.run" and any(keyword.arg == "shell" for keyword in node.keywords):
                yield f"calls {name} by a shell"
            if name in SAYING:
                keyword, wanted = SAYING[name]
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                if given.get(keyword) != str(wanted):
                    yield f"calls {name} without {keyword}={wanted}"


def test_no_code_loads_pickles_or_starts_a_shell():
    assert [(str(path), said) for path, tree in code() for said in complaints(tree)] == []
    # Rules run scripts, by a command without any name in it.
    for path in [ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]:
        assert not re.search(r"^\s+(shell|run|wrapper|cwl):", path.read_text(), re.MULTILINE), path
        assert not re.search(r"\b(shell|eval|exec)\(", path.read_text()), path


@pytest.mark.parametrize(
    "bad",
    [
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "torch.load(path, map_location='cpu')",
        "pickle.load(file)",
        "from pickle import loads",
        "pd.read_pickle(path)",
        "os.system(f'ls {path}')",
        "subprocess.run(command, shell=True)",
    ],
)
def test_the_search_finds(bad):
    assert list(complaints(ast.parse(bad)))


# ---- Files


@pytest.mark.parametrize("kind", ["table", "embedding"])
def test_an_npz_of_objects(tmp_path, sprung, kind):
    arrays = ["date_subjects", "vel_R_2D", "pos_R_2D", "peak_acc_2D", "acc_time_2D"]
    arrays += [f"{name}_{part}" for name in ("cebra_veldir", "continuous_index") for part in ("train", "test")]
    path = tmp_path / "file.npz"
    np.savez(path, **{name: np.array([Trap(sprung)], dtype=object) for name in arrays})
    with pytest.raises(InputError, match="a damaged file .*allow_pickle"):
        if kind == "table":
            published_within({"data_NER/Fig4/NPZ_M1/NER_Chewie2015.npz": path})
        else:
            read_published_embedding(path, "chewie-20161014-m1")


@pytest.mark.parametrize("form", ["smoothed", "trial_data"])
@pytest.mark.parametrize("disguise", ["pickle", "npy", "cells"])
def test_a_mat_of_objects(tmp_path, sprung, form, disguise):
    path = tmp_path / "file.mat"
    if disguise == "pickle":
        path.write_bytes(pickle.dumps(Trap(sprung)))
    elif disguise == "npy":
        with open(path, "wb") as file:
            np.save(file, np.array([Trap(sprung)], dtype=object), allow_pickle=True)
    else:
        cells = np.array([[pickle.dumps(Trap(sprung)).hex()]], dtype=object)
        names = ["neural_M1", "continuous_index", "discrete_index", "trial_data"]
        scipy.io.savemat(path, dict.fromkeys(names, cells))
    with pytest.raises(InputError):
        make_recording(path, "a-1-m1", format=form, area="M1", bins=4, train_fraction=0.8)


def test_a_checkpoint_of_objects(tmp_path, sprung):
    checkpoint = Checkpoint(tmp_path / "state.checkpoint", 1, "a")
    checkpoint.save({"step": 1, "encoder": Trap(sprung)})
    assert checkpoint.load() is None
    torch.save({"identity": "a", "encoder": Trap(sprung)}, checkpoint.path)
    assert checkpoint.load() is None


def test_a_parquet_of_objects(tmp_path, sprung):
    """Arrow once kept Python types as pickles in a column's metadata."""
    trap = {"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": pickle.dumps(Trap(sprung))}
    columns = ["split", "trial", "bin", "vx", "vy", "direction", "z1"]
    schema = pa.schema([pa.field(name, pa.float64(), metadata=trap) for name in columns], {"ner": json.dumps({})})
    path = tmp_path / "file.parquet"
    pq.write_table(pa.table({name: [1.0] for name in columns}, schema=schema), path)
    assert read_embedding(path).coordinates.tolist() == [[1.0]]


# ---- Names


HOSTILE = [
    "../x",
    "/x",
    "$(touch hacked)",
    "`id`",
    "a b",
    "a'b",
    'a"b',
    ".hidden",
    "a\nb",
    "a;b",
    "-f",
    "..",
    "{method}",
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_of_config_are_refused(name):
    """Wherever a name becomes part of a path."""
    paper = yaml.safe_load((ROOT / "config.yaml").read_text())
    session = {"monkey": "A", "areas": ["M1"], "bins": 40, "format": "trial_data", "file": "a.mat"}
    for change in (
        {"sessions": paper["sessions"] | {name: session}},
        {"methods": paper["methods"] | {name: {"module": "ner"}}},
        {"groups": paper["groups"] | {name: ["han-20171201-s1", "han-20171204-s1"]}},
        {"methods": paper["methods"] | {"new": {"module": name}}},
        {"recordings": ["chewie-20161014-m1", name]},
        {"seeds": [name]},
        {"sessions": paper["sessions"] | {"new": session | {"monkey": name}}},
    ):
        with pytest.raises(ConfigError):
            validate(paper | change)
    if name not in ("/x", ".hidden", "-f"):
        with pytest.raises(ConfigError):
            validate(paper | {"pathvars": paper["pathvars"] | {"results": name}})


def test_a_mirror_and_a_file_with_an_odd_name(tmp_path):
    """Names of upstream files may hold anything: no shell sees them, and they are kept under a plain name."""
    content = b"content"
    file = UpstreamFile("data/a b/$(touch hacked) 'x' + y.npz", "", "raw")
    assert file.local == "data/a_b/__touch_hacked___x____y.npz"
    mirror = tmp_path / "mir ror's $(touch hacked)"
    source = mirror / file.path
    source.parent.mkdir(parents=True)
    source.write_bytes(content)
    fetch(UpstreamFile(file.path, blob_sha1(source), "raw"), tmp_path / "target", url="", mirror=mirror)
    assert (tmp_path / "target").read_bytes() == content
    assert not list(tmp_path.rglob("hacked"))


def test_a_run_in_a_folder_with_an_odd_name(tmp_path):
    folder = tmp_path / "a b'c $(touch hacked)"
    folder.mkdir()
    run = Run(folder)
    mine = {**SIMULATED, "areas": ["M1"]}
    run.configure(sessions={"mine": mine}, recordings=["mine-m1"])
    result = run.snakemake("results/simulated/mine.mat")
    assert result.returncode == 0, result.stderr
    assert run.made() == ["simulated/mine.mat"]
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert not list(tmp_path.rglob("hacked"))


# ---- Pages


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://example.org/x.js"></script>',
        "<img src=//example.org/x.png>",
        '<link rel="stylesheet" href="https://example.org/x.css">',
        "<style>@import 'https://example.org/x.css';</style>",
        '<p style="background: url(https://example.org/x.png)">',
        "<script type=module>import x from 'https://example.org/x.mjs'</script>",
        '<script>import("https://example.org/x.mjs")</script>',
    ],
)
def test_what_a_page_loads_is_found(page):
    (address,) = loaded(page)
    assert "//example.org/x." in address
    assert loaded(re.sub("(https:)?//example.org/", "data:", page)) == []


def test_links_to_click_load_nothing():
    assert loaded('<a href="https://example.org">there</a> <!-- <img src="https://example.org/x.png"> -->') == []


def test_pages_of_notebooks_load_nothing(tmp_path):
    cells = [nbformat.v4.new_markdown_cell("$x^2$"), nbformat.v4.new_code_cell("1 + 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, tmp_path / "n.ipynb")
    to_html(tmp_path / "n.ipynb", tmp_path / "n.html")
    assert loaded((tmp_path / "n.html").read_text()) == []
    # As nbconvert makes them they do.
    assert any("require" in address for address in loaded(HTMLExporter().from_notebook_node(notebook)[0]))
