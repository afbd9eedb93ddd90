"""The authors' smoothed .mat files: rates of trials that are cut already."""

import os
from collections.abc import Mapping

import numpy as np

from ner.data import matlab
from ner.data.sessions import RawSession, RawTrial, Window
from ner.storage.errors import InputError

SOURCES = ("file",)
SETTINGS = {}
#: Variables by area.
VARIABLES = {"M1": "neural_M1", "PMd": "neural_PMd", "S1": "neural_S1"}


def read(path: str | os.PathLike, area: str, window: Window, settings: Mapping) -> RawSession:
    """Read a file with neural_M1, neural_PMd or neural_S1 (bins x neurons), trial after trial.

    Beside the rates it holds continuous_index (bins x 2, cm/s) and discrete_index (bins x 1, degrees, -180 and 180
    being one target).

    Args:
        path: MATLAB file.
        area: M1, PMd or S1.
        window: its bins are those of every trial in the file.
        settings: none.

    Raises:
        InputError: if the file is not such a file.

    References:
        Chen et al., NeurIPS 2024; data/ of the authors' repository.
    """
    variable, bins = VARIABLES[area], window.bins
    content = matlab.load(path, [variable, "continuous_index", "discrete_index"])
    rates, velocity, direction = (
        _numbers(path, name, content[name]) for name in (variable, "continuous_index", "discrete_index")
    )
    expected = (
        f"{variable} (bins x neurons), continuous_index (bins x 2), discrete_index (bins x 1), bins = {bins} a trial"
    )
    shapes = f"{variable} {rates.shape}, continuous_index {velocity.shape}, discrete_index {direction.shape}"
    if (
        {rates.ndim, velocity.ndim, direction.ndim} != {2}
        or velocity.shape != (len(rates), 2)
        or direction.shape != (len(rates), 1)
        or rates.size == 0
        or len(rates) % bins
    ):
        raise InputError(path, shapes, expected, "check the file, and `bins` of the session")
    for name, values in ((variable, rates), ("continuous_index", velocity), ("discrete_index", direction)):
        _check_finite(path, name, values)
    if (rates < 0).any():
        raise InputError(path, f"{variable} with values below 0", "spike counts of 0 or more", "check the file")
    directions = direction.reshape(-1, bins)
    mixed = np.flatnonzero((directions != directions[:, :1]).any(axis=1))
    if mixed.size:
        raise InputError(
            path,
            f"several directions within a trial, first in trial {mixed[0] + 1}",
            f"one direction in every {bins} bins",
            "check the file, and `bins` of the session",
        )
    trials = [
        RawTrial(
            number=k + 1,
            counts=rates[k * bins : (k + 1) * bins],
            velocity=velocity[k * bins : (k + 1) * bins],
            start=0,
            direction=float(degrees),
        )
        for k, degrees in enumerate(directions[:, 0])
    ]
    return RawSession(trials=trials, smoothed=True)


def _numbers(path: str | os.PathLike, label: str, values: object) -> np.ndarray:
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "buif":
        kind = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
        raise InputError(path, f"{label} of type {kind}", "real numbers", "check the file")
    return values.astype(np.float64)


def _check_finite(path: str | os.PathLike, label: str, values: np.ndarray) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise InputError(
            path,
            f"{label}: {len(bad)} values NaN or infinite, first in row {bad[0][0] + 1}, column {bad[0][1] + 1}",
            "finite numbers",
            "check the file",
        )
