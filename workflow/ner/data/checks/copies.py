"""Trials that are there twice, in one recording or in two."""

import os

import numpy as np

from ner.data.checks.kept import Trials
from ner.storage.errors import InputError


def refuse_repeated_trials(path: str | os.PathLike, trials: Trials) -> None:
    """Refuse a session that was appended to itself, or that has some trials twice.

    Args:
        path: the recording's file, for messages.
        trials: its kept trials.

    Raises:
        InputError: naming the first two that are the same.
    """
    first: dict[bytes, int] = {}
    pairs = []
    for number, velocity, rates in zip(trials.numbers, trials.velocity, trials.rates, strict=True):
        key = _key(velocity) + _key(rates)
        pairs += [(first[key], number)] if key in first else []
        first.setdefault(key, number)
    if pairs:
        raise InputError(
            path,
            f"{len(pairs)} trials twice, the first of them {pairs[0][0]} and {pairs[0][1]}",
            "every trial once, as copies among train and test trials make what is held out known",
            "remove the copies",
        )


def same_trials(velocities: np.ndarray, others: np.ndarray) -> float:
    """Share of the trials of the smaller recording whose movement is in the other, to the last digits.

    Args:
        velocities: (trials, bins, 2).
        others: (trials, bins, 2).

    Returns:
        0 where the recordings cut other numbers of bins, or repeat their own movements, as a simulation may.
    """
    if velocities.shape[1:] != others.shape[1:]:
        return 0.0
    keys, other_keys = ([_key(values) for values in both] for both in (velocities, others))
    distinct = [len(set(all_keys)) > 0.5 * len(all_keys) for all_keys in (keys, other_keys)]
    if not all(distinct):
        return 0.0
    return len(set(keys) & set(other_keys)) / min(len(set(keys)), len(set(other_keys)))


def _key(values: np.ndarray) -> bytes:
    """The same for arrays that differ by no more than a change of precision."""
    return (np.round(values, 4) + 0.0).tobytes()
