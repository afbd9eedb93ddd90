"""The workflow on a real SLURM of one node: jobs that are killed are submitted again, and the tables are the same."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from documented import commands, is_of_slurm
from places import ROOT
from project import DEMO, copy_of_project, overlay
from slurm_cluster import Missing, cluster, processes

PROFILE = "workflow/profiles/slurm"
#: A training that is stopped until its time limit ends it, and one that is cancelled.
HANGS, CANCELLED = "demo-day1-m1", "demo-day2-m1"
TABLES = ("recordings", "within", "within_time", "across", "across_time", "across_tests")
TARGETS = [*(f"results/demo/tables/{name}.csv" for name in TABLES), "figures/demo/fig2.pdf"]
#: Long enough for a busy machine.
SECONDS = 1500


def start(place, *arguments, environment=()):
    """Snakemake at work on a tiny demo, its output in a file."""
    tiny = overlay(
        place,
        "tiny.yaml",
        recordings=[HANGS, CANCELLED],
        methods={"ner": {"steps": 20}},
        compare=["ner"],
        decoding={"within": {"decoders": {"knn": []}}, "across": {"decoders": {"linear": ["ner"], "knn": []}}},
        example=CANCELLED,
        figures={**{name: {"methods": ["ner"]} for name in ("fig1", "fig3", "fig4")}, "fig4_knn": None},
    )
    command = [sys.executable, "-m", "snakemake", "--configfile", DEMO, tiny, *arguments, "--", *TARGETS]
    # The virtual environment's programs, which a job looks up by name, and nothing of the tests' own imports.
    environment = {**os.environ, **dict(environment)}
    environment.pop("PYTHONPATH", None)
    with (place / "said").open("wb") as said:
        return subprocess.Popen(
            command, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )


def training_process(job):
    """Process of a job's script, once there is one."""
    mark = f"SLURM_JOB_ID={job}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if mark in environment.split(b"\0") and re.search(rb"/scripts/tmp\w+\.embed\.py$", command.rstrip(b"\0")):
            return int(entry.name)


def fits(jobs, recording):
    """Jobs of a recording's training, in the order of their submission."""
    return [job for job in jobs if re.fullmatch(rf"rule_embed_wildcards_.*{recording}.*", job["comment"])]


def meddle(slurm, todo):
    """Stop or cancel the first job of a recording's training as soon as its script runs, once each."""
    jobs = slurm.jobs()
    for recording in list(todo):
        found = fits(jobs, recording)
        process = found and training_process(found[0]["id"])
        if process and todo.pop(recording) == "cancel":
            slurm.run("scancel", found[0]["id"])
        elif process:
            os.kill(process, signal.SIGSTOP)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """A cluster of this machine."""
    folder = tmp_path_factory.mktemp("slurm")
    try:
        with cluster(folder) as found:
            yield found
    except Missing as what:
        pytest.skip(f"no SLURM here: {what}")
    assert not processes(folder)


@pytest.fixture(scope="module")
def runs(slurm, tmp_path_factory):
    """Where a run on the cluster, with a training stopped and one cancelled, and a local one were made; its jobs."""
    on_cluster, local = (copy_of_project(tmp_path_factory.mktemp(name)) for name in ("cluster", "local"))
    arguments = ("--workflow-profile", PROFILE, "--slurm-status-command", "squeue")
    # Many looks at the queue, as it is nobody else's, and SLURM's shortest limit of time.
    arguments += ("--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1")
    arguments += ("--set-resources", "embed:runtime=4*attempt-3")
    end = time.monotonic() + SECONDS
    running = {on_cluster: start(on_cluster, *arguments, environment=slurm.environment)}
    try:
        todo = {HANGS: "stop", CANCELLED: "cancel"}
        while running[on_cluster].poll() is None and time.monotonic() < end:
            meddle(slurm, todo)
            # The local run uses the time that the stopped job waits for its end.
            if not todo and local not in running:
                running[local] = start(local, "--cores", "1")
            time.sleep(0.2)
        while any(process.poll() is None for process in running.values()) and time.monotonic() < end:
            time.sleep(0.2)
        for place, process in running.items():
            assert process.poll() == 0, (place / "said").read_text()[-5000:]
    finally:
        for process in running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
    jobs = slurm.jobs()
    # Printed for those who look (-s): what the cluster was given, and how it ended.
    for job in jobs:
        print("\n", *(f"{job[key]:<12}" for key in ("id", "state", "limit", "memory", "cpus")), job["comment"], end="")
    return on_cluster, local, jobs


def rules():
    """Text of every rule, by its name."""
    found = {}
    for path in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        for block in re.split(r"^(?=rule |use rule )", path.read_text(), flags=re.MULTILINE)[1:]:
            name = re.match(r"(?:rule|use rule \w+ as) (\w+)", block)[1]
            found[name] = block
    return found


def test_every_job_says_what_it_needs():
    """By itself, or by the base rule; time and memory grow with every attempt."""
    needing = {name: text for name, text in rules().items() if "    resources:" in text}
    assert {"step", "preprocess", "embed", "decode_within"} <= needing.keys()
    assert "    threads: 1\n" in needing["step"]
    for name, text in needing.items():
        for resource in ("mem_mb", "runtime"):
            assert re.search(rf"^ +{resource}=lambda wildcards, attempt: \d+ \* attempt,$", text, re.MULTILINE), name


def test_the_lines_to_edit_are_settings_once_their_mark_is_taken_away():
    text = (ROOT / PROFILE / "config.yaml").read_text()
    edited = re.sub(r"^( *)# (?=[\w-]+: .*# \d\. )", r"\1", text, flags=re.MULTILINE)
    assert re.findall(r"^ *([\w-]+): .*# (\d)\. ", edited, re.MULTILINE) == [
        ("slurm_account", "1"),
        ("slurm_partition", "2"),
        ("set-resources", "3"),
        ("slurm-qos", "4"),
        ("slurm-status-command", "5"),
        ("jobs", "6"),
    ]
    before, after = yaml.safe_load(text), yaml.safe_load(edited)
    assert before["default-resources"] is None and not before.keys() & {"set-resources", "slurm-status-command"}
    assert after["default-resources"] == {"slurm_account": "ACCOUNT", "slurm_partition": "PARTITION"}
    assert after["set-resources"] == {"embed": {"slurm_partition": "PARTITION", "gpu": 1}}
    assert after["slurm-status-command"] == "squeue"
    assert {*after["set-resources"], *after["groups"]} <= rules().keys()
    assert set(after["group-components"]) == set(after["groups"].values())


@pytest.mark.slurm
def test_tables_are_those_of_a_local_run(runs):
    on_cluster, local, _ = runs
    for name in TARGETS:
        assert (on_cluster / name).stat().st_size > 0
        if name.endswith(".csv"):
            assert (on_cluster / name).read_text() == (local / name).read_text(), name


@pytest.mark.slurm
@pytest.mark.parametrize(("recording", "end"), [(HANGS, "TIMEOUT"), (CANCELLED, "CANCELLED")])
def test_a_killed_job_is_submitted_again_with_more_time_and_memory(runs, recording, end):
    *_, jobs = runs
    first, *more = fits(jobs, recording)
    last = more[-1]
    assert first["state"] == end
    assert (first["limit"], first["memory"]) == ("1:00", "1500M")
    assert last["state"] == "COMPLETED"
    # On a very busy machine the second one can run into its limit too.
    assert (last["limit"], last["memory"]) == {1: ("5:00", "3000M"), 2: ("9:00", "4500M")}[len(more)]


@pytest.mark.slurm
def test_short_jobs_share_an_allocation_and_joins_stay_at_home(runs):
    *_, jobs = runs
    # A group is named after itself and its rules, any other job after its rule and wildcards.
    rules = [re.fullmatch(r"rule_(\w+?)(_wildcards_.*)?", job["comment"])[1] for job in jobs]
    assert set(rules) == {
        *("recordings_preprocess", "embed", "decoding_decode_within", "decode_movements", "decode_across"),
        "draw_pipeline",
    }
    assert rules.count("recordings_preprocess") == rules.count("decoding_decode_within") == 1
    # Both recordings at once.
    assert jobs[rules.index("decoding_decode_within")]["cpus"] == "2"


@pytest.mark.slurm
def test_what_slurm_says_of_every_job_is_kept(runs):
    on_cluster, _, jobs = runs
    logs = {path.stem: path.read_text() for path in (on_cluster / "results" / "logs" / "slurm").rglob("*.log")}
    assert logs.keys() == {job["id"] for job in jobs}
    (limited,) = (job["id"] for job in jobs if job["state"] == "TIMEOUT")
    assert "DUE TO TIME LIMIT" in logs[limited]


@pytest.mark.slurm
@pytest.mark.parametrize("command", [command for command in commands() if is_of_slurm(command)])
def test_what_the_docs_ask_a_cluster(slurm, command):
    command = command.replace("JOBID", "1").replace("$USER", "root")
    if command.startswith("sacct"):
        # What the docs tell of a cluster without accounting; options that are not known would be complained of first.
        with pytest.raises(subprocess.CalledProcessError) as failed:
            slurm.run("bash", "-c", command)
        assert re.search("accounting_?.?storage", failed.value.stdout + failed.value.stderr)
        return
    said = slurm.run("bash", "-c", command)
    for program, shown in {"sinfo -s": "debug", "sinfo -o": "PARTITION GRES", "scontrol": "MinJobAge"}.items():
        assert shown in said or not command.startswith(program)
