"""The panels of Figs 5 to 7, as drawn: which cell stands where, in which colour, and what is written beside it."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from ner.decoding.columns import ACROSS, ACROSS_TIME
from ner.decoding.statistics import paired_t
from ner.figures import style as plotting
from ner.figures.across import SCALES, Across, Block, across_panels, blocks, matrix_panel, test_text
from ner.published.tables import METRICS_PUBLISHED, PUBLISHED_ACROSS
from ner.storage.tables import names

# pytest would take it for a test.
text_of_test = test_text
del test_text

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
                rows.append((*of, metric, seed, value))
            times += [(*of, k, seed, random.uniform(0, 100)) for k in range(5)]
    return pd.DataFrame(rows, columns=names(ACROSS)), pd.DataFrame(times, columns=names(ACROSS_TIME))


def shown(recordings, decoders=DECODERS, published=None, protocol="paper", seeds=(0,)):
    table, time = results(recordings, decoders, seeds)
    table, time = table.assign(protocol=protocol), time.assign(protocol=protocol)
    published = pd.DataFrame(columns=names(PUBLISHED_ACROSS)) if published is None else published
    hemispheres = ["right" if "2015" in name else "left" for name in recordings]
    return Across.of(table, time, published, decoders=decoders, hemispheres=hemispheres, protocol=protocol)


@pytest.fixture
def draw():
    """Draws what is shown and gives the figure, laid out."""
    figures = []

    def drawn(across):
        plotting.use_style()
        figure = plt.figure(figsize=(plotting.WIDTH, across.height + 0.3))
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
    assert shown(M1).labels == ["0629", "0630", "0929"]
    assert shown(["demo-day1-m1", "demo-day2-m1"]).labels == ["day1", "day2"]
    assert shown(["one-s1", "another-s1"]).labels == ["One", "Another"]


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


def test_a_metric_has_one_colour_scale_across_methods_and_decoders(draw):
    drawn = images(draw(shown(M1)))
    assert len(drawn) == 3 * 6
    for metric, row in zip(METRICS_PUBLISHED, (drawn[:6], drawn[6:12], drawn[12:]), strict=True):
        scales = {(image.norm.vmin, image.norm.vmax, image.get_cmap().name) for image in row}
        assert scales == {(SCALES[metric].norm.vmin, SCALES[metric].norm.vmax, SCALES[metric].colours.name)}


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


def test_titles_say_how_many_seeds_and_where_colours_end(draw):
    title = shown(M1).title("paper")
    assert title.startswith("Chewie 2015, Chewie 2016; M1: 3 recordings (paper protocol, one seed).")
    assert shown(AREAS).title("strict").startswith("Chewie 2016; M1 and PMd: 4 recordings (strict protocol, one seed).")
    assert "mean of 2 seeds" in shown(M1, seeds=(0, 1)).title("paper")
    five = [f"chewie-2016100{k}-m1" for k in range(1, 6)]
    assert "below −4" in shown(five).title("paper")
    assert "below −4" not in shown(five, decoders={"knn": ["ner"]}).title("paper")


def test_the_tests_are_those_of_the_cells(draw):
    across = shown(AREAS)
    said = texts(draw(across))
    values = {
        method: across.cells.query(f"method == '{method}' and decoder == 'knn' and metric == 'position_r2'")
        for method in ("ner", "cebra16")
    }
    rest = {m: cells.loc[cells["source"] != cells["target"], "mean"].to_numpy() for m, cells in values.items()}
    t = paired_t(rest["ner"], rest["cebra16"])
    (row,) = (text for text in said if f"t(11) = {t.statistic:.2f}, d = {t.effect:.2f}, ".replace("-", "−") in text)
    assert row.startswith(f"{t.difference:+.2f} [".replace("-", "−"))
    assert {"NER − CEBRA", "NER − CEBRA 16D", "CEBRA 16D − pi-VAE", "ANOVA", "Friedman"} <= set(said)


def test_methods_without_a_second_one_and_groups_of_two_are_drawn(draw):
    said = texts(draw(shown(M1[:2], decoders={"linear": ["ner", "cebra"], "knn": ["ner"]})))
    assert "one method: nothing to compare" in said
    assert any("no interval" in text for text in said)
    assert "Friedman" not in said


def test_what_rounds_to_zero_has_no_sign():
    row = pd.Series(
        {"difference": -1e-9, "p_recordings": np.nan, "statistic": -345.67, "df1": 9, "effect": -0.001, "p": 0.5}
    )
    assert text_of_test(row, "paired t", 2) == "+0.00 no interval\nt(9) = −346, d = 0.00, p = 0.5"


def test_alike_methods_have_no_test():
    row = pd.Series({"difference": 0.0, "statistic": np.nan, "p": np.nan, "p_recordings": np.nan})
    assert text_of_test(row, "paired t", 1) == "+0.0 in every cell\nno test"
    assert text_of_test(row, "friedman", 1) == "all alike\nno test"


@pytest.mark.parametrize(
    "recordings",
    [
        [f"chewie-2016{k:04}-{area}" for area in ("m1", "pmd") for k in range(1001, 1007)],
        [f"demo-a-long-name-{k}-{area}" for area in ("m1", "pmd") for k in range(2)],
    ],
    ids=["dates", "names"],
)
def test_no_text_leaves_the_figure_or_meets_another(draw, recordings):
    figure = draw(shown(recordings))
    drawn = [text for axis in figure.axes for text in [*axis.texts, *outside(axis)] if text.get_text()]
    boxes = [text.get_window_extent().shrunk(0.98, 0.7) for text in drawn]
    whole = figure.bbox
    for text, box in zip(drawn, boxes, strict=True):
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1 and whole.y0 <= box.y0 < box.y1 <= whole.y1, text
    for (one, a), (other, b) in itertools.combinations(zip(drawn, boxes, strict=True), 2):
        assert not a.overlaps(b), (one.get_text(), other.get_text())
