"""The columns that the tables of metrics share, and the tables made of them."""

from ner.data.columns import BIN, RECORDING, SPLIT
from ner.storage.tables import Column, Table

METHOD = Column("method", "", "name of the method in config, e.g. ner, cebra16")
GROUP = Column("group", "", "name of the group of recordings in config")
SOURCE = Column("source", "", "recording whose embedding is rotated and on which decoders are fitted")
TARGET = Column("target", "", "recording on whose test trials the decoders are scored")
DECODER = Column("decoder", "", "name of the decoder in config, e.g. linear, knn")
PROTOCOL = Column("protocol", "", "paper (as published) or strict (held-out, no label leaks)")
PAIRS = Column("pairs", "", "diagonal (a recording on itself) or off-diagonal (on another)")
METRIC = Column(
    "metric", "", "velocity_r2, position_r2, direction_accuracy or balanced_accuracy (those of the trial's best bin)"
)
SEED = Column("seed", "", "seed of the method's random state")
FOLD = Column(
    "fold",
    "",
    "what was held out: a block of trials, by its number, or a condition; empty where the first trials train",
)
VALUE = Column("value", "R2: 1; accuracy: %", "value of the metric; empty for the R2 of a velocity without variance")
#: Of a score when the labels of the scored trials are permuted.
NULL_LOW = Column("null_low", VALUE.unit, "2.5 % of the permutations of the trials' labels lie below")
NULL_HIGH = Column("null_high", VALUE.unit, "2.5 % of the permutations of the trials' labels lie above")
NULL = (
    Column("null_mean", VALUE.unit, "mean of the metric when the labels of the scored trials are permuted"),
    NULL_LOW,
    NULL_HIGH,
    Column("p", "1", "share of permutations, the real labels counted in, that reach the value"),
)

#: Metrics of decoders fitted and scored within one recording; one value a row.
WITHIN = Table(
    "tables/within.csv",
    (METHOD, RECORDING, DECODER, PROTOCOL, SPLIT, METRIC, SEED, FOLD, VALUE),
    "metrics of decoders fitted and scored within a recording",
    parts="decoding/within/{decoder}/{method}/{recording}.csv",
)
#: Share of trials whose direction is decoded right, bin by bin, within one recording.
WITHIN_TIME = Table(
    "tables/within_time.csv",
    (METHOD, RECORDING, DECODER, PROTOCOL, SPLIT, BIN, SEED, FOLD, VALUE, NULL_LOW, NULL_HIGH),
    "share of trials whose direction is decoded right, bin by bin",
    parts="decoding/within/{decoder}/{method}/{recording}.time.csv",
)
#: The same metrics, beside what they are by chance.
WITHIN_NULL = Table(
    "tables/within_null.csv",
    (METHOD, RECORDING, DECODER, PROTOCOL, SPLIT, METRIC, SEED, FOLD, VALUE, *NULL),
    "the same metrics beside those of permuted labels",
    parts="decoding/within/{decoder}/{method}/{recording}.null.csv",
)
#: Metrics of one seed, in no table.
WITHIN_ONE = Table(
    "decoding/within/{decoder}/{method}/{recording}/seed{seed}.csv",
    WITHIN.columns,
    "metrics of one seed, which a figure shows of what the run does not decode everywhere",
)
#: Metrics of decoders fitted on a source rotated onto a target and scored on the target's test trials.
ACROSS = Table(
    "tables/across.csv",
    (METHOD, GROUP, SOURCE, TARGET, DECODER, PROTOCOL, METRIC, SEED, FOLD, VALUE),
    "metrics of decoders fitted on one recording and scored on another",
    parts="decoding/across/{method}/{group}/seed{seed}.csv",
)
#: Share of the target's test trials whose direction is decoded right, bin by bin.
ACROSS_TIME = Table(
    "tables/across_time.csv",
    (METHOD, GROUP, SOURCE, TARGET, DECODER, PROTOCOL, BIN, SEED, FOLD, VALUE, NULL_LOW, NULL_HIGH),
    "the target's trials whose direction is decoded right, bin by bin",
    parts="decoding/across/{method}/{group}/seed{seed}.time.csv",
)
#: The metrics of the target's test trials, beside what they are by chance.
ACROSS_NULL = Table(
    "tables/across_null.csv",
    (METHOD, GROUP, SOURCE, TARGET, DECODER, PROTOCOL, METRIC, SEED, FOLD, VALUE, *NULL),
    "metrics across recordings beside those of permuted labels",
    parts="decoding/across/{method}/{group}/seed{seed}.null.csv",
)

_SAME_SEEDS = "the same, where seeds are compared"
_OF_CONSISTENCY = (
    METHOD,
    Column("group", "", f"{GROUP.meaning}; empty between seeds of a recording"),
    Column("source", "", "recording whose embedding predicts"),
    Column("target", "", f"recording whose embedding is predicted; {_SAME_SEEDS}"),
    Column("source_seed", "", "seed of the embedding that predicts"),
    Column("target_seed", "", "seed of the embedding that is predicted; the same, where recordings are compared"),
    Column("fit", "", "least_squares (any linear map, with an offset) or rotation (about the origin)"),
    Column("r2", "1", "R2 on test trials of the embedding, or of its direction averages, mean over its dimensions"),
)
#: How far seeds of a recording, and recordings of a group, say the same: an ordered pair and fit a row.
CONSISTENCY = Table(
    "tables/consistency.csv",
    _OF_CONSISTENCY,
    "how far embeddings say the same, between seeds and between recordings",
    parts="decoding/consistency/{method}/{group}.csv",
)
#: Of all recordings of a method, between seeds.
CONSISTENCY_OF_SEEDS = Table(
    "decoding/consistency/{method}.csv",
    _OF_CONSISTENCY,
    "how far seeds of a recording say the same, a part of the table",
)
