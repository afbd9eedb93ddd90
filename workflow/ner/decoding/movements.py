"""Decoded movements of every bin of a recording, beside the real ones, as a file that figures read."""

import os
from dataclasses import dataclass, field

import numpy as np

from ner.data.bins import Bins, behavior
from ner.data.columns import BEHAVIOR, CONDITION
from ner.data.embeddings import Embedding
from ner.decoding.metrics import Decoded, integrate_velocity
from ner.storage.tables import Column, Table, names, read_parquet, write_parquet

#: A bin a row.
MOVEMENTS = Table(
    "decoding/movements/{protocol}/{decoder}/{method}/{recording}/seed{seed}.parquet",
    (
        *BEHAVIOR,
        CONDITION,
        Column("decoded_vx", "cm/s", "velocity along x, decoded"),
        Column("decoded_vy", "cm/s", "velocity along y, decoded"),
        Column("decoded_direction", "degrees", "direction of the target, decoded; only of directions"),
        Column("decoded_condition", "", "name of the condition, decoded; only of named conditions"),
    ),
    "movements decoded from an embedding, for the figures that show them",
)


@dataclass(frozen=True, kw_only=True)
class Movements(Bins):
    """Real and decoded movements of the same bins.

    Attributes:
        decoded_velocity: (bins, 2) float64, cm/s.
        decoded_direction: (bins,) int, degrees, or the name of the condition; None without conditions.
        metadata: of the embedding that they were decoded from.
    """

    decoded_velocity: np.ndarray
    decoded_direction: np.ndarray | None
    metadata: dict = field(default_factory=dict)

    @property
    def position(self) -> np.ndarray:
        """(bins, 2) float64: position of the hand from that in the first bin, cm."""
        return integrate_velocity(self.velocity, self.trial_bins, self.bin_seconds)

    @property
    def decoded_position(self) -> np.ndarray:
        """(bins, 2) float64: position by the decoded velocities, cm."""
        return integrate_velocity(self.decoded_velocity, self.trial_bins, self.bin_seconds)


def write_movements(path: str | os.PathLike, embedding: Embedding, decoded: Decoded) -> None:
    """Write decoded movements as parquet, columns MOVEMENTS.

    Args:
        path: the .parquet file to make.
        embedding: whose bins were decoded.
        decoded: the movements decoded from them.
    """
    table = embedding.to_frame()
    table[["decoded_vx", "decoded_vy"]] = decoded.velocity
    if decoded.direction is not None:
        table["decoded_condition" if embedding.conditions else "decoded_direction"] = decoded.direction
    write_parquet(path, table, {**embedding.metadata, "bin_seconds": embedding.bin_seconds})


def read_movements(path: str | os.PathLike) -> Movements:
    """Read decoded movements that `write_movements` wrote.

    Args:
        path: the .parquet file.

    Raises:
        InputError: if the file is missing or damaged.
    """
    table, metadata = read_parquet(path, [*names(BEHAVIOR), "decoded_vx", "decoded_vy"])
    decoded = None
    if "decoded_direction" in table:
        decoded = table["decoded_direction"].to_numpy(np.int64)
    elif "decoded_condition" in table:
        decoded = table["decoded_condition"].to_numpy(str)
    return Movements(
        **behavior(table),
        bin_seconds=metadata["bin_seconds"],
        decoded_velocity=table[["decoded_vx", "decoded_vy"]].to_numpy(np.float64),
        decoded_direction=decoded,
        metadata=metadata,
    )
