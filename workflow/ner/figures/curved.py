"""Selections of a session's trials: what is embedded, what is decoded, and how well; training and held-out trials."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.lines import Line2D

from ner.data.bins import Bins
from ner.data.embeddings import Embedding
from ner.data.names import RecordingName
from ner.decoding.metrics import METRICS, integrate_velocity, position_r2, velocity_r2
from ner.decoding.movements import Movements
from ner.decoding.within import SPLITS
from ner.figures.latents import embedding_axes, embedding_panel, plane, trajectories
from ner.figures.style import GREY, method_color
from ner.figures.tables import SELECTIONS
from ner.methods.names import method_name
from ner.storage.tables import names

#: The metrics shown, and their letters in titles.
SHOWN = {"velocity_r2": "v", "position_r2": "p"}
#: Inches below a panel for level names, and letters that fit there.
_LEVEL, _LETTERS = 0.25, 55
_HELD_OUT = {"train": "training trials", "test": "held-out trials"}


@dataclass(frozen=True)
class Selected:
    """A selection of trials, embedded by one method, and the movements decoded from it."""

    embedding: Embedding
    movements: Movements

    @property
    def of(self) -> tuple[str, str]:
        """Method and recording."""
        return self.embedding.metadata["method"], self.embedding.metadata["recording"]


def halfway(bins: Bins) -> np.ndarray:
    """(trials,) degrees: where the hand is at the middle of each trial, seen from where it began.

    Reaches to one target that curve to either side differ in it, so that it colors them.
    """
    path = bins.per_trial(integrate_velocity(bins.velocity, bins.bins_per_trial, bins.bin_seconds))
    x, y = path[:, path.shape[1] // 2].T
    return np.degrees(np.arctan2(y, x))


def selections_table(shown: Sequence[Selected], published: pd.DataFrame) -> pd.DataFrame:
    """R2 of velocity and position on the training and on the held-out trials of every selection.

    Args:
        shown: the selections, each by every method.
        published: columns published.tables.PUBLISHED_CURVED, or without a row where nothing was published of them.

    Returns:
        Columns tables.SELECTIONS.
    """
    printed = published.set_index(["method", "selection", "metric"])["value"].to_dict()
    rows = []
    for one in shown:
        selection = RecordingName.parse(one.of[1]).selection
        for split in SPLITS:
            moved = one.movements.select(one.movements.split(split))
            real, decoded, bins = moved.velocity, moved.decoded_velocity, moved.bins_per_trial
            values = {"velocity_r2": velocity_r2(real, decoded), "position_r2": position_r2(real, decoded, bins)}
            for metric, value in values.items():
                theirs = printed.get((one.of[0], selection, metric)) if split == "train" else None
                rows.append((*one.of, split, len(real) // bins, metric, value, theirs))
    return pd.DataFrame(rows, columns=names(SELECTIONS)).astype({"published": float})


def selected_bins(one: Selected) -> pd.DataFrame:
    """Latent coordinates and positions of every bin of a selection, columns tables.SELECTED_BINS."""
    table = one.movements.to_frame()[["split", "trial", "bin"]]
    table.insert(0, "recording", one.of[1])
    table.insert(0, "method", one.of[0])
    table[[f"z{k + 1}" for k in range(one.embedding.coordinates.shape[1])]] = one.embedding.coordinates
    table[["x", "y"]], table[["decoded_x", "decoded_y"]] = one.movements.position, one.movements.decoded_position
    return table


def extent(shown: Sequence[Selected]) -> float:
    """Half the width of the panels of paths, cm: all that is real, and nearly all that is decoded, fits."""
    real = max(np.abs(one.movements.position).max() for one in shown)
    decoded = max(np.quantile(np.abs(one.movements.decoded_position), 0.99) for one in shown)
    return 1.05 * max(real, decoded)


def real_panel(axis: Axes, bins: Movements, limit: float) -> None:
    """Draw the hand's paths of all trials of a selection."""
    trajectories(axis, bins.per_trial(bins.position), halfway(bins), linewidth=0.4)
    plane(axis, limit)


def latent_panel(figure: Figure, spec: SubplotSpec, embedding: Embedding) -> Axes:
    """Draw the training trials of a selection in the latent space."""
    train = embedding.select(embedding.train)
    axis = embedding_axes(figure, spec, train.coordinates)
    embedding_panel(axis, train.per_trial(train.coordinates), halfway(train), linewidth=0.3)
    return axis


def decoded_panel(axis: Axes, movements: Movements, split: str, values: Mapping[str, str], limit: float) -> None:
    """Draw the decoded paths of a selection's training or held-out trials, over the real ones in gray.

    Args:
        axis: 2D axes.
        movements: of all trials.
        split: train or test.
        values: what the title says of each metric.
        limit: half the width of the panel, cm.
    """
    moved = movements.select(movements.split(split))
    real = moved.per_trial(moved.position)
    axis.add_collection(LineCollection(real, colors="0.75", linewidths=0.4, rasterized=True))
    trajectories(axis, moved.per_trial(moved.decoded_position), halfway(moved), linewidth=0.4, alpha=0.7)
    plane(axis, limit)
    axis.set_title("\n".join(f"{letter} {values[metric]}" for metric, letter in SHOWN.items()), fontsize=6, pad=2)


def value_texts(table: pd.DataFrame, method: str, recording: str, split: str) -> dict[str, str]:
    """R2 of a selection as the titles of its panels say it, the published one in brackets.

    Args:
        table: columns tables.SELECTIONS.
        method: of config.
        recording: the selection.
        split: train or test.
    """
    found = table[(table["method"] == method) & (table["recording"] == recording) & (table["split"] == split)]
    return {
        row.metric: f"{row.value:.2f}" + (f" ({row.published:.2f})" if np.isfinite(row.published) else "")
        for row in found.itertuples()
    }


def scores_panel(axis: Axes, table: pd.DataFrame, metric: str) -> None:
    """Draw a metric of every selection: training trials filled, held-out ones open, joined; black dashes as published.

    Values below -0.5 are drawn as arrowheads at the lower end.

    Args:
        axis: 2D axes.
        table: columns tables.SELECTIONS.
        metric: its name.
    """
    table = table[table["metric"] == metric]
    methods, recordings = (list(dict.fromkeys(table[column])) for column in ("method", "recording"))
    lowest = max(-0.5, min(0.0, table["value"].min()))
    for k, method in enumerate(methods):
        color, shift = method_color(method), 0.28 * (k - (len(methods) - 1) / 2)
        for place, recording in enumerate(recordings):
            rows = table[(table["method"] == method) & (table["recording"] == recording)].set_index("split")
            train, test = (max(rows.loc[split, "value"], lowest) for split in SPLITS)
            at = place + shift
            axis.plot([at, at], [train, test], color=color, linewidth=0.8, zorder=1)
            axis.plot(at, train, "o", color=color, markersize=3.5, zorder=2)
            shape = "v" if rows.loc["test", "value"] < lowest else "o"
            axis.plot(at, test, shape, markerfacecolor="white", markeredgecolor=color, markersize=3.5, zorder=2)
            if np.isfinite(published := rows.loc["train", "published"]):
                axis.plot([at - 0.11, at + 0.11], [published, published], color="black", linewidth=1, zorder=3)
    axis.axhline(0, color=GREY, linewidth=0.5, linestyle=":")
    axis.set(xlim=(-0.6, len(recordings) - 0.4), ylim=(lowest - 0.04, 1.04))
    axis.set_ylabel(METRICS[metric].label, labelpad=6)
    labels = [selection_name(recording) for recording in recordings]
    slant = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if label_room(recordings) > _LEVEL else {}
    axis.set_xticks(range(len(recordings)), labels, **slant)


def label_room(recordings: Sequence[str]) -> float:
    """Inches that the names of selections need below `scores_panel`; where they are many or long, they are slanted."""
    lengths = [len(selection_name(recording)) for recording in recordings]
    return _LEVEL if max(lengths) * len(lengths) < _LETTERS else 0.2 + 0.027 * max(lengths)


def scores_legend(table: pd.DataFrame) -> list[Line2D]:
    """Legend handles of `scores_panel`."""
    handles = [
        Line2D([], [], color=method_color(method), linewidth=2, label=method_name(method))
        for method in dict.fromkeys(table["method"])
    ]
    handles.append(Line2D([], [], color="0.3", linestyle="", marker="o", markersize=3.5, label=_HELD_OUT["train"]))
    style = {"markerfacecolor": "white", "markeredgecolor": "0.3", "markersize": 3.5}
    handles.append(Line2D([], [], color="0.3", linestyle="", marker="o", label=_HELD_OUT["test"], **style))
    if table["published"].notna().any():
        handles.append(Line2D([], [], color="black", linewidth=1, label="published (training trials)"))
    return handles


def selection_name(recording: str) -> str:
    """What figures call a selection: 'up-down 31, 38' of jenkins-20090925-up-down-31-38-all.

    A recording that is no selection of a dated session is called by its name.
    """
    name = RecordingName.parse(recording).selection or recording
    words, types = re.fullmatch(r"(.*?)((?:-\d+)*)", name).groups()
    return f"{words} {types[1:].replace('-', ', ')}".strip()
