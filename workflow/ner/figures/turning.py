"""Embeddings as one page of HTML, in 3D, to turn and zoom: plotly, and nothing from elsewhere."""

import base64
import json
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from matplotlib.colors import to_hex
from plotly.offline import get_plotlyjs

from ner.data.embeddings import Embedding
from ner.data.names import RecordingName
from ner.data.trials import direction_averages
from ner.figures.style import VIEW, direction_colour
from ner.methods.names import method_name

_VIEWS = ("left", "right")
#: Single trials of each direction that the page holds; averages are over all of them.
TRIALS_SHOWN = 5
#: Coordinates are sent as 16-bit integers, in units of a method's extent over this.
_STEPS = 32767
# Plotly compiles functions; beyond that, the page may load nothing.
_POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:"
_STYLE = """
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; color: #1c2430; margin: .7em auto;
  max-width: 100em; padding: 0 1.2em; }
h1 { font-size: 1.3em; margin: 0; }
h2 { font-size: 1em; margin: .3em 0; min-height: 1.45em; }
p { margin: .1em 0 .4em; }
form, .wheel { display: flex; flex-wrap: wrap; gap: .3em 1.2em; align-items: center; margin: .3em 0; }
select { font: inherit; padding: .15em .3em; }
.wheel b { display: inline-block; width: 1.3em; height: .35em; border-radius: .2em; margin-right: .4em;
  vertical-align: middle; }
.views { display: grid; grid-template-columns: repeat(auto-fit, minmax(24em, 1fr)); gap: 1em; }
.view { height: max(20em, 100vh - 13.6em); border: 1px solid #c9d1db; border-radius: .3em; }
"""
_SCRIPT = """
const page = JSON.parse(document.getElementById("embeddings").textContent);
const chosen = Object.fromEntries(
  ["method", "session", "rotation", "trials"].map((name) => [name, document.getElementById(name)]));
const views = ["left", "right"].map((name) => document.getElementById(name));

function lines(session, rotation) {
  const bytes = Uint8Array.from(atob(session[rotation]), (letter) => letter.charCodeAt(0));
  const values = new Int16Array(bytes.buffer);
  return session.directions.map((direction, line) => {
    const at = (bin, axis) => values[(line * session.bins + bin) * 3 + axis] / page.steps;
    const bins = [...Array(session.bins).keys()];
    const xyz = [0, 1, 2].map((axis) => bins.map((bin) => at(bin, axis)));
    return {direction, average: line < session.averages, xyz};
  });
}

function traces(session, rotation, trials) {
  const all = lines(session, rotation);
  const averages = all.filter((line) => line.average);
  const made = [];
  for (const average of trials ? [false, true] : [true]) {
    for (const {direction} of averages) {
      const own = all.filter((line) => line.average === average && line.direction === direction);
      const [x, y, z] = [0, 1, 2].map((axis) => own.flatMap((line) => [...line.xyz[axis], null]));
      made.push({type: "scatter3d", mode: "lines", x, y, z, name: `${direction}°`, opacity: average ? 1 : 0.35,
        hovertemplate: `${direction}°, ${average ? "average" : "single trials"}<extra></extra>`,
        line: {color: page.colours[direction], width: average ? 7 : 1.5}});
    }
  }
  const [x, y, z] = [0, 1, 2].map((axis) => averages.map((line) => line.xyz[axis][0]));
  made.push({type: "scatter3d", mode: "markers", x, y, z, hovertemplate: "go cue<extra></extra>",
    marker: {size: 4.5, color: averages.map((line) => page.colours[line.direction]),
      line: {color: "black", width: 1}}});
  return made;
}

function layout(flat) {
  const axis = {range: [-1, 1], showticklabels: false, title: {text: ""}, showspikes: false, gridcolor: "#e3e7ec",
    zerolinecolor: "#e3e7ec", nticks: 5};
  const scene = {xaxis: axis, yaxis: axis, zaxis: flat ? {...axis, visible: false} : axis, ...seen,
    dragmode: flat ? "pan" : "orbit"};
  return {scene, showlegend: false, margin: {l: 0, r: 0, t: 0, b: 0}};
}

// Without perspective, the scale is the aspect ratio's, which scrolling changes.
function home(flat) {
  const scale = flat ? 1.9 : 1.55;
  const view = flat ? {eye: {x: 0, y: 0, z: 2}, up: {x: 0, y: 1, z: 0}} : {eye: page.eye, up: {x: 0, y: 0, z: 1}};
  return {camera: {...view, projection: {type: "orthographic"}}, aspectmode: "manual",
    aspectratio: {x: scale, y: scale, z: scale}};
}

let seen = null, drawnFlat = null;

function draw() {
  const method = page.methods[chosen.method.value];
  const flat = method.dimensions === 2;
  if (flat !== drawnFlat) [seen, drawnFlat] = [home(flat), flat];
  chosen.trials.disabled = !method.singles;
  const rotation = chosen.rotation.value;
  const shown = [chosen.session.value, page.anchor];
  views.forEach((view, k) => {
    const anchored = k === 1;
    const session = method.sessions[shown[k]];
    const state = anchored ? "the anchor" : rotation === "after" ? "rotated onto the anchor" : "before rotation";
    document.getElementById(view.id + "-title").textContent =
      `${method.name}: ${page.recordings[shown[k]]}, ${state}`;
    Plotly.react(view, traces(session, anchored ? "before" : rotation, chosen.trials.checked), layout(flat),
      {displaylogo: false, responsive: true, showSendToCloud: false, plotlyServerURL: "", scrollZoom: true,
        modeBarButtonsToRemove: ["resetCameraLastSave3d"]});
  });
}

function turn(from, to, change) {
  const found = {};
  for (const key of ["camera", "aspectratio"]) {
    const value = change["scene." + key];
    if (!value) continue;
    seen = {...seen, [key]: value};
    if (JSON.stringify(to.layout.scene[key]) !== JSON.stringify(value)) found["scene." + key] = value;
  }
  if (Object.keys(found).length) Plotly.relayout(to, found);
}

for (const control of Object.values(chosen)) control.addEventListener("change", draw);
draw();
views.forEach((view, k) => {
  for (const event of ["plotly_relayout", "plotly_relayouting"])
    view.on(event, (change) => turn(view, views[1 - k], change));
});
"""


def embeddings_page(
    pairs: Mapping[tuple[str, str], tuple[Embedding, Embedding]], anchor: str, averages_only: Sequence[str] = ()
) -> str:
    """Lay out embeddings before and after rotation onto an anchor, each beside the anchor's.

    The page lets its reader choose method, recording and rotation. It shows direction averages over all trials given
    and some single trials, TRIALS_SHOWN of each direction at even distances; of more than three dimensions, the first
    three. Within a method everything has one scale and one origin.

    Args:
        pairs: (method, recording) to the embedding before and after rotation; each method with the same recordings.
        anchor: the recording that the others are rotated onto, one of them.
        averages_only: methods of which no single trials are shown.

    Returns:
        An HTML page that needs nothing from elsewhere.

    Raises:
        ValueError: if an embedding has a single dimension.
    """
    methods: dict[str, dict] = {}
    for method in dict.fromkeys(method for method, _ in pairs):
        own = {recording: pair for (name, recording), pair in pairs.items() if name == method}
        singles = 0 if method in averages_only else TRIALS_SHOWN
        drawn = {recording: [_lines(embedding, singles) for embedding in pair] for recording, pair in own.items()}
        points = np.concatenate([lines.reshape(-1, 3) for pair in drawn.values() for lines, *_ in pair])
        centre = (points.min(axis=0) + points.max(axis=0)) / 2
        extent = 1.05 * np.abs(points - centre).max()
        methods[method] = {
            "name": method_name(method),
            "dimensions": next(iter(own.values()))[0].coordinates.shape[1],
            "singles": singles > 0,
            "sessions": {recording: _session(pair, centre, extent) for recording, pair in drawn.items()},
        }
    recordings = {recording: RecordingName.parse(recording).title for _, recording in pairs}
    directions = sorted({int(d) for before, _ in pairs.values() for d in np.unique(before.direction)})
    colours = {direction: to_hex(direction_colour(direction)) for direction in directions}
    elevation, azimuth = np.deg2rad(VIEW)
    eye = 1.8 * np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    content = {
        "anchor": anchor,
        "colours": colours,
        "eye": dict(zip("xyz", eye.round(4).tolist(), strict=True)),
        "methods": methods,
        "recordings": recordings,
        "steps": _STEPS,
    }
    first = next((recording for recording in recordings if recording != anchor), anchor)
    wheel = "".join(f'<span><b style="background:{colour}"></b>{d}°</span>' for d, colour in colours.items())
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Embeddings before and after rotation</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        "<h1>Embeddings before and after rotation</h1>\n"
        f"<p>Left, a recording; right, the one that all are rotated onto, {escape(recordings[anchor])}. Thick lines "
        f"are averages over the trials of a direction, dots their go cue; thin lines are {TRIALS_SHOWN} single trials "
        "of each direction. Drag to turn, scroll to zoom both. Within a method everything has one scale.</p>\n<form>"
        + _select("method", "Method", {name: entry["name"] for name, entry in methods.items()})
        + _select("session", "Recording", recordings, first)
        + _select("rotation", "Rotation", {"before": "before", "after": "after"})
        + '<label><input type="checkbox" id="trials" checked> single trials</label>\n'
        f'<span class="wheel">{wheel}</span></form>\n<div class="views">\n'
        + "".join(f'<section><h2 id="{k}-title"></h2><div id="{k}" class="view"></div></section>\n' for k in _VIEWS)
        + f'</div>\n<script type="application/json" id="embeddings">{_json(content)}</script>\n'
        f"<script>{get_plotlyjs()}</script>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _three(coordinates: np.ndarray) -> np.ndarray:
    """The first three dimensions; of two, the third is 0."""
    dimensions = coordinates.shape[-1]
    if dimensions < 2:
        raise ValueError("an embedding of one dimension; expected two dimensions or more")
    return np.pad(coordinates, [(0, 0)] * (coordinates.ndim - 1) + [(0, max(0, 3 - dimensions))])[..., :3]


def _lines(embedding: Embedding, singles: int) -> tuple[np.ndarray, list[int], int]:
    """What is drawn of an embedding: (lines, bins, 3), their directions, and how many are averages, the first ones."""
    trials = _three(embedding.per_trial(embedding.coordinates))
    direction = embedding.trial_direction
    averages, found = direction_averages(trials, direction)
    own = [np.flatnonzero(direction == d) for d in found]
    some = np.concatenate([k[np.linspace(0, len(k) - 1, min(singles, len(k))).astype(int)] for k in own])
    return np.concatenate([averages, trials[some]]), [*found.tolist(), *direction[some].tolist()], len(found)


def _session(pair: Sequence[tuple[np.ndarray, list[int], int]], centre: np.ndarray, extent: float) -> dict:
    """A recording's lines before and after, in units of the extent around the centre."""
    entry: dict = {}
    for state, (lines, directions, averages) in zip(("before", "after"), pair, strict=True):
        scaled = (_STEPS * (lines - centre) / extent).round().astype("<i2")
        entry[state] = base64.b64encode(scaled.tobytes()).decode()
        entry |= {"directions": directions, "averages": averages, "bins": lines.shape[1]}
    return entry


def _json(content: Mapping) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")


def _select(name: str, label: str, choices: Mapping[str, str], first: str = "") -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == first else ""}>{escape(text)}</option>'
        for value, text in choices.items()
    )
    return f'<label>{label} <select id="{name}" autocomplete="off">{options}</select></label>\n'
