"""A finished run in one file: unpacked elsewhere, it needs nothing, and makes its tables again without training."""

import re
import shutil
import subprocess

import pytest
import yaml
from own_file import configure, write_raw
from places import ROOT
from project import snakemake
from rocrate.rocrate import ROCrate
from runs import Run

FIGURES = yaml.safe_load((ROOT / "config.yaml").read_text())["figures"]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The archives of a run of one method, unpacked where neither its raw file nor its mirror is."""
    place = tmp_path_factory.mktemp("run")
    (place / "finished").mkdir()
    run = Run(place / "finished")
    write_raw(place / "mine.mat", 1)
    (place / "mirror").mkdir()
    configure(
        run,
        file=str(place / "mine.mat"),
        data={"mirror": str(place / "mirror")},
        decoding={"within": {"decoders": {"linear": ["ner"], "knn": []}}},
        figures={**dict.fromkeys(FIGURES), "fig4": {"methods": ["ner"]}},
    )
    result = run.snakemake("archive", "archive_with_embeddings")
    assert result.returncode == 0, result.stdout + result.stderr
    there = tmp_path_factory.mktemp("there")
    for name in ("run", "run_with_embeddings"):
        subprocess.run(["tar", "--extract", "--file", run.results / f"{name}.tar.gz", "--directory", there], check=True)
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=there / name, check=True)
    shutil.rmtree(place)
    return there


def rules(result):
    """Rules of the jobs of a run or of a plan."""
    assert result.returncode == 0, result.stdout + result.stderr
    return set(re.findall(r"^(?:local)?rule (\w+):$", result.stdout, re.MULTILINE))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["run", "run_with_embeddings"])
def test_nothing_is_to_be_done(unpacked, name):
    result = snakemake(unpacked / name, "--dry-run")
    assert rules(result) == set() and "Nothing to be done" in result.stdout + result.stderr
    (action,) = ROCrate(unpacked / name).get_by_type("CreateAction")
    assert "figures/fig4.pdf" in {entity.id for entity in action["result"]}


@pytest.mark.slow
def test_tables_and_figures_come_from_the_embeddings(unpacked):
    place = unpacked / "run_with_embeddings"
    tables = {path: path.read_bytes() for path in (place / "results" / "tables").glob("*.csv")}
    assert len(tables) > 3
    for folder in ("results/decoding", "results/tables", "figures"):
        shutil.rmtree(place / folder)
    assert not {"preprocess", "embed"} & rules(snakemake(place, "--dry-run"))
    result = snakemake(place, "--cores", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert {path: path.read_bytes() for path in tables} == tables
    assert (place / "figures" / "fig4.pdf").read_bytes().startswith(b"%PDF")
