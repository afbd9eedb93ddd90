"""The columns that recordings, embeddings and the tables made of them share."""

from ner.storage.tables import Column

RECORDING = Column("recording", "", "monkey-session-area, e.g. chewie-20161014-m1")
SPLIT = Column("split", "", "train (the first trials, in recording order; the paper: 80 %) or test (the others)")
TRIAL = Column("trial", "", "trial, from 0, in recording order")
BIN = Column("bin", "bins", "bin within the trial, 0 at the go cue or what else trials are cut from")
VX, VY = (Column(f"v{axis}", "cm/s", f"velocity of the hand along {axis}") for axis in "xy")
DIRECTION = Column("direction", "degrees", "direction of the target; 0 where the task has none")
CONDITION = Column(
    "condition",
    "",
    "name of the trial's condition, empty where the task has none; only of recordings whose conditions are not the "
    "directions",
)
#: What every bin has, whatever else a file holds of it.
BEHAVIOR = (SPLIT, TRIAL, BIN, VX, VY, DIRECTION)
