"""Figures of decoding across recordings, as drawn: which cell stands where, in which color, and what is written."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from ner.decoding.columns import ACROSS, ACROSS_NULL, ACROSS_TIME
from ner.figures import style
from ner.figures.across import Across, across_panels
from ner.figures.matrices import SCALES, Block, blocks, labels, matrix_panel, number
from ner.published.tables import METRICS_PUBLISHED, PUBLISHED_ACROSS, PUBLISHED_ACROSS_TIME
from ner.storage.tables import names

DECODERS = {"linear": ["ner", "cebra", "pivae"], "knn": ["ner", "cebra16", "pivae"]}
M1 = [f"chewie-{day}-m1" for day in ("20150629", "20150630", "20160929")]
AREAS = ["chewie-20160929-m1", "chewie-20161007-m1", "chewie-20160929-pmd", "chewie-20161007-pmd"]


def results(recordings, decoders=DECODERS, seeds=(0,)):
    """Random results of a group; CEBRA's R2 of velocity is far below any scale."""
    random = np.random.default_rng(0)
    rows, times = [], []
    for decoder in decoders:
        for method, source, target, seed in itertools.product(decoders[decoder], recordings, recordings, seeds):
            of = (method, "g", source, target, decoder, "paper")
            for metric in METRICS_PUBLISHED:
                value = random.uniform(20, 90) if metric == "direction_accuracy" else random.uniform(0, 1)
                value -= 9 * (method == "cebra" and metric == "velocity_r2")
                rows.append((*of, metric, seed, None, value))
            times += [(*of, k, seed, None, random.uniform(0, 100), 5.0, 20.0) for k in range(5)]
    return pd.DataFrame(rows, columns=names(ACROSS)), pd.DataFrame(times, columns=names(ACROSS_TIME))


def null_of(table):
    return table.assign(null_mean=12.0, null_low=5.0, null_high=30.0, p=0.5)[names(ACROSS_NULL)]


def shown(recordings, decoders=DECODERS, published=None, protocol="paper", seeds=(0,)):
    table, time = results(recordings, decoders, seeds)
    table, time = table.assign(protocol=protocol), time.assign(protocol=protocol)
    published = pd.DataFrame(columns=names(PUBLISHED_ACROSS)) if published is None else published
    over_time = pd.DataFrame(columns=names(PUBLISHED_ACROSS_TIME))
    hemispheres = ["right" if "2015" in name else "left" for name in recordings]
    null = null_of(table)
    return Across.of(
        table, time, null, published, over_time, decoders=decoders, hemispheres=hemispheres, protocol=protocol
    )


@pytest.fixture
def draw():
    """Draws what is shown and gives the figure, laid out."""
    figures = []

    def drawn(across):
        style.use_style()
        figure = plt.figure(figsize=(style.WIDTH, across.height + 0.3))
        figures.append(figure)
        across_panels(figure, across, "abcde")
        figure.canvas.draw()
        return figure

    yield drawn
    for figure in figures:
        plt.close(figure)


def images(figure):
    return [axis.images[0] for axis in figure.axes if axis.images]


def texts(figure):
    found = [text.get_text() for axis in figure.axes for text in axis.texts]
    return found + [axis.get_title() for axis in figure.axes]


def outside(axis):
    """What is written around a panel."""
    ticks = [*axis.get_xticklabels(), *axis.get_yticklabels()] if axis.images else []
    return [axis.title, axis.xaxis.label, axis.yaxis.label, *ticks]


def test_blocks_part_years_hemispheres_and_areas_and_say_in_what_they_differ():
    assert blocks(M1, ["right", "right", "left"]) == [Block("2015 right", 0, 2), Block("2016 left", 2, 3)]
    assert blocks(AREAS, ["left"] * 4) == [Block("M1", 0, 2), Block("PMd", 2, 4)]
    assert blocks(["han-20171201-s1", "han-20171204-s1"], ["", ""]) == [Block("", 0, 2)]
    assert blocks(["demo-day1-m1", "demo-day2-m1", "demo-day1-pmd"], [""] * 3) == [
        Block("M1", 0, 2),
        Block("PMd", 2, 3),
    ]


def test_labels_are_dates_or_names_without_what_all_share():
    assert labels(M1) == ["0629", "0630", "0929"]
    assert labels(["demo-day1-m1", "demo-day2-m1"]) == ["day1", "day2"]
    assert labels(["one-s1", "another-s1"]) == ["One", "Another"]


def test_sources_are_rows_and_targets_are_columns(draw):
    across = shown(M1)
    first = images(draw(across))[0]
    cells = across.cells.query("method == 'ner' and decoder == 'linear' and metric == 'velocity_r2'")
    cells = cells.set_index(["source", "target"])["mean"]
    for (i, source), (k, target) in itertools.product(enumerate(M1), enumerate(M1)):
        assert first.get_array()[i, k] == cells[source, target]
    # Row 0 is at the top.
    assert first.axes.get_ylim()[0] > first.axes.get_ylim()[1]
    assert [label.get_text() for label in first.axes.get_yticklabels()] == ["0629", "0630", "0929"]
    assert first.axes.get_ylabel() == "source"


def test_a_metric_has_one_color_scale_across_methods_and_decoders(draw):
    drawn = images(draw(shown(M1)))
    assert len(drawn) == 3 * 6
    for metric, row in zip(METRICS_PUBLISHED, (drawn[:6], drawn[6:12], drawn[12:]), strict=True):
        scales = {(image.norm.vmin, image.norm.vmax, image.get_cmap().name) for image in row}
        assert scales == {(SCALES[metric].norm.vmin, SCALES[metric].norm.vmax, SCALES[metric].colors.name)}


@pytest.mark.parametrize("count", [3, 6])
def test_values_below_the_scale_are_marked(count):
    figure, axis = plt.subplots()
    values = np.full((count, count), 0.5)
    values[1, 2] = -7.25
    matrix_panel(axis, values, SCALES["velocity_r2"], [])
    if count == 3:
        assert "−7.25" in [text.get_text() for text in axis.texts]
    else:
        (crosses,) = axis.collections
        assert crosses.get_offsets().tolist() == [[2, 1]]
    plt.close(figure)


def test_titles_give_the_means_and_the_published_ones_in_grey(draw):
    table, _ = results(M1)
    published = table.assign(figure="fig5", value=0.123)[names(PUBLISHED_ACROSS)]
    published = published[published["method"] != "pivae"]
    across = shown(M1, published=published)
    said = texts(draw(across))
    means = across.means.set_index(["decoder", "method", "metric", "pairs"])["mean"].sort_index()
    means = means["linear", "ner", "position_r2"]
    assert f"{means['diagonal']:.2f} | {means['off-diagonal']:.2f}" in said
    assert said.count("0.12 | 0.12") == 2 * 4
    assert "as published" in across.title("paper")
    other = shown(M1, published=published, protocol="strict")
    assert not other.published and "as published" not in other.title("strict")


def test_titles_say_how_many_seeds_and_where_colors_end(draw):
    title = shown(M1).title("paper")
    assert title.startswith("Chewie 2015, Chewie 2016; M1: 3 recordings (paper protocol, one seed)\n")
    assert shown(AREAS).title("strict").startswith("Chewie 2016; M1 and PMd: 4 recordings (strict protocol, ")
    assert "mean of 2 seeds" in shown(M1, seeds=(0, 1)).title("paper")
    five = [f"chewie-2016100{k}-m1" for k in range(1, 6)]
    assert "below −4" in shown(five).title("paper")
    assert "below −4" not in shown(five, decoders={"knn": ["ner"]}).title("paper")


def test_points_are_recordings_and_p_is_over_them(draw):
    across = shown(AREAS)
    figure = draw(across)
    panels = figure.axes[-3:]
    cells = across.cells.query("decoder == 'knn' and metric == 'position_r2'")
    off = cells[cells["source"] != cells["target"]]
    for k, method in enumerate(DECODERS["knn"]):
        own = off[off["method"] == method]
        expected = [own.loc[(own["source"] == r) | (own["target"] == r), "mean"].mean() for r in AREAS]
        drawn = [c.get_offsets() for c in panels[1].collections if len(c.get_offsets()) == len(AREAS)]
        points = next(offsets for offsets in drawn if np.isclose(offsets[:, 0], k).all())
        assert sorted(points[:, 1]) == pytest.approx(sorted(expected))
    test = across.tests.query("decoder == 'knn' and metric == 'position_r2' and pairs == 'off-diagonal'")
    test = test[test["methods"] == "ner - cebra16"].iloc[0]
    assert f"p = {test['p_recordings']:.2g}" in [text.get_text() for text in panels[1].texts]


def test_values_below_the_scale_are_arrowheads_and_their_lines_end_there(draw):
    across = shown(M1)
    panel = draw(across).axes[-6]
    # CEBRA's R2 of velocity.
    low = SCALES["velocity_r2"].norm.vmin
    arrows = [c for c in panel.collections if len(c.get_offsets()) == 3 and (c.get_offsets()[:, 1] == low).all()]
    assert arrows
    assert panel.get_ylim()[0] > low - 1


def test_methods_without_a_second_one_and_groups_of_two_are_drawn(draw):
    said = texts(draw(shown(M1[:2], decoders={"linear": ["ner", "cebra"], "knn": ["ner"]})))
    assert "no test" in said
    assert "p against" in said


@pytest.mark.parametrize(("value", "decimals", "text"), [(-0.001, 2, "0.00"), (-345.67, 0, "−346"), (0.5, 2, "0.50")])
def test_numbers_as_figures_write_them(value, decimals, text):
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.637, "0.64"), (-3.214, "−3.21"), (-12.34, "−12.3"), (-123.4, "−123"), (-12345.6, "−12346")]
)
def test_large_values_have_few_decimals(value, text):
    assert SCALES["velocity_r2"].text(value) == text


NAMED = [f"demo-a-long-name-{k}-{area}" for area in ("m1", "pmd") for k in range(2)]
DATED = [f"chewie-2016{k:04}-{area}" for area in ("m1", "pmd") for k in range(1001, 1007)]
# Areas in turn, so that every recording is a block of its own.
MIXED = [f"chewie-2016{k:04}-{area}" for k in range(1001, 1007) for area in ("m1", "pmd")]


@pytest.mark.parametrize("recordings", [DATED, NAMED, MIXED, M1], ids=["dates", "names", "mixed", "three"])
@pytest.mark.parametrize("low", [0, -1000], ids=["usual", "far"])
def test_no_text_leaves_the_figure_or_meets_another(draw, recordings, low):
    table, time = results(recordings)
    table.loc[table["metric"] == "velocity_r2", "value"] += low
    published = table.assign(figure="fig5")[names(PUBLISHED_ACROSS)]
    published_time = time.assign(figure="fig5")[names(PUBLISHED_ACROSS_TIME)]
    hemispheres = ["left"] * len(recordings)
    of = {"decoders": DECODERS, "hemispheres": hemispheres, "protocol": "paper"}
    figure = draw(Across.of(table, time, null_of(table), published, published_time, **of))
    drawn = [text for axis in figure.axes for text in [*axis.texts, *outside(axis)] if text.get_text()]
    boxes = [text.get_window_extent().shrunk(0.98, 0.7) for text in drawn]
    whole = figure.bbox
    for text, box in zip(drawn, boxes, strict=True):
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1 and whole.y0 <= box.y0 < box.y1 <= whole.y1, text
    for (one, a), (other, b) in itertools.combinations(zip(drawn, boxes, strict=True), 2):
        assert not a.overlaps(b), (one.get_text(), other.get_text())
