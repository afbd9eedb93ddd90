"""The pictures of the verification page: published values against ours, and one of each finding."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ner.decoding.metrics import METRICS
from ner.methods.names import method_name
from ner.report.charts import Picture, Point, scatter
from ner.report.render import figure_name, metric_name, number, recording_title
from ner.verification.compare import VERDICTS


@dataclass(frozen=True)
class Card:
    """A method's values, published against ours.

    Attributes:
        method: its name in config.
        counts: of the values drawn, by verdict.
        rows: what is drawn, by what it is of: a picture a metric.
    """

    method: str
    counts: dict[str, int]
    rows: dict[str, list[Picture]]


@dataclass(frozen=True)
class _Axes:
    """Which columns of a finding's table are drawn, and the titles of the axes."""

    x: str
    y: str
    x_title: str
    y_title: str
    same_scale: bool = True


_IN_ORDER, _STRICT = "arguments in order", "strict"
#: What is drawn of each finding, by the name of its table.
_FINDINGS = {
    "finding1_swapped_velocity": _Axes("swapped_mean", "mean", "arguments swapped", _IN_ORDER, same_scale=False),
    "finding2_train_and_test": _Axes("train", "test", "training trials", "test trials"),
    "finding3_pivae": _Axes("paper", "strict", "with the labels", "from the rates alone"),
    "finding4_umap": _Axes("paper", "strict", "fitted anew", "by transform", same_scale=False),
    "finding5_rotation": _Axes("paper", "strict", "published rotation", _STRICT),
    "finding6_candidates": _Axes("median_spread", "largest_spread", "median spread", "largest spread"),
    "finding7_pairs": _Axes("t_published", "t_matched", "t, as published", "t, same recordings"),
    "finding10_turned_labels": _Axes("as_published", "turned_back", "labels as published", "turned back"),
    "finding8_positives": _Axes("cebra", "velocity", "with the direction", "by velocity alone"),
    "finding9_curved": _Axes("train", "test", "training trials", "held-out trials"),
}
#: How names in the columns of findings are written.
_NAMES = {"method": method_name, "metric": metric_name, "figure": figure_name, "recording": recording_title}
_TRAIN, _TEST, _ACROSS = "Training trials", "Test trials", "Across recordings, means over pairs"


def cards(within: pd.DataFrame, means: pd.DataFrame) -> list[Card]:
    """A card of every method of which published values were run.

    Args:
        within: columns retrained_within.RETRAINED_WITHIN.
        means: columns retrained_across.RETRAINED_ACROSS_MEANS.
    """
    of = {
        _TRAIN: within[within["split"] == "train"],
        _TEST: within[within["split"] == "test"],
        _ACROSS: means,
    }
    run = {title: table[table["verdict"] != "not run"] for title, table in of.items()}
    methods = dict.fromkeys(name for table in run.values() for name in table["method"])
    found = []
    # First the method that the paper is about.
    for method in sorted(methods, key=lambda name: name != "ner"):
        own = {title: table[table["method"] == method] for title, table in run.items()}
        drawn = pd.concat([table["verdict"] for table in own.values()])
        found.append(
            Card(
                method,
                {verdict: int((drawn == verdict).sum()) for verdict in VERDICTS if verdict != "not run"},
                {title: _published_against_ours(table) for title, table in own.items() if len(table)},
            )
        )
    return found


def _published_against_ours(values: pd.DataFrame) -> list[Picture]:
    pictures = []
    for metric, rows in values.groupby("metric", sort=False):
        points = [
            Point(
                x=row.published,
                y=row.ours_mean,
                label=_label(row),
                style=row.verdict.replace(" ", "-"),
                spread=0.0 if pd.isna(row.ours_sd) else row.ours_sd,
                tolerance=row.tolerance,
            )
            for row in rows.itertuples()
        ]
        pictures.append(scatter(metric_name(metric), points, "published", "this run"))
    return pictures


def _label(row) -> str:
    name = recording_title(row.recording) if hasattr(row, "recording") else f"{figure_name(row.figure)}, {row.decoder}"
    spread = "" if pd.isna(row.ours_sd) else f" ± {number(row.ours_sd, row.metric)}"
    published, ours = (number(value, row.metric) for value in (row.published, row.ours_mean))
    return f"{name}: published {published}, this run {ours}{spread}, {row.verdict}"


def finding_pictures(tables: Mapping[str, pd.DataFrame]) -> dict[str, Picture]:
    """A picture of every finding that this run has measured, by the name of its table.

    Args:
        tables: columns findings.SWAPPED and so on, by the names of the tables.
    """
    drawn = {name: tables[name] for name in _FINDINGS}
    drawn["finding8_positives"] = _side_by_side(tables["finding8_positives"])
    pictures = {}
    for name, axes in _FINDINGS.items():
        points = [_point(row, axes) for row in drawn[name].to_dict("records")]
        points = [point for point in points if pd.notna(point.x) and pd.notna(point.y)]
        if points:
            pictures[name] = scatter("", points, axes.x_title, axes.y_title, same_scale=axes.same_scale)
    return pictures


def _side_by_side(positives: pd.DataFrame) -> pd.DataFrame:
    """Values of CEBRA and of its variant as columns cebra and velocity, a row a recording and metric."""
    ours = positives.pivot_table(index=["recording", "metric"], columns="method", values="ours_mean", sort=False)
    both = ours.rename(columns={name: "velocity" for name in ours.columns if name != "cebra"})
    return both.reindex(columns=["cebra", "velocity"]).reset_index()


def _point(row: Mapping, axes: _Axes) -> Point:
    # One axis holds R2 and accuracies alike: of 100 % right is 1. A statistic of a test has no unit.
    percent = row.get("metric") in METRICS and METRICS[row["metric"]].unit == "%" and not axes.x.startswith("t_")
    x, y = (row[name] / (100 if percent else 1) for name in (axes.x, axes.y))
    named = ", ".join(_NAMES.get(key, str)(value) for key, value in row.items() if isinstance(value, str) and value)
    return Point(
        x, y, f"{named}: {x:.3g}, {y:.3g}".replace("-0", "−0"), row.get("metric", "velocity_r2").replace("_", "-")
    )
