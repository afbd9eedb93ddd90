"""An embedding: the latent coordinates of every bin of a recording, with the movements beside them."""

import os
from dataclasses import dataclass, field

import numpy as np

from ner.data.bins import BIN_SECONDS, Bins, behavior
from ner.data.columns import BEHAVIOR, CONDITION
from ner.data.recordings import Recording
from ner.storage.errors import InputError
from ner.storage.tables import Column, Table, names, read_parquet, write_parquet

PROTOCOLS = ("paper", "strict")
LATENT = Column("z{k}", "", "latent coordinates, from z1")
#: Bins of an embedding.
EMBEDDINGS = Table(
    "embeddings/{method}/{recording}/seed{seed}.parquet",
    (
        *BEHAVIOR,
        CONDITION,
        LATENT,
        Column("strict_z{k}", "", "those of the strict protocol; only of methods where they differ"),
    ),
    "embedding, a row a bin",
)


@dataclass(frozen=True, kw_only=True)
class Embedding(Bins):
    """Latent coordinates of a recording's bins, under one protocol.

    Attributes:
        coordinates: (bins, d) float64, train bins and test bins in recording order.
        metadata: method, recording, seed, settings.
    """

    coordinates: np.ndarray
    metadata: dict = field(default_factory=dict)


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
    table = recording.to_frame()
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
    write_parquet(path, table, {**metadata, "recording": recording.name, "bin_seconds": recording.bin_seconds})


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
    table, metadata = read_parquet(path, [*names(BEHAVIOR), "z1"])
    prefix = "strict_z" if protocol == "strict" and "strict_z1" in table.columns else "z"
    columns = [name for name in table.columns if name.startswith(prefix)]
    coordinates = table[columns].to_numpy(np.float64)
    if not np.isfinite(coordinates).all():
        raise InputError(path, "NaN or infinite coordinates", "finite ones", f"delete {path} and run snakemake again")
    return Embedding(
        **behavior(table),
        bin_seconds=metadata.get("bin_seconds", BIN_SECONDS),
        coordinates=coordinates,
        metadata=metadata,
    )
