"""A film of one recording: the hand's path beside the latent point, trial after trial (the authors' animation)."""

from collections.abc import Mapping

from ner.figures.kinds.registry import File, Plan
from ner.figures.settings import METHOD, PROTOCOL, RECORDING, SEED
from ner.figures.tables import FRAMES

SETTINGS = {
    "recording": RECORDING,
    "method": METHOD,
    "protocol": PROTOCOL,
    "seed": SEED,
    "trials": {
        "description": "trials in the .gif, spread evenly over the directions; the page holds all",
        "type": "integer",
        "minimum": 1,
        "maximum": 64,
        "default": 16,
    },
}
TABLES = (FRAMES,)
FILES = {
    "page": File(".html", "the film as a page that plays without network"),
    "gif": File(".gif", "the film's first trials, to put in a talk"),
}


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """The embedding, which holds the hand's movements too."""
    return {"embedding": plan.embedding_file(entry["method"], entry["recording"], entry["seed"])}


def parameters(entry: Mapping, plan: Plan) -> dict:
    """Which trials, and how many of them."""
    return {key: entry[key] for key in ("protocol", "trials")}
