"""How methods work on one recording: loss, embedding and decoded movements, a row of panels a method (paper, Fig 1)."""

from collections.abc import Mapping

from ner.figures.kinds.registry import Plan
from ner.figures.settings import DECODER, METHODS, PROTOCOL, RECORDING, SEED
from ner.figures.tables import BINS, LOSSES, REGRESSION

SETTINGS = {"recording": RECORDING, "methods": METHODS, "decoder": DECODER, "protocol": PROTOCOL, "seed": SEED}
TABLES = (REGRESSION, LOSSES, BINS)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """Embedding, losses, decoded movements and metrics of every method, and what was published of them."""
    recording, seed, decoder = entry["recording"], entry["seed"], entry["decoder"]
    methods = entry["methods"]
    return {
        "embeddings": [plan.embedding_file(method, recording, seed) for method in methods],
        "histories": [plan.history_file(method, recording, seed) for method in methods],
        "movements": [plan.movements_file(decoder, method, recording, seed, entry["protocol"]) for method in methods],
        "scores": [plan.scores_file(decoder, method, recording, seed) for method in methods],
        "published": plan.published_files("within", [recording])[0],
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """How the movements were decoded, and the seed of the embedding."""
    return {key: entry[key] for key in ("decoder", "protocol", "seed")}
