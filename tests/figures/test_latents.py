"""Latent dynamics before and after rotation: what is rotated onto what, and the page in 3D as a browser shows it."""

import json
import re
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from browser import tab
from samples import simulated_recording

from ner.data.embeddings import Embedding
from ner.decoding.alignment import strict_rotation
from ner.figures.rotations import BEFORE, Rotations, pages
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
    behavior = {name: getattr(recording, name) for name in ("velocity", "direction", "trial", "bin", "train")}
    return Embedding(coordinates=coordinates, **behavior, metadata={"method": method, "recording": recording.name})


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
        (method, recording.name): {
            "before rotation": an_embedding(recording, coordinates[method, recording.name], method),
            "rotated onto the anchor": an_embedding(recording, coordinates[method, ANCHOR], method),
        }
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
        opened.run(chosen("rotation", "1"))
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


def test_embeddings_in_the_plane_are_rotated_and_their_agreement_is_with_the_anchor(recordings, coordinates):
    embeddings = [an_embedding(recording, coordinates["flat", recording.name], "flat") for recording in recordings]
    rotations = Rotations.of(embeddings, embeddings[:1], strict_rotation)
    last = list(rotations.states)[-1]
    assert list(rotations.states.values()) == [ANCHOR, ANCHOR]
    agreement = rotations.agreement.set_index(["recording", "state"])["r2"]
    assert agreement[ANCHOR].tolist() == pytest.approx([1, 1])
    assert agreement["demo-day2-m1", last] > 0.9 > agreement["demo-day2-m1", BEFORE]
    table = rotations.averages_table()
    assert list(table.columns) == ["method", "recording", "state", "direction", "bin", "z1", "z2"]
    assert len(table) == 2 * 2 * 8 * 6
    drawn = list(pages(rotations, ["flat"], "strict protocol"))
    # An overview, and the method's page.
    assert len(drawn) == 2
    for figure in drawn:
        plt.close(figure)


def test_a_group_is_rotated_onto_its_first_recording_and_onto_an_anchor_from_elsewhere(recordings, coordinates):
    day1, day2 = (an_embedding(recording, coordinates["space", recording.name], "space") for recording in recordings)
    elsewhere = replace(
        day1, coordinates=day1.coordinates[:, ::-1], metadata={"method": "space", "recording": "han-s1"}
    )
    rotations = Rotations.of([day1, day2], [elsewhere], strict_rotation, onto_each_other=True)
    assert list(rotations.states.values()) == ["han-s1", ANCHOR, "han-s1"]
    before, onto_first, onto_anchor = rotations.states
    assert rotations.members(onto_first) == [ANCHOR, "demo-day2-m1"]
    assert rotations.members(onto_anchor) == [ANCHOR, "demo-day2-m1", "han-s1"]
    agreement = rotations.agreement.set_index(["state", "recording"])["r2"]
    assert agreement[onto_anchor].to_numpy() == pytest.approx(np.ones(3), abs=0.01)
    assert agreement[onto_first].index.tolist() == [ANCHOR, "demo-day2-m1"]
    assert agreement[before, "demo-day2-m1"] < 0.5
