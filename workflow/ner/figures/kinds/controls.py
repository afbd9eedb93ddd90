"""Held-out scores of all methods and controls, paired by recording, from chance up to a ceiling."""

from collections.abc import Iterator, Mapping

from ner.decoding.method_tests import WITHIN_TESTS
from ner.figures.kinds.registry import Plan, Problem, unread, unshown_ceiling
from ner.figures.settings import DECODER, METHOD, METHODS, PROTOCOL
from ner.figures.tables import CONTROLS, SESSIONS

SETTINGS = {
    "methods": METHODS,
    "ceiling": {**METHOD, "description": "the method of `methods` whose means are drawn as lines through the others"},
    "decoder": DECODER,
    "protocol": PROTOCOL,
}
SHOWS_ALL = True
TABLES = (CONTROLS, SESSIONS, WITHIN_TESTS)


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """Methods that the decoder does not read, and a ceiling that is not shown."""
    yield from unread(entry, plan)
    yield from unshown_ceiling(entry)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """The metrics of every method within every recording, their chance, and the published ones."""
    tables, _, nulls = plan.within_files(entry["decoder"], entry["methods"])
    return {"tables": tables, "nulls": nulls, "published": plan.published_files("within", plan.compared())[0]}


def parameters(entry: Mapping, plan: Plan) -> dict:
    """What of the tables is shown."""
    return {key: entry[key] for key in ("methods", "ceiling", "decoder", "protocol")}
