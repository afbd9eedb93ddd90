"""The figure of methods beside their controls: in which order they stand, what is drawn of each, and its means."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ner.figures import style
from ner.figures.controls import SORTED_BY, Controls, control_means, draw
from ner.figures.tables import CONTROLS, SESSIONS
from ner.methods.names import method_name
from ner.storage.tables import names

METHODS = {"ner": 0.7, "average-lda": 0.9, "my-method": -4.0, "rates-history": 0.8}
RECORDINGS = ["chewie-20150629-m1", "chewie-20161007-m1", "chewie-20161007-pmd", "han-20171201-s1"]


def sessions(methods=METHODS, recordings=RECORDINGS):
    random = np.random.default_rng(0)
    rows = []
    for (method, mean), recording in itertools.product(methods.items(), recordings):
        area = recording.rpartition("-")[2].replace("m1", "M1").replace("pmd", "PMd").replace("s1", "S1")
        for metric, scale in (("velocity_r2", 1), ("position_r2", 1), ("direction_accuracy", 100)):
            low = 10 if scale == 100 else -1.5 if method == "ner" else -0.1
            value = abs(mean * scale) if scale == 100 else mean
            value = min(100, value + 0.05 * scale * random.normal())
            rows.append((method, recording, metric, value, np.nan, 1, 0, np.nan, low, low + 0.2 * scale, area))
    return pd.DataFrame(rows, columns=names(SESSIONS))


def means_of(values):
    return control_means(values.assign(source=values["recording"], target=values["recording"]), "rates-history")


@pytest.fixture
def drawn():
    style.use_style()
    controls = Controls.of(sessions(), ceiling="rates-history", decoder="linear", protocol="strict", split="test")
    figure = draw(controls)
    figure.canvas.draw()
    yield controls, figure
    plt.close(figure)


def test_means_are_over_recordings_with_the_interval_of_their_t():
    values = sessions()
    means = means_of(values)
    assert list(means.columns) == names(CONTROLS)
    chosen = values[values["metric"] == "position_r2"].pivot(index="recording", columns="method", values="mean")
    row = means[(means["method"] == "ner") & (means["metric"] == "position_r2")].iloc[0]
    low, high = stats.t.interval(0.95, 3, loc=chosen["ner"].mean(), scale=stats.sem(chosen["ner"]))
    assert row[["recordings", "mean", "low", "high"]].tolist() == pytest.approx([4, chosen["ner"].mean(), low, high])
    against = stats.ttest_rel(chosen["ner"], chosen["rates-history"])
    found = row[["difference", "difference_low", "difference_high"]].tolist()
    assert found[0] == pytest.approx((chosen["ner"] - chosen["rates-history"]).mean())
    assert found[1:] == pytest.approx([*against.confidence_interval()])


def test_a_recording_without_a_score_is_left_out_of_its_mean():
    values = sessions()
    gap = (values["method"] == "ner") & (values["recording"] == RECORDINGS[0]) & (values["metric"] == SORTED_BY)
    means = means_of(values.assign(mean=values["mean"].mask(gap)))
    counts = means[means["metric"] == SORTED_BY].set_index("method")["recordings"].to_dict()
    assert counts == {"ner": 3, "average-lda": 4, "my-method": 4, "rates-history": 4}


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_than_three_recordings_have_no_interval(count):
    means = means_of(sessions(recordings=RECORDINGS[:count]))
    assert means[["low", "high", "difference_low", "difference_high"]].isna().all(axis=None)
    assert means[["mean", "difference"]].notna().all(axis=None)


def test_the_best_method_stands_on_top_under_the_name_it_is_called_by(drawn):
    controls, figure = drawn
    order = ["average-lda", "rates-history", "ner", "my-method"]
    assert controls.methods == order
    first = figure.axes[0]
    assert [label.get_text() for label in first.get_yticklabels()] == [method_name(method) for method in order]
    assert first.yaxis_inverted()
    means = controls.means[controls.means["metric"] == SORTED_BY]["mean"]
    assert [text.get_text() for text in first.texts[:4]] == [f"{mean:.2f}".replace("-", "−") for mean in means]


def test_lines_join_the_points_of_a_recording(drawn):
    controls, figure = drawn
    lines = next(c for c in figure.axes[1].collections if c.__class__.__name__ == "LineCollection").get_segments()
    assert len(lines) == len(RECORDINGS)
    table = controls.values[controls.values["metric"] == "position_r2"].pivot(
        index="recording", columns="method", values="mean"
    )[controls.methods]
    np.testing.assert_allclose([line[:, 0] for line in lines], table.clip(lower=-0.3))


def test_what_lies_below_the_axis_is_an_arrowhead_and_nothing_leaves_it(drawn):
    _, figure = drawn
    axis = figure.axes[0]
    low = axis.get_xlim()[0]
    assert -0.35 < low < -0.3
    heads = [c for c in axis.collections if len(c.get_offsets()) and (c.get_offsets()[:, 0] == -0.3).all()]
    # Of a method whose scores lie there, and of one whose chance does.
    assert {tuple(np.unique(c.get_offsets()[:, 1])) for c in heads} >= {(3.0,), (2.0,)}
    texts = [text for each in figure.axes for text in [*each.texts, *each.get_yticklabels()] if text.get_text()]
    boxes = [text.get_window_extent() for text in [*texts, *figure.texts, *figure.legends[0].get_texts()]]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


def test_without_accuracies_the_other_metrics_fill_the_figure():
    """As where conditions are held out."""
    values = sessions()
    values = values[values["metric"] != "direction_accuracy"]
    figure = draw(Controls.of(values, ceiling="rates-history", decoder="linear", protocol="strict", split="test"))
    assert [axis.get_xlabel() for axis in figure.axes] == ["velocity R²", "position R²"]
    plt.close(figure)
