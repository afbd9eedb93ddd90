"""From the movements and neurons of one recording to its embedding, and back to movements (paper, Fig 2)."""

from collections.abc import Mapping

from ner.figures.columns import BINS, NEURONS, RATES
from ner.figures.kinds.registry import Plan, Table
from ner.figures.settings import DECODER, METHOD, PROTOCOL, RECORDING, SEED

SETTINGS = {"recording": RECORDING, "method": METHOD, "decoder": DECODER, "protocol": PROTOCOL, "seed": SEED}
TABLES = {
    "bins": Table("embedding and decoded movements of the trials shown", BINS),
    "neurons": Table("direction averages of the example neurons", NEURONS),
    "rates": Table("smoothed counts of all neurons, in one trial of each direction", RATES),
}


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
    """How the movements were decoded."""
    return {key: entry[key] for key in ("decoder", "protocol")}
