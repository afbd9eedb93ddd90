"""Decoding across the recordings of a group, and the methods tested against each other (paper, Figs 5 and 7)."""

from collections.abc import Iterator, Mapping

from ner.decoding.across_summary import ACCURACY, CELLS, MEANS
from ner.figures.kinds.registry import Plan, Problem, undecoded
from ner.figures.settings import GROUP, PROTOCOL_ACROSS
from ner.figures.tables import TESTS

SETTINGS = {"group": GROUP, "protocol": PROTOCOL_ACROSS}
TABLES = (CELLS, MEANS, ACCURACY, TESTS)


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """A protocol that nothing is decoded by."""
    yield from undecoded(entry, plan)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """The tables of every method and seed across the group's recordings, the published ones, and the recordings."""
    tables, times, nulls = plan.across_files(entry["group"])
    published, published_time = plan.published_files("across", plan.groups[entry["group"]])
    return {
        "tables": tables,
        "times": times,
        "nulls": nulls,
        "published": published,
        "published_time": published_time,
        "recordings": [plan.recording_file(member) for member in plan.groups[entry["group"]]],
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """What each decoder reads, the protocol shown, and the recordings' hemispheres ('' where none is known)."""
    members = plan.groups[entry["group"]]
    read = {
        decoder: [method for method in methods if plan.suits(method, *members)]
        for decoder, methods in plan.across.items()
    }
    return {
        "decoders": {decoder: suited for decoder, suited in read.items() if suited},
        "protocol": entry["protocol"],
        "hemispheres": [plan.recordings[member].get("hemisphere", "") for member in members],
    }
