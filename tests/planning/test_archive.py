"""What an archive of a run holds."""

import hashlib
import subprocess
import tarfile

import pytest
import yaml
from places import ROOT

from ner.storage.archives import HASHES, write_archive
from ner.storage.checksums import blob_sha1
from planning.archive import archived_files, archived_texts
from planning.raw_files import ContentHashes, check_own_files

FOLDERS = {name: name for name in ("results", "figures")} | {name: f"results/{name}" for name in ("logs", "benchmarks")}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of every kind of file, in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "results/index.html",
        "results/tables/within.csv",
        "results/embeddings/ner/a/seed0.parquet",
        "results/embeddings/ner/a/seed0.checkpoint",
        "results/recordings/a.parquet",
        "results/upstream/a.mat",
        "results/archives/000688/a.nwb",
        "results/simulated/a.mat",
        "results/reference/a.csv",
        "results/logs/embed.log",
        "results/.checksums/tables/within.csv.json",
        "results/run.tar.gz",
        "figures/fig1.pdf",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)


def test_files_that_a_reader_cannot_make_or_fetch_are_in_it(run):
    made = {
        *("results/index.html", "results/tables/within.csv", "results/.checksums/tables/within.csv.json"),
        *("results/logs/embed.log", "figures/fig1.pdf"),
    }
    fitted = {"results/embeddings/ner/a/seed0.parquet", "results/recordings/a.parquet"}
    for with_fits, expected in ((False, made), (True, made | fitted)):
        found = archived_files(ROOT, FOLDERS, fitted=with_fits)
        assert {name for name in found if name.startswith(("results", "figures"))} == expected
    # The workflow, with the defaults of its command line.
    assert {"Snakefile", "workflow/rules/step.smk", "profiles/default/config.yaml", "envs/requirements.lock"} <= {
        *found
    }
    assert not any("__pycache__" in name or name.startswith(".git/") for name in found)


def test_the_config_is_the_runs_without_folders_of_its_machine():
    config = {"data": {"mirror": "/a/folder"}, "seeds": [0]}
    texts = archived_texts(config, "results/mine", {"~/a.mat": "0" * 40}, "abc")
    assert yaml.safe_load(texts["config.yaml"]) == {"data": {"mirror": None}, "seeds": [0]}
    assert config["data"]["mirror"] == "/a/folder"
    assert texts["COMMIT"] == "abc\n"


def test_own_raw_files_are_known_by_their_content_where_they_are_not(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    sha1 = "0" * 40
    for name, text in archived_texts({"data": {}}, "results", {"~/a.mat": sha1}, "").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    contents = ContentHashes(tmp_path / "results" / ".checksums" / "raw_files.json")
    entry = {"format": "trial_data", "file": "~/a.mat", "session": "a"}
    raw = tmp_path / "a.mat"
    check_own_files({"a-m1": entry}, contents.archived)
    assert contents(str(raw)) == sha1
    # One that is there counts for what it is.
    raw.write_text("another")
    assert contents(str(raw)) == blob_sha1(raw)


def test_an_archive_checks_its_own_files(run, tmp_path):
    texts = {"config.yaml": "seeds: [0]\n", "results/index.html": "in its place"}
    write_archive(tmp_path / "run.tar.gz", archived_files(tmp_path, FOLDERS, fitted=False), texts)
    first = (tmp_path / "run.tar.gz").read_bytes()
    write_archive(tmp_path / "run.tar.gz", archived_files(tmp_path, FOLDERS, fitted=False), texts)
    assert (tmp_path / "run.tar.gz").read_bytes() == first
    with tarfile.open(tmp_path / "run.tar.gz") as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "there", filter="data")
    assert len(names) == len(set(names))
    place = tmp_path / "there" / "run"
    assert (place / "results" / "index.html").read_text() == "in its place"
    table = place / "results" / "tables" / "within.csv"
    assert (
        f"{hashlib.sha256(table.read_bytes()).hexdigest()}  results/tables/within.csv" in (place / HASHES).read_text()
    )
    # No file is newer than what was made from it, in whatever order they were made.
    assert len({path.stat().st_mtime for path in place.rglob("*") if path.is_file()}) == 1
    subprocess.run(["sha256sum", "--check", "--quiet", HASHES], cwd=place, check=True)
    table.write_text("changed")
    assert subprocess.run(["sha256sum", "--check", "--quiet", HASHES], cwd=place, capture_output=True).returncode == 1
