"""Decoding across the recordings of a group against the number of the target's training trials."""

from collections.abc import Iterator, Mapping

from ner.data.needs import CONDITIONS
from ner.figures.kinds.registry import Plan, Problem, unread_across
from ner.figures.settings import DECODER, GROUP, METHODS
from ner.figures.tables import FEW

SETTINGS = {"group": GROUP, "methods": METHODS, "decoder": DECODER}
TABLES = (FEW,)
NEEDS = {CONDITIONS}


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """Methods that the decoder does not read across recordings."""
    yield from unread_across(entry, plan)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """The metrics of every method and seed."""
    return {"tables": plan.few_trials_files(entry["group"], entry["methods"])}


def parameters(entry: Mapping, plan: Plan) -> dict:
    """What of the tables is shown."""
    return {key: entry[key] for key in ("methods", "decoder")}
