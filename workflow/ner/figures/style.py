"""What the figures share: style, colours and names, and the panels that stand in more than one of them."""

import colorsys
import gc
import os
import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from mpl_toolkits.mplot3d.art3d import Line3DCollection
from pypdf import PdfWriter

from ner.data.bins import BIN_SECONDS
from ner.data.embeddings import Embedding
from ner.data.names import RecordingName
from ner.data.recordings import DIRECTIONS
from ner.decoding.metrics import Decoded, integrate_velocity
from ner.decoding.statistics import Regression
from ner.methods.names import known_method, method_name
from ner.storage.files import atomic

#: Full width of a figure, inches (a page's text width plus its margins' slack, 183 mm).
WIDTH = 7.2
#: Elevation and azimuth of every 3D panel, degrees, so that panels can be compared.
VIEW = (22.0, -55.0)
#: Line styles of |vx| and |vy|.
SPEED_STYLES = {"vx": "-", "vy": (0, (3, 1.5))}

_GREY = "0.45"
_RASTER_DPI = 400
_COLOURS = {
    "ner": "#c1272d",
    "cebra": "#0b5fa5",
    "cebra16": "#4aa3df",
    "cebra-official": "#17becf",
    "pivae": "#2a8f4b",
    "umap": "#b8860b",
    "umap-supervised": "#7b4ba0",
    "pca": "#6b6b6b",
    "dpca": "#222222",
}
_SPARE_COLOURS = ("#e0559b", "#8c564b", "#7a8b00", "#00796b", "#5c6bc0", "#ef6c00")


def use_style() -> None:
    """Set matplotlib's defaults for every figure: fonts of print size, text kept as text, no frames."""
    matplotlib.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 7,
            "axes.titlesize": 7,
            "axes.labelsize": 7,
            "xtick.labelsize": 6,
            "ytick.labelsize": 6,
            "legend.fontsize": 6.5,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.labelpad": 2.0,
            "axes.titlepad": 4.0,
            "legend.frameon": False,
            "lines.linewidth": 1.0,
            "figure.dpi": 150,
            "savefig.dpi": 300,
            "pdf.fonttype": 42,
            "image.interpolation": "nearest",
        }
    )


def save(figure: Figure, pdf: str | os.PathLike, png: str | os.PathLike) -> None:
    """Write a figure as PDF and as PNG; the same figure gives the same bytes."""
    with atomic(pdf) as path:
        figure.savefig(path, dpi=_RASTER_DPI, metadata={"CreationDate": None})
    with atomic(png) as path:
        figure.savefig(path)


def save_pages(figures: Iterable[Figure], pdf: str | os.PathLike, png: str | os.PathLike) -> None:
    """Write figures as the pages of one PDF, and the first of them as PNG; each is closed once written."""
    # Not by PdfPages, which keeps a raster of the whole page for every panel until the last page is written.
    pages = PdfWriter()
    for k, figure in enumerate(figures):
        page = BytesIO()
        figure.savefig(page, format="pdf", dpi=_RASTER_DPI, metadata={"CreationDate": None})
        pages.append(page)
        if k == 0:
            with atomic(png) as first:
                figure.savefig(first)
        plt.close(figure)
        del figure
        # A figure is full of cycles, which hold its rasters until they are found.
        gc.collect()
    with atomic(pdf) as path:
        pages.write(path)


def direction_colour(direction: float) -> tuple[float, float, float]:
    """RGB colour of a direction in degrees on the HSV wheel: 0 is red, 45 degrees apart in hue as in space."""
    return colorsys.hsv_to_rgb(direction % 360 / 360, 1.0, 0.92)


def direction_colours(directions: Sequence[float]) -> np.ndarray:
    """(n, 3) RGB colours of n directions in degrees."""
    return np.array([direction_colour(direction) for direction in directions]).reshape(-1, 3)


def method_colour(method: str) -> str:
    """Colour of a method of config: the same in every figure, also for methods that nobody has named yet."""
    known = known_method(method)
    return _COLOURS[known] if known else _SPARE_COLOURS[zlib.crc32(method.encode()) % len(_SPARE_COLOURS)]


def movements_table(embedding: Embedding, decoded: Decoded) -> pd.DataFrame:
    """Real and decoded movements of every bin beside its coordinates, in the units that figures show.

    Args:
        embedding: coordinates with the real movements.
        decoded: movements decoded from them.

    Returns:
        Columns method, split, trial, bin, direction, z1 ... zd, vx, vy (cm/s), x, y (cm), decoded_vx ... decoded_y.
    """
    table = embedding.to_frame()[["split", "trial", "bin", "direction"]]
    table.insert(0, "method", embedding.metadata["method"])
    coordinates = [f"z{k + 1}" for k in range(embedding.coordinates.shape[1])]
    table[coordinates] = embedding.coordinates
    for prefix, velocity in (("", embedding.velocity), ("decoded_", decoded.velocity)):
        table[[f"{prefix}vx", f"{prefix}vy"]] = velocity
        position = integrate_velocity(velocity, embedding.bins_per_trial, embedding.bin_seconds)
        table[[f"{prefix}x", f"{prefix}y"]] = position
    return table


def panel_letter(axis: Axes, letter: str, dx: float = -22, dy: float = 5) -> None:
    """Write a panel's bold letter at its top left, offset by dx, dy points."""
    write = axis.text2D if hasattr(axis, "text2D") else axis.text
    offset = ScaledTranslation(dx / 72, dy / 72, axis.figure.dpi_scale_trans)
    write(0, 1, letter, transform=axis.transAxes + offset, fontsize=9, fontweight="bold", ha="left", va="bottom")


def absent(axis: Axes, what: str) -> None:
    """Say in an empty panel why nothing is drawn in it."""
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.text(0.5, 0.5, what, transform=axis.transAxes, ha="center", va="center", color=_GREY, style="italic")


def direction_wheel(axis: Axes, title: str = "direction") -> None:
    """Draw the legend of directions: a small wheel, one coloured spoke a direction, degrees around it."""
    for direction in DIRECTIONS:
        angle = np.deg2rad(direction)
        x, y = np.cos(angle), np.sin(angle)
        axis.plot([0.2 * x, x], [0.2 * y, y], color=direction_colour(direction), linewidth=2, solid_capstyle="round")
        axis.text(1.42 * x, 1.38 * y, f"{direction}°", ha="center", va="center", fontsize=5.5)
    axis.set(xlim=(-1.8, 1.8), ylim=(-1.8, 1.8), aspect="equal")
    axis.set_title(title, pad=1, fontsize=6.5)
    axis.axis("off")


def method_legend(methods: Sequence[str]) -> list[Line2D]:
    """Legend handles of methods, in order."""
    return [Line2D([], [], color=method_colour(method), linewidth=2, label=method_name(method)) for method in methods]


def trajectories(
    axis: Axes,
    paths: np.ndarray,
    directions: np.ndarray,
    *,
    linewidth: float = 0.3,
    alpha: float = 0.5,
    starts: bool = False,
) -> None:
    """Draw movements in the plane, coloured by direction.

    Args:
        axis: 2D axes.
        paths: (trials, bins, 2).
        directions: (trials,), degrees.
        linewidth: points.
        alpha: opacity of a line.
        starts: mark the first bin of each.
    """
    colours = direction_colours(directions)
    lines = LineCollection(paths, colors=colours, linewidths=linewidth, alpha=alpha, capstyle="round", rasterized=True)
    axis.add_collection(lines)
    if starts:
        axis.scatter(*paths[:, 0].T, c=colours, s=9, edgecolors="black", linewidths=0.4, zorder=3)
    axis.autoscale_view()


def plane(axis: Axes, extent: float) -> None:
    """Give a panel equal axes from -extent to extent, with three ticks."""
    step = float(f"{0.8 * extent:.1g}")
    axis.set(xlim=(-extent, extent), ylim=(-extent, extent), aspect="equal", xticks=[-step, 0, step])
    axis.set_yticks([-step, 0, step])


def embedding_axes(figure: Figure, spec: SubplotSpec, points: np.ndarray) -> Axes:
    """Make the axes of an embedding: 3D, seen from VIEW without perspective, or 2D where it has two dimensions.

    A grey sphere is the unit sphere where every bin lies on it; else three grey edges of a box show the orientation.
    Panels given the same points (single trials and their averages) have the same scale.

    Args:
        figure: where the axes go.
        spec: the place of the panel.
        points: (bins, d), all that will be drawn; of more than three dimensions, the first three count.

    Raises:
        ValueError: if the embedding has a single dimension.
    """
    if points.shape[1] < 2:
        raise ValueError("an embedding of one dimension; expected two dimensions or more")
    if points.shape[1] < 3:
        axis = figure.add_subplot(spec)
        axis.set(xticks=[], yticks=[], aspect="equal", adjustable="datalim")
        return axis
    axis = figure.add_subplot(spec, projection="3d", proj_type="ortho", computed_zorder=False)
    axis.view_init(*VIEW)
    # With the box's corners out of sight, a sphere around the points fills the panel.
    axis.set_box_aspect((1, 1, 1), zoom=1.6)
    axis.set_axis_off()
    axis.patch.set_alpha(0)
    style = {"color": "0.8", "linewidth": 0.5, "zorder": 0}
    if points.shape[1] == 3 and np.allclose(np.linalg.norm(points, axis=1), 1, atol=1e-3):
        centre, half = np.zeros(3), 1.0
        turn = np.linspace(0, 2 * np.pi, 181)
        right, up, _ = _view_axes()
        planes = [np.eye(3)[[0, 1]], np.eye(3)[[1, 2]], np.eye(3)[[2, 0]], np.stack([right, up])]
        for first, second in planes:
            axis.plot(*(np.outer(first, np.cos(turn)) + np.outer(second, np.sin(turn))), **style)
    else:
        # What is seen of the points, right and up, fills the panel; how deep they are does not count.
        view = np.stack(_view_axes())
        in_view = points[:, :3] @ view.T
        low, high = in_view.min(axis=0), in_view.max(axis=0)
        centre, half = (low + high) / 2 @ view, 0.5 * (high - low)[:2].max()
        corner = centre - 0.6 * half
        for edge in 1.2 * half * np.eye(3):
            axis.plot(*np.stack([corner, corner + edge], axis=1), **style)
    for letter, middle in zip("xyz", centre, strict=True):
        getattr(axis, f"set_{letter}lim")(middle - half, middle + half)
    return axis


def _view_axes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors to the right, upwards and towards the viewer of VIEW."""
    elevation, azimuth = np.deg2rad(VIEW)
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    towards = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    return right, np.cross(towards, right), towards


def embedding_panel(
    axis: Axes,
    paths: np.ndarray,
    directions: np.ndarray,
    *,
    linewidth: float = 0.25,
    alpha: float = 0.5,
    starts: bool = False,
) -> None:
    """Draw latent trajectories, single trials or direction averages, coloured by direction; in 3D, far ones paler.

    Args:
        axis: from `embedding_axes`.
        paths: (trials, bins, d).
        directions: (trials,), degrees.
        linewidth: points.
        alpha: opacity of a line.
        starts: mark the first bin (the go cue) of each.
    """
    if paths.shape[2] < 3:
        trajectories(axis, paths, directions, linewidth=linewidth, alpha=alpha, starts=starts)
        return
    paths = paths[..., :3]
    segments = np.stack([paths[:, :-1], paths[:, 1:]], axis=2).reshape(-1, 2, 3)
    colours = np.repeat(direction_colours(directions), paths.shape[1] - 1, axis=0)
    depth = segments.mean(axis=1) @ _view_axes()[2]
    near = 0.35 + 0.65 * (depth - depth.min()) / max(np.ptp(depth), 1e-12)
    order = np.argsort(depth)
    axis.add_collection3d(
        Line3DCollection(
            segments[order],
            colors=(1 - near[:, None] * (1 - colours))[order],
            linewidths=linewidth,
            alpha=alpha,
            capstyle="round",
            rasterized=True,
        ),
        autolim=False,
    )
    if starts:
        colours = direction_colours(directions)
        axis.scatter(*paths[:, 0].T, c=colours, s=9, edgecolors="black", linewidths=0.4, depthshade=False, zorder=3)


def loss_panel(axis: Axes, history: pd.DataFrame, colour: str) -> None:
    """Draw a training's loss: every recorded step pale, their moving average over a hundredth of the training on top.

    Args:
        axis: 2D axes.
        history: columns step and loss.
        colour: of the lines.
    """
    window = max(1, len(history) // 100)
    smooth = history["loss"].rolling(window, center=True, min_periods=1).mean()
    axis.plot(history["step"], history["loss"], color=colour, alpha=0.25, linewidth=0.4, rasterized=True)
    axis.plot(history["step"], smooth, color=colour)
    axis.set(xlabel="training step", ylabel="loss")
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.locator_params(axis="x", nbins=3)


def regression_panel(
    axis: Axes, truth: np.ndarray, decoded: np.ndarray, fit: Regression, colour: str, extent: float
) -> None:
    """Draw decoded against real values, the identity (dashed), and the regression line with its R2 and p-value.

    Args:
        axis: 2D axes.
        truth: (bins,), real values.
        decoded: (bins,), decoded values.
        fit: regression of the decoded on the real values.
        colour: of the points.
        extent: both axes run from -extent to extent.
    """
    ends = np.array([-extent, extent])
    axis.scatter(truth, decoded, s=1.2, color=colour, alpha=0.12, linewidths=0, rasterized=True)
    axis.plot(ends, ends, color=_GREY, linewidth=0.6, linestyle=(0, (4, 3)))
    axis.plot(ends, fit.intercept + fit.slope * ends, color="black", linewidth=0.9)
    axis.text(0.04, 0.98, f"R² = {fit.r2:.2f}\n{p_text(fit.p_value)}", transform=axis.transAxes, va="top", fontsize=6)
    plane(axis, extent)


def p_text(p_value: float) -> str:
    """A p-value as text; what underflows is bounded rather than called 0."""
    if p_value >= 0.001:
        return f"p = {p_value:.2g}"
    if p_value < 1e-300:
        return "p < 10⁻³⁰⁰"
    exponent = int(np.floor(np.log10(p_value))) + 1
    return "p < 10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def time_axis(axis: Axes, bins: int) -> None:
    """Label an axis of time since the go cue, for data drawn in milliseconds."""
    axis.set(xlim=(0, (bins - 1) * BIN_SECONDS * 1000), xlabel="time from go cue (ms)")
    axis.locator_params(axis="x", nbins=4)


def accuracy_panel(axis: Axes, accuracy: pd.DataFrame, speed: pd.DataFrame | None = None) -> None:
    """Draw direction accuracy over time per method, its mean and a band of one SD, above the speeds if they are given.

    The dotted line is chance. |vx| and |vy| (grey) are scaled to the panel: their common maximum stands at 50.

    Args:
        axis: 2D axes.
        accuracy: columns method, bin, mean and sd (% of trials; sd NaN where there is one value).
        speed: columns bin, vx and vy, means of |vx| and |vy| in one unit.
    """
    if speed is not None:
        scale = 50 / speed[["vx", "vy"]].max().max()
        for v, style in SPEED_STYLES.items():
            axis.plot(speed["bin"] * BIN_SECONDS * 1000, scale * speed[v], color="0.6", linestyle=style, linewidth=0.9)
    for method, rows in accuracy.groupby("method", sort=False):
        time = rows["bin"] * BIN_SECONDS * 1000
        sd = rows["sd"].fillna(0)
        band = (rows["mean"] - sd).clip(lower=0), (rows["mean"] + sd).clip(upper=100)
        axis.fill_between(time, *band, color=method_colour(method), alpha=0.2, linewidth=0)
        axis.plot(time, rows["mean"], color=method_colour(method))
    axis.axhline(100 / len(DIRECTIONS), color=_GREY, linewidth=0.5, linestyle=(0, (1, 2)))
    axis.set(ylim=(0, 102), yticks=[0, 25, 50, 75, 100])
    time_axis(axis, int(accuracy["bin"].max()) + 1)


def session_panel(axis: Axes, values: pd.DataFrame, *, labels: bool = True, floor: float = -0.25) -> None:
    """Draw one value per recording and method: a dot, its SD over seeds, and the published value as a black dash.

    Recordings stand in the order of the table, apart where the monkey or the year changes; a triangle at the right
    edge is a method's median where there are several. A value below `floor` is drawn as an arrowhead at the floor,
    so that one bad fit does not flatten the rest.

    Args:
        axis: 2D axes.
        values: columns recording, method, mean, sd (NaN for one seed), published (NaN where there is none).
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
        x, y, colour = rows["recording"].map(places).to_numpy() + shift, rows["mean"].to_numpy(), method_colour(method)
        seen = y >= low
        axis.errorbar(x[seen], y[seen], rows["sd"].fillna(0)[seen], fmt="none", ecolor=colour, elinewidth=0.8)
        axis.scatter(x[seen], y[seen], s=9, color=colour, linewidths=0, zorder=3)
        axis.scatter(x[~seen], np.full(np.sum(~seen), low), s=12, marker="v", color=colour, clip_on=False, zorder=3)
        published = rows["published"].to_numpy()
        given = published >= low
        axis.scatter(x[given], published[given], s=20, marker="_", color="black", linewidths=0.7, zorder=4)
        if len(places) > 1:
            median = max(np.median(y), low)
            axis.scatter(end + 0.1, median, s=12, marker="<", color=colour, linewidths=0, clip_on=False, zorder=3)
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
