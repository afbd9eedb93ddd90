"""A recording: one area of one session, in bins of equal width, cut into trials."""

import os
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ner.data.bins import BIN_SECONDS, Bins, behavior
from ner.data.columns import BEHAVIOR, CONDITION
from ner.storage.errors import InputError
from ner.storage.tables import Column, Table, names, read_parquet, write_parquet

#: Labels are velocities times this, as the paper passes them to every method.
VELOCITY_SCALE = 10.0
#: Bins of a recording.
RECORDINGS = Table(
    "recordings/{recording}.parquet",
    (*BEHAVIOR, CONDITION, Column("neuron_{k}", "spikes/bin", "smoothed spike counts of each neuron, from neuron_0")),
    "recording as every method gets it, a row a bin",
)


@dataclass(frozen=True, kw_only=True)
class Recording(Bins):
    """Rates and movements of one area of one session.

    Attributes:
        name: monkey-session-area, e.g. chewie-20161014-m1.
        rates: (bins, neurons) float64, smoothed spike counts per bin.
        metadata: provenance (monkey, area, source file, its hash, dropped trials).
    """

    name: str
    rates: np.ndarray
    metadata: dict = field(default_factory=dict)

    @property
    def labels(self) -> np.ndarray:
        """(bins, 3) float64: 10 * vx, 10 * vy (of cm/s), direction in degrees (the paper's labels).

        Whatever the bins' width, 1 cm/s counts for as much as 10 degrees. Without directions the last column is 0, so
        that bins differ by velocity alone.
        """
        return np.column_stack([VELOCITY_SCALE * self.velocity, self.direction])


def require_neurons(recording: Recording, dimensions: int) -> None:
    """Refuse a recording that has fewer neurons than a linear method's embedding dimensions.

    Raises:
        InputError: naming the recording.
    """
    neurons = recording.rates.shape[1]
    if neurons < dimensions:
        raise InputError(
            recording.name,
            f"{neurons} neurons",
            f"{dimensions} or more, as many as this method's `dimensions`",
            "set fewer dimensions, or leave the method or the recording out",
        )


def write_recording(recording: Recording, path: str | os.PathLike) -> None:
    """Write a recording as parquet: split, trial, bin, vx, vy, direction, neuron_0, neuron_1 ..."""
    neurons = pd.DataFrame(recording.rates, columns=[f"neuron_{k}" for k in range(recording.rates.shape[1])])
    table = pd.concat([recording.to_frame(), neurons], axis=1)
    metadata = {**recording.metadata, "recording": recording.name, "bin_seconds": recording.bin_seconds}
    write_parquet(path, table, metadata)


def read_recording(path: str | os.PathLike) -> Recording:
    """Read a recording that `write_recording` made.

    Raises:
        InputError: if the file is missing or damaged.
    """
    table, metadata = read_parquet(path, [*names(BEHAVIOR), "neuron_0"])
    neurons = [name for name in table.columns if name.startswith("neuron_")]
    return Recording(
        **behavior(table),
        bin_seconds=metadata.get("bin_seconds", BIN_SECONDS),
        name=metadata["recording"],
        rates=table[neurons].to_numpy(np.float64),
        metadata=metadata,
    )
