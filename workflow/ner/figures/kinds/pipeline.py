"""From the movements and neurons of one recording to its embedding, and back to movements (paper, Fig 2)."""

from collections.abc import Mapping

from ner.data.needs import CONDITIONS
from ner.figures.kinds.registry import Plan
from ner.figures.settings import DECODER, METHOD, PROTOCOL, RECORDING, SEED
from ner.figures.tables import BINS, NEURONS, RATES

SETTINGS = {"recording": RECORDING, "method": METHOD, "decoder": DECODER, "protocol": PROTOCOL, "seed": SEED}
NEEDS = {CONDITIONS}
TABLES = (BINS, NEURONS, RATES)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """The recording, its embedding, the movements decoded from it, their metrics, and what was published of them."""
    of = (entry["method"], entry["recording"], entry["seed"])
    return {
        "recording": plan.recording_file(entry["recording"]),
        "embedding": plan.embedding_file(*of),
        "movements": plan.movements_file(entry["decoder"], *of, entry["protocol"]),
        "scores": plan.scores_file(entry["decoder"], *of),
        "published": plan.published_files("within", [entry["recording"]])[0],
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """How the movements were decoded, and the seed of the embedding."""
    return {key: entry[key] for key in ("decoder", "protocol", "seed")}
