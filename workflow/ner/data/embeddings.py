"""An embedding: the latent coordinates of every bin of a recording, with the movements beside them."""

import os
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ner.data.recordings import VELOCITY_SCALE, Recording
from ner.storage.errors import InputError
from ner.storage.tables import read_parquet, write_parquet

PROTOCOLS = ("paper", "strict")
_BEHAVIOUR = ["split", "trial", "bin", "vx", "vy", "direction"]


@dataclass(frozen=True)
class Embedding:
    """Latent coordinates of a recording's bins, under one protocol.

    Attributes:
        coordinates: (bins, d) float64, train bins and test bins in recording order.
        velocity: (bins, 2) float64, cm/s.
        direction: (bins,) int, degrees.
        trial: (bins,) int.
        bin: (bins,) int, from 0 within each trial.
        train: (bins,) bool.
        metadata: method, recording, seed, settings.
    """

    coordinates: np.ndarray
    velocity: np.ndarray
    direction: np.ndarray
    trial: np.ndarray
    bin: np.ndarray
    train: np.ndarray
    metadata: dict = field(default_factory=dict)

    @property
    def movement(self) -> np.ndarray:
        """(bins, 2) float64: 10 * vx, 10 * vy, what decoders predict."""
        return VELOCITY_SCALE * self.velocity

    @property
    def bins_per_trial(self) -> int:
        """Bins in every trial."""
        return int(self.bin.max()) + 1


def write_embedding(
    path: str | os.PathLike,
    recording: Recording,
    coordinates: np.ndarray,
    strict: np.ndarray | None,
    metadata: dict,
) -> None:
    """Write an embedding as parquet: split, trial, bin, vx, vy, direction, z1 ... zd.

    Args:
        path: the .parquet file to make.
        recording: where the bins come from.
        coordinates: (bins, d), the embedding of the paper protocol.
        strict: (bins, d), that of the strict protocol where it is another one (columns strict_z1 ...), else None.
        metadata: settings that made it.

    Raises:
        ValueError: if an embedding has another number of bins than the recording, or holds NaN or infinities.
    """
    table = pd.DataFrame(
        {
            "split": np.where(recording.train, "train", "test"),
            "trial": recording.trial,
            "bin": recording.bin,
            "vx": recording.velocity[:, 0],
            "vy": recording.velocity[:, 1],
            "direction": recording.direction,
        }
    )
    for prefix, values in (("z", coordinates), ("strict_z", strict)):
        if values is None:
            continue
        if values.shape[0] != len(table) or not np.isfinite(values).all():
            raise ValueError(
                f"{metadata.get('method')} on {recording.name}: embedding of shape {values.shape} for {len(table)} "
                f"bins, {np.count_nonzero(~np.isfinite(values))} values not finite"
            )
        for k in range(values.shape[1]):
            table[f"{prefix}{k + 1}"] = values[:, k]
    write_parquet(path, table, {**metadata, "recording": recording.name})


def read_embedding(path: str | os.PathLike, protocol: str = "paper") -> Embedding:
    """Read an embedding that `write_embedding` made.

    Args:
        path: the .parquet file.
        protocol: 'paper' or 'strict'; methods with one embedding for both give the same coordinates.

    Raises:
        InputError: if the file is missing or damaged.
        ValueError: if the protocol is unknown.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol: found {protocol!r}; expected one of {PROTOCOLS}")
    table, metadata = read_parquet(path, [*_BEHAVIOUR, "z1"])
    prefix = "strict_z" if protocol == "strict" and "strict_z1" in table.columns else "z"
    columns = [name for name in table.columns if name.startswith(prefix)]
    coordinates = table[columns].to_numpy(np.float64)
    if not np.isfinite(coordinates).all():
        raise InputError(path, "NaN or infinite coordinates", "finite ones", f"delete {path} and run snakemake again")
    return Embedding(
        coordinates=coordinates,
        velocity=table[["vx", "vy"]].to_numpy(np.float64),
        direction=table["direction"].to_numpy(np.int64),
        trial=table["trial"].to_numpy(np.int64),
        bin=table["bin"].to_numpy(np.int64),
        train=(table["split"] == "train").to_numpy(),
        metadata=metadata,
    )
