"""The table of a training's losses."""

from ner.storage.tables import Column, Table

STEP = Column("step", "", "step of the training, from 1 (pi-VAE: pass over the data)")
LOSS = Column("loss", "", "training loss")
HISTORY = Table(
    "embeddings/{method}/{recording}/seed{seed}.history.csv",
    (STEP, LOSS, Column("validation_loss", "", "loss of the trials that are not fitted; pi-VAE only")),
    "loss of the embedding's training",
)
