"""Figures of latent dynamics before and after rotation: an overview, and a page a method and group of recordings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.lines import Line2D

from ner.data.embeddings import Embedding
from ner.data.names import RecordingName
from ner.data.trials import direction_averages
from ner.decoding.alignment import rotated_onto
from ner.figures.latents import condition_legend, embedding_axes, embedding_panel
from ner.figures.style import WIDTH, method_color, trial_colors, write_on
from ner.methods.names import method_name

#: The state of embeddings as they are.
BEFORE = "before rotation"
#: Lowest agreement that is drawn; what lies below is an arrowhead.
FLOOR = -1.0
_MARKERS = ("o", "s", "D")


@dataclass(frozen=True)
class Rotations:
    """Embeddings of a group's recordings before and after rotation, their training trials.

    Attributes:
        states: what each state is called, BEFORE first, to the recording that embeddings are rotated onto; before
            rotation, that which they are held against: the anchor.
        anchor: the recording that all are rotated onto at last.
        holds_anchor: whether it is one of the group. If not, it comes last, and is the same in every state.
        embeddings: (method, recording) to state to embedding.
    """

    states: Mapping[str, str]
    anchor: str
    holds_anchor: bool
    embeddings: Mapping[tuple[str, str], Mapping[str, Embedding]]

    @classmethod
    def of(
        cls,
        embeddings: Sequence[Embedding],
        anchors: Sequence[Embedding],
        rule: Callable[[Embedding, Embedding], np.ndarray],
        *,
        onto_each_other: bool = False,
    ) -> "Rotations":
        """Rotate embeddings onto the anchor's of their method.

        Args:
            embeddings: of every method the same recordings.
            anchors: one of every method, of one recording, with as many bins in a trial as the others.
            rule: `alignment.paper_rotation`, `strict_rotation` or another one.
            onto_each_other: whether they are also rotated onto the first recording, as a state of its own.

        Raises:
            InputError: if an embedding and its anchor have other directions or other bins in a trial.
        """
        by_key = {(e.metadata["method"], e.metadata["recording"]): e for e in embeddings}
        onto = {e.metadata["method"]: e for e in anchors}
        anchor = anchors[0].metadata["recording"]
        first = next((recording for _, recording in by_key), anchor)
        states = {BEFORE: anchor}
        states |= {f"rotated onto {RecordingName.parse(first).title}": first} if onto_each_other else {}
        states |= {f"rotated onto {RecordingName.parse(anchor).title}": anchor}
        rotated: dict[tuple[str, str], dict[str, Embedding]] = {}
        for method, target in onto.items():
            targets = {anchor: target, first: by_key.get((method, first), target)}
            for (name, recording), embedding in by_key.items():
                if name == method:
                    rotated[method, recording] = {
                        state: embedding if state == BEFORE else rotated_onto(embedding, targets[of_state], rule)
                        for state, of_state in states.items()
                    }
            rotated.setdefault((method, anchor), dict.fromkeys(states, target))
        return cls(
            states,
            anchor,
            any(recording == anchor for _, recording in by_key),
            {key: {state: e.select(e.train) for state, e in found.items()} for key, found in rotated.items()},
        )

    @property
    def methods(self) -> list[str]:
        """In order."""
        return list(dict.fromkeys(method for method, _ in self.embeddings))

    @property
    def recordings(self) -> dict[str, RecordingName]:
        """Name to its parts, in order."""
        return {recording: RecordingName.parse(recording) for _, recording in self.embeddings}

    def members(self, state: str) -> list[str]:
        """The recordings of a state: without an anchor from elsewhere where they are not held against it."""
        left_out = not self.holds_anchor and self.states[state] != self.anchor
        return [recording for recording in self.recordings if not (left_out and recording == self.anchor)]

    @property
    def groups(self) -> dict[str, list[str]]:
        """Recordings that stand together, by a monkey's year."""
        groups: dict[str, list[str]] = {}
        for recording, name in self.recordings.items():
            groups.setdefault(name.group if name.date else "Recordings", []).append(recording)
        return groups

    @cached_property
    def averages(self) -> dict[tuple[str, str, str], tuple[np.ndarray, np.ndarray]]:
        """(method, recording, state) to the averages over conditions, and these; not of recordings without such."""
        return {
            (*key, state): direction_averages(e.common().per_trial(e.common().coordinates), e.trial_condition)
            for key, states in self.embeddings.items()
            for state, e in states.items()
            if e.has_conditions
        }

    def averages_table(self) -> pd.DataFrame:
        """Columns tables.ROTATED_AVERAGES."""
        rows = []
        for (method, recording, state), (mean, directions) in self.averages.items():
            table = averages_table(mean, directions)
            rows.append(table.assign(method=method, recording=recording, state=state))
        whole = pd.concat(rows)
        first = ["method", "recording", "state", "direction", "bin"]
        return whole[first + [column for column in whole.columns if column not in first]]

    @cached_property
    def agreement(self) -> pd.DataFrame:
        """Columns tables.AGREEMENT: R2 over the conditions of both, bins and dimensions together."""
        rows = []
        for (method, recording, state), (mean, found) in self.averages.items():
            if recording not in self.members(state):
                continue
            target, expected = self.averages[method, self.states[state], BEFORE]
            mean, target = mean[np.isin(found, expected)], target[np.isin(expected, found)]
            shared = min(mean.shape[1], target.shape[1])
            mean, target = mean[:, :shared], target[:, :shared]
            spread = np.sum((target - target.mean(axis=(0, 1))) ** 2)
            rows.append((method, recording, state, 1 - np.sum((mean - target) ** 2) / spread))
        return pd.DataFrame(rows, columns=["method", "recording", "state", "r2"])


def averages_table(averages: np.ndarray, directions: np.ndarray) -> pd.DataFrame:
    """Averages over conditions as a table: direction, bin, z1 ... zd.

    Args:
        averages: (directions, bins, d).
        directions: (directions,), degrees, or names of conditions.
    """
    bins, dimensions = averages.shape[1:]
    table = pd.DataFrame({"direction": np.repeat(directions, bins), "bin": np.tile(np.arange(bins), len(directions))})
    table[[f"z{k + 1}" for k in range(dimensions)]] = averages.reshape(-1, dimensions)
    return table


def pages(rotations: Rotations, averages_only: Sequence[str], subtitle: str) -> Iterator[Figure]:
    """The overview, then a page a method and group of recordings.

    Args:
        rotations: what is shown.
        averages_only: methods of which no single trials are shown.
        subtitle: by which protocol, and which trials.
    """
    yield _overview(rotations, subtitle)
    for method in rotations.methods:
        for group, members in rotations.groups.items():
            kinds = ["averages"] if method in averages_only else ["single trials", "averages"]
            yield _sessions(rotations, method, group, members, kinds, subtitle)


def _panel(figure: Figure, spec: SubplotSpec, drawn: Sequence, points: np.ndarray, **style) -> Axes:
    """One embedding's lines: pairs of paths and directions, on axes whose scale the points set."""
    axis = embedding_axes(figure, spec, points)
    if points.shape[1] == 2:
        middle, half = (points.max(axis=0) + points.min(axis=0)) / 2, 0.53 * np.ptp(points, axis=0).max()
        axis.set(xlim=middle[0] + [-half, half], ylim=middle[1] + [-half, half])
    for paths, directions in drawn:
        embedding_panel(axis, paths, directions, **style)
    return axis


def _overview(rotations: Rotations, subtitle: str) -> Figure:
    """Averages of all recordings together in every state, and their agreement with what they are rotated onto."""
    methods, states, recordings = rotations.methods, list(rotations.states), rotations.recordings
    columns = len(states)
    panel_height = 3.7 / columns if columns > 2 else 1.85
    height = panel_height * len(methods) + 1.65
    figure = plt.figure(figsize=(WIDTH, height))
    grid = figure.add_gridspec(
        len(methods),
        columns + 2,
        width_ratios=[*[1] * columns, 0.12, 0.8 * columns],
        left=0.06,
        right=0.985,
        top=1 - 0.7 / height,
        bottom=0.95 / height,
        hspace=0.22,
        wspace=0.1,
    )
    for row, method in enumerate(methods):
        for column, state in enumerate(states):
            drawn = [rotations.averages[method, recording, state] for recording in rotations.members(state)]
            points = np.concatenate([paths.reshape(-1, paths.shape[2]) for paths, _ in drawn])
            axis = _panel(figure, grid[row, column], drawn, points, linewidth=0.7, alpha=0.8)
            if row == 0:
                axis.set_title(state.replace("rotated onto ", "rotated onto\n"))
            if column == 0:
                style = {"color": method_color(method), "fontweight": "bold", "rotation": 90}
                write_on(axis, -0.06, 0.5, method_name(method), va="center", ha="right", **style)
        axis = figure.add_subplot(grid[row, columns + 1])
        _agreement_panel(axis, rotations, method, labels=row == len(methods) - 1)
        if row == 0:
            axis.set_title("agreement (R²)")
    handles = [
        Line2D([], [], color="0.3", marker=marker, markersize=4, linestyle="", label=state)
        for state, marker in zip(states, _MARKERS, strict=False)
    ]
    handles[0].set_markerfacecolor("white")
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.16, 0.0), ncols=3)
    condition_legend(figure.add_axes((0.06, 0.02 / height, 0.1, 0.72 / height)), _every(rotations), "")
    title = f"Direction averages of {len(recordings)} recordings on top of each other"
    figure.text(0.015, 1 - 0.08 / height, f"{title}\n({subtitle})", va="top", fontsize=7.5)
    return figure


def _every(rotations: Rotations) -> list[Embedding]:
    return [embedding for states in rotations.embeddings.values() for embedding in states.values()]


def _agreement_panel(axis: Axes, rotations: Rotations, method: str, *, labels: bool) -> None:
    """A recording's agreement in every state, one above the other."""
    places: dict[str, float] = {}
    for k, members in enumerate(rotations.groups.values()):
        start = len(places) + 0.7 * k
        places |= {recording: start + j for j, recording in enumerate(members)}
    color, markers = method_color(method), dict(zip(rotations.states, _MARKERS, strict=False))
    table = rotations.agreement[rotations.agreement["method"] == method].set_index(["recording", "state"])["r2"]
    for recording, place in places.items():
        shown = table[recording].clip(lower=FLOOR)
        axis.plot([place, place], [shown.min(), shown.max()], color=color, linewidth=0.8, alpha=0.5)
        for state, value in shown.items():
            marker = "v" if value == FLOOR else markers[state]
            style = {"marker": marker, "markersize": 4, "clip_on": False}
            axis.plot(place, value, color=color, markerfacecolor="white" if state == BEFORE else color, **style)
    axis.axhline(0, color="0.7", linewidth=0.5)
    axis.set(ylim=(FLOOR, 1.03), xlim=(-0.6, max(places.values()) + 0.6), yticks=[-1, -0.5, 0, 0.5, 1])
    names = [rotations.recordings[recording] for recording in places]
    days = [name.title.partition(",")[0].removeprefix(f"{name.monkey} ") for name in names]
    axis.set_xticks(list(places.values()), days if labels else [])
    axis.tick_params(axis="x", labelrotation=90)


def _sessions(
    rotations: Rotations, method: str, group: str, members: Sequence[str], kinds: Sequence[str], subtitle: str
) -> Figure:
    """One column a recording: single trials above direction averages, in every state."""
    columns, states = max(len(members), 4), list(rotations.states)
    size = 6.6 / columns
    height = len(states) * len(kinds) * size + 1.05
    figure = plt.figure(figsize=(WIDTH, height))
    grid = figure.add_gridspec(
        len(states) * len(kinds),
        columns,
        left=0.075,
        right=0.99,
        top=1 - 0.75 / height,
        bottom=0.1 / height,
        hspace=0.12,
        wspace=0.04,
    )
    for part, state in enumerate(states):
        table = rotations.agreement[(rotations.agreement["method"] == method) & (rotations.agreement["state"] == state)]
        agreement = table.set_index("recording")["r2"]
        lines = {"averages": {recording: rotations.averages[method, recording, state] for recording in members}}
        if "single trials" in kinds:
            embeddings = {recording: rotations.embeddings[method, recording][state] for recording in members}
            lines["single trials"] = {
                recording: (e.trials(e.coordinates), trial_colors(e)) for recording, e in embeddings.items()
            }
        points = np.concatenate([np.concatenate(list(paths)) for paths, _ in lines[kinds[0]].values()])
        for row, kind in enumerate(kinds):
            style = {"linewidth": 1.3, "alpha": 1, "starts": True} if kind == "averages" else {}
            for column, (recording, of_recording) in enumerate(lines[kind].items()):
                axis = _panel(figure, grid[len(kinds) * part + row, column], [of_recording], points, **style)
                if part == 0 and row == 0:
                    name = rotations.recordings[recording]
                    axis.set_title(
                        (name.day or name.monkey) + ("\n(anchor)" if recording == rotations.anchor else "\n")
                    )
                if (
                    kind == "averages"
                    and (method, recording, state) in agreement.index
                    and recording != rotations.states[state]
                ):
                    r2 = f"R² {agreement[recording]:.2f}".replace("-", "−")
                    write_on(axis, 0.5, 1, r2, ha="center", va="bottom", fontsize=6)
                if column == 0:
                    said = f"{state.replace('rotated onto ', 'onto ').partition(',')[0]}\n{kind}"
                    write_on(axis, -0.07, 0.5, said, rotation=90, va="center", ha="right", fontsize=5.5)
    style = {"va": "top", "fontsize": 9, "fontweight": "bold", "color": method_color(method)}
    figure.text(0.015, 1 - 0.08 / height, f"{method_name(method)}, {group}", **style)
    figure.text(0.985, 1 - 0.1 / height, subtitle, va="top", ha="right", fontsize=7)
    return figure
