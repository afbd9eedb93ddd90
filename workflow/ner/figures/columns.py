"""The columns of tables that figures write."""

from ner.data.columns import BIN, DIRECTION, RECORDING, SPLIT, TRIAL, VX, VY
from ner.decoding.columns import METHOD, METRIC, VALUE
from ner.storage.tables import Column

LATENT = Column("z{k}", "", "latent coordinates, from z1")
STEP = Column("step", "", "step of the training, from 1 (pi-VAE: pass over the data)")
LOSS = Column("loss", "", "training loss")
AREA = Column("area", "", "M1, PMd or S1")
PUBLISHED = Column("published", VALUE.unit, "the same, as the authors published it; empty where they did not")
_DECODED = (
    VX,
    VY,
    *(Column(axis, "cm", f"position of the hand along {axis}, from that at the go cue") for axis in "xy"),
    *(Column(f"decoded_v{axis}", "cm/s", f"velocity along {axis}, decoded") for axis in "xy"),
    *(Column(f"decoded_{axis}", "cm", f"position along {axis}, by the decoded velocities") for axis in "xy"),
)
#: Bins with the movements decoded from them.
MOVEMENTS = (METHOD, SPLIT, TRIAL, BIN, DIRECTION, *_DECODED)
#: The same with their latent coordinates.
BINS = (METHOD, SPLIT, TRIAL, BIN, DIRECTION, LATENT, *_DECODED)
AVERAGES = (METHOD, RECORDING, DIRECTION, BIN, LATENT)
STATE = Column("state", "", "before rotation, or the recording that it is rotated onto")
ROTATED_AVERAGES = (METHOD, RECORDING, STATE, DIRECTION, BIN, LATENT)
AGREEMENT = (
    METHOD,
    RECORDING,
    STATE,
    Column("r2", "1", "R2 of the direction averages against those of the recording rotated onto (before: the anchor)"),
)
REGRESSION = (
    METHOD,
    Column("component", "", "vx or vy"),
    Column("slope", "1", "of the decoded velocity over the real one, by ordinary least squares"),
    Column("intercept", "cm/s", "decoded velocity where the real one is 0"),
    Column("r2", "1", "share of the decoded velocity's variance that the line explains"),
    Column("p_value", "", "of the slope being 0, two-sided, every bin taken as independent"),
    Column("observations", "", "bins"),
)
LOSSES = (METHOD, STEP, LOSS)
NEURONS = (DIRECTION, BIN, Column("neuron_{k}", "spikes/s", "mean rate of the neuron"))
RATES = (DIRECTION, BIN, Column("neuron_{k}", "1", "share of the neuron's maximum over the trials shown"))
SESSIONS = (
    METHOD,
    RECORDING,
    METRIC,
    Column("mean", VALUE.unit, "mean over seeds"),
    Column("sd", VALUE.unit, "standard deviation over seeds; empty for a single one"),
    Column("seeds", "", "number of seeds"),
    PUBLISHED,
    AREA,
)
ACCURACY = (
    AREA,
    METHOD,
    BIN,
    Column("mean", "%", "share of trials whose direction is decoded right, mean over recordings"),
    Column("sd", "%", "its standard deviation over recordings; empty for a single one"),
    Column("published", "%", "the same of the authors' table; empty where it lacks one of the recordings"),
    *(Column(f"v{axis}", "cm/s", f"absolute velocity along {axis}, mean over trials and recordings") for axis in "xy"),
)
FRAMES = (TRIAL, BIN, DIRECTION, *(Column(axis, "cm", f"position of the hand along {axis}") for axis in "xy"), LATENT)
