"""Panels of latent trajectories, in 3D or in the plane, and of the hand's paths in the plane."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from mpl_toolkits.mplot3d.art3d import Line3DCollection

from ner.data.bins import Bins
from ner.figures.style import condition_colors, direction_color, direction_colors

#: Elevation and azimuth of every 3D panel, degrees, so that panels can be compared.
VIEW = (22.0, -55.0)


#: Directions that a wheel shows one by one, and names that a list shows.
_SPOKES, _LISTED = 16, 14


def condition_legend(axis: Axes, shown: Bins | Sequence[Bins], title: str | None = None) -> None:
    """Draw the legend of the conditions of recordings: a wheel of directions, or a list of names.

    Args:
        axis: where to.
        shown: what is drawn; without conditions its colors are those of where the hand ends up.
        title: above it; None names what the colors are of.
    """
    every = [shown] if isinstance(shown, Bins) else list(shown)
    directed = [bins for bins in every if bins.conditions is None]
    if named := sorted({name for bins in every for name in bins.conditions or ()}):
        name_list(axis, named, "condition" if title is None else title)
    elif directed:
        found = sorted({int(direction) for bins in directed for direction in np.unique(bins.direction)})
        direction_wheel(axis, found, "direction" if title is None else title)
    else:
        direction_wheel(axis, None, "way of the hand" if title is None else title)


def name_list(axis: Axes, names: Sequence[str], title: str) -> None:
    """Draw the legend of named conditions: their names in their colors; of many, the first."""
    rows = [*names] if len(names) <= _LISTED else [*names[: _LISTED - 1], f"and {len(names) - _LISTED + 1} more"]
    colors = [*condition_colors(list(names))[: len(rows)]]
    for k, (name, color) in enumerate(zip(rows, colors, strict=True)):
        more = name not in names
        axis.text(
            0.5, 1 - (k + 0.5) / len(rows), name, color="0.4" if more else color, ha="center", va="center", fontsize=5.5
        )
    axis.set_title(title, pad=1, fontsize=6.5)
    axis.axis("off")


def direction_wheel(axis: Axes, directions: Sequence[int] | None, title: str = "direction") -> None:
    """Draw the legend of directions: a small wheel, one colored spoke a direction, degrees around it.

    Args:
        axis: where to.
        directions: those of the trials; of many, or None for any, the wheel is a ring of all colors.
        title: above it.
    """
    spokes = [] if directions is None or len(directions) > _SPOKES else directions
    if not len(spokes):
        turn = np.linspace(0, 2 * np.pi, 121)
        points = np.column_stack([np.cos(turn), np.sin(turn)])
        ring = np.stack([points[:-1], points[1:]], axis=1)
        axis.add_collection(LineCollection(ring, colors=direction_colors(np.rad2deg(turn[:-1])), linewidths=3))
        for direction in (0, 90, 180, 270):
            angle = np.deg2rad(direction)
            axis.text(
                1.5 * np.cos(angle), 1.45 * np.sin(angle), f"{direction}°", ha="center", va="center", fontsize=5.5
            )
    for direction in spokes:
        angle = np.deg2rad(direction)
        x, y = np.cos(angle), np.sin(angle)
        axis.plot([0.2 * x, x], [0.2 * y, y], color=direction_color(direction), linewidth=2, solid_capstyle="round")
        axis.text(1.42 * x, 1.38 * y, f"{direction}°", ha="center", va="center", fontsize=5.5)
    axis.set(xlim=(-1.8, 1.8), ylim=(-1.8, 1.8), aspect="equal")
    axis.set_title(title, pad=1, fontsize=6.5)
    axis.axis("off")


def trajectories(
    axis: Axes,
    paths: np.ndarray | Sequence[np.ndarray],
    directions: np.ndarray,
    *,
    linewidth: float = 0.3,
    alpha: float = 0.5,
    starts: bool = False,
) -> None:
    """Draw movements in the plane, colored by direction or other condition.

    Args:
        axis: 2D axes.
        paths: (trials, bins, 2), or of each trial (its bins, 2).
        directions: (trials,), degrees; or (trials, 3), RGB colors.
        linewidth: points.
        alpha: opacity of a line.
        starts: mark the first bin of each.
    """
    colors = _colors(directions)
    lines = LineCollection(paths, colors=colors, linewidths=linewidth, alpha=alpha, capstyle="round", rasterized=True)
    axis.add_collection(lines)
    if starts:
        axis.scatter(*_starts(paths).T, c=colors, s=9, edgecolors="black", linewidths=0.4, zorder=3)
    axis.autoscale_view()


def _starts(paths: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """(trials, d) the first bin of each path."""
    return np.array([path[0] for path in paths])


def _colors(directions: np.ndarray) -> np.ndarray:
    """(trials, 3) RGB colors: as given, or of directions or names."""
    given = np.asarray(directions)
    return given if given.ndim == 2 else condition_colors(given)


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
        center, half = np.zeros(3), 1.0
        turn = np.linspace(0, 2 * np.pi, 181)
        right, up, _ = view_axes()
        planes = [np.eye(3)[[0, 1]], np.eye(3)[[1, 2]], np.eye(3)[[2, 0]], np.stack([right, up])]
        for first, second in planes:
            axis.plot(*(np.outer(first, np.cos(turn)) + np.outer(second, np.sin(turn))), **style)
    else:
        # What is seen of the points, right and up, fills the panel; how deep they are does not count.
        view = np.stack(view_axes())
        in_view = points[:, :3] @ view.T
        low, high = in_view.min(axis=0), in_view.max(axis=0)
        center, half = (low + high) / 2 @ view, 0.5 * (high - low)[:2].max()
        corner = center - 0.6 * half
        for edge in 1.2 * half * np.eye(3):
            axis.plot(*np.stack([corner, corner + edge], axis=1), **style)
    for letter, middle in zip("xyz", center, strict=True):
        getattr(axis, f"set_{letter}lim")(middle - half, middle + half)
    return axis


def embedding_panel(
    axis: Axes,
    paths: np.ndarray | Sequence[np.ndarray],
    directions: np.ndarray,
    *,
    linewidth: float = 0.25,
    alpha: float = 0.5,
    starts: bool = False,
) -> None:
    """Draw latent trajectories, single trials or averages, colored by direction or other condition; far ones paler.

    Args:
        axis: from `embedding_axes`.
        paths: (trials, bins, d), or of each trial (its bins, d).
        directions: (trials,), degrees; or (trials, 3), RGB colors.
        linewidth: points.
        alpha: opacity of a line.
        starts: mark the first bin of each.
    """
    if paths[0].shape[1] < 3:
        trajectories(axis, paths, directions, linewidth=linewidth, alpha=alpha, starts=starts)
        return
    paths = [path[:, :3] for path in paths]
    segments = np.concatenate([np.stack([path[:-1], path[1:]], axis=1) for path in paths])
    colors = np.repeat(_colors(directions), [len(path) - 1 for path in paths], axis=0)
    depth = segments.mean(axis=1) @ view_axes()[2]
    near = 0.35 + 0.65 * (depth - depth.min()) / max(np.ptp(depth), 1e-12)
    order = np.argsort(depth)
    axis.add_collection3d(
        Line3DCollection(
            segments[order],
            colors=(1 - near[:, None] * (1 - colors))[order],
            linewidths=linewidth,
            alpha=alpha,
            capstyle="round",
            rasterized=True,
        ),
        autolim=False,
    )
    if starts:
        colors = _colors(directions)
        style = {"s": 9, "edgecolors": "black", "linewidths": 0.4, "depthshade": False, "zorder": 3}
        axis.scatter(*_starts(paths).T, c=colors, **style)


def view_axes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors to the right, upwards and towards the viewer of VIEW."""
    elevation, azimuth = np.deg2rad(VIEW)
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    towards = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    return right, np.cross(towards, right), towards
