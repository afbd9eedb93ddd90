"""Pictures of pages: where the points, bands and ticks of a small scatter plot lie; a template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Size of a picture and of the margin around its plot (left, top, right, bottom), pixels.
WIDTH, HEIGHT = 200, 176
_LEFT, _TOP, _RIGHT, _BOTTOM = 34, 8, 8, 30


@dataclass(frozen=True)
class Point:
    """A value of a picture.

    Attributes:
        x: across, data units.
        y: up, data units.
        label: its name, shown where the pointer rests on it.
        style: its class in the style sheet.
        spread: half the height of the line through it, 0 for none.
        tolerance: half the height of the band at its x, None for none.
    """

    x: float
    y: float
    label: str
    style: str
    spread: float = 0.0
    tolerance: float | None = None


@dataclass(frozen=True)
class Mark:
    """A point as it is drawn, in pixels; low and high are the ends of its spread."""

    x: float
    y: float
    low: float
    high: float
    style: str
    label: str


@dataclass(frozen=True)
class Picture:
    """A scatter plot in pixels.

    Attributes:
        title: what it is of.
        x_title: what is across.
        y_title: what is up.
        marks: its points.
        band: corners of the tolerance, as SVG writes them, '' for none; some lie outside the plot.
        diagonal: x1, y1, x2, y2 of the line of equal values.
        x_ticks: position and text of each.
        y_ticks: position and text of each.
        left, top, right, bottom: edges of the plot.
    """

    title: str
    x_title: str
    y_title: str
    marks: list[Mark]
    band: str
    diagonal: tuple[float, float, float, float]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    top: int = _TOP
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two others, two to five of them."""
    size = 10.0 ** np.floor(np.log10(high - low))
    step = size * next(factor for factor in (2, 1, 0.5, 0.2) if (high - low) / (factor * size) >= 2.5)
    # Adding 0 makes -0 a 0.
    return [float(value) for value in np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step + 0.0]


def limits(values: Sequence[float]) -> tuple[float, float]:
    """Range of an axis: of all values but those that lie far from the others, with room around it."""
    first, third = np.quantile(values, [0.25, 0.75])
    reach = 3 * max(third - first, 1e-3)
    near = np.clip(values, first - reach, third + reach)
    room = 0.08 * max(near.max() - near.min(), 0.1 * np.abs(near).max(), 1e-3)
    return float(near.min() - room), float(near.max() + room)


def _between(value: float, ends: tuple[float, float], first: float, last: float) -> float:
    """Where a value lies on an axis whose ends are drawn at two places, pixels."""
    return round(first + (value - ends[0]) / (ends[1] - ends[0]) * (last - first), 1)


def scatter(title: str, points: Sequence[Point], x_title: str, y_title: str, *, same_scale: bool = True) -> Picture:
    """Place points in a picture.

    Args:
        title: what it is of.
        points: at least one; those beyond the limits are drawn at the edge.
        x_title: what is across.
        y_title: what is up.
        same_scale: whether both axes have one range, as values to compare with each other should.
    """
    x, y = (np.array([getattr(point, axis) for point in points], dtype=float) for axis in "xy")
    x_range, y_range = (limits(np.r_[x, y]),) * 2 if same_scale else (limits(x), limits(y))

    def across(value: float) -> float:
        return _between(value, x_range, _LEFT, WIDTH - _RIGHT)

    def up(value: float) -> float:
        return _between(value, y_range, HEIGHT - _BOTTOM, _TOP)

    def edge(value: float, ends: tuple[float, float]) -> float:
        return float(np.clip(value, *ends))

    marks = [
        Mark(
            across(edge(point.x, x_range)),
            *(up(edge(point.y + shift, y_range)) for shift in (0.0, -point.spread, point.spread)),
            point.style,
            point.label,
        )
        for point in points
    ]
    ends = max(x_range[0], y_range[0]), min(x_range[1], y_range[1])
    diagonal = (across(ends[0]), up(ends[0]), across(ends[1]), up(ends[1]))
    known = sorted((point.x, point.tolerance) for point in points if point.tolerance is not None)
    corners = []
    if known:
        # Beyond the outermost values the band goes on as it is there.
        known = [(x_range[0], known[0][1]), *known, (x_range[1], known[-1][1])]
        corners = [(value, value + tolerance) for value, tolerance in known]
        corners += [(value, value - tolerance) for value, tolerance in reversed(known)]
    return Picture(
        title=title,
        x_title=x_title,
        y_title=y_title,
        marks=marks,
        band=" ".join(f"{across(corner[0])},{up(corner[1])}" for corner in corners),
        diagonal=diagonal,
        x_ticks=[(across(value), f"{value:g}".replace("-", "−")) for value in ticks(*x_range)],
        y_ticks=[(up(value), f"{value:g}".replace("-", "−")) for value in ticks(*y_range)],
    )
