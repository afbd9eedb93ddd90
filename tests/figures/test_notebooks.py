"""The notebooks of every kind of figure: what they draw and write from files like those of a run, and how they run."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from places import ROOT
from samples import LINEAR

from ner.data.embeddings import read_embedding, write_embedding
from ner.data.recordings import Recording, write_recording
from ner.data.simulation import EIGHT as DIRECTIONS
from ner.decoding.across import decode_across
from ner.decoding.consistency import consistency_of_recordings, consistency_of_seeds
from ner.decoding.decode import decode
from ner.decoding.few_trials import few_trials
from ner.decoding.metrics import METRICS
from ner.decoding.movements import write_movements
from ner.decoding.within import decode_within
from ner.figures import notebooks
from ner.figures.kinds import registry
from ner.published.tables import PUBLISHED_WITHIN, PUBLISHED_WITHIN_TIME
from ner.storage.errors import InputError
from ner.storage.tables import names, write_csv

NOTEBOOKS = ROOT / "workflow" / "notebooks"
KINDS = registry.module_names()
#: The beginning of a sentence that pages of some kinds have.
SAID = {
    "alignments": "Velocity R² of NER (rotated) is ",
    "across": "Velocity R² of NER is ",
    "across_latents": "Velocity R² of NER is ",
    "variance": "Velocity R² of NER is ",
    "controls": "Velocity R² of NER is ",
}
BINS = 6
DECODER = LINEAR | {"max_iter": 50}
METHODS = ["ner", "new-method"]
GROUP = ["demo-day1-m1", "chewie-20161007-m1"]
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
#: An entry of every kind, and another one of some.
ENTRIES = {
    "method": {"kind": "method", "recording": GROUP[0], "methods": METHODS},
    "pipeline": {"kind": "pipeline", "recording": GROUP[1], "method": "ner", "protocol": "paper"},
    "latents": {"kind": "latents", "group": "days", "anchor": GROUP[0], "methods": METHODS, "averages_only": ["ner"]},
    "latents-elsewhere": {
        "kind": "latents",
        "group": "days",
        "anchor": "han-20171201-s1",
        "methods": ["ner"],
        "anchor_bins": [1, BINS],
        "onto_each_other": True,
    },
    "variance": {"kind": "variance", "methods": METHODS, "recording": GROUP[0]},
    "variance-published": {"kind": "variance", "methods": METHODS, "recording": GROUP[1], "protocol": "paper"},
    "across": {"kind": "across", "group": "days"},
    "across_latents": {
        "kind": "across_latents",
        "group": "days",
        "methods": METHODS,
        "area": "M1",
        "anchor": GROUP[0],
        "protocol": "paper",
    },
    "curved": {"kind": "curved", "recordings": ["jenkins-20090925-up-down-31-38-all", GROUP[0]], "methods": METHODS},
    "across-cca": {"kind": "across", "group": "days", "protocol": "cca"},
    "alignments": {"kind": "alignments", "group": "days", "methods": METHODS, "ceiling": "ner"},
    "few_trials": {"kind": "few_trials", "group": "days", "methods": METHODS},
    "consistency": {"kind": "consistency", "group": "days", "methods": METHODS},
    "controls": {"kind": "controls", "methods": METHODS, "ceiling": METHODS[1]},
    "film": {"kind": "film", "recording": GROUP[0], "method": "ner", "trials": 2},
}


def a_recording(name, trials=24):
    rng = np.random.default_rng(0)
    # Of another animal, whose trials are longer.
    bins = BINS + 2 * name.startswith("han")
    direction = np.resize(DIRECTIONS, trials)
    angle = np.deg2rad(direction)
    speed = np.hanning(bins + 2)[1:-1] * 20
    velocity = (speed[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None]).reshape(-1, 2)
    velocity += rng.normal(size=velocity.shape)
    return Recording(
        name=name,
        rates=np.abs(velocity @ rng.normal(size=(2, 5)) + rng.normal(size=(len(velocity), 5))),
        velocity=velocity,
        direction=np.repeat(direction, bins),
        trial=np.repeat(np.arange(trials), bins),
        bin=np.tile(np.arange(bins), trials),
        train=np.repeat(np.arange(trials) < 16, bins),
    )


class Files:
    """A run's files as kinds ask for them (registry.Plan), each made when it is first asked for."""

    recordings = {
        "demo-day1-m1": {"area": "M1", "bins": BINS},
        "chewie-20161007-m1": {"area": "M1", "bins": BINS, "hemisphere": "left"},
        "han-20171201-s1": {"area": "S1", "bins": BINS + 2},
    }
    groups = {"days": GROUP}
    within = across = {"linear": METHODS}
    seeds = [0]
    protocols = ("paper", "strict", "cca", "unaligned", "target-trained")

    def __init__(self, root):
        self.root = root

    def suits(self, method, *names):
        return True

    def made(self, name, make):
        path = self.root / name
        if not path.exists():
            make(path)
        return str(path)

    def compared(self):
        return list(self.recordings)

    def fold_shown(self, recording):
        return None

    def recording_file(self, recording):
        return self.made(f"{recording}.parquet", lambda path: write_recording(a_recording(recording), path))

    def embedding_file(self, method, recording, seed):
        def make(path):
            bins = a_recording(recording)
            plane = bins.velocity if method == "ner" else bins.velocity[::-1]
            coordinates = np.column_stack([plane, np.full(len(plane), 10.0)])
            coordinates /= np.linalg.norm(coordinates, axis=1, keepdims=True)
            write_embedding(path, bins, coordinates, None, {"method": method})

        return self.made(f"{method}-{recording}-{seed}.parquet", make)

    def history_file(self, method, recording, seed):
        # The new method is not trained step by step.
        loss = [3.0, 2, 1.5] if method == "ner" else []
        table = pd.DataFrame({"step": range(1, len(loss) + 1), "loss": loss})
        return self.made(f"{method}-{recording}-{seed}.history.csv", lambda path: table.to_csv(path, index=False))

    def coordinates(self, method, recording, seed):
        file = self.embedding_file(method, recording, seed)
        return {protocol: read_embedding(file, protocol) for protocol in ("paper", "strict")}

    def scores(self, decoder, method, recording, seed):
        of = {"method": method, "recording": recording, "seed": seed, "decoders": {decoder: DECODER}}
        return decode_within(self.coordinates(method, recording, seed), **of)

    def scores_file(self, decoder, method, recording, seed):
        """Beside those of another seed."""

        def make(path):
            table = self.scores(decoder, method, recording, seed)[0]
            write_csv(path, pd.concat([table.assign(seed=seed + 1, value=0), table]))

        return self.made(f"{decoder}-{method}-{recording}-{seed}-scores.csv", make)

    def movements_file(self, decoder, method, recording, seed, protocol):
        def make(path):
            embedding = self.coordinates(method, recording, seed)[protocol]
            write_movements(path, embedding, decode(embedding, DECODER))

        return self.made(f"{decoder}-{method}-{recording}-{seed}-{protocol}.parquet", make)

    def within_files(self, decoder, methods):
        tables = {
            f"{decoder}-{method}-{recording}": self.scores(decoder, method, recording, 0)
            for method in methods
            for recording in self.recordings
        }
        return tuple(
            [
                self.made(f"{name}{suffix}.csv", lambda path, table=of_one[k]: write_csv(path, table))
                for name, of_one in tables.items()
            ]
            for k, suffix in enumerate(("", ".time", ".null"))
        )

    def across_files(self, group):
        files = []
        for method in METHODS:
            embeddings = {
                protocol: {name: self.coordinates(method, name, 0)["strict"] for name in GROUP}
                for protocol in self.protocols
            }
            of = {"method": method, "group": group, "seed": 0, "decoders": {"linear": DECODER}}
            tables = decode_across(embeddings, **of)
            files.append(
                [
                    self.made(f"{method}-{group}{suffix}.csv", lambda path, table=table: write_csv(path, table))
                    for suffix, table in zip(("", ".time", ".null"), tables, strict=True)
                ]
            )
        return tuple(map(list, zip(*files, strict=True)))

    def few_trials_files(self, group, methods):
        def table(method):
            embeddings = {name: self.coordinates(method, name, 0)["strict"] for name in GROUP}
            of = {"method": method, "group": group, "seed": 0, "decoders": {"linear": DECODER}}
            return few_trials(embeddings, **of, protocols=["strict", "target-trained"], counts=[1, 2], draws=2)

        return [
            self.made(f"{method}-few.csv", lambda path, method=method: write_csv(path, table(method)))
            for method in methods
        ]

    def seeds_files(self, methods):
        """Between two embeddings of each recording, by one method."""
        embeddings = {(name, 0): self.coordinates("ner", name, 0)["strict"] for name in self.recordings}
        embeddings |= {(name, 1): self.coordinates("new-method", name, 0)["strict"] for name in self.recordings}
        table = consistency_of_seeds(embeddings, "ner")
        return [self.made("ner-consistency.csv", lambda path: write_csv(path, table))]

    def recordings_files(self, group, methods):
        return [
            self.made(
                f"{method}-{group}-consistency.csv",
                lambda path, method=method: write_csv(
                    path,
                    consistency_of_recordings(
                        {(name, 0): self.coordinates(method, name, 0)["strict"] for name in GROUP},
                        method=method,
                        group=group,
                    )[0],
                ),
            )
            for method in methods
        ]

    def published_files(self, scope, recordings):
        """Of NER on one recording, within: what was published is what is decoded here."""
        if scope == "across" or GROUP[1] not in recordings:
            return [], []
        files = []
        tables = self.scores("linear", "ner", GROUP[1], 0)[:2]
        for columns, table, suffix in zip(
            (PUBLISHED_WITHIN, PUBLISHED_WITHIN_TIME), tables, ("", "_time"), strict=True
        ):
            theirs = table[table["protocol"] == "paper"].assign(figure="fig4")[names(columns)]
            files.append([self.made(f"published{suffix}.csv", lambda path, theirs=theirs: write_csv(path, theirs))])
        return tuple(files)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return Files(tmp_path_factory.mktemp("run"))


def drawn(entry, plan, folder, figure="mine"):
    """Run the notebook of an entry as the workflow does: the files that it writes by parameter, and its page."""
    entry = registry.complete_settings(entry["kind"], entry)
    kind = registry.kind(entry["kind"])
    files = {name: str(folder / f"{figure}{ending}") for name, ending in registry.outputs(entry["kind"]).items()}
    page, _ = files.pop("html"), files.pop("notebook")
    executed = folder.parent / "logs" / f"{figure}.ipynb"
    parameters = {**kind.parameters(entry, plan), **kind.inputs(entry, plan), **files}
    notebooks.execute(NOTEBOOKS / f"{entry['kind']}.ipynb", executed, parameters)
    notebooks.to_html(executed, page)
    return files, Path(page).read_text(), nbformat.read(executed, as_version=4)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_notebook_draws_its_figure_and_writes_what_its_kind_says(name, plan, tmp_path, monkeypatch):
    folder, work = tmp_path / "figures", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "workflow"))
    entry = ENTRIES[name]
    files, page, executed = drawn(entry, plan, folder)

    endings = [ending for key, ending in registry.outputs(entry["kind"]).items() if key != "notebook"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"mine{ending}" for ending in endings)
    assert not list(work.iterdir())
    pdf = Path(files["pdf"]).read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/Type3" not in pdf
    assert b"/CreationDate" not in pdf
    for table in registry.kind(entry["kind"]).TABLES:
        found = list(pd.read_csv(files[f"{registry.table_name(table)}_csv"]).columns)
        pattern = "".join(f"(?:{re.escape(c.name)},)".replace(r"\{k\}", r"\d+") for c in table.columns)
        pattern = re.sub(r"(\(\?:\w*\\d\+,\))", r"\1+", pattern)
        assert re.fullmatch(pattern, "".join(f"{column}," for column in found)), (found, pattern)
    assert f"<li>{SAID.get(entry['kind'], '')}" in page or entry["kind"] not in SAID
    # Nothing is complained of above the figure.
    said = [output for cell in executed.cells for output in cell.get("outputs", []) if output.get("name") == "stderr"]
    assert said == []
    # Addresses in comments are fine; nothing may load from one.
    assert not re.findall(
        r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|\bimport\b[^;]*//""", page
    )
    assert "<script src" not in page


def test_the_page_shows_the_figure_first_and_folds_the_code(plan, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "workflow"))
    folder = tmp_path / "figures"
    folder.mkdir()
    _, page, executed = drawn(ENTRIES["film"], plan, folder)
    body = page[page.index("<body") :]
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert body.count('<details class="code">') == len(code)
    # What stands above the figure: the title, and the folded code of the figure's own cell.
    above = body[: body.index("data:image/png;base64,")]
    assert above.count('<details class="code">') == 1
    assert "A film of one recording" in above


def test_variance_gives_the_metrics_of_the_tables_beside_the_published_ones(plan, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "workflow"))
    folder = tmp_path / "figures"
    folder.mkdir()
    strict, *_ = drawn(ENTRIES["variance"], plan, folder, "strict")
    paper, *_ = drawn(ENTRIES["variance-published"], plan, folder, "paper")
    tables, *_ = plan.within_files("linear", METHODS)
    within = pd.concat(map(pd.read_csv, tables))
    for files, protocol, split in ((strict, "strict", "test"), (paper, "paper", "train")):
        shown = pd.read_csv(files["sessions_csv"])
        rows = within[(within["protocol"] == protocol) & (within["split"] == split)]
        merged = shown.merge(rows, on=["method", "recording", "metric"])
        assert len(merged) == len(shown) == 2 * 3 * len(METRICS)
        np.testing.assert_allclose(merged["mean"], merged["value"], rtol=1e-9)
        assert set(shown["area"]) == {"M1", "S1"}
        held = shown[shown["published"].notna()]
        if protocol == "strict":
            assert held.empty, "published values are of the other protocol"
        else:
            assert set(zip(held["method"], held["recording"], strict=True)) == {("ner", GROUP[1])}
            np.testing.assert_allclose(held["published"], held["mean"], rtol=1e-9)


def test_the_group_is_rotated_onto_each_other_and_onto_an_anchor_from_elsewhere(plan, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "workflow"))
    folder = tmp_path / "figures"
    folder.mkdir()
    files, *_ = drawn(ENTRIES["latents-elsewhere"], plan, folder)
    agreement = pd.read_csv(files["agreement_csv"]).set_index(["state", "recording"])["r2"]
    first, last = (f"rotated onto {title}" for title in ("Demo-day1, M1", "Han 2017-12-01, S1"))
    assert agreement[first, GROUP[0]] == pytest.approx(1)
    assert agreement[last, "han-20171201-s1"] == pytest.approx(1)
    # The anchor is of neither day, so it is not held against the first of them.
    assert (first, "han-20171201-s1") not in agreement.index
    assert agreement[last].min() > agreement["before rotation"].min()


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_is_stripped_and_names_its_kernel_and_parameters(kind):
    notebook = nbformat.read(NOTEBOOKS / f"{kind}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert sorted(tags) == ["figure", "parameters"]
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    previous = "#"
    for line in parameters.source.splitlines():
        assert re.match(r"(# |\w+ = )", line), line
        previous = line
    assert parameters.source.startswith("# ")
    assert not previous.startswith("#")
    assert (ROOT / "workflow" / "report" / f"{kind}.rst").is_file()


def test_no_notebook_fits_a_decoder():
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert "decoding.decode " not in path.read_text(), path


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


def test_messages_of_a_kernel_go_where_those_of_the_job_go(tmp_path):
    """And not to the terminal; what the job says afterwards does."""
    says = "from ipykernel.kernelapp import IPKernelApp; IPKernelApp.instance().log.error('of the kernel')"
    a_notebook(tmp_path / "n.ipynb", "value = 0", says)
    script = f"""
import contextlib, sys
sys.path.insert(0, {str(ROOT / "workflow")!r})
from ner.figures import notebooks
with open("log", "w") as log, contextlib.redirect_stderr(log):
    notebooks.execute("n.ipynb", "x.ipynb", {{"value": 7}})
print("of the job", file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stderr == "of the job\n"
    assert "of the kernel" in (tmp_path / "log").read_text()


def test_namesakes_in_the_current_folder_are_not_imported(tmp_path, monkeypatch):
    for name in ("ner", "colorsys", "tqdm", "ipykernel_launcher"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('another one')\n")
    monkeypatch.chdir(tmp_path)
    a_notebook(tmp_path / "n.ipynb", "out = ''", "import colorsys, tqdm, ner")
    notebooks.execute(tmp_path / "n.ipynb", tmp_path / "x.ipynb", {"out": "x"})


@pytest.mark.parametrize("parameters", [{}, {"value": 1, "valeu": 2}])
def test_parameters_must_be_those_of_the_notebook(tmp_path, parameters):
    a_notebook(tmp_path / "n.ipynb", "value = 1")
    with pytest.raises(InputError, match="value"):
        notebooks.execute(tmp_path / "n.ipynb", tmp_path / "x.ipynb", parameters)
    assert not (tmp_path / "x.ipynb").exists()
