"""Decoding across recordings against the number of the target's training trials that are used, as curves."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from ner.decoding.few_trials import ALL, OTHER_DIRECTIONS
from ner.decoding.metrics import METRICS
from ner.decoding.protocols import PROTOCOLS
from ner.figures.style import GREY, WIDTH, method_color, panel_letter
from ner.figures.tables import FEW
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED
from ner.storage.tables import names

#: Lowest values that are drawn, by a metric's unit.
_FLOOR = {"1": -0.5, "%": 0.0}


def few_values(table: pd.DataFrame, methods: Sequence[str], decoder: str) -> pd.DataFrame:
    """Average over draws, sources, seeds and folds.

    Args:
        table: columns decoding.few_trials.FEW_TRIALS.
        methods: those shown, in order.
        decoder: by which methods are scored.

    Returns:
        Columns tables.FEW.
    """
    table = table[(table["decoder"] == decoder) & table["method"].isin(methods)].astype({"known": str})
    keys = ["method", "protocol", "metric", "known", "target"]
    # Without folds that column is empty.
    draws = table.groupby([*keys, "source", "seed", "fold"], sort=False, dropna=False)["value"].agg(["mean", "std"])
    values = draws.groupby(keys, sort=False).mean().reset_index()
    values = values.rename(columns={"target": "recording", "std": "sd"})
    return values.sort_values("method", key=lambda column: column.map(list(methods).index), kind="stable")[names(FEW)]


def draw(values: pd.DataFrame) -> Figure:
    """Draw a row a method and a panel a metric: a curve a protocol, mean over targets and the SD over them."""
    methods, protocols = (list(dict.fromkeys(values[column])) for column in ("method", "protocol"))
    # A mean over fewer targets would not go on with the curve.
    whole = values.groupby("known")["recording"].nunique() == values["recording"].nunique()
    values = values[values["known"].map(whole)]
    counts = sorted(map(int, set(values["known"]) - {ALL, OTHER_DIRECTIONS}))
    places = {str(count): place for place, count in enumerate(counts)}
    places |= {ALL: len(counts), OTHER_DIRECTIONS: len(counts) + 1}
    colors = dict(zip(protocols, sns.color_palette("colorblind", len(protocols)), strict=True))
    figure, axes = plt.subplots(
        len(methods),
        len(METRICS_PUBLISHED),
        figsize=(WIDTH, 1.75 * len(methods) + 0.75),
        squeeze=False,
        layout="constrained",
    )
    for row, method in enumerate(methods):
        for column, metric in enumerate(METRICS_PUBLISHED):
            axis, unit = axes[row, column], METRICS[metric].unit
            shown = values[(values["method"] == method) & (values["metric"] == metric)]
            shown = shown.assign(place=shown["known"].map(places), mean=shown["mean"].clip(lower=_FLOOR[unit]))
            of = {"x": "place", "y": "mean", "hue": "protocol", "palette": colors, "ax": axis, "legend": False}
            curve, apart = shown[shown["known"] != OTHER_DIRECTIONS], shown[shown["known"] == OTHER_DIRECTIONS]
            sns.lineplot(curve, **of, errorbar="sd", marker="o", markersize=3.5)
            shift = np.linspace(-0.25, 0.25, len(protocols))
            moved = apart.assign(place=apart["place"] + apart["protocol"].map(dict(zip(protocols, shift, strict=True))))
            sns.lineplot(moved, **of, errorbar="sd", err_style="bars", marker="D", markersize=3.5, linestyle="")
            axis.axvline(len(counts) + 0.5, color=GREY, linewidth=0.5)
            said = [*map(str, counts), "all", "other\ndirections"]
            axis.set_xticks(range(len(places)), said)
            axis.set(xlabel="", ylabel=METRICS[metric].label + (" (%)" if unit == "%" else ""))
            axis.set_ylim(_FLOOR[unit] if shown["mean"].min() < 0 else 0, 102 if unit == "%" else 1.02)
            if row == len(methods) - 1:
                axis.set_xlabel("training trials of the target, per direction")
            if column == 0:
                axis.set_title(method_name(method), loc="left", color=method_color(method), fontweight="bold", pad=8)
            panel_letter(axis, "abcdefghijklmnopqrstuvwxyz"[row * len(METRICS_PUBLISHED) + column], dy=8)
    handles = [plt.Line2D([], [], color=colors[name], marker="o", label=PROTOCOLS[name].label) for name in protocols]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure
