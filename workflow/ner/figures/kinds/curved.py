"""Curved reaches: selections of a session's trials, embedded and decoded, training and held-out (paper, Fig 8)."""

from collections.abc import Mapping

from ner.figures.kinds.registry import Plan
from ner.figures.settings import DECODER, METHODS, SEED
from ner.figures.tables import SELECTED_BINS, SELECTIONS

SETTINGS = {
    "recordings": {
        "description": "the recordings shown, selections of a session's trials, a row of panels each",
        "title": "a non-empty list of different recordings",
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
        "uniqueItems": True,
        "refers": "recording",
    },
    "methods": METHODS,
    "decoder": DECODER,
    "seed": SEED,
}
TABLES = (SELECTIONS, SELECTED_BINS)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """Embedding and decoded movements of every recording and method, and what the paper prints of them."""
    shown = [(method, recording) for recording in entry["recordings"] for method in entry["methods"]]
    seed, decoder = entry["seed"], entry["decoder"]
    return {
        "embeddings": [plan.embedding_file(*of, seed) for of in shown],
        "movements": [plan.movements_file(decoder, *of, seed, "strict") for of in shown],
        "published": plan.published_files("curved", entry["recordings"])[0],
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """How the movements were decoded."""
    return {"decoder": entry["decoder"]}
