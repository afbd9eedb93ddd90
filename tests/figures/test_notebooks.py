import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from places import ROOT
from samples import LINEAR

from ner.data.embeddings import read_embedding, write_embedding
from ner.data.recordings import DIRECTIONS, Recording, write_recording
from ner.decoding.across import decode_across
from ner.decoding.columns import WITHIN, WITHIN_TIME
from ner.decoding.within import decode_within
from ner.figures import notebooks
from ner.storage.errors import InputError
from ner.storage.tables import names, write_csv
from ner.verification.retrained_within import RETRAINED_WITHIN

NOTEBOOKS = ROOT / "workflow" / "notebooks"
FIGURES = sorted(path.stem for path in NOTEBOOKS.glob("fig*.ipynb"))
BINS = 6
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def a_recording(name, trials=24):
    rng = np.random.default_rng(0)
    direction = np.resize(DIRECTIONS, trials)
    angle = np.deg2rad(direction)
    speed = np.hanning(BINS + 2)[1:-1] * 20
    velocity = (speed[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None]).reshape(-1, 2)
    velocity += rng.normal(size=velocity.shape)
    return Recording(
        name=name,
        rates=np.abs(velocity @ rng.normal(size=(2, 5)) + rng.normal(size=(len(velocity), 5))),
        velocity=velocity,
        direction=np.repeat(direction, BINS),
        trial=np.repeat(np.arange(trials), BINS),
        bin=np.tile(np.arange(BINS), trials),
        train=np.repeat(np.arange(trials) < 16, BINS),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Recordings, embeddings and tables of a run without PMd: folder and the notebooks' inputs."""
    root = tmp_path_factory.mktemp("run")
    recordings, embeddings, histories = [], {}, {}
    metrics, times = [], []
    for name in ("demo-day1-m1", "chewie-20161007-m1", "han-20171201-s1"):
        recording = a_recording(name)
        write_recording(recording, root / f"{name}.parquet")
        recordings.append(str(root / f"{name}.parquet"))
        for method in ("ner", "new-method"):
            path = root / f"{method}-{name}.parquet"
            plane = recording.velocity if method == "ner" else recording.velocity[::-1]
            height = np.full(len(plane), 10.0)
            coordinates = np.column_stack([plane, height])
            coordinates /= np.linalg.norm(coordinates, axis=1, keepdims=True)
            write_embedding(path, recording, coordinates, None, {"method": method})
            pd.DataFrame({"step": range(1, 6), "loss": [3.0, 2, 1.5, 1.2, 1.1]}).to_csv(path.with_suffix(".csv"))
            embeddings[method, name], histories[method, name] = str(path), str(path.with_suffix(".csv"))
            protocols = {protocol: read_embedding(path, protocol) for protocol in ("paper", "strict")}
            of = {"method": method, "recording": name, "seed": 0, "decoders": {"linear": LINEAR | {"max_iter": 50}}}
            for table, part in zip((metrics, times), decode_within(protocols, **of), strict=True):
                table.append(part)
    write_csv(root / "within.csv", pd.concat(metrics)[names(WITHIN)])
    write_csv(root / "within_time.csv", pd.concat(times)[names(WITHIN_TIME)])
    group = ("demo-day1-m1", "chewie-20161007-m1")
    for method in ("ner", "new-method"):
        of_group = {
            protocol: {name: read_embedding(embeddings[method, name], protocol) for name in group}
            for protocol in ("paper", "strict")
        }
        of = {"method": method, "group": "days", "seed": 0, "decoders": {"linear": LINEAR | {"max_iter": 50}}}
        for suffix, table in zip(("", "_time"), decode_across(of_group, **of), strict=True):
            write_csv(root / f"across-{method}{suffix}.csv", table)
    published = pd.concat(metrics).query(
        "protocol == 'paper' and recording == 'chewie-20161007-m1' and method == 'ner'"
    )
    published = published.rename(columns={"value": "published"}).reindex(columns=names(RETRAINED_WITHIN))
    write_csv(root / "retrained.csv", published)
    example = [(method, "demo-day1-m1") for method in ("ner", "new-method")]
    decoding = {"decoder": "linear", "decoders": {"linear": LINEAR | {"max_iter": 50}}}
    across = {
        "tables": [str(root / f"across-{method}.csv") for method in ("ner", "new-method")],
        "times": [str(root / f"across-{method}_time.csv") for method in ("ner", "new-method")],
        "published_tables": [],
        "published": [],
        "decoders": {"linear": ["ner", "new-method"]},
        "protocol": "paper",
        "hemispheres": ["", "left"],
    }
    return root, {
        "fig5": across,
        "fig6": across
        | {
            "embeddings": [embeddings[method, group[1]] for method in ("ner", "new-method")],
            "anchors": [embeddings[method, group[0]] for method in ("ner", "new-method")],
        },
        "fig1": {
            "embeddings": [embeddings[key] for key in example],
            "histories": [histories[key] for key in example],
            **decoding,
        },
        "fig2": {"recording": recordings[0], "embedding": embeddings[example[0]], **decoding},
        "fig3": {
            "embeddings": [path for (_, name), path in embeddings.items() if name.endswith("m1")],
            "averages_only": ["new-method"],
            "anchor": "demo-day1-m1",
            "protocol": "paper",
        },
        "fig4": {
            "within": str(root / "within.csv"),
            "within_time": str(root / "within_time.csv"),
            "published": str(root / "retrained.csv"),
            "recordings": recordings,
            "embeddings": [embeddings[key] for key in example],
            "methods": ["ner", "new-method"],
            "protocol": "paper",
            **decoding,
        },
    }


def rule(figure):
    """Text of a figure's rule."""
    text = "\n\n".join(path.read_text() for path in sorted((ROOT / "workflow" / "rules").glob("figures*.smk")))
    return re.search(rf"^use rule step as {figure} with:\n(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)[1]


def outputs(figure, folder):
    """What a figure's rule makes besides the notebook and its page: parameter to file."""
    declared = re.search(r"    output:\n(.*?)\n    log:", rule(figure), re.DOTALL)[1]
    tables = dict(re.findall(r'(\w+_csv)="<figures>/(\w+\.csv)"', declared))
    tables |= dict.fromkeys(re.findall(r"^ +(page)=", declared, re.MULTILINE), f"{figure}.html")
    files = {"pdf": f"{figure}.pdf", "png": f"{figure}.png", **tables}
    return {parameter: str(folder / file) for parameter, file in files.items()}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_notebook_draws_its_figure_and_writes_nothing_else(figure, made, tmp_path, monkeypatch):
    _, inputs = made
    folder, work = tmp_path / "figures", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "workflow"))
    expected = outputs(figure, folder)
    executed, html = tmp_path / "logs" / f"{figure}.ipynb", tmp_path / f"{figure}.html"

    notebooks.execute(NOTEBOOKS / f"{figure}.ipynb", executed, inputs[figure] | expected)
    notebooks.to_html(executed, html)

    assert sorted(map(str, folder.iterdir())) == sorted(expected.values())
    assert not list(work.iterdir())
    pdf = Path(expected["pdf"]).read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/Type3" not in pdf
    assert b"/CreationDate" not in pdf
    for parameter in expected.keys() - {"pdf", "png", "page"}:
        table = pd.read_csv(expected[parameter])
        assert len(table) > 0
        assert not [column for column in table.columns if column.startswith("Unnamed")]
    page = html.read_text()
    assert "data:image/png;base64," in page
    # Addresses in comments are fine; nothing may load from one.
    assert not re.findall(
        r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|\bimport\b[^;]*//""", page
    )
    assert "<script src" not in page


def test_figure_4_gives_the_metrics_of_the_tables_beside_the_published_ones(made, tmp_path, monkeypatch):
    root, inputs = made
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "workflow"))
    files = outputs("fig4", tmp_path)
    strict = inputs["fig4"] | files | {"protocol": "strict"}
    notebooks.execute(NOTEBOOKS / "fig4.ipynb", tmp_path / "fig4.ipynb", strict)
    drawn = pd.read_csv(files["sessions_csv"])
    within = pd.read_csv(root / "within.csv").query("protocol == 'strict' and split == 'test'")
    merged = drawn.merge(within, on=["method", "recording", "metric"])
    assert len(merged) == len(drawn) == 2 * 3 * 3
    np.testing.assert_allclose(merged["mean"], merged["value"], rtol=1e-9)
    assert drawn["published"].isna().all(), "published values are of the other protocol"
    assert set(drawn["area"]) == {"M1", "S1"}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_notebook_is_stripped_and_names_its_kernel_and_parameters(figure):
    notebook = nbformat.read(NOTEBOOKS / f"{figure}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    previous = "#"
    for line in parameters.source.splitlines():
        assert re.match(r"(# |\w+ = )", line), line
        previous = line
    assert parameters.source.startswith("# ")
    assert not previous.startswith("#")
    assert (ROOT / "workflow" / "report" / f"{figure}.rst").is_file()


def a_notebook(path, *cells):
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)


def test_a_failing_notebook_keeps_its_executed_copy_and_names_it(tmp_path):
    template, executed = tmp_path / "broken.ipynb", tmp_path / "logs" / "broken.ipynb"
    a_notebook(template, "value = 1", "print('so far', value)", "raise ValueError('the reason')", "print('never')")
    with pytest.raises(InputError) as caught:
        notebooks.execute(template, executed, {"value": 7})
    message = str(caught.value)
    assert str(template) in message
    assert str(executed) in message
    assert "ValueError: the reason" in message
    assert "\n" not in message
    copy = nbformat.read(executed, as_version=4)
    text = str(copy)
    assert "so far 7" in text
    assert "the reason" in text


def test_the_kernel_is_the_running_python_whatever_the_user_installed(tmp_path, monkeypatch):
    import sys

    decoy = tmp_path / "share" / "kernels" / "python3"
    decoy.mkdir(parents=True)
    (decoy / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "decoy", "language": "python"}')
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "share"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    out = tmp_path / "where.txt"
    a_notebook(
        tmp_path / "n.ipynb",
        "out = ''",
        "import sys",
        "from pathlib import Path",
        "Path(out).write_text(sys.executable)",
    )
    notebooks.execute(tmp_path / "n.ipynb", tmp_path / "x.ipynb", {"out": str(out)})
    assert Path(out.read_text()).samefile(sys.executable)


@pytest.mark.parametrize("parameters", [{}, {"value": 1, "valeu": 2}])
def test_parameters_must_be_those_of_the_notebook(tmp_path, parameters):
    a_notebook(tmp_path / "n.ipynb", "value = 1")
    with pytest.raises(InputError, match="value"):
        notebooks.execute(tmp_path / "n.ipynb", tmp_path / "x.ipynb", parameters)
    assert not (tmp_path / "x.ipynb").exists()
