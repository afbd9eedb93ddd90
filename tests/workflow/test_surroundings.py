"""Runs in surroundings that lack something: what they say first, and that nothing is lost."""

import shutil

import pytest
from own_file import TABLE, configure, write_raw
from places import ROOT
from runs import Run

SLURM = ROOT / "workflow" / "profiles" / "slurm"


@pytest.fixture
def run(tmp_path):
    """A run that has nothing but a table of an earlier one."""
    run = Run(tmp_path)
    write_raw(run.folder / "mine.mat", 1)
    configure(run)
    (run.folder / TABLE).parent.mkdir(parents=True)
    (run.folder / TABLE).write_text("made before")
    return run


def test_a_quiet_run_says_that_it_is_locked(run):
    (run.folder / ".snakemake" / "locks").mkdir(parents=True)
    (run.folder / ".snakemake" / "locks" / "0.output.lock").write_text(f"{TABLE}\n")
    result = run.snakemake("--quiet", "all", "--force", TABLE)
    assert result.returncode != 0
    assert "Directory cannot be locked" in result.stderr and "--unlock" in result.stderr


def test_a_quiet_run_says_what_is_wrong_with_its_config(run):
    configure(run, seeds=[-1])
    result = run.snakemake("--quiet", "all", "--", TABLE)
    assert result.returncode != 0 and "config seeds.0: found -1; expected" in result.stderr


def test_without_slurm_its_profile_is_refused_before_anything_is_removed(run):
    # What Snakemake itself asks for, and no other programs.
    programs = run.folder / "programs"
    programs.mkdir()
    for name in ("bash", "sh", "which"):
        (programs / name).symlink_to(shutil.which(name))
    run.variables = {"PATH": str(programs)}
    result = run.snakemake("--workflow-profile", SLURM, "--force", TABLE)
    assert result.returncode != 0
    assert "executor slurm: found no command sbatch; expected a machine that SLURM jobs are sent from" in result.stderr
    assert "Traceback" not in result.stderr
    assert (run.folder / TABLE).read_text() == "made before"
    assert sorted(path.name for path in run.results.iterdir()) == ["tables"]


@pytest.mark.skipif(shutil.which("conda") is not None, reason="conda is here, and Snakemake packs with it")
def test_without_conda_another_archive_is_named(run):
    result = run.snakemake("--archive", "archive.tar.gz")
    assert result.returncode != 0
    assert "--archive: found no conda, with which Snakemake packs; expected one, or " in result.stderr
    assert "`make archive`" in result.stderr and "Traceback" not in result.stderr


def test_a_home_that_cannot_be_written_does_no_harm(run):
    run.variables = {"HOME": "/proc/none"}
    result = run.snakemake("results/recordings/mine-m1.parquet")
    assert result.returncode == 0, result.stderr
    assert (run.results / "recordings" / "mine-m1.parquet").exists()


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "- a list\n", "seeds: [0", None])
def test_an_overlay_that_cannot_be_read_is_named_in_one_line(run, text):
    path = run.folder / "overlay.yaml"
    path.unlink() if text is None else path.write_text(text)
    result = run.snakemake()
    assert result.returncode != 0
    line = result.stderr.strip().splitlines()[-1]
    assert line.startswith(f"error: {path}: found ") and "; expected a YAML file with settings" in line
    assert "Traceback" not in result.stderr
