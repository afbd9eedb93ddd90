"""Panels over recordings: accuracy of the direction over time, and one value a recording and method."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from ner.data.bins import BIN_SECONDS
from ner.data.names import RecordingName
from ner.figures.style import CHANCE_COLOR, empty_panel, method_color

#: Line styles of |vx| and |vy|.
SPEED_STYLES = {"vx": "-", "vy": (0, (3, 1.5))}


def time_axis(axis: Axes, bins: int, bin_seconds: float = BIN_SECONDS) -> None:
    """Label an axis of time since the first bin (in the paper's recordings, the go cue), for data in milliseconds.

    Args:
        axis: 2D axes.
        bins: that are drawn.
        bin_seconds: width of a bin.
    """
    axis.set(xlim=(0, (bins - 1) * bin_seconds * 1000), xlabel="time from first bin (ms)")
    axis.locator_params(axis="x", nbins=4)


def accuracy_panel(
    axis: Axes,
    accuracy: pd.DataFrame,
    speed: pd.DataFrame | None = None,
    *,
    bin_seconds: float = BIN_SECONDS,
) -> None:
    """Draw direction accuracy over time per method, its mean and a band of one SD, above the speeds if they are given.

    The gray band is chance. |vx| and |vy|, gray lines, are scaled to the panel: their common maximum stands at 50.

    Args:
        axis: 2D axes.
        accuracy: columns method, bin, mean, sd (NaN where there is one value), published, which is drawn dotted where
            there is one, and null_low and null_high, of which the lowest and the highest of all methods bound the band
            of chance; % of trials.
        speed: columns bin, vx and vy, means of |vx| and |vy| in one unit.
        bin_seconds: width of a bin.
    """
    if accuracy.empty:
        empty_panel(axis, "no conditions")
        return
    if speed is not None:
        scale = 50 / speed[["vx", "vy"]].max().max()
        for v, style in SPEED_STYLES.items():
            axis.plot(speed["bin"] * bin_seconds * 1000, scale * speed[v], color="0.6", linestyle=style, linewidth=0.9)
    for method, rows in accuracy.groupby("method", sort=False):
        time = rows["bin"] * bin_seconds * 1000
        sd = rows["sd"].fillna(0)
        band = (rows["mean"] - sd).clip(lower=0), (rows["mean"] + sd).clip(upper=100)
        axis.fill_between(time, *band, color=method_color(method), alpha=0.2, linewidth=0)
        axis.plot(time, rows["mean"], color=method_color(method))
        axis.plot(time, rows["published"], color=method_color(method), linewidth=0.8, linestyle=(0, (1, 1)))
    chance = accuracy.groupby("bin").agg({"null_low": "min", "null_high": "max"})
    time = chance.index * bin_seconds * 1000
    axis.fill_between(time, chance["null_low"], chance["null_high"], color=CHANCE_COLOR, linewidth=0, zorder=0)
    axis.set(ylim=(0, 102), yticks=[0, 25, 50, 75, 100])
    time_axis(axis, int(accuracy["bin"].max()) + 1, bin_seconds)


def session_panel(axis: Axes, values: pd.DataFrame, *, labels: bool = True, floor: float = -0.25) -> None:
    """Draw one value per recording and method: a dot, its SD over seeds and folds, the published value as a black dash.

    Recordings stand in the order of the table, apart where the monkey or the year changes; a triangle at the right
    edge is a method's median where there are several. A value below `floor` is drawn as an arrowhead at the floor,
    so that one bad fit does not flatten the rest.

    Args:
        axis: 2D axes.
        values: columns recording, method, mean, sd (NaN for one value), published (NaN where there is none).
        labels: write the recordings' dates below the axis.
        floor: lowest value that the axis may show.
    """
    methods = list(dict.fromkeys(values["method"]))
    names = {recording: RecordingName.parse(recording) for recording in values["recording"]}
    groups: dict[str, list[str]] = {}
    for recording, name in names.items():
        groups.setdefault(name.group, []).append(recording)
    gap, place, places = 0.7, 0.0, {}
    for members in groups.values():
        for recording in members:
            places[recording] = place
            place += 1
        place += gap
    end = place - gap
    low = max(floor, min(0.0, values[["mean", "published"]].min().min() - 0.03))
    for method, shift in zip(methods, _dodge(len(methods)), strict=True):
        rows = values[values["method"] == method]
        x, y, color = rows["recording"].map(places).to_numpy() + shift, rows["mean"].to_numpy(), method_color(method)
        seen = y >= low
        axis.errorbar(x[seen], y[seen], rows["sd"].fillna(0)[seen], fmt="none", ecolor=color, elinewidth=0.8)
        axis.scatter(x[seen], y[seen], s=9, color=color, linewidths=0, zorder=3)
        axis.scatter(x[~seen], np.full(np.sum(~seen), low), s=12, marker="v", color=color, clip_on=False, zorder=3)
        published = rows["published"].to_numpy()
        given = published >= low
        axis.scatter(x[given], published[given], s=20, marker="_", color="black", linewidths=0.7, zorder=4)
        if len(places) > 1:
            median = max(np.median(y), low)
            axis.scatter(end + 0.1, median, s=12, marker="<", color=color, linewidths=0, clip_on=False, zorder=3)
    axis.set(xlim=(-0.6, end + 0.1), ylim=(low, 1.02))
    if not labels:
        axis.set_xticks(list(places.values()), [])
        return
    axis.set_xticks(list(places.values()), [names[recording].day or names[recording].monkey for recording in places])
    axis.tick_params(axis="x", labelrotation=90)
    for group, members in groups.items():
        if names[members[0]].day:
            middle = np.mean([places[recording] for recording in members])
            label = group if len(members) > 2 else group.replace(" ", "\n")
            offset = ScaledTranslation(0, -26 / 72, axis.figure.dpi_scale_trans)
            under = axis.get_xaxis_transform() + offset
            axis.text(middle, 0, label, transform=under, ha="center", va="top", fontsize=6)


def _dodge(count: int) -> np.ndarray:
    """Shifts around a recording's place that keep methods of equal values apart."""
    return (np.arange(count) - (count - 1) / 2) * min(0.2, 0.7 / count)
