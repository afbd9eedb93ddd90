"""Figures of decoding across recordings: matrices, accuracy over time, and distributions over recordings."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from ner.data.bins import BIN_SECONDS, Bins
from ner.data.names import RecordingName
from ner.decoding.across_summary import (
    KINDS_OF_PAIRS,
    OFF_DIAGONAL,
    across_accuracy,
    across_cells,
    across_means,
    matrix,
    recording_means,
    select,
)
from ner.decoding.method_tests import across_tests
from ner.decoding.metrics import METRICS
from ner.decoding.runs import runs_text
from ner.figures.distributions import against_first, paired_panel
from ner.figures.matrices import (
    R2_FLOOR,
    SCALES,
    WRITTEN,
    Block,
    Scale,
    blocks,
    color_bar,
    label_sessions,
    label_size,
    label_width,
    labels,
    matrix_panel,
)
from ner.figures.recordings import accuracy_panel
from ner.figures.style import (
    GREY,
    WIDTH,
    chance_legend,
    decoder_name,
    method_color,
    method_legend,
    panel_letter,
)
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED, covering

# Inches.
_LEFT, _RIGHT, _SMALLEST, _LARGEST = 0.44, 0.62, 0.9, 1.7
_GAP, _DECODER_GAP = 0.07, 0.17
_HEADER, _MEANS, _LABELS = 0.4, 0.38, 0.4
_TIME, _TIME_HEADER, _TIME_LABELS = 1.05, 0.25, 0.65
_PAIRED, _PAIRED_HEADER, _PAIRED_LABELS = 1.15, 0.42, 0.5


@dataclass(frozen=True)
class Across:
    """What a figure of decoding across recordings shows.

    Attributes:
        decoders: decoder to the methods that it reads.
        recordings: order of rows and columns.
        blocks: of the recordings.
        cells: columns across_summary.CELLS.
        means: columns across_summary.MEANS.
        accuracy: columns across_summary.ACCURACY.
        tests: columns method_tests.ACROSS_TESTS.
        bin_seconds: width of their bins.
    """

    decoders: Mapping[str, Sequence[str]]
    recordings: Sequence[str]
    blocks: Sequence[Block]
    cells: pd.DataFrame
    means: pd.DataFrame
    accuracy: pd.DataFrame
    tests: pd.DataFrame
    bin_seconds: float = BIN_SECONDS

    @classmethod
    def of(
        cls,
        table: pd.DataFrame,
        time: pd.DataFrame,
        null: pd.DataFrame,
        published: pd.DataFrame,
        published_time: pd.DataFrame,
        *,
        decoders: Mapping[str, Sequence[str]],
        hemispheres: Sequence[str],
        protocol: str,
        shown: Sequence[Bins] = (),
    ) -> "Across":
        """Summarize and test a group's results.

        Args:
            table: columns columns.ACROSS, of one group, recordings in the order of the rows.
            time: columns columns.ACROSS_TIME, of the same.
            null: columns columns.ACROSS_NULL, of the same.
            published: columns published.tables.PUBLISHED_ACROSS; they are of the paper protocol, and not shown beside
                another one.
            published_time: columns published.tables.PUBLISHED_ACROSS_TIME, of the same.
            decoders: decoder to the methods that it reads.
            hemispheres: one a recording, '' where none is known.
            protocol: paper or strict.
            shown: the recordings, for the width of their bins.
        """
        table, time, null = (select(found, decoders, protocol) for found in (table, time, null))
        recordings = table["source"].unique().tolist()
        published, published_time = (
            covering(theirs if protocol == "paper" else theirs.iloc[:0], recordings)
            for theirs in (published, published_time)
        )
        cells = across_cells(table, null, published)
        return cls(
            decoders=decoders,
            recordings=recordings,
            blocks=blocks(recordings, hemispheres),
            cells=cells,
            means=across_means(cells),
            accuracy=across_accuracy(time, published_time),
            tests=pd.concat([across_tests(_rows(table, decoder=decoder), method_name) for decoder in decoders]),
            bin_seconds=shown[0].bin_seconds if shown else BIN_SECONDS,
        )

    def title(self, protocol: str) -> str:
        """What is shown, and how to read what stands above the matrices.

        Args:
            protocol: by which the results were made.
        """
        averaged = runs_text(*(int(self.cells[count].min()) for count in ("seeds", "folds")))
        # NaN for metrics that the figure does not show.
        below = (
            self.cells["metric"].map({metric: scale.norm.vmin for metric, scale in SCALES.items()}) > self.cells["mean"]
        )
        named = [RecordingName.parse(recording) for recording in self.recordings]
        sessions, areas = (dict.fromkeys(parts) for parts in zip(*((n.group, n.area) for n in named), strict=True))
        keys = ["above a matrix: mean of the diagonal | of the rest"]
        keys += ["gray: as published"] * self.published
        keys += [f"×: R² below {R2_FLOOR:.0f}".replace("-", "−")] * bool(len(named) > WRITTEN and below.any())
        shown = f"{', '.join(sessions)}; {' and '.join(areas)}: {len(named)} recordings"
        return f"{shown} ({protocol} protocol, {averaged})\n{'; '.join(keys)}"

    @property
    def metrics(self) -> list[str]:
        """Of the metrics that the paper has, those that can be measured of these recordings."""
        return [metric for metric in METRICS_PUBLISHED if metric in set(self.cells["metric"])]

    @property
    def published(self) -> bool:
        """Whether a published mean stands beside any of ours."""
        return bool(self.means["published"].notna().any())

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Decoder and method of every column of matrices."""
        return [(decoder, method) for decoder, methods in self.decoders.items() for method in methods]

    @property
    def label_size(self) -> float:
        """Points of the letters of labels."""
        return label_size(len(self.recordings), _SMALLEST)

    @property
    def label_width(self) -> float:
        """Inches that the longest label takes."""
        return label_width(labels(self.recordings), self.label_size)

    @property
    def side(self) -> float:
        """Inches of a matrix."""
        gaps = _GAP * (len(self.columns) - 1) + _DECODER_GAP * (len(self.decoders) - 1)
        return min(_LARGEST, (WIDTH - _LEFT - self.label_width - _RIGHT - gaps) / len(self.columns))

    @property
    def height(self) -> float:
        """Inches of all panels."""
        matrices = _HEADER + len(self.metrics) * (self.side + _MEANS) + _LABELS + self.label_width
        times = 0.0 if self.accuracy.empty else _TIME_HEADER + _TIME + _TIME_LABELS
        return matrices + times + len(self.decoders) * (_PAIRED_HEADER + _PAIRED + _PAIRED_LABELS)


def across_panels(figure: Figure, across: Across, letters: str) -> None:
    """Draw all panels at the bottom of a figure of WIDTH, `across.height` inches of it.

    Args:
        figure: at least that high.
        across: what to show.
        letters: of the panels: one a metric, one for accuracy over time and one for the tests.
    """
    top = across.height - _HEADER
    count = len(across.metrics)
    for k, metric in enumerate(across.metrics):
        top -= _MEANS
        _matrices(figure, across, metric, top, letters[k], first=k == 0, last=k == count - 1)
        top -= across.side
    top -= _LABELS + across.label_width
    timed = not across.accuracy.empty
    if timed:
        _times(figure, across, top - _TIME_HEADER, letters[count])
        top -= _TIME_HEADER + _TIME + _TIME_LABELS
    _distributions(figure, across, top, letters[count + timed])


def _place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place in inches from the lower left corner."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, (top - height) / up, width / across, height / up))


def _matrices(figure: Figure, across: Across, metric: str, top: float, letter: str, *, first: bool, last: bool) -> None:
    """One metric: a matrix a decoder and method, and their color bar."""
    scale, left = SCALES[metric], _LEFT + across.label_width
    for k, (decoder, method) in enumerate(across.columns):
        if k and decoder != across.columns[k - 1][0]:
            left += _DECODER_GAP
        axis = _place(figure, left, top, across.side, across.side)
        of = {"method": method, "decoder": decoder, "metric": metric}
        matrix_panel(axis, matrix(_rows(across.cells, **of), across.recordings), scale, across.blocks)
        label_sessions(axis, labels(across.recordings), across.blocks, across.label_size, rows=k == 0, columns=last)
        means = _rows(across.means, **of).set_index("pairs")
        above = _means_text(means["mean"], scale)
        axis.set_title(above, pad=11 if across.published else 2, fontsize=6)
        if across.published and means["published"].notna().any():
            theirs = _means_text(means["published"], scale)
            axis.text(0.5, 1, theirs, transform=_above(axis, 2), ha="center", va="bottom", fontsize=6, color=GREY)
        if first:
            style = {"ha": "center", "va": "bottom", "fontweight": "bold", "color": method_color(method)}
            axis.text(0.5, 1, method_name(method), transform=_above(axis, 21), **style)
            if method == across.decoders[decoder][0]:
                axis.text(0, 1, f"{decoder_name(decoder)} decoders", transform=_above(axis, 32), fontsize=7.5)
        if k == 0:
            panel_letter(axis, letter, dx=2.5 - 72 * left, dy=9)
        left += across.side + _GAP
    color_bar(_place(figure, left + 0.05, top, 0.09, across.side), metric)


def _times(figure: Figure, across: Across, top: float, letter: str) -> None:
    """Accuracy over time: a panel a decoder and kind of pairs, mean and SD over its cells."""
    columns = list(itertools.product(across.decoders, KINDS_OF_PAIRS))
    gap = 0.14
    width = min(3.2, (WIDTH - 0.5 - 0.15 - gap * (len(columns) - 1)) / len(columns))
    for k, (decoder, pairs) in enumerate(columns):
        axis = _place(figure, 0.5 + k * (width + gap), top, width, _TIME)
        rows = _rows(across.accuracy, decoder=decoder, pairs=pairs)
        accuracy_panel(axis, rows, bin_seconds=across.bin_seconds)
        axis.set_title(f"{decoder_name(decoder)}, {pairs} ({rows['cells'].max()} cells)")
        if k == 0:
            axis.set(ylabel="direction accuracy (%)")
            panel_letter(axis, letter, dx=-33)
        else:
            axis.set(yticklabels=[])
    methods = list(dict.fromkeys(method for _, method in across.columns))
    axis.figure.legend(
        handles=[*method_legend(methods), chance_legend()],
        loc="center",
        bbox_to_anchor=(0.5, (top - _TIME - 0.46) / figure.get_figheight()),
        ncols=len(methods) + 1,
    )


def _distributions(figure: Figure, across: Across, top: float, letter: str) -> None:
    """A row a decoder, a panel a metric: every recording's mean over the pairs that it is part of, off the diagonal."""
    count = len(across.metrics)
    width = (WIDTH - 0.5 - 0.15 - (count - 1) * 0.45) / count
    for row, (decoder, methods) in enumerate(across.decoders.items()):
        top -= _PAIRED_HEADER
        for k, (metric, scale) in enumerate((metric, SCALES[metric]) for metric in across.metrics):
            axis = _place(figure, 0.5 + k * (width + 0.45), top, width, _PAIRED)
            of = {"decoder": decoder, "metric": metric}
            means = recording_means(_rows(across.cells, **of))
            tests = _rows(across.tests, **of, pairs=OFF_DIAGONAL)
            published = means.groupby("method")["published"].agg(lambda values: values.mean(skipna=False)).dropna()
            chance = means.groupby("method", sort=False)[["null_low", "null_high"]].mean().agg(tuple, axis=1)
            paired_panel(
                axis,
                means,
                against_first(tests, methods, "p_recordings"),
                floor=scale.norm.vmin,
                published=published.to_dict(),
                chance=dict(chance) if METRICS[metric].unit == "%" else None,
            )
            axis.set(ylabel=METRICS[metric].label + (" (%)" if METRICS[metric].unit == "%" else ""))
            if k == 0:
                axis.text(0, 1, f"{decoder_name(decoder)} decoders", transform=_above(axis, 14), fontsize=7.5)
                if row == 0:
                    panel_letter(axis, letter, dx=-33, dy=12)
        top -= _PAIRED + _PAIRED_LABELS


def _above(axis: Axes, points: float):
    return axis.transAxes + ScaledTranslation(0, points / 72, axis.figure.dpi_scale_trans)


def _means_text(means: pd.Series, scale: Scale) -> str:
    return " | ".join(scale.text(means[pairs]) if np.isfinite(means[pairs]) else "–" for pairs in KINDS_OF_PAIRS)


def _rows(table: pd.DataFrame, **values: str) -> pd.DataFrame:
    """Rows that hold the given values."""
    for column, value in values.items():
        table = table[table[column] == value]
    return table
