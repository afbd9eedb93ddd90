"""The columns that recordings, embeddings and the tables made of them share."""

from ner.storage.tables import Column

RECORDING = Column("recording", "", "monkey-session-area, e.g. chewie-20161014-m1")
BIN = Column("bin", "30 ms bins", "bin within the trial, 0 at the go cue")
