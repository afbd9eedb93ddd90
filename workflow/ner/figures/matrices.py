"""Matrices of decoding across recordings, sources down and targets across: their colors, labels and parts."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.textpath import TextPath
from matplotlib.transforms import ScaledTranslation

from ner.data.names import RecordingName
from ner.decoding.metrics import METRICS
from ner.published.tables import METRICS_PUBLISHED

#: R2 below this has one color, and a cross in its cell: it has no lower bound.
R2_FLOOR = -4.0
#: Recordings up to which the cells hold their values.
WRITTEN = 4
# Characters of the longest label, and letters' width in relation to their size.
_LONGEST, _LETTER = 12, 0.62


@dataclass(frozen=True)
class Scale:
    """How a metric is colored, the same for every method, decoder, group and protocol.

    Attributes:
        colors: of the map.
        norm: from values to the map; what lies below its lowest value is clipped.
        ticks: of the color bar.
        decimals: with which values are written.
    """

    colors: Colormap
    norm: Normalize
    ticks: tuple[float, ...]
    decimals: int

    def clipped(self, values: np.ndarray) -> np.ndarray:
        """Which values lie below the scale."""
        return values < self.norm.vmin

    def text(self, value: float) -> str:
        """A value as figures write it; the larger, the fewer decimals."""
        digits = 0 if abs(value) < 1 else int(np.log10(abs(value)))
        return number(value, max(0, self.decimals - (digits if self.decimals > 1 else 0)))


def number(value: float, decimals: int, sign: str = "") -> str:
    """A number as figures write it; what rounds to 0 has no sign."""
    return f"{round(value, decimals) + 0.0:{sign}.{decimals}f}".replace("-", "−")


#: By a metric's unit. Blue explains variance, white explains none, red is worse than the mean.
_BY_UNIT = {
    "1": (colormaps["RdBu"], TwoSlopeNorm(0, R2_FLOOR, 1), (R2_FLOOR, -2, 0, 0.5, 1)),
    "%": (colormaps["viridis"], Normalize(0, 100), (0, 25, 50, 75, 100)),
}
SCALES = {name: Scale(*_BY_UNIT[METRICS[name].unit], METRICS[name].decimals) for name in METRICS_PUBLISHED}


@dataclass(frozen=True)
class Block:
    """Recordings that stand together in a matrix.

    Attributes:
        label: in what the block differs from the others, e.g. 'PMd' or '2015 right'; '' for a single one.
        start: first row.
        stop: behind the last row.
    """

    label: str
    start: int
    stop: int


def blocks(recordings: Sequence[str], hemispheres: Sequence[str]) -> list[Block]:
    """Part recordings where the monkey or year, the hemisphere or the area changes.

    Args:
        recordings: in order.
        hemispheres: one a recording, '' where none is known.
    """
    names = [RecordingName.parse(recording) for recording in recordings]
    # Without a date, what stands for the monkey is the session's name, its row's label.
    keys = [
        (*((n.monkey, n.date[:4]) if n.date else ("", "")), h, n.area) for n, h in zip(names, hemispheres, strict=True)
    ]
    differing = [len(set(parts)) > 1 for parts in zip(*keys, strict=True)]
    starts = [k for k in range(len(keys)) if k == 0 or keys[k] != keys[k - 1]]
    return [
        Block(
            " ".join(part for part, differs in zip(keys[start], differing, strict=True) if differs and part),
            start,
            stop,
        )
        for start, stop in zip(starts, [*starts[1:], len(keys)], strict=True)
    ]


def labels(recordings: Sequence[str]) -> list[str]:
    """What rows and columns are called: dates, or else names of sessions without the part that all share."""
    found = [RecordingName.parse(recording) for recording in recordings]
    shared = "".join(os.path.commonprefix([name.monkey for name in found]).rpartition("-")[:2])
    return [name.day or name.monkey[len(shared) :][:_LONGEST] for name in found]


def label_size(count: int, side: float) -> float:
    """Points of the letters of labels.

    Args:
        count: of the rows.
        side: of the matrix, inches.
    """
    return 6 if count <= WRITTEN else min(6, 0.82 * 72 * side / count)


def label_width(texts: Sequence[str], size: float) -> float:
    """Inches that the longest label takes, of letters of a size in points."""
    return _LETTER * size / 72 * max(map(len, texts))


def matrix_panel(axis: Axes, values: np.ndarray, scale: Scale, parted: Sequence[Block]) -> None:
    """Draw a matrix.

    A small one holds its values, in letters that fit its cells; in a larger one a cross marks what lies below the
    scale.

    Args:
        axis: 2D axes.
        values: (sources, targets).
        scale: of the colors.
        parted: blocks, parted by lines.
    """
    axis.imshow(values, cmap=scale.colors, norm=scale.norm, aspect="auto")
    if len(values) > WRITTEN:
        rows, columns = np.nonzero(scale.clipped(values))
        axis.scatter(columns, rows, s=5, marker="x", color="white", linewidths=0.5)
    else:
        cell = 72 * axis.get_position().width * axis.figure.get_figwidth() / len(values)
        longest = max(len(scale.text(value)) for value in values.flat)
        size = min(6, 0.85 * cell / (_LETTER * longest))
        for (row, column), value in np.ndenumerate(values):
            red, green, blue, _ = scale.colors(scale.norm(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
            style = {"ha": "center", "va": "center", "fontsize": size, "color": "white" if dark else "black"}
            axis.text(column, row, scale.text(value), **style)
    for block in parted[1:]:
        for line in (axis.axhline, axis.axvline):
            line(block.start - 0.5, color="black", linewidth=0.8)
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set_visible(True)


def label_sessions(
    axis: Axes, texts: Sequence[str], parted: Sequence[Block], size: float, *, rows: bool, columns: bool
) -> None:
    """Write sessions and blocks beside the rows and under the columns of a matrix.

    Args:
        axis: of the matrix.
        texts: one a recording, from `labels`.
        parted: blocks of the recordings.
        size: points of the letters.
        rows: whether beside the rows.
        columns: whether under the columns.
    """
    places = range(len(texts))
    if rows:
        axis.set_yticks(places, texts, fontsize=size)
        axis.set_ylabel("source", labelpad=10)
    if columns:
        axis.set_xticks(places, texts, fontsize=size, rotation=90)
        axis.set_xlabel("target", labelpad=9)
    axis.tick_params(length=1.2, pad=1)
    beyond = (72 * label_width(texts, size) + 8) / 72
    row = 72 * axis.get_position().height * axis.figure.get_figheight() / len(texts)
    widths = [TextPath((0, 0), block.label, size=6).get_extents().width if block.label else 0 for block in parted]
    middles = [row * (block.start + block.stop) / 2 for block in parted]
    # Where labels would meet, the lines alone say where a block ends.
    if any((sum(two) / 2 > b - a) for two, (a, b) in zip(pairwise(widths), pairwise(middles), strict=True)):
        return
    for block in parted:
        middle = ((block.start + block.stop) / 2) / len(texts)
        style = {"fontsize": 6, "ha": "center", "va": "center"}
        if rows:
            beside = axis.transAxes + ScaledTranslation(-beyond, 0, axis.figure.dpi_scale_trans)
            axis.text(0, 1 - middle, block.label, transform=beside, rotation=90, **style)
        if columns:
            under = axis.transAxes + ScaledTranslation(0, -beyond, axis.figure.dpi_scale_trans)
            axis.text(middle, 0, block.label, transform=under, **style)


def color_bar(axis: Axes, metric: str) -> None:
    """Draw the color bar of a metric into axes."""
    scale = SCALES[metric]
    low = isinstance(scale.norm, TwoSlopeNorm)
    bar = axis.figure.colorbar(
        ScalarMappable(scale.norm, scale.colors), cax=axis, extend="min" if low else "neither", extendfrac=0.08
    )
    bar.set_ticks(scale.ticks, labels=[f"{tick:g}".replace("-", "−") for tick in scale.ticks])
    bar.ax.tick_params(labelsize=5.5, length=1.5, pad=1)
    bar.outline.set_linewidth(0.4)
    bar.set_label(METRICS[metric].label + (" (%)" if METRICS[metric].unit == "%" else ""), labelpad=2)
