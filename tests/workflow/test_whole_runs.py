"""The workflow from the command line: what it plans, refuses, makes and makes again."""

import os
import re
from collections import Counter
from contextlib import contextmanager

import pandas as pd
import pytest
import yaml
from browser import tab
from offline import loaded
from places import ROOT
from project import DEMO, copy_of_project, overlay, snakemake
from pyarrow.parquet import read_schema

from ner.report.outputs import described, tables_of
from planning.figures import outputs
from planning.tables import table_modules

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
# Those of the paper, and one that the demo has beside them.
ENTRIES = {**CONFIG["figures"], "consistency": yaml.safe_load((ROOT / DEMO).read_text())["figures"]["consistency"]}
FIGURES = list(ENTRIES)
# Figures of groups that the demo has nothing of.
LEFT_OUT = ["fig6_mihili", "fig7", "fig7_latents"]
RECORDINGS = ["demo-day1-m1", "demo-day2-m1"]
# Fitted in the short run: methods that train, and one that is shown as averages alone.
METHODS = ["ner", "cebra", "pca"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The project after a short run of everything on two simulated recordings."""
    place = copy_of_project(tmp_path_factory.mktemp("finished"))
    overlay(
        place,
        "tiny.yaml",
        recordings=RECORDINGS,
        methods={"ner": {"steps": 20}, "cebra": {"steps": 20}},
        compare=METHODS,
        decoding={"within": {"decoders": {"knn": ["ner"]}}},
        figures={
            **{figure: {"methods": METHODS} for figure in ("fig3", "fig4")},
            "fig4_knn": CONFIG["figures"]["fig4_knn"] | {"methods": ["ner"]},
            "film": {"trials": 2},
        },
    )
    result = snakemake(place, "--configfile", DEMO, "tiny.yaml", "--cores", "2")
    assert result.returncode == 0, result.stderr
    return place


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
    # 31 recordings, 3 seeds: 7 compared methods, and CEBRA in 16 dimensions for nearest neighbors; a method of which
    # the verification measures a finding on one recording; the two shorter trainings of Fig 1.
    assert stats["embed"] == str(31 * 3 * 8 + 3 + 2)
    assert stats["parity_averages"] == "1"
    assert stats["preprocess"] == "31"
    # By linear decoders all compared methods, by nearest neighbors three, and that of the finding; all seeds at once.
    # The embeddings of the shorter trainings by themselves.
    assert stats["decode_within"] == str(31 * (7 + 3) + 1)
    assert stats["decode_one"] == str(2)
    drawn = Counter(entry["kind"] for entry in CONFIG["figures"].values())
    assert {kind: int(stats[f"draw_{kind}"]) for kind in drawn} == drawn
    assert made(project) == []


def test_what_a_codecheck_compares_is_made_by_the_papers_run(project):
    files = [entry["file"] for entry in yaml.safe_load((ROOT / "codecheck.yml").read_text())["manifest"]]
    assert {f"figures/fig{k}.pdf" for k in range(1, 8)} <= set(files) and len(files) == len(set(files))
    result = snakemake(project, "--dry-run", "--", *files)
    assert result.returncode == 0, result.stdout + result.stderr
    outputs = re.findall(r"^ +output: (.+)$", result.stdout, re.MULTILINE)
    assert set(files) <= {path for line in outputs for path in line.split(", ")}


def test_a_run_makes_everything(finished):
    figures = {path.name for path in (finished / "figures" / "demo").iterdir()}
    # Each figure leaves the files of its kind, and no others are there.
    kinds = {figure: ENTRIES[figure]["kind"] for figure in set(FIGURES) - set(LEFT_OUT)}
    assert figures == {file for figure, kind in kinds.items() for file in outputs(figure, kind).values()}
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


def test_no_page_loads_anything_from_elsewhere(finished):
    pages = [path for folder in ("results", "figures") for path in (finished / folder).rglob("*.html")]
    # The notebook's page of each, another one of the latents and of the film, and the first page of the run.
    assert len(pages) == len(set(FIGURES) - set(LEFT_OUT)) + 3
    assert {path.name: loaded(path.read_text()) for path in pages} == {path.name: [] for path in pages}


#: Columns that not every file of their kind has.
OPTIONAL = ("validation_loss", "condition", "decoded_condition", "decoded_direction")


def test_every_file_is_described_with_its_columns(finished):
    kinds, tables = set(), tables_of(table_modules())
    for folder in ("results", "figures"):
        made = finished / folder / "demo"
        for path in sorted(made.rglob("*")):
            name = path.relative_to(made).as_posix()
            if path.is_dir() or name.startswith(("logs/", "benchmarks/", ".checksums/")):
                continue
            kind = described(name, tables)
            assert kind, name
            kinds.add(kind)
            if path.suffix in (".csv", ".parquet"):
                header = pd.read_csv(path, nrows=0).columns if path.suffix == ".csv" else read_schema(path).names
                told = [re.escape(column.name).replace(r"\{k\}", r"\d+") for column in kind.columns]
                # Numbered columns are there many times, and some not in every file.
                pattern = "".join(f"({name},)*" if r"\d+" in name else f"({name},)" for name in told)
                optional = re.sub(rf"\(({'|'.join(OPTIONAL)}),\)", r"(\1,)?", pattern)
                assert re.fullmatch(optional, "".join(f"{name}," for name in header)), f"{name}: {list(header)}"
    page = (finished / "results" / "demo" / "README.md").read_text()
    for kind in kinds:
        assert kind.meaning[1:] in page
        for column in kind.columns:
            assert f"| `{column.name}` | {column.unit} | {column.meaning} |" in page


def test_the_report_shows_figures_and_tables_with_captions(finished, tmp_path):
    page = tmp_path / "report.html"
    result = snakemake(finished, "--configfile", DEMO, "tiny.yaml", "--report", str(page))
    assert result.returncode == 0, result.stderr
    # Of what the page needs, everything comes with Snakemake.
    assert "downloading" not in result.stderr
    script = """
        const wait = () => new Promise(done => setTimeout(done, 500));
        const link = text => [...document.querySelectorAll("a")].find(each => each.innerText.trim() == text);
        const rows = () => [...document.querySelectorAll("tr")].slice(1).map(row => row.innerText.split(/\\s+/));
        const found = {};
        for (const category of ["Tables", "Figures"]) {
            link(category).click(); await wait();
            found[category] = rows().map(row => row.slice(0, -1).join(" "));
            if (category != "Figures") { link("Results").click(); await wait(); }
        }
        const [show, about] = [...document.querySelectorAll("tr")].at(-1).querySelectorAll("a");
        show.click(); await wait();
        found.width = [...document.querySelectorAll("img")].at(-1).naturalWidth;
        about.click(); await wait();
        found.caption = document.body.innerText;
        return found;
    """
    with tab(page, tmp_path / "profile") as shown:
        found = shown.run(script)
        assert shown.errors == []
        # Nothing but what the page itself holds.
        assert all(address.startswith("data:") for address in shown.requests)
    forms = ("page", "pdf", "png")
    drawn = [figure for figure in FIGURES if figure not in LEFT_OUT]
    assert sorted(found["Figures"]) == sorted(f"{figure} {form}" for figure in drawn for form in forms)
    tables = [
        "across csv",
        "across null csv",
        "across tests csv",
        "across time csv",
        "benchmarks csv",
        "consistency csv",
        "recordings csv",
        "within csv",
        "within null csv",
        "within time csv",
    ]
    assert sorted(found["Tables"]) == tables
    # Nothing of what the authors published is asked for.
    assert "Verification" not in found
    assert found["width"] > 1000
    # The last of them, by its name, with what its entry says.
    assert sorted(drawn)[-1] == "film"
    assert "A film of demo-day1-m1: the hand's path beside the latent point" in found["caption"]


def test_second_run_does_nothing(finished):
    jobs, _, said = planned(finished)
    assert not jobs
    assert "Nothing to be done" in said


def test_the_jobs_of_a_run_are_collected(finished):
    table = pd.read_csv(finished / "results" / "demo" / "benchmarks.csv")
    fits = table[table["stage"] == "embed"]
    assert sorted(zip(fits["method"], fits["job"], fits["seed"], strict=True)) == [
        (method, recording, 0) for method in sorted(METHODS) for recording in RECORDINGS
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
    with edited(finished / "workflow" / "notebooks" / "variance.ipynb"):
        jobs, _, _ = planned(finished)
    # And those that are drawn by it too, and what shows them all.
    assert jobs == {"draw_variance": 3, "index": 1, "all": 1}


def test_the_loss_reruns_ner_and_what_follows(finished):
    with edited(finished / "workflow" / "ner" / "training" / "losses.py"):
        jobs, fits, _ = planned(finished)
    assert fits == [("ner", recording, "0") for recording in RECORDINGS]
    # NER is read by both decoders.
    assert jobs["decode_within"] == 4
    assert jobs["draw_variance"] == 3
    assert "preprocess" not in jobs


def test_a_new_seed_is_all_that_is_trained(finished):
    jobs, fits, _ = planned(finished, seeds=[0, 1])
    assert fits == [(method, recording, "1") for method in sorted(METHODS) for recording in RECORDINGS]
    assert jobs["decode_within"] == 8
    assert "preprocess" not in jobs


def test_a_setting_reruns_its_method_alone(finished):
    _, fits, _ = planned(finished, methods={"cebra": {"steps": 21}})
    assert fits == [("cebra", recording, "0") for recording in RECORDINGS]


def test_a_decoder_setting_trains_nothing(finished):
    jobs, fits, _ = planned(finished, decoding={"within": {"settings": {"linear": {"max_iter": 4000}}}})
    assert fits == []
    assert jobs["decode_within"] == 6


def test_a_new_method_is_all_that_is_trained(finished):
    hot = {"module": "ner", "steps": 20, "temperature": 2.0}
    _, fits, _ = planned(finished, methods={"ner-hot": hot}, compare=[*METHODS, "ner-hot"])
    assert fits == [("ner-hot", recording, "0") for recording in RECORDINGS]
