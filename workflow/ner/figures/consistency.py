"""Figures of consistency: how far embeddings say the same, between seeds and between recordings."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from ner.decoding.consistency import FITS
from ner.figures.matrices import number
from ner.figures.style import GREY, WIDTH, empty_panel, panel_letter
from ner.figures.tables import AGREED, BETWEEN_RECORDINGS, BETWEEN_SEEDS
from ner.methods.names import method_name
from ner.storage.tables import names

#: What each fit allows, as the legend says it, in the order of FITS.
_ALLOWED = dict(zip(FITS, ("up to any linear map", "up to a rotation"), strict=True))
#: Title of each panel, and what stands in its place where nothing can be compared.
_PANELS = {
    BETWEEN_SEEDS: ("one seed from another\n(a point: a recording)", "one seed: nothing to compare"),
    BETWEEN_RECORDINGS: (
        "one recording from another\n(a point: a pair, direction averages)",
        "no averages that the recordings share",
    ),
}
#: Lowest value that is drawn; what lies below is an arrowhead there.
_FLOOR = -0.5
# Inches.
_ROW, _ABOVE, _BELOW, _LEFT, _RIGHT, _GAP = 0.3, 0.5, 0.75, 1.75, 0.85, 1.1


def agreed(table: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """Average consistency over the pairs of seeds of a recording, and over both ways and the seeds of two recordings.

    Args:
        table: columns decoding.columns.CONSISTENCY, of one group.
        methods: those shown, in order.

    Returns:
        Columns tables.AGREED, methods in their order.
    """
    ends = np.sort(table[["source", "target"]].to_numpy(dtype=str), axis=1)
    rows = table.assign(
        recording=ends[:, 0],
        other=ends[:, 1],
        between=np.where(table["source"] == table["target"], BETWEEN_SEEDS, BETWEEN_RECORDINGS),
    )
    rows = rows[rows["method"].isin(methods)]
    grouped = rows.groupby(["method", "between", "recording", "other", "fit"], sort=False)["r2"]
    found = grouped.agg(r2="mean", pairs="size").reset_index()
    return found.sort_values("method", key=lambda column: column.map(list(methods).index), kind="stable")[names(AGREED)]


def draw(values: pd.DataFrame) -> Figure:
    """Draw a row a method: on the left between seeds, on the right between recordings, a color a fit.

    Args:
        values: columns tables.AGREED.
    """
    methods = list(dict.fromkeys(values["method"]))
    height = _ABOVE + _ROW * max(len(methods), 1) + _BELOW
    figure = plt.figure(figsize=(WIDTH, height))
    width = (WIDTH - _LEFT - _RIGHT - _GAP * (len(_PANELS) - 1)) / len(_PANELS)
    colors = dict(zip(FITS, sns.color_palette("colorblind", len(FITS)), strict=True))
    named = False
    for k, (between, (title, nothing)) in enumerate(_PANELS.items()):
        left = _LEFT + k * (width + _GAP)
        size = (width / WIDTH, (height - _ABOVE - _BELOW) / height)
        axis = figure.add_axes((left / WIDTH, _BELOW / height, *size))
        shown = values[values["between"] == between]
        if len(shown):
            _panel(axis, shown, methods, colors)
            axis.set_yticks(range(len(methods)), [] if named else [method_name(method) for method in methods])
            named = True
        else:
            empty_panel(axis, nothing)
        axis.set_title(title, loc="left")
        panel_letter(axis, "ab"[k], dx=-14, dy=8)
    dot = {"marker": "o", "linestyle": ""}
    handles = [
        *(Line2D([], [], color=colors[fit], markersize=3, label=said, **dot) for fit, said in _ALLOWED.items()),
        Line2D([], [], color="black", marker="|", markersize=7, markeredgewidth=1.2, linestyle="", label="mean"),
    ]
    figure.legend(handles=handles, loc="lower center", ncols=len(handles), columnspacing=1.6, borderaxespad=0.3)
    return figure


def _panel(axis: Axes, values: pd.DataFrame, methods: Sequence[str], colors: dict) -> None:
    """One kind of comparison: a row a method, and in it a line of points a fit."""
    shown = values.assign(r2=values["r2"].clip(lower=_FLOOR))
    of = {"x": "r2", "y": "method", "hue": "fit", "order": methods, "hue_order": list(FITS), "palette": colors}
    sns.stripplot(shown, **of, ax=axis, dodge=True, jitter=False, size=3, alpha=0.7, legend=False)
    apart = dict(zip(FITS, (-0.2, 0.2), strict=True))
    right = blended_transform_factory(axis.transAxes, axis.transData)
    means = values.groupby(["method", "fit"], sort=False)["r2"].mean()
    for (method, fit), mean in means.items():
        place = methods.index(method) + apart[fit]
        mark = {"marker": "|", "s": 34, "linewidths": 1.2, "color": "black", "zorder": 3}
        if mean >= _FLOOR:
            axis.scatter(mean, place, **mark)
        axis.text(1.03, place, number(mean, 2), transform=right, va="center", fontsize=5.4, color=colors[fit])
    below = values[values["r2"] < _FLOOR]
    places = [methods.index(row.method) + apart[row.fit] for row in below.itertuples()]
    axis.scatter([_FLOOR] * len(places), places, s=10, marker="<", color="0.3", zorder=4)
    axis.axvline(0, color=GREY, linewidth=0.5, zorder=0)
    axis.set(xlim=(_FLOOR - 0.03, 1.03), ylim=(len(methods) - 0.4, -0.6), ylabel="", yticks=[])
    axis.set_xlabel("R² on test trials (1: they say the same)")
    axis.tick_params(axis="y", length=0)
