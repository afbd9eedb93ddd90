"""Latent dynamics of one area of a group, rotated onto an anchor, above decoding across the group (paper, Fig 6)."""

from collections.abc import Iterator, Mapping

from ner.data.names import AREAS
from ner.figures.kinds import across
from ner.figures.kinds.registry import Plan, Problem
from ner.figures.settings import METHODS, PROTOCOL, SEED
from ner.figures.tables import AVERAGES

SETTINGS = {
    **across.SETTINGS,
    # By which the embeddings are rotated too.
    "protocol": PROTOCOL,
    "methods": {**METHODS, "description": "the methods whose rotated embeddings are drawn"},
    "area": {"description": "the area of the group whose rotated embeddings are drawn", "enum": list(AREAS)},
    "anchor": {
        "description": "the recording of the group that they are rotated onto",
        "type": "string",
        "refers": "recording",
    },
    "seed": SEED,
}
TABLES = (*across.TABLES, AVERAGES)


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """An anchor outside the group, and what `across` finds."""
    yield from across.problems(entry, plan)
    members = plan.groups[entry["group"]]
    if entry["anchor"] not in members:
        yield Problem("anchor", entry["anchor"], members, f"name a recording of groups.{entry['group']}")


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """What `across` reads, and the embeddings of the area and of the anchor."""
    methods, seed, anchor = entry["methods"], entry["seed"], entry["anchor"]
    shown = [
        member
        for member in plan.groups[entry["group"]]
        if plan.recordings[member]["area"] == entry["area"] and member != anchor
    ]
    return {
        **across.inputs(entry, plan),
        "embeddings": [plan.embedding_file(method, recording, seed) for method in methods for recording in shown],
        "anchors": [plan.embedding_file(method, anchor, seed) for method in methods],
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """Those of `across`."""
    return across.parameters(entry, plan)
