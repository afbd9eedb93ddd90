"""The figure of consistency: what its points are, and what is drawn of them."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from ner.decoding.consistency import CONSISTENCY, FITS
from ner.figures import style
from ner.figures.consistency import agreed, draw
from ner.figures.tables import AGREED, BETWEEN_RECORDINGS, BETWEEN_SEEDS
from ner.methods.names import method_name
from ner.storage.tables import names

METHODS = ["ner", "untrained"]
RECORDINGS = ["a", "b", "c"]
SEEDS = range(3)


def consistency(methods=METHODS):
    random = np.random.default_rng(0)
    rows = []
    for method, fit in itertools.product(methods, FITS):
        base = 0.8 if method == "ner" else 0.1 if fit == "least_squares" else -2
        for name, (s, t) in itertools.product(RECORDINGS, itertools.permutations(SEEDS, 2)):
            rows.append((method, None, name, name, s, t, fit, base + 0.1 * random.random()))
        for (a, b), seed in itertools.product(itertools.permutations(RECORDINGS, 2), SEEDS):
            rows.append((method, "days", a, b, seed, seed, fit, base + 0.1 * random.random()))
    return pd.DataFrame(rows, columns=names(CONSISTENCY))


def test_a_point_is_a_recording_or_an_unordered_pair_of_them():
    table = consistency()
    values = agreed(table.sample(frac=1, random_state=0), METHODS)
    assert list(values.columns) == names(AGREED)
    assert list(dict.fromkeys(values["method"])) == METHODS
    counts = values.groupby(["between", "fit"]).agg(points=("r2", "size"), pairs=("pairs", "first"))
    # Two methods of three recordings, with 6 ordered pairs of seeds; as many pairs of recordings, both ways, 3 seeds.
    assert (counts == [6, 6]).all(axis=None)
    one = values.set_index(["method", "between", "recording", "other", "fit"])["r2"]
    of = table[(table["method"] == "ner") & (table["fit"] == "rotation")]
    both = of[of["source"].isin(["a", "c"]) & of["target"].isin(["a", "c"]) & (of["source"] != of["target"])]
    assert one["ner", BETWEEN_RECORDINGS, "a", "c", "rotation"] == pytest.approx(both["r2"].mean())
    alone = of[(of["source"] == "b") & (of["target"] == "b")]
    assert one["ner", BETWEEN_SEEDS, "b", "b", "rotation"] == pytest.approx(alone["r2"].mean())


@pytest.fixture
def drawn():
    style.use_style()
    values = agreed(consistency(), METHODS)
    figure = draw(values)
    figure.canvas.draw()
    yield values, figure
    plt.close(figure)


def test_means_stand_beside_their_points_and_what_lies_below_is_an_arrowhead(drawn):
    values, figure = drawn
    means = values[values["between"] == BETWEEN_SEEDS].groupby(["method", "fit"], sort=False)["r2"].mean()
    axis = figure.axes[0]
    written = [text.get_text() for text in axis.texts if text.get_fontweight() != "bold"]
    assert written == [f"{mean:.2f}".replace("-", "−") for mean in means]
    assert [label.get_text() for label in axis.get_yticklabels()] == [method_name(method) for method in METHODS]
    heads = [c for c in axis.collections if len(c.get_offsets()) == 3 and c.get_zorder() == 4]
    assert heads and (heads[0].get_offsets()[:, 0] == -0.5).all()
    points = np.concatenate([c.get_offsets() for c in axis.collections if len(c.get_offsets())])
    assert points[:, 0].min() == -0.5
    texts = [text for each in figure.axes for text in [*each.texts, *each.get_yticklabels(), each.title]]
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


@pytest.mark.parametrize("between", [BETWEEN_SEEDS, BETWEEN_RECORDINGS, None])
def test_a_panel_of_which_there_is_nothing_says_so(between):
    values = agreed(consistency(), METHODS)
    figure = draw(values[values["between"] == between])
    said = [[text.get_text() for text in axis.texts] for axis in figure.axes]
    assert ("one seed: nothing to compare" in said[0]) == (between != BETWEEN_SEEDS)
    assert ("no averages that the recordings share" in said[1]) == (between != BETWEEN_RECORDINGS)
    # Methods are named at the left of the first panel that is drawn.
    rows = [[label.get_text() for label in axis.get_yticklabels()] for axis in figure.axes]
    named = [method_name(method) for method in METHODS]
    assert rows == [named if between == BETWEEN_SEEDS else [], named if between == BETWEEN_RECORDINGS else []]
    plt.close(figure)


def test_a_run_without_anything_to_compare_is_no_error():
    figure = draw(agreed(consistency().iloc[:0], METHODS))
    assert len(figure.axes) == 2
    plt.close(figure)
