"""NWB files of every layout, from the file to figures."""

import pandas as pd
import pytest
from nwb_files import LAYOUTS, write
from runs import Run

METHODS = ["ner", "cebra", "pca"]
#: Area and bins of a session of each layout, and its other keys.
SESSIONS = {
    "perich-miller": ("M1", 40, {}),
    "area2-bump": ("S1", 35, {}),
    # Its bins are of 5 ms. By the directions of the targets, as there are few trials of each maze.
    "mc-maze": ("M1", 100, {"nwb": {"condition": None}, "smoothing": {"sd": 10.0, "half_width": 40}}),
}


@pytest.mark.slow
def test_a_file_of_every_layout_comes_out_as_figures(tmp_path):
    run = Run(tmp_path)
    sessions, recordings = {}, {}
    for layout, (area, bins, keys) in SESSIONS.items():
        file = write(tmp_path / f"{layout}.nwb", LAYOUTS[layout](128))
        session = {"monkey": "Mine", "areas": [area], "bins": bins, "format": "nwb", "file": str(file)}
        sessions[layout] = {**session, **keys, "nwb": {"layout": layout, **keys.get("nwb", {})}}
        recordings[f"{layout}-{area.lower()}"] = bins
    shown = {f"mine-{name}": {"kind": "pipeline", "recording": name, "method": "ner"} for name in recordings}
    left_out = ["fig1", "fig2", "fig3", "fig5", "fig6", "fig6_mihili", "fig7", "fig7_latents", "fig4_knn", "film"]
    run.configure(
        sessions=sessions,
        recordings=list(recordings),
        methods={"ner": {"steps": 200}, "cebra": {"steps": 200}},
        compare=METHODS,
        seeds=[0],
        decoding={"within": {"decoders": {"knn": []}}},
        figures={"fig4": {"methods": METHODS}, **shown, **dict.fromkeys(left_out)},
    )
    result = run.snakemake()
    assert result.returncode == 0, result.stderr
    drawn = {path.stem for path in (tmp_path / "figures").glob("*.pdf")}
    assert drawn == {"fig4", "fig4_strict", *shown}
    table = pd.read_csv(run.results / "tables" / "recordings.csv").set_index("recording")
    assert table["bins"].to_dict() == recordings
    # Of 128 trials each: those in which the hand was bumped, and those held back, are left out.
    assert table.loc["perich-miller-m1", "trials"] == table.loc["mc-maze-m1", "trials"] == 128
    assert "split none" in table.loc["area2-bump-s1", "dropped"]
    within = pd.read_csv(run.results / "tables" / "within.csv")
    held_out = within[(within.split == "test") & (within.protocol == "strict") & (within.metric == "velocity_r2")]
    assert sorted(held_out.recording.unique()) == sorted(recordings)
    # Movements of neurons that are tuned to them are found on held-out trials, in every layout.
    best = held_out.groupby("recording")["value"].max()
    assert (best > 0.2).all(), best
