"""How far embeddings say the same: between seeds of a recording, and between recordings of a group."""

from collections.abc import Mapping

from ner.figures.kinds.registry import Plan
from ner.figures.settings import GROUP, METHODS
from ner.figures.tables import AGREED

SETTINGS = {"group": GROUP, "methods": METHODS}
SHOWS_ALL = True
TABLES = (AGREED,)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """Between the seeds of all recordings, and between the group's recordings: none of what cannot be compared."""
    return {
        "seeds": plan.seeds_files(entry["methods"]),
        "recordings": plan.recordings_files(entry["group"], entry["methods"]),
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """The methods."""
    return {"methods": entry["methods"]}
