"""Trials that are there twice, in one recording or in two."""

import os
from collections.abc import Iterator

import numpy as np

from ner.data.checks.kept import Trials, listed
from ner.storage.errors import InputError

#: Different neurons that fire in a trial, from which no other one has the same spikes by chance; and in a bin.
_SURE, _SURE_OF_A_BIN = 5, 2


def refuse_repeated_trials(path: str | os.PathLike, trials: Trials) -> None:
    """Refuse a session that was appended to itself, or that has some trials, or their spikes alone, twice.

    Args:
        path: the recording's file, for messages.
        trials: its kept trials.

    Raises:
        InputError: naming the first two that are the same.
    """
    first: dict[bytes, int] = {}
    pairs = []
    for number, velocity, rates in zip(trials.numbers, trials.velocity, trials.rates, strict=True):
        # Noise or a filter may have changed the movement of a copy.
        sure = len(np.unique(rates[:, rates.any(axis=0)], axis=1).T) >= _SURE
        key = _key(rates) + (b"" if sure else _key(velocity))
        pairs += [(first[key], number)] if key in first else []
        first.setdefault(key, number)
    if pairs:
        raise InputError(
            path,
            f"{len(pairs)} trials twice, the first of them {pairs[0][0]} and {pairs[0][1]}",
            "every trial once, as copies among train and test trials make what is held out known",
            "remove the copies",
        )


def shared_bins(trials: Trials) -> Iterator[str]:
    """Trials most of whose bins another one has too, earlier or later in it, a sentence; windows are meant to overlap.

    Args:
        trials: of a recording, its kept ones.
    """
    if trials.continuous:
        return
    seen: set[bytes] = set()
    found = []
    for number, velocity, rates in zip(trials.numbers, trials.velocity, trials.rates, strict=True):
        telling = ((rates > 0).sum(axis=1) >= _SURE_OF_A_BIN) & velocity.any(axis=1)
        keys = [
            _key(movement) + _key(spikes) for movement, spikes in zip(velocity[telling], rates[telling], strict=True)
        ]
        if 2 * sum(key in seen for key in keys) > len(velocity):
            found.append(number)
        seen.update(keys)
    if found:
        yield (
            f"most bins of the trials {listed(found)} are those of an earlier one: do trials overlap, so that what is "
            "held out is known?"
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
