"""The source data that the figures leave: what is drawn in each, as tables."""

from ner.data.columns import BIN, DIRECTION, RECORDING, SPLIT, TRIAL, VX, VY
from ner.data.embeddings import LATENT
from ner.decoding.columns import CONSISTENCY, METHOD, METRIC, NULL_HIGH, NULL_LOW, PROTOCOL, VALUE
from ner.decoding.few_trials import FEW_TRIALS
from ner.decoding.method_tests import ACROSS_TESTS
from ner.decoding.runs import COUNTS, OVER_RUNS
from ner.storage.tables import Column, Table
from ner.training.history import LOSS, STEP

#: Of means over recordings.
CHANCE = tuple(Column(null.name, null.unit, f"{null.meaning}, mean over recordings") for null in (NULL_LOW, NULL_HIGH))
AREA = Column("area", "", "M1, PMd or S1")
PUBLISHED = Column("published", VALUE.unit, "the same, as the authors published it; empty where they did not")
_DECODED = (
    VX,
    VY,
    *(Column(axis, "cm", f"position of the hand along {axis}, from that in the first bin") for axis in "xy"),
    *(Column(f"decoded_v{axis}", "cm/s", f"velocity along {axis}, decoded") for axis in "xy"),
    *(Column(f"decoded_{axis}", "cm", f"position along {axis}, by the decoded velocities") for axis in "xy"),
)
#: Bins with the movements decoded from them.
MOVEMENTS = Table(
    "{figure}_movements.csv",
    (METHOD, SPLIT, TRIAL, BIN, DIRECTION, *_DECODED),
    "decoded movements of the recording shown",
)
#: The same with their latent coordinates.
BINS = Table(
    "{figure}_bins.csv",
    (METHOD, SPLIT, TRIAL, BIN, DIRECTION, LATENT, *_DECODED),
    "embedding and decoded movements of the trials shown",
)

AVERAGES = Table(
    "{figure}_rotated.csv", (METHOD, RECORDING, DIRECTION, BIN, LATENT), "direction averages of the rotated embeddings"
)
STATE = Column("state", "", "before rotation, or the recording that it is rotated onto")
ROTATED_AVERAGES = Table(
    "{figure}_averages.csv",
    (METHOD, RECORDING, STATE, DIRECTION, BIN, LATENT),
    "direction averages before and after rotation",
)

AGREEMENT = Table(
    "{figure}_agreement.csv",
    (
        METHOD,
        RECORDING,
        STATE,
        Column(
            "r2", "1", "R2 of the direction averages against those of the recording rotated onto (before: the anchor)"
        ),
    ),
    "how well the direction averages agree with the anchor's",
)

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

LOSSES = Table(
    "{figure}_loss.csv",
    (METHOD, STEP, LOSS),
    "loss of the trainings",
)

NEURONS = Table(
    "{figure}_neurons.csv",
    (DIRECTION, BIN, Column("neuron_{k}", "spikes/s", "mean rate of the neuron")),
    "direction averages of the example neurons",
)

RATES = Table(
    "{figure}_rates.csv",
    (DIRECTION, BIN, Column("neuron_{k}", "1", "share of the neuron's maximum over the trials shown")),
    "smoothed counts of all neurons, in one trial of each direction",
)

SESSIONS = Table(
    "{figure}_sessions.csv",
    (
        METHOD,
        RECORDING,
        METRIC,
        Column("mean", VALUE.unit, f"mean {OVER_RUNS}"),
        Column("sd", VALUE.unit, f"standard deviation {OVER_RUNS}; empty for a single value"),
        *COUNTS,
        PUBLISHED,
        NULL_LOW,
        NULL_HIGH,
        AREA,
    ),
    "the metrics shown, recording by recording, beside the published ones",
)

ACCURACY = Table(
    "{figure}_time.csv",
    (
        AREA,
        METHOD,
        BIN,
        Column("mean", "%", "share of trials whose direction is decoded right, mean over recordings"),
        Column("sd", "%", "its standard deviation over recordings; empty for a single one"),
        Column("published", "%", "the same of the authors' table; empty where it lacks one of the recordings"),
        *CHANCE,
        *(
            Column(f"v{axis}", "cm/s", f"absolute velocity along {axis}, mean over trials and recordings")
            for axis in "xy"
        ),
    ),
    "accuracy of the direction over time",
)

_INTERVAL = "end of its 95 % interval over recordings; empty of fewer than three"
CONTROLS = Table(
    "{figure}_methods.csv",
    (
        METHOD,
        METRIC,
        Column("recordings", "", "number of recordings"),
        Column("mean", VALUE.unit, "mean over recordings"),
        Column("low", VALUE.unit, f"lower {_INTERVAL}"),
        Column("high", VALUE.unit, f"upper {_INTERVAL}"),
        *CHANCE,
        Column("difference", "R2: 1; accuracy: percentage points", "from the ceiling, recording by recording, mean"),
        Column("difference_low", "as difference", f"lower {_INTERVAL}"),
        Column("difference_high", "as difference", f"upper {_INTERVAL}"),
    ),
    "the methods shown, the best first",
)

FEW = Table(
    "{figure}_trials.csv",
    (
        METHOD,
        PROTOCOL,
        METRIC,
        *(column for column in FEW_TRIALS if column.name == "known"),
        RECORDING,
        Column("mean", VALUE.unit, "mean over draws, sources, seeds and folds; the recording is the target"),
        Column(
            "sd", VALUE.unit, "standard deviation over draws, mean over sources, seeds and folds; empty of a single one"
        ),
    ),
    "decoding by how many training trials of the target are used",
)

FRAMES = Table(
    "{figure}_frames.csv",
    (TRIAL, BIN, DIRECTION, *(Column(axis, "cm", f"position of the hand along {axis}") for axis in "xy"), LATENT),
    "hand and latent point of every bin of the film",
)
#: R2 of the selections of a session's trials.
SELECTIONS = Table(
    "{figure}_selections.csv",
    (
        METHOD,
        RECORDING,
        SPLIT,
        Column("trials", "", "number of trials"),
        METRIC,
        VALUE,
        Column("published", VALUE.unit, "as the paper prints it, of training trials; empty where it does not"),
    ),
    "how well the movements of each selection are decoded, training and held-out trials",
)
SELECTED_BINS = Table(
    "{figure}_selected_bins.csv",
    (
        METHOD,
        RECORDING,
        SPLIT,
        TRIAL,
        BIN,
        LATENT,
        *(Column(axis, "cm", f"position of the hand along {axis}") for axis in "xy"),
        *(Column(f"decoded_{axis}", "cm", f"position along {axis}, by the decoded velocities") for axis in "xy"),
    ),
    "embedding and paths of every selection",
)
BETWEEN_SEEDS, BETWEEN_RECORDINGS = "seeds", "recordings"
AGREED = Table(
    "{figure}_pairs.csv",
    (
        METHOD,
        Column("between", "", f"{BETWEEN_SEEDS} of a recording, or {BETWEEN_RECORDINGS} of the group"),
        RECORDING,
        Column("other", "", "the other recording of the pair; the same one between seeds"),
        *(column for column in CONSISTENCY if column.name == "fit"),
        Column("r2", "1", "R2 on test trials, mean over the pairs of seeds, or over both ways and the seeds"),
        Column("pairs", "", "how many ordered pairs of embeddings that is"),
    ),
    "how far embeddings say the same, a point of the figure a row",
)
TESTS = Table("{figure}_tests.csv", ACROSS_TESTS.columns, "the methods shown, tested against each other")
