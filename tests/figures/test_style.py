import colorsys
import os
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from places import ROOT

from ner.data.names import RecordingName
from ner.data.simulation import EIGHT as DIRECTIONS
from ner.figures import latents, recordings, style
from ner.methods.names import method_name


@pytest.fixture
def figure():
    figure = plt.figure(figsize=(2, 2))
    yield figure
    plt.close(figure)


def trajectories_of(trials=8, bins=6, dimensions=3):
    paths = np.random.default_rng(0).normal(size=(trials, bins, dimensions))
    return paths / np.linalg.norm(paths, axis=2, keepdims=True), np.resize(DIRECTIONS, trials)


def test_directions_go_once_around_the_hue_wheel_from_red():
    hues = [colorsys.rgb_to_hsv(*style.direction_color(direction))[0] * 360 for direction in DIRECTIONS]
    np.testing.assert_allclose(hues, DIRECTIONS, atol=1e-9)
    assert style.direction_color(-45) == style.direction_color(315)
    red, green, blue = style.direction_color(0)
    assert red > 0.9
    assert green == blue == 0
    assert style.direction_colors([]).shape == (0, 3)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("ner", "NER"),
        ("ner-5000", "NER (5,000 steps)"),
        ("cebra16", "CEBRA 16D"),
        ("cebra-velocity", "CEBRA (velocity)"),
        ("umap-supervised", "UMAP + labels"),
        ("nerve", "nerve"),
        ("something-new", "something-new"),
    ],
)
def test_names_of_methods(method, name):
    assert method_name(method) == name


def test_colors_of_methods_are_the_same_for_variants_and_exist_for_unknown_ones():
    assert style.method_color("ner-5000") == style.method_color("ner")
    assert style.method_color("something-new") == style.method_color("something-new")
    assert style.method_color("something-new").startswith("#")
    known = [style.method_color(method) for method in ("ner", "cebra", "cebra16", "pivae", "umap", "pca", "dpca")]
    assert len(set(known)) == len(known)


@pytest.mark.parametrize(
    ("recording", "title", "group", "day"),
    [
        ("chewie-20161014-m1", "Chewie 2016-10-14, M1", "Chewie 2016", "1014"),
        ("mihili-20140217-pmd", "Mihili 2014-02-17, PMd", "Mihili 2014", "0217"),
        ("demo-day1-s1", "Demo-day1, S1", "Demo-day1", ""),
        ("jenkins-20090925-up-down-31-38-all", "Jenkins 2009-09-25, up-down-31-38, all units", "Jenkins 2009", "0925"),
    ],
)
def test_names_of_recordings(recording, title, group, day):
    name = RecordingName.parse(recording)
    assert (name.title, name.group, name.day) == (title, group, day)


@pytest.mark.parametrize(
    ("p_value", "text"),
    [(0.2, "p = 0.2"), (0.034, "p = 0.034"), (3e-7, "p < 10⁻⁶"), (0.0, "p < 10⁻³⁰⁰"), (2e-310, "p < 10⁻³⁰⁰")],
)
def test_p_values_are_never_zero(p_value, text):
    assert style.p_text(p_value) == text


def test_a_figure_is_saved_to_the_same_bytes_with_its_text_as_text(tmp_path):
    style.use_style()
    saved = []
    for k in range(2):
        figure, axis = plt.subplots(figsize=(2, 2))
        paths, directions = trajectories_of(dimensions=2)
        latents.trajectories(axis, paths, directions, starts=True)
        axis.set_title("go cue")
        pdf, png = tmp_path / f"{k}.pdf", tmp_path / f"{k}.png"
        style.save(figure, pdf, png)
        plt.close(figure)
        saved.append((pdf.read_bytes(), png.read_bytes()))
    assert saved[0] == saved[1]
    assert b"/CIDFontType2" in saved[0][0]
    assert b"/Type3" not in saved[0][0]
    assert saved[0][1].startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 4


#: What a user may have in a matplotlibrc.
THEIRS = """\
figure.facecolor: black
axes.facecolor: black
axes.prop_cycle: cycler('color', ['w'])
axes.grid: True
figure.figsize: 3, 1
figure.autolayout: True
savefig.bbox: tight
text.usetex: True
text.color: white
lines.marker: o
"""
DRAW = """
import sys
import matplotlib.pyplot as plt
from ner.figures.style import save, use_style
use_style()
figure, axis = plt.subplots()
axis.plot([0, 1], [1, 0])
axis.set_title("go cue")
save(figure, sys.argv[1], sys.argv[2])
"""


def test_a_matplotlibrc_of_the_users_changes_no_figure(tmp_path):
    (tmp_path / "matplotlibrc").write_text(THEIRS)
    (tmp_path / "elsewhere").mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    for place in (tmp_path, tmp_path / "elsewhere"):
        command = [sys.executable, "-c", DRAW, tmp_path / f"{place.name}.pdf", tmp_path / f"{place.name}.png"]
        subprocess.run(command, cwd=place, check=True, env=environment)
    for form in ("pdf", "png"):
        mine, plain = (tmp_path / f"{name}.{form}" for name in (tmp_path.name, "elsewhere"))
        assert mine.read_bytes() == plain.read_bytes()


def test_a_pdf_keeps_of_its_panels_no_rasters_of_the_whole_page(tmp_path):
    """Each panel is rastered on a page of its own, here of 50 MB."""
    saved = f"""
import resource
import matplotlib.pyplot as plt
import numpy as np
from ner.figures import style
figure, axes = plt.subplots(5, 4, figsize=(7.2, 11))
for axis in axes.flat:
    axis.plot([0, 1], rasterized=True)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
style.save(figure, {str(tmp_path / "a.pdf")!r}, {str(tmp_path / "a.png")!r})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    result = subprocess.run([sys.executable, "-c", saved], env=environment, capture_output=True, text=True, check=True)
    assert int(result.stdout) < 300_000  # kB


def test_embeddings_are_seen_from_one_angle_at_one_scale(figure):
    spec = figure.add_gridspec(1, 2)
    paths, directions = trajectories_of()
    axes = [latents.embedding_axes(figure, spec[k], paths.reshape(-1, 3)) for k in range(2)]
    latents.embedding_panel(axes[0], paths, directions)
    latents.embedding_panel(axes[1], 0.2 * paths, directions, starts=True)
    for axis in axes:
        assert (axis.elev, axis.azim) == latents.VIEW
        assert axis.get_xlim() == axis.get_ylim() == axis.get_zlim()
    assert axes[0].get_xlim() == axes[1].get_xlim()
    figure.canvas.draw()


@pytest.mark.parametrize("dimensions", [1, 2, 3, 16])
def test_embeddings_of_any_dimension_are_drawn(figure, dimensions):
    paths = 5 * np.random.default_rng(0).normal(size=(8, 6, dimensions)) + 2
    if dimensions == 1:
        with pytest.raises(ValueError, match="dimension"):
            latents.embedding_axes(figure, figure.add_gridspec(1, 1)[0], paths.reshape(-1, 1))
        return
    axis = latents.embedding_axes(figure, figure.add_gridspec(1, 1)[0], paths.reshape(-1, dimensions))
    latents.embedding_panel(axis, paths, np.array(DIRECTIONS))
    figure.canvas.draw()


def test_a_value_below_the_axis_is_an_arrowhead_at_its_end(figure):
    values = pd.DataFrame(
        {
            "recording": ["chewie-20161007-m1", "chewie-20161014-m1", "han-20171201-s1"],
            "method": "ner",
            "mean": [0.8, -7.0, 0.6],
            "sd": [0.01, np.nan, np.nan],
            "published": [0.81, np.nan, -9.0],
        }
    )
    axis = figure.add_subplot()
    recordings.session_panel(axis, values, floor=-0.5)
    assert axis.get_ylim()[0] == -0.5
    drawn = np.concatenate(
        [collection.get_offsets() for collection in axis.collections if hasattr(collection, "get_offsets")]
    )
    assert drawn[:, 1].min() == -0.5
    assert [label.get_text() for label in axis.get_xticklabels()] == ["1007", "1014", "1201"]
    gaps = np.diff(axis.get_xticks())
    assert gaps[1] > gaps[0]


def test_accuracy_of_a_single_recording_has_no_band(figure):
    accuracy = pd.DataFrame(
        {"method": "ner", "bin": range(4), "mean": [10.0, 50, 90, 60], "sd": np.nan, "published": np.nan}
    ).assign(null_low=[4.0, 5, 6, 7], null_high=20.0)
    speed = pd.DataFrame({"bin": range(4), "vx": [0.0, 1, 2, 1], "vy": [0.0, 2, 4, 2]})
    axis = figure.add_subplot()
    recordings.accuracy_panel(axis, accuracy, speed)
    assert max(line.get_ydata().max() for line in axis.lines[:2]) == 50
    np.testing.assert_array_equal(axis.lines[2].get_ydata(), accuracy["mean"])
    assert axis.get_xlim() == (0, 90)
    chance = axis.collections[-1].get_paths()[0].vertices
    assert (chance[:, 1].min(), chance[:, 1].max()) == (4, 20)


def test_an_empty_panel_says_why(figure):
    axis = figure.add_subplot()
    style.empty_panel(axis, "no S1 recording in this run")
    assert [text.get_text() for text in axis.texts] == ["no S1 recording in this run"]


@pytest.mark.parametrize("directions", [[0, 45, 90, 135, 180, 225, 270, 315], [20, 140, 260]])
def test_the_wheel_of_directions_points_where_the_directions_do(figure, directions):
    axis = figure.add_subplot()
    latents.direction_wheel(axis, directions)
    ends = {to_hex(line.get_color()): line.get_xydata()[-1] for line in axis.lines}
    words = {text.get_text(): np.array(text.get_position()) for text in axis.texts}
    for direction in directions:
        towards = np.array([np.cos(np.deg2rad(direction)), np.sin(np.deg2rad(direction))])
        np.testing.assert_allclose(ends[to_hex(style.direction_color(direction))], towards, atol=1e-9)
        place = words[f"{direction}°"]
        assert place @ towards > 0.99 * np.linalg.norm(place)


def test_what_is_far_is_paler(figure):
    """Two trials of one direction, one of which lies towards the viewer."""
    towards = latents.view_axes()[2]
    line = np.linspace(-0.1, 0.1, 5)[:, None] * [0, 0, 1]
    paths = np.stack([line - towards, line + towards])
    axis = latents.embedding_axes(figure, figure.add_gridspec(1, 1)[0], paths.reshape(-1, 3))
    before = len(axis.collections)
    latents.embedding_panel(axis, paths, np.array([0, 0]))
    drawn = axis.collections[before]
    depth = np.array([np.mean(segment, axis=0) @ towards for segment in drawn._segments3d])
    saturation = np.ptp(drawn.get_colors()[:, :3], axis=1)
    assert saturation[depth > 0].min() > saturation[depth < 0].max()
