"""Fig 3's page in 3D, as a browser shows it, and its notebook with embeddings in the plane."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import tab
from places import ROOT
from samples import simulated_recording

from ner.data.embeddings import Embedding, write_embedding
from ner.figures import notebooks
from ner.figures.turning import TRIALS_SHOWN, embeddings_page

ANCHOR = "demo-day1-m1"
# What a view shows, as a picture: what is drawn, and not only said.
LOOK = """
await new Promise((done) => setTimeout(done, 200));
const views = ["left", "right"].map((view) => document.getElementById(view));
return {
  title: document.getElementById("left-title").textContent,
  canvases: views.map((view) => view.querySelectorAll("canvas").length),
  buttons: [...document.querySelectorAll(".modebar-btn")].map((button) => button.dataset.title),
  pictures: await Promise.all(views.map((view) => Plotly.toImage(view))),
};
"""


def chosen(control, value):
    """What a reader does at a control of the page."""
    return f"""
    const control = document.getElementById({control!r});
    control.value = {value!r};
    control.dispatchEvent(new Event("change"));
    """


def an_embedding(recording, coordinates, method):
    behaviour = {name: getattr(recording, name) for name in ("velocity", "direction", "trial", "bin", "train")}
    return Embedding(coordinates=coordinates, **behaviour, metadata={"method": method, "recording": recording.name})


@pytest.fixture(scope="module")
def recordings():
    return [
        replace(simulated_recording(trials=80, bins=6, seed=k), name=name)
        for k, name in enumerate((ANCHOR, "demo-day2-m1"))
    ]


@pytest.fixture(scope="module")
def coordinates(recordings):
    """Of a method in space and of one in the plane, whose second recording is turned against the first."""
    in_space = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    in_plane = np.array([[0.0, 1.0], [-1.0, 0.0]])
    found = {}
    for recording, turned, rotated in zip(recordings, (np.eye(3), in_space), (np.eye(2), in_plane), strict=True):
        space = np.column_stack([recording.velocity, recording.bin])
        found["space", recording.name] = space @ turned
        found["flat", recording.name] = recording.velocity @ rotated
    return found


@pytest.fixture(scope="module")
def page(recordings, coordinates):
    pairs = {
        (method, recording.name): (
            an_embedding(recording, coordinates[method, recording.name], method),
            an_embedding(recording, coordinates[method, ANCHOR], method),
        )
        for method in ("space", "flat")
        for recording in recordings
    }
    pairs |= {("averaged", recording): pair for (method, recording), pair in pairs.items() if method == "space"}
    return embeddings_page(pairs, ANCHOR, averages_only=["averaged"])


def test_the_page_holds_averages_and_some_trials(page):
    content = json.loads(re.search(r'id="embeddings">(.*?)</script>', page, re.DOTALL)[1])
    session = content["methods"]["space"]["sessions"]["demo-day2-m1"]
    assert session["averages"] == 8
    assert len(session["directions"]) == 8 * (1 + TRIALS_SHOWN)
    assert content["methods"]["flat"]["dimensions"] == 2
    averaged = content["methods"]["averaged"]["sessions"]["demo-day2-m1"]
    assert averaged["averages"] == len(averaged["directions"]) == 8


def test_the_page_is_drawn_without_network_and_follows_its_reader(page, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    with tab(path, tmp_path / "profile", size=(900, 600)) as opened:
        first = opened.run(LOOK)
        opened.run(chosen("rotation", "after"))
        rotated = opened.run(LOOK)
        opened.run(chosen("method", "flat"))
        flat = opened.run(LOOK)
        assert opened.run("return document.getElementById('trials').disabled") is False
        opened.run(chosen("method", "averaged"))
        averaged = opened.run(LOOK)
        assert opened.run("return document.getElementById('trials').disabled") is True
        asked = [address for address in opened.requests if not address.startswith(("data:", "blob:"))]
        assert (asked, opened.errors) == ([], [])

    assert all(count >= 1 for count in first["canvases"])
    assert "Orbital rotation" in first["buttons"]
    assert not [button for button in first["buttons"] if "Share" in button], "a button that uploads"
    assert first["title"].endswith("before rotation")
    assert rotated["title"].endswith("rotated onto the anchor")
    (before, anchor), (after, same) = first["pictures"], rotated["pictures"]
    choices = {before, after, flat["pictures"][0], averaged["pictures"][0]}
    assert len(choices) == 4, "another choice draws the same"
    assert anchor == same, "the anchor is not rotated"
    assert after == same, "rotated onto the anchor, the same picture"


def test_the_notebook_rotates_also_in_the_plane(recordings, coordinates, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "workflow"))
    paths = []
    for recording in recordings:
        paths.append(str(tmp_path / f"{recording.name}.parquet"))
        write_embedding(paths[-1], recording, coordinates["flat", recording.name], None, {"method": "flat"})
    names = {name: f"fig3_{name.removesuffix('_csv')}.csv" for name in ("averages_csv", "agreement_csv")}
    names |= {"pdf": "fig3.pdf", "png": "fig3.png", "page": "fig3.html"}
    files = {name: str(tmp_path / file) for name, file in names.items()}
    given = {"embeddings": paths, "averages_only": [], "anchor": ANCHOR, "protocol": "strict"}
    notebooks.execute(ROOT / "workflow" / "notebooks" / "fig3.ipynb", tmp_path / "executed.ipynb", given | files)
    assert all(Path(file).stat().st_size for file in files.values())
    agreement = pd.read_csv(files["agreement_csv"]).set_index("recording")
    assert agreement.loc[ANCHOR, ["before", "after"]].tolist() == pytest.approx([1, 1])
    assert agreement.loc["demo-day2-m1", "after"] > 0.9
    averages = pd.read_csv(files["averages_csv"])
    assert len(averages) == 2 * 2 * 8 * 6
    assert {"z1", "z2"} < set(averages.columns)
