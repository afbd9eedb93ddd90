"""Embeddings as one page of HTML, in 3D, to turn and zoom: plotly, and nothing from elsewhere."""

import base64
from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.colors import to_hex
from plotly.offline import get_plotlyjs

from ner.data.embeddings import Embedding
from ner.data.names import RecordingName
from ner.data.trials import direction_averages
from ner.figures.latents import VIEW
from ner.figures.pages import render
from ner.figures.style import condition_colors
from ner.methods.names import method_name

#: Single trials of each direction that the page holds; averages are over all of them.
TRIALS_SHOWN = 5
#: Coordinates are sent as 16-bit integers, in units of a method's extent over this.
_STEPS = 32767


def embeddings_page(
    shown: Mapping[tuple[str, str], Mapping[str, Embedding]], anchor: str, averages_only: Sequence[str] = ()
) -> str:
    """Lay out embeddings before and after rotation onto an anchor, each beside the anchor's.

    The page lets its reader choose method, recording and rotation. It shows direction averages over all trials given
    and some single trials, TRIALS_SHOWN of each direction at even distances; of more than three dimensions, the first
    three. Within a method everything has one scale and one origin.

    Args:
        shown: (method, recording) to the embedding in every state, by what the reader is to call the state: before
            rotation first. Each method has the same recordings, the anchor among them.
        anchor: the recording that the others are rotated onto.
        averages_only: methods of which no single trials are shown.

    Returns:
        An HTML page that needs nothing from elsewhere.

    Raises:
        ValueError: if an embedding has a single dimension.
    """
    methods: dict[str, dict] = {}
    for method in dict.fromkeys(method for method, _ in shown):
        own = {recording: states for (name, recording), states in shown.items() if name == method}
        singles = 0 if method in averages_only else TRIALS_SHOWN
        drawn = {recording: [_lines(e, singles) for e in states.values()] for recording, states in own.items()}
        points = np.concatenate([lines.reshape(-1, 3) for states in drawn.values() for lines, *_ in states])
        center = (points.min(axis=0) + points.max(axis=0)) / 2
        extent = 1.05 * np.abs(points - center).max()
        methods[method] = {
            "name": method_name(method),
            "dimensions": next(iter(own[anchor].values())).coordinates.shape[1],
            "singles": singles > 0,
            "sessions": {recording: _session(states, center, extent) for recording, states in drawn.items()},
        }
    recordings = {recording: RecordingName.parse(recording).title for _, recording in shown}
    embeddings = [embedding for states in shown.values() for embedding in states.values()]
    conditions = np.unique(np.concatenate([np.unique(embedding.condition) for embedding in embeddings])).tolist()
    colors = {_said(c): to_hex(color) for c, color in zip(conditions, condition_colors(conditions), strict=True)}
    states = {str(k): state for k, state in enumerate(next(iter(shown.values())))}
    elevation, azimuth = np.deg2rad(VIEW)
    eye = 1.8 * np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    content = {
        "anchor": anchor,
        "colors": colors,
        "eye": dict(zip("xyz", eye.round(4).tolist(), strict=True)),
        "methods": methods,
        "recordings": recordings,
        "states": states,
        "steps": _STEPS,
    }
    return render(
        "latents.html.j2",
        anchor=recordings[anchor],
        colors=colors,
        content=content,
        first=next((recording for recording in recordings if recording != anchor), anchor),
        methods={name: entry["name"] for name, entry in methods.items()},
        plotly=Markup(get_plotlyjs()),
        recordings=recordings,
        states=states,
        trials_shown=TRIALS_SHOWN,
    )


def _three(coordinates: np.ndarray) -> np.ndarray:
    """The first three dimensions; of two, the third is 0."""
    dimensions = coordinates.shape[-1]
    if dimensions < 2:
        raise ValueError("an embedding of one dimension; expected two dimensions or more")
    return np.pad(coordinates, [(0, 0)] * (coordinates.ndim - 1) + [(0, max(0, 3 - dimensions))])[..., :3]


def _said(condition: int | str) -> str:
    """What a condition is called: its name, or the direction."""
    return condition if isinstance(condition, str) else f"{condition}°"


def _lines(embedding: Embedding, singles: int) -> tuple[np.ndarray, list[str], int]:
    """What is drawn of an embedding: (lines, bins, 3), their conditions, and how many are averages, the first ones."""
    shared = embedding.common()
    trials = _three(shared.per_trial(shared.coordinates))
    direction = embedding.trial_condition
    averages, found = direction_averages(trials, direction)
    own = [np.flatnonzero(direction == d) for d in found]
    some = np.concatenate([k[np.linspace(0, len(k) - 1, min(singles, len(k))).astype(int)] for k in own])
    return (
        np.concatenate([averages, trials[some]]),
        [*map(_said, [*found.tolist(), *direction[some].tolist()])],
        len(found),
    )


def _session(states: Sequence[tuple[np.ndarray, list[int], int]], center: np.ndarray, extent: float) -> dict:
    """A recording's lines in every state, in units of the extent around the center."""
    scaled = [(_STEPS * (lines - center) / extent).round().astype("<i2") for lines, *_ in states]
    lines, directions, averages = states[0]
    return {
        "lines": [base64.b64encode(values.tobytes()).decode() for values in scaled],
        "directions": directions,
        "averages": averages,
        "bins": lines.shape[1],
    }
