"""The panels of Figs 5 to 7: matrices of decoding across recordings, accuracy over time, and the tests of methods."""

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from ner.data.names import RecordingName
from ner.decoding.across_summary import (
    DIAGONAL,
    KINDS_OF_PAIRS,
    across_accuracy,
    across_cells,
    across_means,
    matrix,
    select,
)
from ner.decoding.method_tests import across_tests
from ner.decoding.metrics import METRICS
from ner.figures.style import (
    WIDTH,
    accuracy_panel,
    method_colour,
    method_legend,
    p_text,
    panel_letter,
)
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED

#: R2 below this has one colour, and a cross in its cell: it has no lower bound.
R2_FLOOR = -4.0
DECODER_NAMES = {"linear": "linear", "knn": "kNN"}

# Inches.
_LEFT, _RIGHT, _SMALLEST, _LARGEST = 0.44, 0.62, 0.9, 1.15
_GAP, _DECODER_GAP = 0.07, 0.17
_HEADER, _MEANS, _LABELS = 0.4, 0.33, 0.4
_TIME, _TIME_HEADER, _TIME_LABELS = 1.05, 0.25, 0.65
_LINE, _TESTS_HEADER, _TESTS_FOOTER = 0.105, 0.25, 0.3
# Where the columns of the tests begin: part, first pair of methods; width of ANOVA's and Friedman's.
_PART, _FIRST, _OTHERS = 0.72, 1.17, 0.8
# Recordings up to which the cells hold their values, and characters of the longest label.
_WRITTEN, _LONGEST = 4, 12
_GREY = "0.45"


@dataclass(frozen=True)
class Scale:
    """How a metric is coloured, the same for every method, decoder, group and protocol.

    Attributes:
        colours: of the map.
        norm: from values to the map; what lies below its lowest value is clipped.
        ticks: of the colour bar.
        decimals: with which values are written.
    """

    colours: Colormap
    norm: Normalize
    ticks: tuple[float, ...]
    decimals: int

    def clipped(self, values: np.ndarray) -> np.ndarray:
        """Which values lie below the scale."""
        return values < self.norm.vmin

    def text(self, value: float) -> str:
        """A value as figures write it."""
        return _number(value, self.decimals)


def _number(value: float, decimals: int, sign: str = "") -> str:
    """A number as figures write it; what rounds to 0 has no sign."""
    return f"{round(value, decimals) + 0.0:{sign}.{decimals}f}".replace("-", "−")


_R2 = Scale(colormaps["RdBu"], TwoSlopeNorm(0, R2_FLOOR, 1), (R2_FLOOR, -2, 0, 0.5, 1), 2)
#: Blue explains variance, white explains none, red is worse than the mean.
SCALES = {
    "velocity_r2": _R2,
    "position_r2": _R2,
    "direction_accuracy": Scale(colormaps["viridis"], Normalize(0, 100), (0, 25, 50, 75, 100), 1),
}


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
    keys = [(*_monkey_year(n), h, n.area) for n, h in zip(names, hemispheres, strict=True)]
    differing = [len(set(parts)) > 1 for parts in zip(*keys, strict=True)]
    starts = [k for k in range(len(keys)) if k == 0 or keys[k] != keys[k - 1]]
    return [
        Block(" ".join(part for part, differs in zip(keys[start], differing, strict=True) if differs), start, stop)
        for start, stop in zip(starts, [*starts[1:], len(keys)], strict=True)
    ]


def _monkey_year(name: RecordingName) -> tuple[str, str]:
    # Without a date, what stands for the monkey is the session's name, its row's label.
    return (name.monkey, name.date[:4]) if name.date else ("", "")


@dataclass(frozen=True)
class Across:
    """What one of Figs 5 to 7 shows.

    Attributes:
        decoders: decoder to the methods that it reads.
        recordings: order of rows and columns.
        blocks: of the recordings.
        cells: columns across_summary.CELLS.
        means: columns across_summary.MEANS.
        accuracy: columns across_summary.ACCURACY.
        tests: columns comparisons.ACROSS_TESTS.
    """

    decoders: Mapping[str, Sequence[str]]
    recordings: Sequence[str]
    blocks: Sequence[Block]
    cells: pd.DataFrame
    means: pd.DataFrame
    accuracy: pd.DataFrame
    tests: pd.DataFrame

    @classmethod
    def of(
        cls,
        table: pd.DataFrame,
        time: pd.DataFrame,
        published: pd.DataFrame,
        *,
        decoders: Mapping[str, Sequence[str]],
        hemispheres: Sequence[str],
        protocol: str,
    ) -> "Across":
        """Summarise and test a group's results.

        Args:
            table: columns columns.ACROSS, of one group, recordings in the order of the rows.
            time: columns columns.ACROSS_TIME, of the same.
            published: columns published.PUBLISHED_ACROSS, of one figure; they are of the paper protocol, and not shown
                beside another one.
            decoders: decoder to the methods that it reads.
            hemispheres: one a recording, '' where none is known.
            protocol: paper or strict.
        """
        table, time = (select(found, decoders, protocol) for found in (table, time))
        recordings = table["source"].unique().tolist()
        cells = across_cells(table, published if protocol == "paper" else published.iloc[:0])
        return cls(
            decoders=decoders,
            recordings=recordings,
            blocks=blocks(recordings, hemispheres),
            cells=cells,
            means=across_means(cells),
            accuracy=across_accuracy(time),
            tests=pd.concat([across_tests(_rows(table, decoder=decoder)) for decoder in decoders]),
        )

    def title(self, protocol: str) -> str:
        """What a reader must know beside the panels.

        Args:
            protocol: by which the results were made.
        """
        seeds = int(self.cells["seeds"].min())
        averaged = f"mean of {seeds} seeds" if seeds > 1 else "one seed"
        means = "mean of the diagonal | of the rest" + ("; grey: as published, same cells" if self.published else "")
        below = self.cells["metric"].map(lambda metric: SCALES[metric].norm.vmin) > self.cells["mean"]
        if len(self.recordings) <= _WRITTEN:
            below[:] = False
        crosses = f". ×: R² below {R2_FLOOR:.0f}, where the colours end".replace("-", "−") if below.any() else ""
        named = [RecordingName.parse(recording) for recording in self.recordings]
        sessions, areas = (dict.fromkeys(parts) for parts in zip(*((n.group, n.area) for n in named), strict=True))
        shown = f"{', '.join(sessions)}; {' and '.join(areas)}: {len(named)} recordings"
        return (
            f"{shown} ({protocol} protocol, {averaged}).\n"
            "Decoders are fitted on the source's training trials, rotated onto the target, and scored on the target's "
            f"test trials; on the diagonal nothing is rotated.\nAbove a matrix: {means}{crosses}."
        )

    @property
    def published(self) -> bool:
        """Whether a published mean stands beside any of ours."""
        return bool(self.means["published"].notna().any())

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Decoder and method of every column of matrices."""
        return [(decoder, method) for decoder, methods in self.decoders.items() for method in methods]

    @property
    def labels(self) -> list[str]:
        """What rows and columns are called: dates, or else names of sessions without the part that all share."""
        found = [RecordingName.parse(recording) for recording in self.recordings]
        sessions = [name.monkey for name in found]
        shared = os.path.commonprefix(sessions).rpartition("-")
        return [name.day or name.monkey[len("".join(shared[:2])) :][:_LONGEST] for name in found]

    @property
    def label_size(self) -> float:
        """Points of the letters of labels."""
        return 6 if len(self.recordings) <= _WRITTEN else min(6, 0.82 * 72 * _SMALLEST / len(self.recordings))

    @property
    def label_width(self) -> float:
        """Inches that the longest label takes."""
        return 0.62 * self.label_size / 72 * max(map(len, self.labels))

    @property
    def side(self) -> float:
        """Inches of a matrix."""
        gaps = _GAP * (len(self.columns) - 1) + _DECODER_GAP * (len(self.decoders) - 1)
        return min(_LARGEST, (WIDTH - _LEFT - self.label_width - _RIGHT - gaps) / len(self.columns))

    @property
    def height(self) -> float:
        """Inches of all panels."""
        matrices = _HEADER + len(METRICS_PUBLISHED) * (self.side + _MEANS) + _LABELS + self.label_width
        return matrices + _TIME_HEADER + _TIME + _TIME_LABELS + _tests_height(self)


def across_panels(figure: Figure, across: Across, letters: str) -> None:
    """Draw all panels at the bottom of a figure of WIDTH, `across.height` inches of it.

    Args:
        figure: at least that high.
        across: what to show.
        letters: of the panels: one a metric, one for accuracy over time and one for the tests.
    """
    top = across.height - _HEADER
    for k, metric in enumerate(METRICS_PUBLISHED):
        top -= _MEANS
        _matrices(figure, across, metric, top, letters[k], first=k == 0, last=k == len(METRICS_PUBLISHED) - 1)
        top -= across.side
    top -= _LABELS + across.label_width + _TIME_HEADER
    _times(figure, across, top, letters[len(METRICS_PUBLISHED)])
    _tests(figure, across, top - _TIME - _TIME_LABELS, letters[len(METRICS_PUBLISHED) + 1])


def _place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place in inches from the lower left corner."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, (top - height) / up, width / across, height / up))


def _matrices(figure: Figure, across: Across, metric: str, top: float, letter: str, *, first: bool, last: bool) -> None:
    """One metric: a matrix a decoder and method, and their colour bar."""
    scale, left = SCALES[metric], _LEFT + across.label_width
    for k, (decoder, method) in enumerate(across.columns):
        if k and decoder != across.columns[k - 1][0]:
            left += _DECODER_GAP
        axis = _place(figure, left, top, across.side, across.side)
        of = {"method": method, "decoder": decoder, "metric": metric}
        matrix_panel(axis, matrix(_rows(across.cells, **of), across.recordings), scale, across.blocks)
        _session_labels(axis, across, rows=k == 0, columns=last)
        means = _rows(across.means, **of).set_index("pairs")
        above = _means_text(means["mean"], scale)
        axis.set_title(above, pad=9 if across.published else 2, fontsize=6)
        if across.published and means["published"].notna().any():
            theirs = _means_text(means["published"], scale)
            axis.text(0.5, 1, theirs, transform=_above(axis, 2), ha="center", va="bottom", fontsize=6, color=_GREY)
        if first:
            style = {"ha": "center", "va": "bottom", "fontweight": "bold", "color": method_colour(method)}
            axis.text(0.5, 1, method_name(method), transform=_above(axis, 18), **style)
            if method == across.decoders[decoder][0]:
                axis.text(0, 1, f"{DECODER_NAMES[decoder]} decoders", transform=_above(axis, 29), fontsize=7.5)
        if k == 0:
            panel_letter(axis, letter, dx=2.5 - 72 * left, dy=9)
        left += across.side + _GAP
    _colour_bar(_place(figure, left + 0.05, top, 0.09, across.side), scale, METRICS[metric].label)


def matrix_panel(axis: Axes, values: np.ndarray, scale: Scale, parted: Sequence[Block]) -> None:
    """Draw a matrix, sources down and targets across.

    A small one holds its values, in a larger one a cross marks what lies below the scale.

    Args:
        axis: 2D axes.
        values: (sources, targets).
        scale: of the colours.
        parted: blocks, parted by lines.
    """
    axis.imshow(values, cmap=scale.colours, norm=scale.norm, aspect="auto")
    if len(values) > _WRITTEN:
        rows, columns = np.nonzero(scale.clipped(values))
        axis.scatter(columns, rows, s=5, marker="x", color="white", linewidths=0.5)
    else:
        for (row, column), value in np.ndenumerate(values):
            red, green, blue, _ = scale.colours(scale.norm(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
            style = {"ha": "center", "va": "center", "fontsize": 5.5, "color": "white" if dark else "black"}
            axis.text(column, row, scale.text(value), **style)
    for block in parted[1:]:
        for line in (axis.axhline, axis.axvline):
            line(block.start - 0.5, color="black", linewidth=0.8)
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set_visible(True)


def _session_labels(axis: Axes, across: Across, *, rows: bool, columns: bool) -> None:
    """Write sessions and blocks beside the rows and under the columns."""
    labels, size = across.labels, across.label_size
    places = range(len(labels))
    if rows:
        axis.set_yticks(places, labels, fontsize=size)
        axis.set_ylabel("source", labelpad=10)
    if columns:
        axis.set_xticks(places, labels, fontsize=size, rotation=90)
        axis.set_xlabel("target", labelpad=9)
    axis.tick_params(length=1.2, pad=1)
    widest = 72 * across.label_width + 3
    for block in across.blocks:
        middle = ((block.start + block.stop) / 2) / len(labels)
        style = {"fontsize": 6, "ha": "center", "va": "center"}
        if rows:
            beside = axis.transAxes + ScaledTranslation(-(widest + 5) / 72, 0, axis.figure.dpi_scale_trans)
            axis.text(0, 1 - middle, block.label, transform=beside, rotation=90, **style)
        if columns:
            under = axis.transAxes + ScaledTranslation(0, -(widest + 5) / 72, axis.figure.dpi_scale_trans)
            axis.text(middle, 0, block.label, transform=under, **style)


def _colour_bar(axis: Axes, scale: Scale, label: str) -> None:
    low = isinstance(scale.norm, TwoSlopeNorm)
    bar = axis.figure.colorbar(
        ScalarMappable(scale.norm, scale.colours), cax=axis, extend="min" if low else "neither", extendfrac=0.08
    )
    bar.set_ticks(scale.ticks, labels=[f"{tick:g}".replace("-", "−") for tick in scale.ticks])
    bar.ax.tick_params(labelsize=5.5, length=1.5, pad=1)
    bar.outline.set_linewidth(0.4)
    bar.set_label(label + ("" if low else " (%)"), labelpad=2)


def _times(figure: Figure, across: Across, top: float, letter: str) -> None:
    """Accuracy over time: a panel a decoder and kind of pairs, mean and SD over its cells."""
    columns = list(itertools.product(across.decoders, KINDS_OF_PAIRS))
    gap = 0.14
    width = min(1.8, (WIDTH - 0.5 - 0.15 - gap * (len(columns) - 1)) / len(columns))
    for k, (decoder, pairs) in enumerate(columns):
        axis = _place(figure, 0.5 + k * (width + gap), top, width, _TIME)
        rows = _rows(across.accuracy, decoder=decoder, pairs=pairs)
        accuracy_panel(axis, rows)
        axis.set_title(f"{DECODER_NAMES[decoder]}, {pairs} ({rows['cells'].max()} cells)")
        if k == 0:
            axis.set(ylabel="direction accuracy (%)")
            panel_letter(axis, letter, dx=-33)
        else:
            axis.set(yticklabels=[])
    methods = list(dict.fromkeys(method for _, method in across.columns))
    axis.figure.legend(
        handles=method_legend(methods),
        loc="center",
        bbox_to_anchor=(0.5, (top - _TIME - 0.46) / figure.get_figheight()),
        ncols=len(methods),
    )


def _compared(methods: Sequence[str]) -> list[str]:
    """Pairs of methods that the figure tests: all of three methods, else the first with each other one."""
    if len(methods) == 3:
        return [f"{a} - {b}" for a, b in itertools.combinations(methods, 2)]
    return [f"{methods[0]} - {other}" for other in methods[1:]]


def _tests_height(across: Across) -> float:
    lines = sum(
        2 * len(METRICS_PUBLISHED) * len(KINDS_OF_PAIRS) if len(methods) > 1 else 1
        for methods in across.decoders.values()
    )
    return _TESTS_HEADER + len(across.decoders) * 0.32 + lines * _LINE + _TESTS_FOOTER


def _tests(figure: Figure, across: Across, top: float, letter: str) -> None:
    """The tests between methods, a block of rows a decoder."""
    height = _tests_height(across)
    axis = _place(figure, 0.12, top, WIDTH - 0.24, height)
    axis.set(xlim=(0, WIDTH - 0.24), ylim=(0, height))
    axis.axis("off")
    axis.text(-0.08, height, letter, fontsize=9, fontweight="bold", va="top")
    axis.text(0.1, height - 0.01, "tests between methods, of values paired by source and target", va="top")
    y = height - _TESTS_HEADER
    for decoder, methods in across.decoders.items():
        y = _tests_block(axis, _rows(across.tests, decoder=decoder), DECODER_NAMES[decoder], methods, y - 0.1) - 0.12
    said = (
        "Upper line of a difference: mean (accuracy: percentage points) [95 % confidence interval over recordings, "
        "jackknife], its p; two recordings give none off the diagonal.\nEverything else takes cells as independent, as "
        "published; p uncorrected. d: Cohen's, of paired values. ANOVA: repeated measures, partial η². Friedman: "
        "Kendall's W."
    )
    axis.text(0, 0.06, said, fontsize=5.2, color=_GREY, va="bottom")


def _tests_block(axis: Axes, tests: pd.DataFrame, decoder: str, methods: Sequence[str], y: float) -> float:
    """Write one decoder's tests from a height downwards; returns where they end."""
    axis.text(0, y, decoder, fontweight="bold", va="center")
    if tests.empty:
        axis.text(_FIRST, y, "one method: nothing to compare", fontsize=5.5, color=_GREY, style="italic", va="center")
        return y - _LINE
    pairs = _compared(methods)
    kinds = [(("paired t", pair), _pair_title(pair)) for pair in pairs]
    whole = ", ".join(methods)
    kinds += [(("anova", whole), "ANOVA"), (("friedman", whole), "Friedman")] if len(methods) > 2 else []
    width = (axis.get_xlim()[1] - _FIRST - 2 * _OTHERS) / max(len(pairs), 3)
    lefts = [_FIRST + width * k for k in range(len(pairs))]
    lefts += [_FIRST + width * len(pairs) + _OTHERS * k for k in range(len(kinds) - len(pairs))]
    indexed = tests.set_index(["metric", "pairs", "test", "methods"])
    for (_, title), left in zip(kinds, lefts, strict=True):
        axis.text(left, y, title, fontweight="bold", fontsize=6, va="center")
    y -= 0.1
    axis.plot(axis.get_xlim(), [y, y], color="black", linewidth=0.5)
    for metric, pairs in itertools.product(METRICS_PUBLISHED, KINDS_OF_PAIRS):
        axis.text(0, y - _LINE, METRICS[metric].label if pairs == DIAGONAL else "", fontsize=5.3, va="center")
        axis.text(_PART, y - _LINE, pairs, fontsize=5.3, va="center")
        for (key, _), left in zip(kinds, lefts, strict=True):
            if (metric, pairs, *key) in indexed.index:
                said = test_text(indexed.loc[(metric, pairs, *key)], key[0], SCALES[metric].decimals)
                axis.text(left, y - _LINE, said, fontsize=5, va="center", linespacing=1.15)
        y -= 2 * _LINE
    axis.plot(axis.get_xlim(), [y, y], color="black", linewidth=0.3)
    return y


def _pair_title(pair: str) -> str:
    first, second = pair.split(" - ")
    return f"{method_name(first)} − {method_name(second)}"


def test_text(test: pd.Series, kind: str, decimals: int) -> str:
    """Two lines that say what a test found.

    Args:
        test: a row of comparisons.TESTS.
        kind: its test.
        decimals: of the difference and its interval.
    """
    if not np.isfinite(test["statistic"]):
        constant = f"{_number(test['difference'], decimals, '+')} in every cell" if kind == "paired t" else "all alike"
        return f"{constant}\nno test"
    statistic = _number(test["statistic"], 2 if abs(test["statistic"]) < 100 else 0)
    p_value = p_text(test["p"])
    if kind == "paired t":
        interval = "no interval"
        if np.isfinite(test["p_recordings"]):
            ends = ", ".join(_number(test[end], decimals) for end in ("low", "high"))
            interval = f"[{ends}], {p_text(test['p_recordings'])}"
        upper = f"{_number(test['difference'], decimals, '+')} {interval}"
        return f"{upper}\nt({test['df1']:.0f}) = {statistic}, d = {_number(test['effect'], 2)}, {p_value}"
    if kind == "anova":
        return f"F({test['df1']:.0f}, {test['df2']:.0f}) = {statistic}\nη² = {test['effect']:.2f}, {p_value}"
    return f"χ²({test['df1']:.0f}) = {statistic}\nW = {test['effect']:.2f}, {p_value}"


def _above(axis: Axes, points: float):
    return axis.transAxes + ScaledTranslation(0, points / 72, axis.figure.dpi_scale_trans)


def _means_text(means: pd.Series, scale: Scale) -> str:
    return " | ".join(scale.text(means[pairs]) if np.isfinite(means[pairs]) else "–" for pairs in KINDS_OF_PAIRS)


def _rows(table: pd.DataFrame, **values: str) -> pd.DataFrame:
    """Rows that hold the given values."""
    for column, value in values.items():
        table = table[table[column] == value]
    return table
