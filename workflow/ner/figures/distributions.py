"""Distributions over recordings: every recording a point in each method, their mean and its interval, and the tests."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.transforms import blended_transform_factory

from ner.figures.style import CHANCE_COLOR, GREY, empty_panel, method_color, p_text
from ner.methods.names import method_name

#: Methods up to which p-values and names are written upright.
_UPRIGHT = 3
# How far means stand beside the points, in distances between methods.
_BESIDE = 0.24


def paired_panel(
    axis: Axes,
    values: pd.DataFrame,
    p_values: Mapping[str, float],
    *,
    floor: float = -np.inf,
    published: Mapping[str, float] | None = None,
    chance: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Draw paired values of methods: a gray line a recording, its points, and each method's mean with its interval.

    The interval is of the mean over recordings, 95 %, by bootstrap. What lies below the floor is an arrowhead at it.
    Above every method but the first stands the p-value of its test against the first.

    Args:
        axis: 2D axes.
        values: columns recording, method and value, methods in order.
        p_values: method to the p-value of its test against the first method; NaN or missing where there is none.
        floor: lowest value that the axis may show.
        published: method to the authors' mean, a black dash.
        chance: method to the bounds of its scores by chance, a gray band.
    """
    methods = list(dict.fromkeys(values["method"]))
    if not methods:
        empty_panel(axis, "nothing to show")
        return
    table = values.pivot(index="recording", columns="method", values="value")[methods]
    low = max(floor, min([table.min().min(), *(published or {}).values()]))
    shown = table.clip(lower=low)
    places = np.arange(len(methods))
    for method, (bottom, top) in (chance or {}).items():
        place = methods.index(method)
        axis.fill_between([place - 0.4, place + 0.4], bottom, top, color=CHANCE_COLOR, linewidth=0, zorder=0)
    lines = [np.column_stack([places, row]) for row in shown.to_numpy()]
    axis.add_collection(LineCollection(lines, colors="0.75", linewidths=0.4, zorder=1))
    long = shown.melt(value_name="value")
    colors = {method: method_color(method) for method in methods}
    of = {"data": long, "y": "value", "ax": axis}
    points = {"size": 2.6, "jitter": False, "alpha": 0.8, "legend": False, "zorder": 2}
    sns.stripplot(**of, x="method", order=methods, hue="method", palette=colors, **points)
    columns, rows = np.nonzero((table < low).to_numpy().T)
    axis.scatter(columns, np.full(len(rows), low), s=10, marker="v", c=[colors[methods[k]] for k in columns], zorder=3)
    # Beside the points, so that neither hides the other.
    long["place"] = long["method"].map(methods.index) + _BESIDE
    means = {"color": "black", "linestyle": "none", "marker": "o", "markersize": 2.6, "zorder": 4}
    intervals = {"errorbar": ("ci", 95), "seed": 0, "err_kws": {"linewidth": 0.9}}
    sns.pointplot(**of, x="place", native_scale=True, **means, **intervals)
    for method, value in (published or {}).items():
        axis.scatter(methods.index(method) - _BESIDE, max(value, low), s=26, marker="_", color="black", linewidths=0.9)
    many = len(methods) > _UPRIGHT
    above = blended_transform_factory(axis.transData, axis.transAxes)
    if len(methods) > 1:
        axis.text(0, 1.02, "p against", transform=above, ha="center", fontsize=5.2, color=GREY, va="bottom")
    for place, method in enumerate(methods[1:], start=1):
        p_value = p_values.get(method, np.nan)
        said = p_text(p_value) if np.isfinite(p_value) else "no test"
        style = {"rotation": 90, "va": "bottom"} if many else {"va": "bottom"}
        axis.text(place, 1.02, said, transform=above, ha="center", fontsize=5.2, color=GREY, **style)
    axis.set(xlabel="", ylabel="", xlim=(-0.5, len(methods) - 0.5))
    turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
    axis.set_xticks(places, [method_name(method) for method in methods], fontsize=5.6, **turned)
    axis.margins(y=0.06)


def against_first(tests: pd.DataFrame, methods: Sequence[str], column: str) -> dict[str, float]:
    """P-values of the paired tests of every other method against the first.

    Args:
        tests: columns test and methods, and the one named; of one metric.
        methods: in order.
        column: with the p-values.
    """
    found = tests[tests["test"] == "paired t"].set_index("methods")[column]
    pairs = {method: (f"{methods[0]} - {method}", f"{method} - {methods[0]}") for method in methods[1:]}
    return {method: float(found[name]) for method, names in pairs.items() for name in names if name in found.index}
