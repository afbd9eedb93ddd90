"""A recording: one area of one session, in bins of 30 ms, cut into trials of equal length."""

import os
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ner.storage.errors import InputError
from ner.storage.tables import read_parquet, write_parquet

BIN_SECONDS = 0.03
#: Labels are velocities times this, as the paper passes them to every method and decoder.
VELOCITY_SCALE = 10.0
DIRECTIONS = tuple(range(0, 360, 45))
_BEHAVIOUR = ["trial", "bin", "split", "vx", "vy", "direction"]


@dataclass(frozen=True)
class Recording:
    """Rates and movements of one area of one session.

    Attributes:
        name: monkey-session-area, e.g. chewie-20161014-m1.
        rates: (bins, neurons) float64, smoothed spike counts per 30 ms bin.
        velocity: (bins, 2) float64, hand velocity x, y in cm/s.
        direction: (bins,) int, target direction in degrees, one of 0, 45 ... 315.
        trial: (bins,) int, from 0, in recording order; every trial has the same number of bins.
        bin: (bins,) int, from 0 at the go cue within each trial.
        train: (bins,) bool, true for the first trials (0.8 of them in the paper).
        metadata: provenance (monkey, area, source file, its hash, dropped trials).
    """

    name: str
    rates: np.ndarray
    velocity: np.ndarray
    direction: np.ndarray
    trial: np.ndarray
    bin: np.ndarray
    train: np.ndarray
    metadata: dict = field(default_factory=dict)

    @property
    def labels(self) -> np.ndarray:
        """(bins, 3) float64: 10 * vx, 10 * vy, direction in degrees (the paper's labels)."""
        return np.column_stack([VELOCITY_SCALE * self.velocity, self.direction])

    @property
    def bins_per_trial(self) -> int:
        """Bins in every trial."""
        return int(self.bin.max()) + 1


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
    """Write a recording as parquet: trial, bin, split, vx, vy, direction, neuron_0, neuron_1 ..."""
    behaviour = pd.DataFrame(
        {
            "trial": recording.trial,
            "bin": recording.bin,
            "split": np.where(recording.train, "train", "test"),
            "vx": recording.velocity[:, 0],
            "vy": recording.velocity[:, 1],
            "direction": recording.direction,
        }
    )
    neurons = pd.DataFrame(recording.rates, columns=[f"neuron_{k}" for k in range(recording.rates.shape[1])])
    write_parquet(path, pd.concat([behaviour, neurons], axis=1), {**recording.metadata, "recording": recording.name})


def read_recording(path: str | os.PathLike) -> Recording:
    """Read a recording that `write_recording` made.

    Raises:
        InputError: if the file is missing or damaged.
    """
    table, metadata = read_parquet(path, [*_BEHAVIOUR, "neuron_0"])
    neurons = [name for name in table.columns if name.startswith("neuron_")]
    return Recording(
        name=metadata["recording"],
        rates=table[neurons].to_numpy(np.float64),
        velocity=table[["vx", "vy"]].to_numpy(np.float64),
        direction=table["direction"].to_numpy(np.int64),
        trial=table["trial"].to_numpy(np.int64),
        bin=table["bin"].to_numpy(np.int64),
        train=(table["split"] == "train").to_numpy(),
        metadata=metadata,
    )
