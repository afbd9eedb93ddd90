"""Simulated sessions of a maze: straight reaches, and reaches that curve around a barrier, as MC_Maze has them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ner.data.bins import BIN_SECONDS
from ner.data.simulation import TUNING, Weights, draw_weights, signals

#: Width of the bins that are simulated, s.
MAZE_BIN_SECONDS = 0.005
#: Type of a trial: direction of its target in degrees, and the side to which its path curves (1 is left).
TYPES = {
    kind: (target, side)
    for kind, (target, side) in enumerate([(target, side) for target in (20.0, 150.0, 265.0) for side in (1, -1)], 1)
}
#: Version of a trial: cm that the path bulges to its side. Version 0 is straight.
BULGES = {0: 0.0, 1: 5.0, 2: 6.5}
#: Distance of the targets (cm); means and standard deviations of what differs from reach to reach.
_REACH = 10.0
_AMPLITUDE = (1.0, 0.05)  # of the distance of the target
_ERROR = (0.0, 3.0)  # degrees off the direction of the target
_BULGE = (1.0, 0.1)  # of the version's bulge
_DURATION = (0.5, 0.03)  # s of movement
_TREMOR = 0.6  # cm/s, standard deviation of the velocity around its course
_GAIN = (1.0, 0.1)  # of all neurons of a trial
_PREPARATION = 60  # bins before the movement within which the plan builds up
_BEFORE, _AFTER = 80, 60  # bins recorded before the onset of movement, and beyond the bins to keep
_MARGIN = 50  # bins simulated beyond both ends of a trial, more than any lead
#: One trial in so many fails.
_FAILURE = 50


@dataclass(frozen=True)
class MazeTrial:
    """One trial of a session.

    Attributes:
        counts: area to (bins, neurons) int, spikes per bin.
        velocity: (bins, 2) float64, cm/s.
        onset: bin in which the movement begins, from 0.
        kind: its type, a key of TYPES.
        version: a key of BULGES.
        success: whether it was rewarded.
    """

    counts: dict[str, np.ndarray]
    velocity: np.ndarray
    onset: int
    kind: int
    version: int
    success: bool


def simulate_maze(*, seed: int, trials: int, neurons: Mapping[str, int], bins: int) -> list[MazeTrial]:
    """Simulate a session of straight and curved reaches in bins of 5 ms, by neurons as `simulate_session` has them.

    Trials come in shuffled blocks of every type and version. One in 50 fails. Beyond the bins to keep, enough is
    recorded for a smoothing of 50 ms standard deviation.

    Args:
        seed: seeds the session.
        trials: trials of the session.
        neurons: area (M1 or PMd) to its number of neurons.
        bins: 5 ms bins that a trial has at least from 50 ms before the movement on.

    Returns:
        The trials, in order.

    Raises:
        KeyError: if an area is unknown.

    References:
        The task: Churchland et al., Neuron 2010. Reaches: Flash and Hogan, J. Neurosci. 1985.
    """
    rng = np.random.default_rng(seed)
    weights = {area: draw_weights(TUNING[area], count, rng) for area, count in neurons.items()}
    conditions = np.array([(kind, version) for kind in TYPES for version in BULGES])
    blocks = [rng.permutation(conditions) for _ in range(-(-trials // len(conditions)))]
    failed = set(rng.permutation(trials)[: trials // _FAILURE].tolist())
    return [
        _trial(int(kind), int(version), bins, weights, k not in failed, rng)
        for k, (kind, version) in enumerate(np.concatenate(blocks)[:trials])
    ]


def _trial(
    kind: int, version: int, bins: int, weights: Mapping[str, Weights], success: bool, rng: np.random.Generator
) -> MazeTrial:
    target, side = TYPES[kind]
    onset = _BEFORE + int(rng.integers(0, 20))
    length = onset + bins + _AFTER
    time = np.arange(-_MARGIN, length + _MARGIN) - onset
    phase = np.clip(time * MAZE_BIN_SECONDS / max(rng.normal(*_DURATION), 0.35), 0, 1)
    angle = np.deg2rad(target + rng.normal(*_ERROR))
    along = np.array([np.cos(angle), np.sin(angle)])
    across = side * np.array([-along[1], along[0]])
    progress = phase**3 * (10 - 15 * phase + 6 * phase**2)
    position = _REACH * rng.normal(*_AMPLITUDE) * np.outer(progress, along)
    position += BULGES[version] * rng.normal(*_BULGE) * np.outer(16 * phase**2 * (1 - phase) ** 2, across)
    tremor = gaussian_filter1d(rng.normal(size=(len(time), 2)), 8, axis=0)
    velocity = np.gradient(position, MAZE_BIN_SECONDS, axis=0) + _TREMOR * tremor / tremor.std()

    planned = np.clip(1 + time / _PREPARATION, 0, 1) * (phase < 1)
    encoded = signals(position, velocity, planned, target)
    gain = max(rng.normal(*_GAIN), 0.5)
    longer = round(BIN_SECONDS / MAZE_BIN_SECONDS)
    counts = {
        area: rng.poisson(
            gain * MAZE_BIN_SECONDS * np.maximum(encoded[_MARGIN + longer * w.lead :][:length] @ w.values, 0)
        )
        for area, w in weights.items()
    }
    return MazeTrial(counts, velocity[_MARGIN:][:length], onset, kind, version, success)
