"""Figures of methods beside their controls: held-out scores, paired by recording, between chance and a ceiling."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from ner.decoding.metrics import METRICS
from ner.decoding.runs import runs_text
from ner.decoding.statistics import over_recordings
from ner.figures.matrices import number
from ner.figures.style import (
    CHANCE_COLOR,
    GREY,
    WIDTH,
    chance_legend,
    decoder_name,
    panel_letter,
    trials_name,
)
from ner.figures.tables import CONTROLS
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED
from ner.storage.tables import names

#: The metric by whose mean methods stand in order, the best on top.
SORTED_BY = "velocity_r2"
#: Lowest values that are drawn, by a metric's unit; what lies below is an arrowhead there.
_FLOOR = {"1": -0.3, "%": 0.0}
#: Characters of a method's name in a line.
_WIDEST = 44
# Inches.
_ROW, _ABOVE, _BELOW, _LEFT, _RIGHT, _GAP = 0.19, 0.55, 0.78, 2.15, 0.34, 0.42


def control_means(cells: pd.DataFrame, ceiling: str) -> pd.DataFrame:
    """Mean and interval of every method over recordings, and its paired difference from the ceiling.

    Args:
        cells: columns method, metric, source, target, mean (over seeds and folds), null_low and null_high. Within
            recordings source and target are one; across them they are different in all rows.
        ceiling: a method.

    Returns:
        Columns tables.CONTROLS, the best method by SORTED_BY first. Recordings in which a metric is not defined are
        left out of it.
    """
    rows = []
    for metric, part in cells.groupby("metric", sort=False):
        order = part["target"].unique()
        tables = {
            method: found.pivot(index="source", columns="target", values="mean").reindex(index=order, columns=order)
            for method, found in part.groupby("method")
        }
        bounds = part.groupby("method")[["null_low", "null_high"]].mean()
        for method, table in tables.items():
            found, against = _interval(table), _interval(table - tables[ceiling])
            rows.append((method, metric, int(table.notna().any().sum()), *found, *bounds.loc[method], *against))
    means = pd.DataFrame(rows, columns=names(CONTROLS))
    order = means[means["metric"] == SORTED_BY].sort_values("mean", ascending=False)["method"].tolist()
    return means.sort_values("method", key=lambda column: column.map(order.index), kind="stable", ignore_index=True)


def _interval(table: pd.DataFrame) -> tuple[float, float, float]:
    """Mean of a table of sources and targets, and the ends of its 95 % interval over recordings.

    Pairs without a value do not count, and targets without any not as sources either. Fewer than three recordings have
    no interval: NaN.
    """
    kept = table.columns[table.notna().any()]
    values = table.loc[kept, kept].to_numpy()
    used = np.isfinite(values)
    if len(kept) < 3:
        return float(values[used].mean()) if used.any() else np.nan, np.nan, np.nan
    whole = over_recordings(values, used)
    return whole.mean, whole.low, whole.high


@dataclass(frozen=True)
class Controls:
    """What a figure of controls shows.

    Attributes:
        values: columns tables.SESSIONS.
        means: columns tables.CONTROLS.
        ceiling: the method whose means are lines through the others.
        said: what is scored, for the title.
        name: from a method to what it is called.
    """

    values: pd.DataFrame
    means: pd.DataFrame
    ceiling: str
    said: str
    name: Callable[[str], str] = method_name

    @classmethod
    def of(cls, values: pd.DataFrame, *, ceiling: str, decoder: str, protocol: str, split: str) -> "Controls":
        """Average over recordings.

        Args:
            values: columns tables.SESSIONS.
            ceiling: the method whose means are lines through the others.
            decoder: by which methods are scored.
            protocol: paper or strict.
            split: train or test.
        """
        said = f"{trials_name(split)} ({protocol} protocol, {decoder_name(decoder)} decoders)"
        cells = values.assign(source=values["recording"], target=values["recording"])
        return cls(values, control_means(cells, ceiling), ceiling, said)

    @property
    def methods(self) -> list[str]:
        """The methods, the best first."""
        return list(dict.fromkeys(self.means["method"]))

    @property
    def colors(self) -> dict[str, tuple[float, float, float]]:
        """The areas that there are recordings of, and their colors."""
        areas = sorted(set(self.values["area"]))
        return dict(zip(areas, sns.color_palette("colorblind", len(areas)), strict=True))


def draw(controls: Controls) -> Figure:
    """Draw the whole figure: a row a method, a panel a metric."""
    count = len(controls.methods)
    height = _ABOVE + _ROW * count + _BELOW
    figure = plt.figure(figsize=(WIDTH, height))
    # A run that holds out conditions has no accuracies.
    scored = [metric for metric in METRICS_PUBLISHED if metric in set(controls.means["metric"])]
    width = (WIDTH - _LEFT - _RIGHT - _GAP * (len(scored) - 1)) / len(scored)
    for k, metric in enumerate(scored):
        left = _LEFT + k * (width + _GAP)
        axis = figure.add_axes((left / WIDTH, _BELOW / height, width / WIDTH, _ROW * count / height))
        _panel(axis, controls, metric, labels=k == 0)
        panel_letter(axis, "abc"[k], dx=-8)
    recordings = controls.values["recording"].nunique()
    seeds, folds = (int(controls.values[count].min()) for count in ("seeds", "folds"))
    of = f"{recordings} recording{'s' * (recordings > 1)}, {runs_text(seeds, folds)}"
    figure.text(0.01, 1 - 0.1 / height, f"{controls.said}; {of}", va="top", fontsize=7.5)
    dot = {"marker": "o", "linestyle": ""}
    handles = [
        *(
            Line2D([], [], color=color, markersize=3, label=f"recording of {area}", **dot)
            for area, color in controls.colors.items()
        ),
        Line2D([], [], color="black", markersize=3.5, label="mean and its 95 % interval", **dot),
        chance_legend(),
        Line2D(
            [], [], color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=f"{controls.name(controls.ceiling)}, mean"
        ),
    ]
    figure.legend(
        handles=handles, loc="lower center", ncols=-(-len(handles) // 2), columnspacing=1.6, borderaxespad=0.3
    )
    return figure


def _panel(axis: Axes, controls: Controls, metric: str, *, labels: bool) -> None:
    """A metric: a row a method."""
    methods, unit, decimals = controls.methods, METRICS[metric].unit, METRICS[metric].decimals
    rows = controls.values[controls.values["metric"] == metric]
    means = controls.means[controls.means["metric"] == metric].set_index("method")
    table = rows.pivot(index="recording", columns="method", values="mean").reindex(columns=methods)
    low = max(_FLOOR[unit], min(0.0, table.min().min()))
    places = np.arange(len(methods))
    for place, method in zip(places, methods, strict=True):
        chance = means.loc[method, ["null_low", "null_high"]].astype(float).to_numpy()
        if chance[1] < low:
            axis.scatter(low, place, s=9, marker="<", color="0.7", linewidths=0, zorder=1)
        else:
            axis.fill_betweenx([place - 0.38, place + 0.38], *chance.clip(low), color=CHANCE_COLOR, linewidth=0)
    shown = table.clip(lower=low)
    lines = [np.column_stack([row, places]) for row in shown.to_numpy()]
    axis.add_collection(LineCollection(lines, colors="0.8", linewidths=0.4, zorder=1))
    long = shown.melt(value_name="value", ignore_index=False).reset_index()
    long["area"] = long["recording"].map(rows.drop_duplicates("recording").set_index("recording")["area"])
    of = {"data": long, "x": "value", "y": "method", "order": methods, "ax": axis}
    points = {"size": 2.4, "jitter": False, "alpha": 0.75, "legend": False, "zorder": 2}
    sns.stripplot(**of, hue="area", palette=controls.colors, **points)
    across, down = np.nonzero((table < low).to_numpy().T)
    axis.scatter(np.full(len(down), low), across, s=10, marker="<", color="0.3", zorder=3)
    seen = means["mean"].clip(lower=low)
    ends = np.abs(np.stack([seen - means["low"].clip(lower=low), means["high"].clip(lower=low) - seen]))
    axis.errorbar(
        seen, places, xerr=np.nan_to_num(ends), fmt="o", color="black", markersize=3, elinewidth=0.9, zorder=4
    )
    axis.axvline(means.loc[controls.ceiling, "mean"], color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=0)
    right = blended_transform_factory(axis.transAxes, axis.transData)
    for place, mean in zip(places, means["mean"], strict=True):
        said = number(mean, decimals) if np.isfinite(mean) else "–"
        axis.text(1.02, place, said, transform=right, va="center", fontsize=5.4)
    top = 100.0 if unit == "%" else 1.0
    axis.set(xlim=(low - 0.02 * (top - low), top + 0.02 * (top - low)), ylim=(len(methods) - 0.4, -0.6), ylabel="")
    axis.set_xlabel(METRICS[metric].label + (" (%)" if unit == "%" else ""))
    names_shown = [textwrap.fill(controls.name(method), _WIDEST) for method in methods]
    axis.set_yticks(places, names_shown if labels else [], linespacing=0.9)
    axis.tick_params(axis="y", length=0)
