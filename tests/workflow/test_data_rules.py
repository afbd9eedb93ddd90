import hashlib
import http.server
import re
import threading

import numpy as np
import pandas as pd
import pytest
from archive_server import PATH, serving
from nwb_files import perich_miller
from nwb_files import write as write_nwb_file
from project import copy_of_project, overlay, snakemake
from raw_sessions import BINS, raw_trials, write_struct
from runs import SIMULATED, Run, errors

from ner.data.recordings import read_recording
from ner.data.simulation import simulate_session, write_trial_data


def raw(file, **changes):
    return {"monkey": "Demo", "areas": ["M1"], "bins": 40, "format": "trial_data", "file": str(file)} | changes


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


def test_unusable_files_stop_their_recordings_alone(run, tmp_path):
    """Missing and wrong in the mirror, one direction, too few trials, another animal's fields; and one that is fine."""
    wrong = tmp_path / "mirror/data/SU_16M1/Chewie_20150630_neural_con_dis_index.mat"
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(b"something else")
    session = simulate_session(seed=3, trials=88, neurons={"M1": 4}, bins=40)
    write_trial_data(tmp_path / "one & only.mat", [trial for trial in session if trial.direction == 90], "radians")
    write_trial_data(tmp_path / "few.mat", session[1:2], "radians")
    bad = {
        "chewie-20150629-m1": "No such file or directory",
        "chewie-20150630-m1": "14 bytes with git blob SHA-1",
        "single-m1": "a single direction, 90 degrees",
        "few-m1": "1 trials, of which 0 train",
        "other-s1": "also ['LeftS1Area2_spikes']",
    }
    run.configure(
        sessions={
            "single": raw(tmp_path / "one & only.mat"),
            "few": raw(tmp_path / "few.mat"),
            "other": raw(tmp_path / "one & only.mat", areas=["S1"], bins=39),
        },
        recordings=["demo-day-m1", *bad],
        data={"mirror": str(tmp_path / "mirror")},
    )
    result = run.snakemake("--keep-going", "results/tables/recordings.csv")
    assert result.returncode != 0
    found = errors(result)
    assert len(found) == len(bad)
    for complaint in bad.values():
        assert sum(complaint in line for line in found) == 1, found
    assert run.made() == ["recordings/demo-day-m1.parquet", "simulated/demo-day.mat"]


def test_a_failing_server(run, tmp_path):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if "20150629" in self.path:
                self.send_error(404)
            elif "20150630" in self.path:
                self.send_error(500)
            else:
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"cut off")

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    days = {"chewie-20150629-m1": "HTTP 404", "chewie-20150630-m1": "HTTP 500", "han-20171201-s1": "cut off after 7"}
    run.configure(
        recordings=list(days), data={"mirror": None, "url": f"http://127.0.0.1:{server.server_port}", "tries": 1}
    )
    try:
        result = run.snakemake("--keep-going", "results/tables/recordings.csv")
    finally:
        server.shutdown()
        server.server_close()
    assert result.returncode != 0
    found = errors(result)
    assert len(found) == len(days)
    for complaint in days.values():
        assert sum(complaint in line for line in found) == 1, found
    assert run.made() == []


def test_a_raw_file_that_is_not_in_place(run):
    run.configure(sessions={"mine": raw("nowhere.mat")}, recordings=["mine-m1"])
    result = run.snakemake("results/recordings/mine-m1.parquet")
    assert result.returncode != 0
    assert "nowhere.mat" in result.stderr


def test_what_is_odd_is_said_on_the_terminal_and_in_the_table(run, tmp_path, monkeypatch):
    """In a home of an odd name: targets turned by 45 degrees, and a third of the trials failed."""
    home = tmp_path / "a & b~"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    trials = [
        {**trial, "tgtDir": trial["tgtDir"] + np.pi / 4, "result": "FR"[k % 3 > 0]}
        for k, trial in enumerate(raw_trials())
    ]
    write_struct(home / "my day.mat", trials)
    labels = {"direction_offset": -45}
    run.configure(sessions={"mine": raw("~/my day.mat", bins=BINS)}, recordings=["mine-m1"])
    result = run.snakemake("results/tables/recordings.csv")
    assert result.returncode == 0, result.stderr
    said = [line for line in result.stderr.splitlines() if line.startswith("warning: mine-m1: ")]
    assert sum("the labels are turned" in line and "direction_offset: -45" in line for line in said) == 1
    assert sum("27 of 80 trials dropped (result F: 27 (" in line for line in said) == 1
    (row,) = pd.read_csv(run.folder / "results/tables/recordings.csv").to_dict("records")
    assert "the labels are turned" in row["warnings"]
    assert row["movement_angle"] == pytest.approx(-45, abs=5)
    assert row["dropped"].startswith("result F: 27 (1, 4, 7,")

    run.configure(sessions={"mine": raw("~/my day.mat", bins=BINS, labels=labels)}, recordings=["mine-m1"])
    result = run.snakemake("results/tables/recordings.csv")
    assert result.returncode == 0, result.stderr
    assert "labels are turned" not in result.stderr


def test_two_sessions_that_are_one_file_are_refused(run, tmp_path):
    for name in ("one", "other"):
        write_struct(tmp_path / f"{name}.mat", raw_trials())
    sessions = {name: raw(tmp_path / f"{name}.mat", bins=BINS) for name in ("one", "other")}
    run.configure(sessions=sessions, recordings=["one-m1", "other-m1"])
    result = run.snakemake("results/tables/recordings.csv")
    assert result.returncode != 0
    (line,) = errors(result)
    assert line.startswith("error: sessions one and other: found 100% of the trials of one in the other")
    assert not (run.results / "tables/recordings.csv").exists()


def test_simulated_recordings_and_what_reruns_them(run):
    names = ["demo-day-m1", "demo-day-pmd"]
    table = "results/tables/recordings.csv"
    run.configure(recordings=names)
    result = run.snakemake(table)
    assert result.returncode == 0, result.stderr
    assert run.made() == [
        "recordings/demo-day-m1.parquet",
        "recordings/demo-day-pmd.parquet",
        "simulated/demo-day.mat",
        "tables/recordings.csv",
    ]
    summary = pd.read_csv(run.folder / table)
    assert list(summary.recording) == names
    assert list(summary.neurons) == [4, 5]
    assert list(summary.dropped_trials) == [3, 3]
    m1, pmd = (read_recording(run.results / "recordings" / f"{name}.parquet") for name in names)
    np.testing.assert_array_equal(m1.velocity, pmd.velocity)
    assert m1.metadata["sha1"] == pmd.metadata["sha1"] == summary.sha1[0]

    assert run.planned(table) == {}
    run.configure(recordings=names, data={"tries": 9, "mirror": str(run.folder)})
    assert run.planned(table) == {}
    run.configure(recordings=names, smoothing={"sd": 2.0})
    assert run.planned(table) == {"preprocess": 2, "recordings_table": 1}
    other = {**SIMULATED, "simulate": {**SIMULATED["simulate"], "seed": 2}}
    run.configure(recordings=names, sessions={"demo-day": other})
    assert run.planned(table) == {"simulate": 1, "preprocess": 2, "recordings_table": 1}


def test_an_nwb_file_of_ones_own_and_a_simulated_one(run, tmp_path):
    """A file of an odd name, and the same session in two formats."""
    content = perich_miller()
    write_nwb_file(tmp_path / "a b, [c]=d.nwb", content)
    as_nwb = {**SIMULATED, "format": "nwb", "nwb": {"layout": "perich-miller"}}
    mine = raw(tmp_path / "a b, [c]=d.nwb", format="nwb", nwb={"layout": "perich-miller"}, areas=["M1", "PMd"])
    names = ["mine-m1", "mine-pmd", "other-m1"]
    run.configure(sessions={"mine": mine, "other": as_nwb}, recordings=names)
    result = run.snakemake("results/tables/recordings.csv")
    assert result.returncode == 0, result.stderr
    assert run.made() == [
        *(f"recordings/{name}.parquet" for name in names),
        "simulated/other.nwb",
        "tables/recordings.csv",
    ]
    table = pd.read_csv(run.folder / "results/tables/recordings.csv")
    assert list(table.neurons) == [5, 4, 4]
    assert list(table.trials) == [64, 64, 85]
    assert run.planned("results/tables/recordings.csv") == {}
    mine["nwb"]["start"] = 0.1
    run.configure(sessions={"mine": mine, "other": as_nwb}, recordings=names)
    assert run.planned("results/tables/recordings.csv") == {"preprocess": 2, "recordings_table": 1}


def test_a_session_in_the_archive(run, tmp_path):
    path = write_nwb_file(tmp_path / "theirs.nwb", perich_miller())
    dandi = {"dandiset": "000688", "version": "0.250122.1735", "path": PATH}
    session = {"monkey": "C", "areas": ["M1"], "bins": 40, "format": "nwb", "nwb": {"layout": "perich-miller"}}
    table = "results/tables/recordings.csv"
    with serving() as archive:
        archive.content = path.read_bytes()
        archive.result["size"] = len(archive.content)
        archive.asset = {"digest": {"dandi:sha2-256": hashlib.sha256(b"other").hexdigest()}}
        data = {"archive": {"api": archive.api, "folder": None}, "tries": 1}
        run.configure(sessions={"c": session | {"dandi": dandi}}, recordings=["c-m1"], data=data)
        result = run.snakemake(table)
        assert result.returncode != 0
        (line,) = errors(result)
        assert "with SHA-256" in line
        assert run.made() == []
        archive.asset = {"digest": {"dandi:sha2-256": hashlib.sha256(archive.content).hexdigest()}}
        result = run.snakemake(table)
    assert result.returncode == 0, result.stderr
    assert run.made() == [
        "archives/000688/0.250122.1735/sub-C/sub-C_ses-CO-20161021_behavior_ecephys.nwb",
        "recordings/c-m1.parquet",
        "tables/recordings.csv",
    ]
    (row,) = pd.read_csv(run.folder / table).to_dict("records")
    assert row["source"] == f"DANDI 000688 0.250122.1735: {PATH}"
    assert row["trials"] == 64


def test_the_plan_of_the_overlay_for_the_archive(tmp_path):
    """15 sessions of the paper and 3 others, 14 of them with two areas; and a comparison with the authors' form."""
    project = copy_of_project(tmp_path)
    forms = ["chewie-raw-20161021-m1", "chewie-20161021-m1"]
    overlay(project, "one_seed.yaml", seeds=[0])
    overlay(project, "both_forms.yaml", recordings=forms)
    archive = ("--dry-run", "--quiet", "rules", "--configfile", "workflow/overlays/dandi.yaml", "one_seed.yaml")
    planned = {}
    for name, arguments in (("all", archive), ("both", (*archive, "both_forms.yaml", "--", "verify_raw"))):
        result = snakemake(project, *arguments)
        assert result.returncode == 0, result.stderr
        planned[name] = dict(re.findall(r"^(\w+) +(\d+)$", result.stdout + result.stderr, re.MULTILINE))
    assert planned["all"]["fetch_asset"] == "18"
    assert planned["all"]["preprocess"] == "32"
    jobs = {"fetch_asset": "1", "download": "1", "preprocess": "2", "raw_parity": "1", "verify_raw": "1", "total": "6"}
    assert planned["both"] == jobs


def test_the_way_a_file_came_does_not_matter(run, mirror):
    name, target = "chewie-20150629-m1", "results/recordings/chewie-20150629-m1.parquet"
    run.configure(recordings=[name], data={"mirror": str(mirror)})
    result = run.snakemake(target)
    assert result.returncode == 0, result.stderr
    run.configure(recordings=[name], data={"mirror": None}, smoothing={"sd": 2.0})
    assert run.planned(target) == {}
    run.configure(recordings=[name], train_fraction=0.75)
    assert run.planned(target) == {"preprocess": 1}
