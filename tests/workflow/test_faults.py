"""Kills, full and read-only disks, damaged files, a lost GPU: what a run says of each, and that it recovers."""

import contextlib
import errno
import io
import json
import os
import platform
import random
import resource
import runpy
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
import scipy.io
import torch
from places import ROOT
from runs import Run, errors

from ner.storage.errors import InputError
from ner.storage.integrity import Ledger
from ner.training.checkpoints import Checkpoint
from planning.failures import FAILURES, forget_failures, tell_failures

TABLE = "results/tables/within.csv"
STEM = "embeddings/ner/demo-day-m1/seed0"
#: A training of some seconds that saves its state often.
SETTINGS = {
    "methods": {"ner": {"steps": 1000, "batch_size": 16}},
    "compare": ["ner"],
    "seeds": [0],
    "checkpoint_interval": 20,
    "decoding": {"within": {"decoders": {"knn": []}}},
    "figures": {"fig4": {"methods": ["ner"]}, "fig4_knn": None},
}


def start(run, *arguments):
    """A run in a process group of its own."""
    return subprocess.Popen(
        run.command(*arguments),
        env=run.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def jobs_of(run):
    """Processes of a run's scripts."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes().decode().split("\0")
            if len(command) > 1 and command[1].startswith(f"{run.folder}/.snakemake/scripts/"):
                found.append(int(entry.name))
    return found


def wait_for(condition, what):
    deadline = time.monotonic() + 900
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.01)


def contents(run):
    """What the jobs made, by name."""
    return {name: (run.results / name).read_bytes() for name in run.made()}


def unlock_where_needed(run):
    """A killed run leaves its lock, and snakemake's message says how to remove it."""
    if any((run.folder / ".snakemake" / "locks").glob("*")):
        assert run.snakemake("--unlock").returncode == 0


def finish(run, target=TABLE):
    unlock_where_needed(run)
    result = run.snakemake(target)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("undisturbed"))
    run.configure(**SETTINGS)
    finish(run)
    return run


@pytest.fixture
def copied(undisturbed, tmp_path):
    """A finished run to damage."""
    shutil.copytree(undisturbed.folder, tmp_path / "copied")
    shutil.rmtree(tmp_path / "copied" / ".snakemake")
    run = Run(tmp_path / "copied")
    run.configure(**SETTINGS)
    return run


# ---- Kills


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)], ids=lambda number: number.name
)
def test_a_killed_training_goes_on_bit_for_bit(copied, undisturbed, number):
    """The job alone is killed; meanwhile the folder is locked for others."""
    shutil.rmtree(copied.results / "embeddings")
    checkpoint = copied.results / f"{STEM}.checkpoint"
    process = start(copied, f"results/{STEM}.parquet")
    wait_for(checkpoint.exists, "a checkpoint")
    (job,) = jobs_of(copied)
    os.kill(job, signal.SIGSTOP)
    second = copied.snakemake(f"results/{STEM}.parquet")
    os.kill(job, number)
    os.kill(job, signal.SIGCONT)
    said, _ = process.communicate(timeout=1800)
    assert process.returncode != 0
    assert "embed" in said and "found no result; expected one" in said and "Traceback" not in said
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.stderr and "--unlock" in second.stderr
    assert "Traceback" not in second.stderr
    assert not (copied.results / f"{STEM}.parquet").exists()

    # Another loss at the first step tells whether the training went on from the state or began again.
    saved = torch.load(io.BytesIO(checkpoint.read_bytes()[32:]), weights_only=True)
    assert 0 < saved["step"] < 1000
    kept, saved["losses"][0] = float(saved["losses"][0]), 77.0
    Checkpoint(checkpoint, 1, saved.pop("identity")).save(saved)
    finish(copied, f"results/{STEM}.parquet")
    history, expected = (pd.read_csv(run.results / f"{STEM}.history.csv") for run in (copied, undisturbed))
    assert history["loss"][0] == 77.0
    history.loc[0, "loss"] = expected["loss"][0]
    assert expected["loss"][0] == pytest.approx(kept, rel=1e-6)
    pd.testing.assert_frame_equal(history, expected, check_exact=True)
    for name in (f"{STEM}.parquet", "recordings/demo-day-m1.parquet"):
        assert (copied.results / name).read_bytes() == (undisturbed.results / name).read_bytes()
    assert sorted(path.name for path in checkpoint.parent.iterdir()) == [
        "seed0.history.csv",
        "seed0.parquet",
        "seed0.safetensors",
    ]


def kill_and_finish(run, seed):
    """Kill a run at a random moment, in one of the ways a run gets killed, then finish it; the way and the moment."""
    draw = random.Random(seed)
    how = ("kill all", "kill snakemake", "terminate all", "terminate snakemake")[seed % 4]
    when = draw.uniform(1.0, 15.0)
    run.configure(**SETTINGS)
    process = start(run, TABLE)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(when)
    number = signal.SIGKILL if how.startswith("kill") else signal.SIGTERM
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if how.endswith("all") else os.kill)(process.pid, number)
    said, _ = process.communicate(timeout=1800)
    assert "Traceback" not in said
    # Jobs whose snakemake was killed go on beside the next run; what both write is the same.
    finish(run)
    wait_for(lambda: not jobs_of(run), "the end of all jobs")
    return f"{how} after {when:.1f} s, snakemake returned {process.returncode}"


def assert_equal(run, undisturbed):
    found, expected = contents(run), contents(undisturbed)
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))])
def test_a_run_killed_at_any_moment_ends_as_an_undisturbed_one(tmp_path, undisturbed, seed):
    run = Run(tmp_path)
    # Printed for those who look (-s): how and when it was killed.
    print(kill_and_finish(run, seed))
    assert_equal(run, undisturbed)


def test_what_a_killed_writer_left_is_removed_by_the_next(tmp_path):
    path = tmp_path / "state.checkpoint"
    ended = subprocess.Popen(["true"])
    ended.wait()
    node = platform.node()
    left = tmp_path / f".state.{node}.{ended.pid}.partial.checkpoint"
    others = [
        tmp_path / f".state2.{node}.{ended.pid}.partial.checkpoint",
        tmp_path / f".state.{node}.{os.getppid()}.partial.checkpoint",
        tmp_path / f".state.other-{node}.{ended.pid}.partial.checkpoint",
    ]
    for file in (left, *others):
        file.touch()
    Checkpoint(path, 1, "a").save({"step": 1})
    assert sorted(tmp_path.iterdir()) == sorted([*others, path])


# ---- Disks


def limited(function):
    """Run a function in a process whose files may have 1000 bytes."""
    process = os.fork()
    if process == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            function()
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_a_checkpoint_that_finds_no_room_leaves_the_one_before(tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.checkpoint", 1, "a")
    checkpoint.save({"step": 1})
    assert limited(lambda: checkpoint.save({"step": 2, "losses": torch.zeros(1000)})) == errno.EFBIG
    assert checkpoint.load()["step"] == 1
    assert list(tmp_path.iterdir()) == [checkpoint.path]


def with_mount(run, command, *arguments):
    """A run with a disk of its own, mounted where no other process sees it; skips the test where nobody may mount."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: no disk can be made that is full or read-only for root")
    prefix = ["unshare", "--mount", "--map-root-user", "--user"] if os.getuid() else ["unshare", "--mount"]
    prefix += ["bash", "-c", f'{{ {command}; }} || exit 99; exec "$@"', "bash"]
    result = run.snakemake(*arguments, prefix=prefix)
    if result.returncode == 99 or "unshare failed" in result.stderr:
        pytest.skip("this machine does not let a process mount")
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    return result


def test_a_full_disk_is_one_line_and_the_run_goes_on_later(copied, undisturbed):
    """The folder of the embeddings is another disk."""
    folder = (copied.results / STEM).parent
    shutil.rmtree(copied.results / "embeddings")
    folder.mkdir(parents=True)
    # Snakemake removes folders that are empty after a failure, and a mounted one cannot be removed.
    (folder / "kept").touch()
    mount = f"mount -t tmpfs -o size=8k none {folder} && touch {folder}/kept"
    result = with_mount(copied, mount, f"results/{STEM}.parquet")
    (line,) = errors(result)
    assert f"results/{STEM}" in line and "found No space left on device; expected " in line
    assert [path.name for path in folder.iterdir()] == ["kept"]
    (folder / "kept").unlink()
    finish(copied, f"results/{STEM}.parquet")
    assert (copied.results / f"{STEM}.parquet").read_bytes() == (undisturbed.results / f"{STEM}.parquet").read_bytes()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        # Snakemake's own line for a file that is there, and ours for one that is to be made.
        (f"results/{STEM}.parquet", "Write-protected output files for rule embed:\n"),
        (
            "results/tables/recordings.csv",
            "config pathvars.results: found 'results', which cannot be written; expected ",
        ),
    ],
    ids=["there", "missing"],
)
def test_read_only_results_are_said_before_any_job(copied, target, said):
    before, results = contents(copied), copied.results
    mount = f"mount --bind {results} {results} && mount -o remount,bind,ro {results}"
    result = with_mount(copied, mount, "--force", target)
    assert said in result.stderr
    # Logs and benchmarks lie in results.
    assert result.stderr.count("; expected ") <= 1
    assert contents(copied) == before


@pytest.mark.parametrize("place", ["tables", "embeddings/ner"])
def test_a_file_in_the_place_of_a_folder_is_said_before_any_job(copied, place):
    target = {"tables": "tables/recordings.csv", "embeddings/ner": f"{STEM}.parquet"}[place]
    shutil.rmtree(copied.results / place)
    (copied.results / place).write_text("notes\n")
    before = contents(copied)
    result = copied.snakemake(f"results/{target}")
    assert result.returncode != 0
    assert f"config pathvars.results: found 'results/{place}', which is a file; expected a folder" in result.stderr
    assert "Traceback" not in result.stderr and result.stderr.count("; expected ") == 1
    assert contents(copied) == before


@pytest.mark.parametrize("linked", [False, True], ids=["folder", "link"])
def test_a_read_only_folder_inside_results_is_said_before_any_job(copied, linked):
    shutil.rmtree(copied.results / "tables")
    folder = copied.results / "tables"
    if linked:
        folder.symlink_to(copied.folder / "elsewhere")
        folder = copied.folder / "elsewhere"
    folder.mkdir()
    before = contents(copied)
    mount = f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}"
    result = with_mount(copied, mount, "--forceall", "results/tables/recordings.csv")
    assert "config pathvars.results: found 'results/tables', which cannot be written; expected " in result.stderr
    assert result.stderr.count("; expected ") == 1
    assert contents(copied) == before


# ---- Damaged files


def flip(path):
    """Another bit in the middle of a file, and no other time of change."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize(
    ("damaged", "missing", "rule", "rebuilt"),
    [
        (f"{STEM}.parquet", ["decoding", "tables"], "decode_within", ["embed", "decode_within", "within_table"]),
        (
            "decoding/within/linear/ner/demo-day-m1.csv",
            ["tables"],
            "within_table",
            ["decode_within", "within_table"],
        ),
    ],
    ids=["embedding", "table"],
)
def test_a_damaged_result_is_named_and_rebuilt_on_request(copied, damaged, missing, rule, rebuilt):
    for folder in missing:
        shutil.rmtree(copied.results / folder)
    flip(copied.results / damaged)
    result = copied.snakemake(TABLE)
    assert result.returncode != 0
    (line,) = errors(result)
    place = f"results/{damaged}"
    assert line.startswith(f"error: {place}: found a content with git blob SHA-1 ")
    assert line.endswith("delete it and run snakemake again to rebuild it")
    # Said again below all that snakemake says.
    summary = result.stderr[result.stderr.index("What failed, and what to do:") :]
    assert f"  {rule}: {line.removeprefix('error: ')} (log: results/logs/{rule}" in summary
    assert "Traceback" not in result.stderr
    (copied.results / damaged).unlink()
    assert copied.planned(TABLE) == dict.fromkeys(rebuilt, 1)


def test_what_failed_is_told_once_and_forgotten_by_the_next_run(tmp_path, capsys):
    tell_failures(tmp_path)
    entry = {"rule": "preprocess", "line": "a.mat: found x; expected y; do z", "log": "own.log"}
    (tmp_path / FAILURES).write_text(2 * f"{json.dumps(entry)}\n")
    tell_failures(tmp_path)
    told = "What failed, and what to do:\n  preprocess: a.mat: found x; expected y; do z (log: own.log)\n"
    assert capsys.readouterr().err == told
    forget_failures(tmp_path)
    tell_failures(tmp_path)
    assert capsys.readouterr().err == ""


def test_jobs_note_their_failures_where_the_run_looks():
    assert runpy.run_path(str(ROOT / "workflow" / "scripts" / "job.py"))["FAILURES"] == FAILURES


def test_a_corrupted_raw_file_is_never_read(tmp_path):
    """A usable .mat, but not the authors' of that name."""
    run = Run(tmp_path)
    raw = run.results / "upstream/data/SU_3S1/Han_20171201_neural_con_dis_index.mat"
    raw.parent.mkdir(parents=True)
    scipy.io.savemat(raw, {"neural_S1": np.ones((70, 2)), "continuous_index": np.ones((70, 2))})
    run.configure(recordings=["han-20171201-s1"])
    result = run.snakemake("results/recordings/han-20171201-s1.parquet")
    assert result.returncode != 0
    (line,) = errors(result)
    assert line.startswith(f"error: {raw.relative_to(tmp_path)}: found a content with git blob SHA-1 ")
    assert line.endswith("delete it and run snakemake again to fetch it again")
    assert run.made() == [str(raw.relative_to(run.results))]


def test_a_ledger_knows_its_files_wherever_it_is_read(tmp_path, monkeypatch):
    for name in ("a", "b/c"):
        (tmp_path / name).mkdir(parents=True)
    made = tmp_path / "figures" / "one.csv"
    made.parent.mkdir()
    made.write_text("1")
    monkeypatch.chdir(tmp_path / "a")
    Ledger(tmp_path / "results", {}).record([made])
    monkeypatch.chdir(tmp_path / "b" / "c")
    made.write_text("2")
    with pytest.raises(InputError, match="what the job that made it left"):
        Ledger("../../results", {}).check(["../../figures/one.csv"])
    Ledger("../../results", {}).record(["../../figures/one.csv"])
    monkeypatch.chdir(tmp_path / "a")
    Ledger(tmp_path / "results", {}).check([made])
    assert len(list((tmp_path / "results").rglob("*.json"))) == 1


def test_damaged_checkpoints_are_ignored(tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.checkpoint", 1, "a")
    checkpoint.save({"step": 3, "losses": torch.arange(50.0)})
    content = checkpoint.path.read_bytes()
    for place in range(0, len(content), 7):
        checkpoint.path.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        assert checkpoint.load() is None, place
    for other in (b"", b"text", content[:-1], content + b"\0", bytes(1000)):
        checkpoint.path.write_bytes(other)
        assert checkpoint.load() is None
    checkpoint.path.write_bytes(content)
    assert checkpoint.load()["step"] == 3


# ---- Notebooks and GPUs


@pytest.mark.slow
def test_a_notebook_that_raises_leaves_its_copy_and_is_named(copied, tmp_path):
    shutil.copytree(
        ROOT / "workflow", tmp_path / "workflow", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    shutil.copytree(ROOT / "envs", tmp_path / "envs")
    shutil.copy(ROOT / "Snakefile", tmp_path)
    path = tmp_path / "workflow" / "notebooks" / "pipeline.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = "raise ValueError('the reason')"
    nbformat.write(notebook, path)
    result = copied.snakemake("figures/fig2.pdf", snakefile=tmp_path / "Snakefile")
    assert result.returncode != 0
    (line,) = errors(result)
    executed = "results/logs/figures/fig2.ipynb"
    assert line.startswith(f"error: {path}: found cell ") and "ValueError: the reason" in line and executed in line
    assert "Traceback" not in result.stderr
    (raised,) = (
        output
        for cell in nbformat.read(copied.folder / executed, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    )
    assert raised.evalue == "the reason" and raised.traceback
    assert not (copied.folder / "figures" / "fig2.pdf").exists()


@pytest.mark.parametrize("error", [torch.AcceleratorError, torch.OutOfMemoryError])
def test_a_gpu_lost_on_the_way_is_one_line(tmp_path, capsys, error):
    job = runpy.run_path(str(ROOT / "workflow" / "scripts" / "job.py"))["job"]
    places = {"results": str(tmp_path), "logs": str(tmp_path)}
    rule = SimpleNamespace(threads=1, input=[], output=["a"], log=[str(tmp_path / "log")], rule="a", params=places)
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, job(rule):
        raise error("CUDA error: unspecified launch failure\nFor debugging ...")
    signal.signal(signal.SIGTERM, handler)
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("error: device: found a GPU that fails (CUDA error: unspecified launch failure); expected ")
    assert said.count("\n") == 1 and "Traceback" in (tmp_path / "log").read_text()


def test_a_gpu_that_is_not_there_is_one_line(copied):
    """With device: auto, as in all the other runs here, the CPU is taken."""
    shutil.rmtree(copied.results / "embeddings")
    result = copied.snakemake(f"results/{STEM}.parquet", "--config", "device=cuda")
    assert result.returncode != 0
    (line,) = errors(result)
    assert line == "error: device: found 'cuda', but torch sees no GPU; expected a GPU; set device to auto or cpu"
    assert "Traceback" not in result.stderr
