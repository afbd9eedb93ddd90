"""Old results in a later run: what is made anew, what is not, and that the reason is said."""

import os
import re
import shutil

import pandas as pd
import pytest
from own_file import DECODERS, TABLE, configure, write_raw
from places import ROOT
from runs import Run

# By both decoders.
DECODED = {"decode_within": 2, "within_table": 1}
FITS = {"embed": 1, **DECODED}
ALL = {"preprocess": 1, **FITS}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of one method on a raw file of the user's."""
    run = Run(tmp_path_factory.mktemp("finished"))
    write_raw(run.folder / "mine.mat", 1)
    configure(run)
    result = run.snakemake(TABLE)
    assert result.returncode == 0, result.stdout + result.stderr
    return run


@pytest.fixture
def run(finished, tmp_path):
    """A copy of it, with its times of change."""
    copy = Run(shutil.copytree(finished.folder, tmp_path / "copy"))
    configure(copy)
    return copy


def said(run, *arguments, **options):
    """What a dry run prints."""
    result = run.snakemake("--dry-run", TABLE, *arguments, **options)
    return result.stdout + result.stderr


def forget(run):
    shutil.rmtree(run.folder / ".snakemake")


def test_nothing_to_do(run):
    assert run.planned(TABLE) == {}


def test_a_copy_without_snakemakes_notes_needs_nothing(run):
    forget(run)
    assert run.planned(TABLE) == {}


def test_a_copy_with_new_times_needs_nothing(run):
    now = (run.results / "tables" / "within.csv").stat().st_mtime + 100
    for k, path in enumerate(sorted(run.results.rglob("*"), reverse=True)):
        os.utime(path, (now + k, now + k))
    os.utime(run.folder / "mine.mat")
    assert run.planned(TABLE) == {}


@pytest.mark.parametrize(
    ("changes", "jobs", "reason"),
    [
        ({"methods": {"ner": {"steps": 30, "batch_size": 16}}}, FITS, "steps 20 -> 30"),
        ({"train_fraction": 0.75}, ALL, "train_fraction 0.8 -> 0.75"),
        (
            {"decoding": {"within": {"decoders": DECODERS, "settings": {"linear": {"max_iter": 100}}}}},
            {"decode_within": 1, "within_table": 1},
            "max_iter",
        ),
        pytest.param({"device": "cuda"}, FITS, "device cpu -> cuda", marks=pytest.mark.slow),
        ({"device": "cpu"}, {}, None),
        ({"methods": {"ner": {"steps": 20, "batch_size": 16, "temperature": 1}}}, {}, None),
        pytest.param({"methods": {"ner": {"steps": 20, "batch_size": 16}}}, {}, None, marks=pytest.mark.slow),
        pytest.param({"checkpoint_interval": 7}, {}, None, marks=pytest.mark.slow),
    ],
)
def test_settings(run, changes, jobs, reason):
    """With what Snakemake noted, and without."""
    configure(run, **changes)
    assert run.planned(TABLE) == jobs
    forget(run)
    assert run.planned(TABLE) == jobs
    if reason:
        assert reason in said(run)


def test_without_any_record_the_tables_own_settings_decide(run):
    forget(run)
    shutil.rmtree(run.results / ".checksums")
    assert "used as it is, as nothing says what it was made from" in said(run)
    assert run.planned(TABLE) == {}
    configure(run, train_fraction=0.75)
    assert run.planned(TABLE) == ALL
    configure(run, methods={"ner": {"steps": 30, "batch_size": 16}})
    assert run.planned(TABLE) == FITS


def test_a_report_of_another_config_is_refused(run):
    configure(run, train_fraction=0.75)
    result = run.snakemake("--report", "report.html", TABLE)
    assert result.returncode != 0 and not (run.folder / "report.html").exists()
    assert re.search(r"\b\d+ results are not those of this config; run snakemake first", result.stderr)


@pytest.mark.parametrize("recorded", [True, False], ids=["with its record", "without"])
def test_an_embedding_of_another_seed_is_made_anew(run, recorded):
    for folder in (run.results, run.results / ".checksums") if recorded else (run.results,):
        for path in (folder / "embeddings" / "ner" / "mine-m1").glob("seed0.*"):
            shutil.copy(path, path.with_name(path.name.replace("seed0", "seed1")))
    configure(run, seeds=[0, 1])
    assert "seed1.parquet and 1 more: seed 0 -> 1\n" in said(run)
    assert run.planned(TABLE) == FITS


def test_an_edited_result_is_told(run):
    table = run.folder / TABLE
    times = table.stat()
    table.write_text(table.read_text().replace("0.", "0.9", 1))
    os.utime(table, ns=(times.st_atime_ns, times.st_mtime_ns))
    told = f"{TABLE}: changed since its job made it; delete it and run snakemake again to rebuild it\n"
    assert said(run).count(told) == 1
    table.unlink()
    assert "changed since" not in said(run)


def test_a_new_seed_changes_no_score_of_the_others(run):
    scores = run.results / "decoding" / "within" / "linear" / "ner" / "mine-m1.csv"
    before = scores.read_text()
    configure(run, seeds=[0, 1])
    assert run.planned(TABLE) == FITS
    result = run.snakemake(TABLE)
    assert result.returncode == 0, result.stdout + result.stderr
    # The rows of the new one stand below.
    assert scores.read_text().startswith(before)
    both = pd.read_csv(scores)
    first, second = (both[both["seed"] == seed].drop(columns="seed").reset_index(drop=True) for seed in (0, 1))
    assert len(first) + len(second) == len(both)
    assert not second["value"].equals(first.pop("value")) and second.drop(columns="value").equals(first)
    assert run.planned(TABLE) == {}
    # And go with it.
    configure(run)
    assert run.planned(TABLE) == DECODED
    result = run.snakemake(TABLE)
    assert result.returncode == 0, result.stdout + result.stderr
    assert scores.read_text() == before
    assert set(pd.read_csv(run.folder / TABLE)["seed"]) == {0}


@pytest.mark.parametrize("lost", [False, True], ids=["", "without Snakemake's notes"])
def test_another_raw_file_of_an_older_time(run, tmp_path, lost):
    write_raw(tmp_path / "other.mat", 2)
    os.utime(tmp_path / "other.mat", (1, 1))
    shutil.copy2(tmp_path / "other.mat", run.folder / "mine.mat")
    if lost:
        forget(run)
    assert run.planned(TABLE) == ALL


def test_the_same_raw_file_elsewhere(run):
    (run.folder / "raw").mkdir()
    (run.folder / "mine.mat").rename(run.folder / "raw" / "mine.mat")
    (run.folder / "mine.mat").symlink_to("raw/mine.mat")
    assert run.planned(TABLE) == {}
    (run.folder / "mine.mat").unlink()
    expected = "config sessions.mine.file: found 'mine.mat', no such file; expected a file; correct it"
    assert expected in said(run)


def test_another_version_of_a_package(run, monkeypatch):
    """Of one that computes it, and of one that does not."""
    for name, jobs in {"scikit-learn": FITS, "matplotlib": {}}.items():
        packages = run.folder / name
        info = packages / f"{name.replace('-', '_')}-0.0.1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\n")
        monkeypatch.setenv("PYTHONPATH", str(packages))
        assert run.planned(TABLE) == jobs, name


def test_another_checkout_of_the_same_workflow_needs_nothing(run, tmp_path):
    checkout = tmp_path / "another checkout"
    shutil.copytree(ROOT / "workflow", checkout / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "envs", checkout / "envs")
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, checkout)
    (checkout / "profiles").symlink_to("workflow/profiles")
    assert "Nothing to be done" in said(run, snakefile=checkout / "Snakefile")
    edited = checkout / "workflow" / "ner" / "training" / "losses.py"
    edited.write_text(edited.read_text() + "\n# Edited.\n")
    after = said(run, snakefile=checkout / "Snakefile")
    assert "the code that makes it was changed" in after and "rule embed:" in after and "rule preprocess:" not in after
