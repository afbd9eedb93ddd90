"""A run of tasks that are not eight directions: six, in trials of their own lengths, none, and windows."""

import pandas as pd
import pytest
from runs import Run

from ner.data.recordings import read_recording

SIX = {"seed": 5, "trials": 66, "neurons": {"M1": 6}, "directions": [0, 60, 120, 180, 240, 300]}
FREE = {"seed": 6, "trials": 66, "neurons": {"M1": 6}, "directions": None}
COMMON = {"monkey": "Demo", "areas": ["M1"], "bins": 20}
SESSIONS = {
    "demo-six": {**COMMON, "bins": {"min": 20, "max": 28}, "format": "simulated", "simulate": SIX},
    "demo-free1": {**COMMON, "format": "trial_data", "simulate": FREE, "fields": {"direction": None}},
    "demo-free2": {
        **COMMON,
        "format": "nwb",
        "simulate": {**FREE, "seed": 7},
        "step": 15,
        "nwb": {"layout": "perich-miller", "direction": None},
    },
}
RECORDINGS = [f"{session}-m1" for session in SESSIONS]
METHODS = ["ner", "cebra", "pca", "dpca"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of one recording of six directions and two without any, one of them in windows, to the figures."""
    run = Run(tmp_path_factory.mktemp("tasks"))
    run.configure(
        SESSIONS,
        RECORDINGS,
        groups={"free": RECORDINGS[1:]},
        methods={"ner": {"steps": 20}, "cebra": {"steps": 20}},
        compare=METHODS,
        seeds=[0],
        decoding={
            "within": {"decoders": {"knn": []}},
            "across": {"decoders": {"linear": ["ner", "cebra"], "knn": []}},
        },
        figures={
            **dict.fromkeys(["fig3", "fig4", "fig4_knn", "fig6", "fig6_mihili", "fig7", "fig7_latents"]),
            "fig1": {"methods": ["ner", "pca"], "recording": "demo-free1-m1"},
            "fig2": {"recording": "demo-free1-m1"},
            "fig4_strict": {"recording": "demo-free1-m1"},
            "fig5": {"group": "free"},
            "film": {"recording": "demo-free2-m1", "trials": 2},
            "six": {"kind": "pipeline", "method": "ner", "recording": "demo-six-m1"},
        },
    )
    result = run.snakemake()
    assert result.returncode == 0, result.stderr
    return run, result.stdout + result.stderr


def table(run, name):
    return pd.read_csv(run.results / "tables" / f"{name}.csv")


def test_recordings_say_what_conditions_they_have(finished):
    run, _ = finished
    found = table(run, "recordings").set_index("recording")[["directions", "conditions"]]
    assert found.to_dict("index") == {
        "demo-six-m1": {"directions": 6, "conditions": 6},
        "demo-free1-m1": {"directions": 0, "conditions": 0},
        "demo-free2-m1": {"directions": 0, "conditions": 0},
    }
    bins = table(run, "recordings").set_index("recording")["bins"].to_dict()
    assert bins == {"demo-six-m1": "20-28", "demo-free1-m1": "20", "demo-free2-m1": "20"}
    for name in RECORDINGS[1:]:
        free = read_recording(run.results / "recordings" / f"{name}.parquet")
        assert not free.labels[:, 2].any()
        assert not free.has_conditions


def test_what_a_recording_lacks_is_left_out_with_one_line(finished):
    run, said = finished
    assert said.count("left out, for lack of conditions: pca, dpca of demo-free1-m1, demo-free2-m1") == 1
    assert said.count("figure fig2 left out: demo-free1-m1 has no conditions") == 1
    lacking = "for lack of conditions or of trials of one length of demo-free1-m1, demo-free2-m1"
    assert said.count(f"group free: no consistency between its recordings, {lacking}") == 1
    rotated = "group free: rotated by matched movements, for lack of conditions of demo-free1-m1, demo-free2-m1"
    assert said.count(rotated) == 1
    within = table(run, "within")
    assert set(within[within["recording"] == "demo-six-m1"]["method"]) == set(METHODS)
    free = within[within["recording"] != "demo-six-m1"]
    assert set(free["method"]) == {"ner", "cebra"}
    assert set(free["metric"]) == {"velocity_r2", "position_r2"}
    assert set(table(run, "within_time")["recording"]) == {"demo-six-m1"}
    assert set(table(run, "across")["metric"]) == {"velocity_r2", "position_r2"}
    assert table(run, "across_time").empty


def test_their_figures_are_drawn(finished):
    run, _ = finished
    drawn = {path.stem for path in (run.folder / "figures").glob("*.pdf")}
    assert drawn == {"fig1", "fig4_strict", "fig5", "film", "six"}
