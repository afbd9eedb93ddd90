"""Latent dynamics of a group's recordings, before and after rotation onto an anchor (paper, Figs 3 and 7)."""

from collections.abc import Iterator, Mapping

from ner.data.needs import CONDITIONS
from ner.figures.kinds.registry import File, Plan, Problem
from ner.figures.settings import GROUP, METHODS, PROTOCOL, SEED
from ner.figures.tables import AGREEMENT, ROTATED_AVERAGES

SETTINGS = {
    "group": GROUP,
    "methods": METHODS,
    "anchor": {
        "description": "the recording that the others are rotated onto; `example` is the one that config names so",
        "type": "string",
        "refers": "recording",
        "default": "example",
    },
    "anchor_bins": {
        "description": "first and last bin of the anchor's trials that the others are held against, from 0; null: all",
        "title": "two whole numbers, or null",
        "type": ["array", "null"],
        "items": {"type": "integer", "minimum": 0},
        "minItems": 2,
        "maxItems": 2,
        "default": None,
    },
    "onto_each_other": {
        "description": "whether the recordings are first rotated onto the first one of the group, as a step of its own",
        "type": "boolean",
        "default": False,
    },
    "averages_only": {
        "description": "the methods of which no single trials are shown",
        "title": "a list of different methods",
        "type": "array",
        "items": {"type": "string"},
        "uniqueItems": True,
        "refers": "method",
        "default": [],
    },
    "protocol": PROTOCOL,
    "seed": SEED,
}
NEEDS = {CONDITIONS}
TABLES = (ROTATED_AVERAGES, AGREEMENT)
FILES = {"page": File(".html", "the embeddings in 3D, to turn and zoom")}


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """An anchor whose trials have another number of bins than the group's."""
    members, anchor = plan.groups[entry["group"]], entry["anchor"]
    bins = plan.recordings[members[0]]["bins"]
    anchor_bins = plan.recordings[anchor]["bins"]
    if not (isinstance(bins, int) and isinstance(anchor_bins, int)):
        return
    if entry["anchor_bins"] is None:
        if anchor_bins != bins:
            remedy = "name another anchor, or the bins of it that count in `anchor_bins`"
            yield Problem("anchor", f"{anchor}, of {anchor_bins} bins", f"{bins}, as the group has", remedy)
        return
    first, last = entry["anchor_bins"]
    if last >= anchor_bins or last - first + 1 != bins:
        expected = f"{bins} bins, as the group has, of the anchor's 0 to {anchor_bins - 1}"
        yield Problem("anchor_bins", f"bins {first} to {last}", expected, "change them")


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """Embeddings of every method and recording, and of the anchor."""
    methods, seed = entry["methods"], entry["seed"]
    return {
        "embeddings": [
            plan.embedding_file(method, recording, seed)
            for method in methods
            for recording in plan.groups[entry["group"]]
        ],
        "anchors": [plan.embedding_file(method, entry["anchor"], seed) for method in methods],
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """How they are rotated and shown."""
    return {key: entry[key] for key in ("anchor_bins", "onto_each_other", "averages_only", "protocol")}
