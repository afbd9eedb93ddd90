"""The figure of alignments across recordings: its points, its means and their intervals, and what its page says."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ner.decoding.columns import ACROSS, ACROSS_NULL
from ner.decoding.statistics import over_recordings
from ner.figures.alignments import alignments, in_sections
from ner.storage.tables import names

RECORDINGS = ["chewie-20150629-m1", "chewie-20150630-m1", "chewie-20160929-m1", "chewie-20161007-m1"]
METHODS = ["ner", "pca10"]
PROTOCOLS = ["strict", "unaligned", "target-trained"]
METRICS = ["velocity_r2", "balanced_accuracy"]
#: Places of pairs of different recordings.
OFF = ~np.eye(4, dtype=bool)


def across():
    random = np.random.default_rng(0)
    rows = []
    for method, protocol, metric, seed in itertools.product(METHODS, PROTOCOLS, METRICS, range(2)):
        values = random.uniform(size=(4, 4))
        if protocol == "target-trained":
            values[:] = values[0]
        for (s, source), (t, target) in itertools.product(enumerate(RECORDINGS), repeat=2):
            rows.append((method, "days", source, target, "linear", protocol, metric, seed, np.nan, values[s, t]))
    return pd.DataFrame(rows, columns=names(ACROSS))


def shown(table):
    null = table.assign(null_mean=0.0, null_low=-0.1, null_high=0.1, p=0.5)[names(ACROSS_NULL)]
    return alignments(table, null, methods=METHODS, protocols=PROTOCOLS, ceiling="ner", decoder="linear")


def matrix(table, way, metric="velocity_r2"):
    method, protocol = way.split("/")
    rows = table[(table["method"] == method) & (table["protocol"] == protocol) & (table["metric"] == metric)]
    return rows.groupby(["source", "target"])["value"].mean().unstack().to_numpy()


def means_of(controls, metric="velocity_r2"):
    return controls.means[controls.means["metric"] == metric].set_index("method")


def test_means_have_their_intervals_by_recordings_not_by_targets():
    table = across()
    controls, _ = shown(table)
    means = means_of(controls)
    for way in ("ner/strict", "pca10/unaligned"):
        values, top = matrix(table, way), matrix(table, "ner/target-trained")
        whole, less = over_recordings(values, OFF), over_recordings(values - top, OFF)
        found = means.loc[way, ["mean", "low", "high", "difference", "difference_low", "difference_high"]].tolist()
        assert found == pytest.approx([whole.mean, whole.low, whole.high, less.mean, less.low, less.high])
        points = controls.values.query("method == @way and metric == 'velocity_r2'")
        points = points.set_index("recording")["mean"][RECORDINGS]
        assert points.tolist() == pytest.approx(values.mean(axis=0, where=OFF).tolist())
        assert points.mean() == pytest.approx(whole.mean)
    own = matrix(table, "pca10/target-trained")[0]
    theirs = stats.t.interval(0.95, 3, loc=own.mean(), scale=stats.sem(own))
    assert means.loc["pca10/target-trained", ["low", "high"]].tolist() == pytest.approx(theirs)


def test_figure_and_comparisons_say_the_same_of_the_ceiling():
    controls, tests = shown(across())
    against = tests[(tests["other_method"] == "ner") & (tests["other_protocol"] == "target-trained")]
    against = against[against["metric"] == "velocity_r2"]
    means = means_of(controls).loc[against["method"] + "/" + against["protocol"]]
    assert len(against) == 5
    drawn = means[["difference", "difference_low", "difference_high"]].to_numpy()
    np.testing.assert_allclose(drawn, against[["difference", "low", "high"]].to_numpy(float))


def test_a_target_without_a_score_is_left_out_of_points_means_and_comparisons():
    table = across()
    gap = (table["target"] == RECORDINGS[1]) & (table["metric"] == "velocity_r2")
    controls, tests = shown(table.assign(value=table["value"].mask(gap)))
    kept = np.delete(np.arange(4), 1)
    values = matrix(table, "ner/strict")[np.ix_(kept, kept)]
    whole = over_recordings(values, OFF[:3, :3])
    found = means_of(controls).loc["ner/strict", ["recordings", "mean", "low", "high"]].tolist()
    assert found == pytest.approx([3, whole.mean, whole.low, whole.high])
    points = controls.values.query("method == 'ner/strict' and metric == 'velocity_r2'")
    assert RECORDINGS[1] not in points["recording"].tolist()
    assert points["mean"].mean() == pytest.approx(whole.mean)
    assert tests.groupby("metric")["recordings"].unique().map(list).to_dict() == {
        "velocity_r2": [3],
        "balanced_accuracy": [4],
    }


def test_the_page_says_in_words_what_is_drawn_section_by_section():
    said = in_sections(shown(across())[1], "ner")
    titles, texts = said.split("**")[1::2], said.split("**")[2::2]
    assert titles == [
        "All against NER (decoder of the target itself)",
        "NER against other methods, by the same alignment",
        "Each method, aligned and not aligned",
    ]
    lines = [text.strip().splitlines() for text in texts]
    # Five other ways; two alignments, as the third is in the first section; each method's own two against none.
    assert [len(each) for each in lines] == [5, 2, 4]
    assert all(line.startswith("- Velocity R² of ") and "over 4 recordings" in line for each in lines for line in each)
    assert "- Velocity R² of NER (rotated) is " in texts[1] and "PCA 10D (not aligned)" in texts[2]


def test_a_section_without_comparisons_is_left_out():
    tests = shown(across())[1]
    aligned = tests[(tests["protocol"] != "unaligned") & (tests["other_protocol"] != "unaligned")]
    assert "not aligned" not in in_sections(aligned, "ner")
