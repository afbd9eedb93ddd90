"""Figures of explained variance within recordings: movements, accuracy over time, every recording, distributions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.lines import Line2D

from ner.data.names import AREAS, RecordingName
from ner.data.recordings import Recording
from ner.decoding.method_tests import within_tests
from ner.decoding.metrics import METRICS
from ner.decoding.movements import Movements
from ner.decoding.runs import runs_text
from ner.figures.distributions import against_first, paired_panel
from ner.figures.latents import condition_legend, plane, trajectories
from ner.figures.recordings import SPEED_STYLES, accuracy_panel, session_panel
from ner.figures.sessions import BOUNDS, areas_of, rows_of, session_values, with_published
from ner.figures.style import (
    WIDTH,
    chance_legend,
    decoder_name,
    empty_panel,
    method_color,
    method_legend,
    panel_letter,
    trial_colors,
    trials_name,
)
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED

#: Metrics of which every recording is shown.
_STRIPS = ("velocity_r2", "position_r2")
#: Lowest R2 that is drawn; a bad fit is an arrowhead there.
_FLOOR = -0.25


@dataclass(frozen=True)
class Variance:
    """What a figure of explained variance shows.

    Attributes:
        methods: in order.
        decoder: by which they are scored.
        protocol: paper or strict.
        split: train or test.
        table: columns decoding.columns.WITHIN, the rows of these.
        values: columns tables.SESSIONS.
        accuracy: columns tables.ACCURACY; of an area's recordings those of its most frequent width of bins.
        timed: area to how many recordings of it have an accuracy over time.
        bin_seconds: area to the most frequent width of its bins.
        tests: columns method_tests.WITHIN_TESTS.
    """

    methods: Sequence[str]
    decoder: str
    protocol: str
    split: str
    table: pd.DataFrame
    values: pd.DataFrame
    accuracy: pd.DataFrame
    timed: Mapping[str, int]
    bin_seconds: Mapping[str, float]
    tests: pd.DataFrame

    @classmethod
    def of(
        cls,
        within: pd.DataFrame,
        within_time: pd.DataFrame,
        within_null: pd.DataFrame,
        published: pd.DataFrame,
        published_time: pd.DataFrame,
        recordings: Sequence[Recording],
        *,
        methods: Sequence[str],
        decoder: str,
        protocol: str,
        split: str,
    ) -> "Variance":
        """Average metrics over seeds and folds, accuracies over recordings too, and test the methods.

        Args:
            within: columns decoding.columns.WITHIN.
            within_time: columns decoding.columns.WITHIN_TIME.
            within_null: columns decoding.columns.WITHIN_NULL.
            published: columns published.tables.PUBLISHED_WITHIN; may be empty.
            published_time: columns published.tables.PUBLISHED_WITHIN_TIME; may be empty.
            recordings: of the run, for the speed of the hand.
            methods: those shown, in order.
            decoder: by which they are scored.
            protocol: paper or strict.
            split: train or test.
        """
        of = {"decoder": decoder, "split": split}
        published, published_time = (rows_of(theirs, methods, **of) for theirs in (published, published_time))
        table, time, null = (
            rows_of(ours, methods, **of, protocol=protocol) for ours in (within, within_time, within_null)
        )
        values = session_values(table, null, published)

        widths = _widths(recordings)
        alike = [r for r in recordings if r.bin_seconds == widths[RecordingName.parse(r.name).area]]
        time = time[time["recording"].isin([recording.name for recording in alike])]
        keys = ["method", "recording", "bin"]
        time = time.groupby(keys, sort=False)[["value", *BOUNDS]].mean().reset_index()
        time = with_published(time, published_time, keys)
        time["area"] = areas_of(time["recording"])
        timed = time.groupby("area")["recording"].nunique().to_dict()
        accuracy = time.groupby(["area", "method", "bin"], sort=False).agg(
            mean=("value", "mean"),
            sd=("value", "std"),
            published=("published", lambda found: found.mean(skipna=False)),
            **{bound: (bound, "mean") for bound in BOUNDS},
        )
        accuracy = accuracy.reset_index().merge(_speeds(alike), on=["area", "bin"])
        tests = within_tests(table, method_name)
        return cls(methods, decoder, protocol, split, table, values, accuracy, timed, widths, tests)

    @property
    def recordings(self) -> dict[str, int]:
        """The areas that the run has recordings of, and how many."""
        counts = self.values.groupby("area")["recording"].nunique()
        return {area: int(counts[area]) for area in dict.fromkeys([*AREAS, *counts.index]) if area in counts.index}

    def scores(self, recording: str, seed: int, fold: str | None = None) -> dict[str, float]:
        """Position R2 of one recording, seed and fold, by method."""
        rows = self.table[(self.table["recording"] == recording) & (self.table["seed"] == seed)]
        rows = rows if fold is None else rows[rows["fold"].astype(str) == fold]
        return rows[rows["metric"] == "position_r2"].set_index("method")["value"].to_dict()


def _widths(recordings: Sequence[Recording]) -> dict[str, float]:
    """Area to the most frequent width of its recordings' bins."""
    widths: dict[str, list[float]] = {}
    for recording in recordings:
        widths.setdefault(RecordingName.parse(recording.name).area, []).append(recording.bin_seconds)
    return {area: max(found, key=found.count) for area, found in widths.items()}


def _speeds(recordings: Sequence[Recording]) -> pd.DataFrame:
    """Mean |vx| and |vy| by area and bin, every recording counting alike."""
    speeds = []
    for recording in recordings:
        speed = pd.DataFrame(np.abs(recording.velocity), columns=["vx", "vy"]).groupby(recording.bin).mean()
        speeds.append(speed.assign(area=RecordingName.parse(recording.name).area).rename_axis("bin").reset_index())
    return pd.concat(speeds).groupby(["area", "bin"])[["vx", "vy"]].mean().reset_index()


def draw(variance: Variance, movements: Sequence[Movements], scores: Mapping[str, float]) -> Figure:
    """Draw the whole figure.

    Args:
        variance: what is shown.
        movements: of one recording and the trials shown, by every method.
        scores: position R2 of these, by method.
    """
    columns = max(len(variance.methods) + 2, 5)
    rows = {
        "movements": 6.5 / (columns + 0.4),
        "accuracy": 1.35,
        "velocity_r2": 1.35,
        "position_r2": 1.35,
        "paired": 1.35,
    }
    gaps = {"movements": 0.75, "accuracy": 0.65, "velocity_r2": 0.3, "position_r2": 1.25, "paired": 1.1}
    height = sum(rows.values()) + sum(gaps.values()) + 0.65
    figure = plt.figure(figsize=(WIDTH, height))
    top, specs = height - 0.65, {}
    for name, row in rows.items():
        place = {"left": 0.07, "right": 0.975, "top": top / height, "bottom": (top - row) / height}
        specs[name] = figure.add_gridspec(1, 1, **place)[0]
        top -= row + gaps[name]
    _movements(figure, specs["movements"], columns, movements, scores)
    _accuracy(figure, specs["accuracy"], variance)
    for metric, letter in zip(_STRIPS, "cd", strict=True):
        _strips(figure, specs[metric], variance, metric, letter, labels=metric == _STRIPS[-1])
    _paired(figure, specs["paired"], variance)
    compared = bool(variance.values["published"].notna().any())
    handles = [
        *method_legend(variance.methods),
        *([Line2D([], [], color="black", marker="_", linestyle="", label="published")] * compared),
        chance_legend(),
        Line2D([], [], color="0.3", marker="<", markersize=3.5, linestyle="", label="median over recordings"),
        *(Line2D([], [], color="0.6", linestyle=style, label=f"|{v}|, scaled") for v, style in SPEED_STYLES.items()),
    ]
    place = {"loc": "lower center", "bbox_to_anchor": (0.52, 0.0), "borderaxespad": 0.3}
    figure.legend(handles=handles, ncols=min(len(handles), 6), columnspacing=1.4, **place)
    example = RecordingName.parse(movements[0].metadata["recording"]).title
    of = f"{variance.protocol} protocol, {decoder_name(variance.decoder)} decoders"
    folds = int(variance.values["folds"].max())
    over = f"; {runs_text(int(variance.values['seeds'].max()), folds)}, a: the last fold of" if folds else "; a:"
    said = f"{trials_name(variance.split)} ({of}){over} {example}"
    figure.text(0.07, 1 - 0.08 / height, said, va="top", fontsize=7.5)
    return figure


def _movements(
    figure: Figure, spec: SubplotSpec, columns: int, movements: Sequence[Movements], scores: Mapping[str, float]
) -> None:
    """Real positions, and those that each method's embedding gives."""
    wheel = len(movements) + 1
    widths = [1.4 if k == wheel else 1 for k in range(columns)]
    panels = spec.subgridspec(1, columns, wspace=0.15, width_ratios=widths)
    positions = [movements[0].position, *(each.decoded_position for each in movements)]
    extent = 1.05 * max(np.abs(position).max() for position in positions)
    for k, (position, each) in enumerate(zip(positions, [movements[0], *movements], strict=True)):
        axis = figure.add_subplot(panels[k])
        trajectories(axis, each.trials(position), trial_colors(each))
        plane(axis, extent)
        axis.set(xlabel="x (cm)")
        if k == 0:
            axis.set(ylabel="y (cm)", title="real positions")
            panel_letter(axis, "a")
            continue
        method = each.metadata["method"]
        axis.set(yticklabels=[])
        # Two lines, as names stand beside each other.
        name = method_name(method).replace(" + ", "\n+ ") if len(movements) > 5 else method_name(method)
        axis.set_title(f"{name}\nR² = {scores[method]:.3f}", color=method_color(method), fontsize=6.5)
    condition_legend(figure.add_subplot(panels[wheel]), movements[0])


def _accuracy(figure: Figure, spec: SubplotSpec, variance: Variance) -> None:
    """Accuracy over time, a panel an area."""
    areas = variance.recordings
    if variance.accuracy.empty:
        panel = figure.add_subplot(spec)
        empty_panel(panel, "no accuracy over time, as no trial has a condition to be told")
        panel_letter(panel, "b")
        return
    panels = spec.subgridspec(1, len(areas), wspace=0.18)
    for k, area in enumerate(areas):
        axis = figure.add_subplot(panels[k])
        rows = variance.accuracy[variance.accuracy["area"] == area]
        accuracy_panel(axis, rows, rows.drop_duplicates("bin"), bin_seconds=variance.bin_seconds[area])
        count = variance.timed.get(area, 0)
        axis.set_title(f"{area} ({count} recording{'s' * (count != 1)})")
        if k == 0:
            axis.set(ylabel="direction accuracy (%)")
            panel_letter(axis, "b")


def _strips(figure: Figure, spec: SubplotSpec, variance: Variance, metric: str, letter: str, *, labels: bool) -> None:
    """A metric of every recording, a panel an area."""
    areas = variance.recordings
    panels = spec.subgridspec(1, len(areas), width_ratios=[max(count, 4.5) for count in areas.values()], wspace=0.16)
    for k, area in enumerate(areas):
        axis = figure.add_subplot(panels[k])
        rows = variance.values[(variance.values["area"] == area) & (variance.values["metric"] == metric)]
        session_panel(axis, rows, labels=labels, floor=_FLOOR)
        axis.set_title(area)
        if k == 0:
            axis.set(ylabel=METRICS[metric].label)
            panel_letter(axis, letter)


def _paired(figure: Figure, spec: SubplotSpec, variance: Variance) -> None:
    """The recordings' distribution of every metric, and the methods' tests."""
    panels = spec.subgridspec(1, len(METRICS_PUBLISHED), wspace=0.32)
    for k, metric in enumerate(METRICS[name] for name in METRICS_PUBLISHED):
        axis = figure.add_subplot(panels[k])
        rows = variance.values[variance.values["metric"] == metric.name].rename(columns={"mean": "value"})
        published = rows.groupby("method", sort=False)["published"].agg(lambda found: found.mean(skipna=False)).dropna()
        tests = variance.tests[variance.tests["metric"] == metric.name]
        floor = _FLOOR if metric.unit == "1" else 0
        p_values = against_first(tests, variance.methods, "p")
        chance = rows.groupby("method", sort=False)[BOUNDS].mean().agg(tuple, axis=1) if metric.unit == "%" else {}
        paired_panel(axis, rows, p_values, floor=floor, published=dict(published), chance=dict(chance))
        axis.set(ylabel=metric.label + (" (%)" if metric.unit == "%" else ""))
        if k == 0:
            panel_letter(axis, "e", dy=24)
