"""Decoding across the recordings of a group by every alignment, from none up to the target's own decoder."""

from collections.abc import Iterator, Mapping

from ner.data.needs import CONDITIONS
from ner.decoding.alignment_tests import COMPARISONS
from ner.figures.kinds.registry import Plan, Problem, unread_across, unshown_ceiling
from ner.figures.settings import DECODER, GROUP, METHOD, METHODS
from ner.figures.tables import CONTROLS, SESSIONS

SETTINGS = {
    "group": GROUP,
    "methods": METHODS,
    "ceiling": {**METHOD, "description": "the method of `methods` whose decoder of the target itself is a line"},
    "decoder": DECODER,
}
TABLES = (CONTROLS, SESSIONS, COMPARISONS)
NEEDS = {CONDITIONS}


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """Methods that the decoder does not read across recordings, a ceiling that is not shown, and none at all."""
    yield from unread_across(entry, plan)
    yield from unshown_ceiling(entry)
    if "target-trained" not in plan.protocols:
        found = f"protocols {', '.join(plan.protocols)}"
        yield Problem("ceiling", found, "target-trained among them", "add it to `decoding.across.protocols`")


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """The metrics of every method across the group's recordings, and their chance."""
    tables, _, nulls = plan.across_files(entry["group"])
    return {"tables": tables, "nulls": nulls}


def parameters(entry: Mapping, plan: Plan) -> dict:
    """What of the tables is shown: of the protocols all but the paper's."""
    shown = {key: entry[key] for key in ("methods", "ceiling", "decoder")}
    return {**shown, "protocols": [protocol for protocol in plan.protocols if protocol != "paper"]}
