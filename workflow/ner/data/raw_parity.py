"""Recordings made of raw spikes beside the same sessions as the authors smoothed and cut them."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ner.data.recordings import Recording
from ner.storage.tables import Column, Table, names

#: How far the two may lie apart and still count as the same: share of trials, cm/s, spikes per bin.
TRIALS, VELOCITY, RATES = 0.02, 0.5, 0.05

#: One pair a row.
RAW_PARITY = Table(
    "tables/raw_parity.csv",
    (
        Column("raw", "", "recording made of raw spikes"),
        Column("smoothed", "", "the same, of the authors' file"),
        Column("trials_raw", "", "trials kept from the raw file"),
        Column("trials_smoothed", "", "trials of the authors' file"),
        Column("matched", "", "trials of the authors' file whose movement is in the raw recording, to 0.5 cm/s"),
        Column("directions", "", "matched trials whose direction is another one"),
        Column("velocity", "cm/s", "root mean square difference of the velocity, matched trials"),
        Column("neurons_raw", "", "neurons of the raw file"),
        Column("neurons_smoothed", "", "neurons of the authors' file"),
        Column("rates", "spikes per bin", "root mean square difference of the rates, where neurons are equally many"),
        Column("agree", "", "whether trials, directions, velocities and rates are the same within the tolerances"),
    ),
    "recordings of raw spikes beside the authors' smoothed ones of the same sessions",
)


def raw_parity(pairs: Iterable[tuple[Recording, Recording]]) -> pd.DataFrame:
    """Compare recordings of raw spikes with the authors' of the same sessions.

    A trial is matched with the one of the other recording whose velocity is nearest, in the mean square over its bins,
    if that is within 0.5 cm/s; the two files may have dropped other trials.

    Args:
        pairs: raw and smoothed.

    Returns:
        One row a pair, in the columns of RAW_PARITY.
    """
    return pd.DataFrame([_row(raw, smoothed) for raw, smoothed in pairs], columns=names(RAW_PARITY))


def _row(raw: Recording, smoothed: Recording) -> dict:
    bins = min(raw.bins_per_trial, smoothed.bins_per_trial)
    velocity, expected = (r.per_trial(r.velocity)[:, :bins] for r in (raw, smoothed))
    distance = np.array([np.sqrt(((velocity - one) ** 2).mean(axis=(1, 2))).tolist() for one in expected])
    nearest = distance.argmin(axis=1)
    matched = np.flatnonzero(distance.min(axis=1) <= VELOCITY)
    chosen = nearest[matched]
    turned = int(np.count_nonzero(raw.trial_direction[chosen] != smoothed.trial_direction[matched]))
    neurons = [recording.rates.shape[1] for recording in (raw, smoothed)]
    rates = np.nan
    if neurons[0] == neurons[1] and matched.size:
        ours, theirs = (r.per_trial(r.rates)[:, :bins] for r in (raw, smoothed))
        rates = float(np.sqrt(((ours[chosen] - theirs[matched]) ** 2).mean()))
    trials = [len(recording.trial_direction) for recording in (raw, smoothed)]
    off = float(np.sqrt((distance[matched, chosen] ** 2).mean())) if matched.size else np.nan
    enough = len(matched) >= (1 - TRIALS) * trials[1] and abs(trials[0] - trials[1]) <= TRIALS * trials[1]
    return {
        "raw": raw.name,
        "smoothed": smoothed.name,
        "trials_raw": trials[0],
        "trials_smoothed": trials[1],
        "matched": len(matched),
        "directions": turned,
        "velocity": off,
        "neurons_raw": neurons[0],
        "neurons_smoothed": neurons[1],
        "rates": rates,
        "agree": bool(enough and not turned and rates <= RATES),
    }
