"""The source data that the figures leave: what is drawn in each, as tables."""

from ner.data.columns import BIN, DIRECTION, RECORDING, SPLIT, TRIAL, VX, VY
from ner.data.embeddings import LATENT
from ner.decoding.columns import METHOD, METRIC, VALUE
from ner.decoding.method_tests import ACROSS_TESTS
from ner.storage.tables import Column, Table
from ner.training.history import LOSS, STEP
from ner.verification.compare import PUBLISHED

_AREA = Column("area", "", "M1, PMd or S1")
#: Bins with their coordinates, and the movements decoded from them.
_MOVEMENTS = (
    METHOD,
    SPLIT,
    TRIAL,
    BIN,
    DIRECTION,
    LATENT,
    VX,
    VY,
    *(Column(axis, "cm", f"position of the hand along {axis}, from that at the go cue") for axis in "xy"),
    *(Column(f"decoded_v{axis}", "cm/s", f"velocity along {axis}, decoded") for axis in "xy"),
    *(Column(f"decoded_{axis}", "cm", f"position along {axis}, by the decoded velocities") for axis in "xy"),
)
BINS = Table("{figure}_bins.csv", _MOVEMENTS, "embedding and decoded movements of training trials")
MOVEMENTS = Table("{figure}_movements.csv", _MOVEMENTS, "the example recording's decoded movements")
REGRESSION = Table(
    "{figure}_regression.csv",
    (
        METHOD,
        Column("component", "", "vx or vy"),
        Column("slope", "1", "of the decoded velocity over the real one, by ordinary least squares"),
        Column("intercept", "cm/s", "decoded velocity where the real one is 0"),
        Column("r2", "1", "share of the decoded velocity's variance that the line explains"),
        Column("p_value", "", "of the slope being 0, two-sided, every bin taken as independent"),
        Column("observations", "", "bins"),
    ),
    "decoded velocity against the real one",
)
LOSSES = Table("{figure}_loss.csv", (METHOD, STEP, LOSS), "loss of the trainings")
NEURONS = Table(
    "{figure}_neurons.csv",
    (DIRECTION, BIN, Column("neuron_{k}", "spikes/s", "mean rate of the neuron")),
    "direction averages of the example neurons",
)
RATES = Table(
    "{figure}_rates.csv",
    (DIRECTION, BIN, Column("neuron_{k}", "1", "share of the neuron's maximum over training trials")),
    "smoothed counts of all neurons, in one trial of each direction",
)
AVERAGES = Table(
    "{figure}_averages.csv",
    (METHOD, RECORDING, DIRECTION, BIN, LATENT),
    "direction averages of the rotated embeddings",
)
ROTATED_AVERAGES = Table(
    "fig3_averages.csv",
    (METHOD, RECORDING, Column("rotation", "", "before or after rotation onto the anchor"), DIRECTION, BIN, LATENT),
    "direction averages before and after rotation",
)
AGREEMENT = Table(
    "{figure}_agreement.csv",
    (
        METHOD,
        RECORDING,
        *(
            Column(state, "1", f"R2 of the direction averages against the anchor's, {state} rotation")
            for state in ("before", "after")
        ),
    ),
    "how well the direction averages agree with the anchor's",
)
SESSIONS = Table(
    "{figure}_sessions.csv",
    (
        METHOD,
        RECORDING,
        METRIC,
        Column("mean", VALUE.unit, "mean over seeds"),
        Column("sd", VALUE.unit, "standard deviation over seeds; empty for a single one"),
        Column("seeds", "", "number of seeds"),
        PUBLISHED,
        _AREA,
    ),
    "the metrics shown, beside the published ones",
)
_ACCURACY = (
    _AREA,
    METHOD,
    BIN,
    Column("mean", "%", "share of trials whose direction is decoded right, mean over recordings"),
    Column("sd", "%", "its standard deviation over recordings"),
    *(Column(f"v{axis}", "cm/s", f"absolute velocity along {axis}, mean over trials and recordings") for axis in "xy"),
)
FIG4_ACCURACY, FIG4_STRICT_ACCURACY = (
    Table(f"fig4{protocol}_accuracy.csv", _ACCURACY, "accuracy of the direction over time")
    for protocol in ("", "_{protocol}")
)
TESTS = Table("{figure}_tests.csv", ACROSS_TESTS.columns, "the methods shown, tested against each other")
