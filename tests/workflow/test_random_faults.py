"""A hundred small faults, drawn by their seeds: each ends in right results or in a clear line, none in old results."""

import os
import random
import resource
import shutil
import signal
import subprocess
import time

import pytest
from own_file import TABLE, configure, write_raw
from runs import Run, errors

DECODERS = {"linear": ["ner"], "knn": []}
#: What the settings of a run may be changed to, and its raw file.
CHANGES = [
    {},
    {"train_fraction": 0.75},
    {"methods": {"ner": {"steps": 30, "batch_size": 16}}},
    {"decoding": {"within": {"decoders": DECODERS, "settings": {"linear": {"max_iter": 50}}}}},
]
SEEDS = (1, 2)


def change_config(run, change):
    configure(run, **{"decoding": {"within": {"decoders": DECODERS}}, **CHANGES[change]})


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """What a run from nothing makes, by its changes and raw file; and one such run."""
    made = {}

    def table(change, seed):
        if (change, seed) not in made:
            run = Run(tmp_path_factory.mktemp("expected"))
            write_raw(run.folder / "mine.mat", seed)
            change_config(run, change)
            result = run.snakemake(TABLE)
            assert result.returncode == 0, result.stderr
            made[change, seed] = run
        return made[change, seed]

    return table


def kill(run, draw):
    """At any moment of a run that makes everything anew."""
    shutil.rmtree(run.results)
    process = subprocess.Popen(
        run.command(TABLE),
        env=run.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(draw.uniform(1, 20))
    if process.poll() is None:
        os.killpg(process.pid, draw.choice([signal.SIGKILL, signal.SIGTERM]))
    process.wait()
    if any((run.folder / ".snakemake" / "locks").glob("*")):
        assert run.snakemake("--unlock").returncode == 0


def lose_files(run, draw):
    files = [path for path in run.results.rglob("*") if path.is_file()]
    for path in draw.sample(sorted(files), draw.randint(1, 4)):
        path.unlink()


def lose_notes(run, draw):
    """Snakemake's, or ours."""
    shutil.rmtree(draw.choice([run.folder / ".snakemake", run.results / ".checksums"]))


def change_package(run, draw):
    packages = run.folder / "packages"
    name = draw.choice(["scikit-learn", "torch", "scipy", "matplotlib"])
    info = packages / f"{name.replace('-', '_')}-0.0.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\n")
    run.variables = {"PYTHONPATH": str(packages)}


def move(run, draw):
    run.folder = run.folder.rename(run.folder.with_name(draw.choice(["moved", "mo ved", "mo'ved", "mö.ved"])))
    run.results = run.folder / "results"


def fill_disk(run, draw):
    """Files may have so many bytes for now."""
    shutil.rmtree(run.results / draw.choice(["embeddings", "decoding", "recordings", "tables"]))
    limit = draw.choice([0, 100, 3000, 30000])
    result = subprocess.run(
        run.command(TABLE),
        env=run.environment(),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)),
    )
    assert result.returncode == 0 or "File too large" in result.stdout + result.stderr
    if any((run.folder / ".snakemake" / "locks").glob("*")):
        assert run.snakemake("--unlock").returncode == 0


FAULTS = [kill, lose_files, lose_notes, change_package, move, fill_disk]


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.slow) for seed in range(100)])
def test_no_fault_leaves_old_results(tables, tmp_path, seed):
    draw = random.Random(seed)
    before = (draw.randrange(len(CHANGES)), draw.choice(SEEDS))
    # Half of the faults meet another config or raw file.
    after = draw.choice([before, (draw.randrange(len(CHANGES)), draw.choice(SEEDS))])
    run = Run(shutil.copytree(tables(*before).folder, tmp_path / "run"))
    change_config(run, before[0])
    fault = draw.choice(FAULTS)
    fault(run, draw)
    change_config(run, after[0])
    if after[1] != before[1]:
        write_raw(run.folder / "mine.mat", after[1])
        os.utime(run.folder / "mine.mat", (1, 1))
    result = run.snakemake(TABLE)
    # Printed for those who look (-s).
    print(seed, fault.__name__, before, after, *(errors(result) or ["ended right"]))
    if result.returncode == 0:
        assert (run.folder / TABLE).read_text() == (tables(*after).folder / TABLE).read_text()
    else:
        assert len(errors(result)) == 1, result.stderr
