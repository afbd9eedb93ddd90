"""Simulated sessions: reaches to targets, and Poisson neurons tuned to them, as raw TrialData.

Every session draws its own neurons and its own reaches; what an area's neurons encode, how strongly and how early,
is the same in every session, as it is in one animal on different days.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.io

from ner.data.bins import BIN_SECONDS
from ner.data.formats.trial_data import SPIKES
from ner.storage.files import atomic

#: Directions of the targets, unless others are asked for (the paper's).
EIGHT = tuple(range(0, 360, 45))
#: Distance of the targets (cm), and means and standard deviations of what differs from reach to reach.
REACH = 8.0
_AMPLITUDE = (1.0, 0.06)  # of the distance of the target
_ERROR = (0.0, 4.0)  # degrees off the direction of the target
_CURVATURE = (0.0, 0.25)  # cm that the path bulges to its left
_REACTION = (0.24, 0.05)  # s from the go cue to the onset of movement
_DURATION = (0.62, 0.06)  # s of movement
_TREMOR = 0.4  # cm/s, standard deviation of the velocity around its course
_GAIN = (1.0, 0.1)  # of all neurons of a trial
_PREPARATION = 10  # bins before the go cue within which the plan builds up
_MARGIN = 8  # bins simulated beyond both ends of a trial, more than any lead
#: Trials without a target, with a lost velocity, and broken off early: one in so many each.
_FAILURE = 50


@dataclass(frozen=True)
class Tuning:
    """What the neurons of an area encode: modulation of their rates (Hz, mean over neurons) at its strongest.

    Attributes:
        baseline: rate at rest.
        velocity: cosine of the angle between the hand's velocity and the neuron's preferred direction.
        speed: speed, whatever the direction.
        position: hand position along another preferred direction.
        plan: target direction, from before the go cue to the end of the reach.
        lead: bins by which the rate is ahead of the movement; negative where it follows.
    """

    baseline: float
    velocity: float
    speed: float
    position: float
    plan: float
    lead: int


TUNING = {
    "M1": Tuning(baseline=10.0, velocity=13.0, speed=10.0, position=6.0, plan=3.0, lead=3),
    "PMd": Tuning(baseline=7.0, velocity=9.0, speed=6.0, position=3.0, plan=8.0, lead=5),
    "S1": Tuning(baseline=8.0, velocity=11.0, speed=9.0, position=7.0, plan=0.0, lead=-2),
}


@dataclass(frozen=True)
class Trial:
    """One trial of a session.

    Attributes:
        counts: area to (bins, neurons) int, spikes per 30 ms bin.
        velocity: (bins, 2) float64, cm/s.
        go_cue: bin of the go cue, from 0.
        direction: of the target in degrees, NaN where it was not noted.
    """

    counts: dict[str, np.ndarray]
    velocity: np.ndarray
    go_cue: int
    direction: float


def simulate_session(
    *,
    seed: int,
    trials: int,
    neurons: Mapping[str, int],
    bins: int,
    directions: Sequence[float] | None = EIGHT,
) -> list[Trial]:
    """Simulate a session of centre-out reaches.

    Targets come in shuffled blocks of all directions. Speed is bell-shaped (minimum jerk) and differs from trial to
    trial in onset, duration, extent, direction and curvature. Rates are the sum of an area's tuning terms, cut off at
    0; counts are Poisson. In an area of several neurons the last one is silent. Of the trials, 2 % each have no
    target, lack velocity in some bins, or end before the last bin to keep, as real sessions have them.

    Args:
        seed: seeds the session.
        trials: trials of the session, the unusable ones included.
        neurons: area (M1, PMd or S1) to its number of neurons.
        bins: 30 ms bins from the go cue that a usable trial has at least.
        directions: of the targets, degrees; None gives every trial one of its own, uniform.

    Returns:
        The trials, in order.

    Raises:
        KeyError: if an area is unknown.

    References:
        Reaches: Flash and Hogan, J. Neurosci. 1985. Tuning: Georgopoulos et al., J. Neurosci. 1982; Moran and Schwartz,
        J. Neurophysiol. 1999. Strengths are set so that rates, modulation and linear decoding resemble the paper's
        recordings.
    """
    rng = np.random.default_rng(seed)
    weights = {area: draw_weights(TUNING[area], count, rng) for area, count in neurons.items()}
    if directions is None:
        targets = rng.uniform(0, 360, trials)
    else:
        blocks = [rng.permutation(directions) for _ in range(-(-trials // len(directions)))]
        targets = np.concatenate(blocks)[:trials]
    session = [_simulate_trial(target, bins, weights, rng) for target in targets]
    failures = trials // _FAILURE
    lost = rng.permutation(trials)[: 3 * failures]
    for k, number in enumerate(lost):
        session[number] = (_without_target, _without_velocity, _broken_off)[k // failures](session[number], bins)
    return session


def write_trial_data(path: str | os.PathLike, session: list[Trial], target_unit: str) -> None:
    """Write a session as a TrialData file, which has the same bytes whenever it is written.

    Args:
        path: the MATLAB v5 .mat file to make.
        session: its trials.
        target_unit: unit of tgtDir: radians from -pi to pi, or degrees from 0 to 315.
    """
    fields = [*(SPIKES[area] for area in session[0].counts), "vel", "idx_goCueTime", "tgtDir", "bin_size"]
    table = np.empty(len(session), dtype=[(field, object) for field in fields])
    for k, trial in enumerate(session):
        signed = np.deg2rad((trial.direction + 180) % 360 - 180)
        target = signed if target_unit == "radians" else trial.direction
        counts = [values.astype(np.float64) for values in trial.counts.values()]
        table[k] = (*counts, trial.velocity, float(trial.go_cue + 1), target, BIN_SECONDS)
    with atomic(path) as temporary:
        scipy.io.savemat(temporary, {"trial_data": table}, do_compression=True)
        with open(temporary, "r+b") as file:
            # scipy writes the time of day into these 116 characters of free text
            file.write(b"MATLAB 5.0 MAT-file, simulated TrialData".ljust(116))


@dataclass(frozen=True)
class Weights:
    """Weights (Hz) of an area's neurons on `signals`, (8, neurons), and the bins by which they lead the movement."""

    values: np.ndarray
    lead: int


def draw_weights(tuning: Tuning, neurons: int, rng: np.random.Generator) -> Weights:
    """Neurons of an area: what each encodes, and how strongly; of several the last one is silent."""

    def strengths(mean):
        return rng.gamma(2.0, mean / 2.0, neurons)

    def preferred(mean):
        angle = rng.uniform(0, 2 * np.pi, neurons)
        return strengths(mean) * np.array([np.cos(angle), np.sin(angle)])

    rows = [
        strengths(tuning.baseline),
        *preferred(tuning.velocity),
        strengths(tuning.speed) * rng.choice([-0.5, 1.0], neurons, p=[0.3, 0.7]),
        *preferred(tuning.position),
        *preferred(tuning.plan),
    ]
    values = np.array(rows)
    if neurons > 1:
        values[:, -1] = 0.0
    return Weights(values, tuning.lead)


def signals(position: np.ndarray, velocity: np.ndarray, planned: np.ndarray, target: float) -> np.ndarray:
    """What neurons encode: 1, velocity (2), speed, position (2) and plan (2), each near 1 at its strongest.

    Args:
        position: (bins, 2), cm from the start.
        velocity: (bins, 2), cm/s.
        planned: (bins,), from 0 to 1, how much of the plan there is.
        target: its direction in degrees.

    Returns:
        (bins, 8).
    """
    peak = 1.875 * REACH / _DURATION[0]
    return np.column_stack(
        [
            np.ones(len(position)),
            velocity / peak,
            np.linalg.norm(velocity, axis=1) / peak,
            position / REACH,
            np.outer(planned, [np.cos(np.deg2rad(target)), np.sin(np.deg2rad(target))]),
        ]
    )


def _simulate_trial(target: float, bins: int, weights: Mapping[str, Weights], rng: np.random.Generator) -> Trial:
    go_cue = int(rng.integers(12, 30))
    length = go_cue + bins + int(rng.integers(0, 12))
    onset = max(rng.normal(*_REACTION), 0.12) / BIN_SECONDS
    duration = max(rng.normal(*_DURATION), 0.4) / BIN_SECONDS
    time = np.arange(-_MARGIN, length + _MARGIN) - go_cue
    phase = np.clip((time - onset) / duration, 0, 1)
    angle = np.deg2rad(target + rng.normal(*_ERROR))
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    progress = phase**3 * (10 - 15 * phase + 6 * phase**2)
    position = REACH * rng.normal(*_AMPLITUDE) * np.outer(progress, along)
    position += rng.normal(*_CURVATURE) * np.outer(16 * phase**2 * (1 - phase) ** 2, across)
    tremor = np.apply_along_axis(np.convolve, 0, rng.normal(size=(len(time), 2)), np.full(4, 0.5), mode="same")
    velocity = np.gradient(position, BIN_SECONDS, axis=0) + _TREMOR * tremor

    planned = np.clip(1 + time / _PREPARATION, 0, 1) * (phase < 1)
    encoded = signals(position, velocity, planned, target)
    gain = max(rng.normal(*_GAIN), 0.5)
    counts = {
        area: rng.poisson(gain * BIN_SECONDS * np.maximum(encoded[_MARGIN + w.lead :][:length] @ w.values, 0))
        for area, w in weights.items()
    }
    return Trial(counts, velocity[_MARGIN:][:length], go_cue, float(target))


def _without_target(trial: Trial, bins: int) -> Trial:
    return Trial(trial.counts, trial.velocity, trial.go_cue, np.nan)


def _without_velocity(trial: Trial, bins: int) -> Trial:
    velocity = trial.velocity.copy()
    velocity[trial.go_cue + bins // 2 :] = np.nan
    return Trial(trial.counts, velocity, trial.go_cue, trial.direction)


def _broken_off(trial: Trial, bins: int) -> Trial:
    end = trial.go_cue + bins - 3
    counts = {area: values[:end] for area, values in trial.counts.items()}
    return Trial(counts, trial.velocity[:end], trial.go_cue, trial.direction)
