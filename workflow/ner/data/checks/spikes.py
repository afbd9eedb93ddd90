"""Whether spikes can be spikes, and have to do with the movements."""

import os
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import binomtest

from ner.data.checks.kept import Trials, listed
from ner.data.trials import direction_averages
from ner.storage.errors import InputError

#: Nonzero counts from which it is sure that a recording of spikes would hold a 1.
_ENOUGH = 50
#: Mean rate (Hz, median over neurons) that is more than cortex has; the paper's medians are 1 to 13.
_HIGH_RATE = 100.0


def check_counts(path: str | os.PathLike, counts: Sequence[np.ndarray], bin_seconds: float) -> list[str]:
    """Check spike counts, before smoothing.

    Args:
        path: their file, for the messages.
        counts: (bins, neurons) of every trial.
        bin_seconds: width of a bin.

    Returns:
        What is odd, a sentence each.

    Raises:
        InputError: if they are no counts, as no bin holds a single spike.
    """
    nonzero = np.concatenate([values[values > 0] for values in counts])
    if nonzero.size >= _ENOUGH and (least := nonzero.min()) > 1:
        step = np.gcd.reduce(nonzero.astype(np.int64))
        found = f"all multiples of {step}" if step > 1 else f"none between 0 and {least:g}"
        raise InputError(
            path,
            f"spike counts that are {found}",
            "spikes per bin, of which many are 1",
            "give counts, not rates in spikes/s",
        )
    rate = np.nanmedian(np.concatenate(counts).mean(axis=0)) / bin_seconds
    if rate > _HIGH_RATE:
        return [f"neurons fire {rate:.0f} times a second in the median: are the bins {1000 * bin_seconds:g} ms wide?"]
    return []


def refuse_silence(path: str | os.PathLike, trials: Trials) -> None:
    """Refuse a recording in which no neuron fires.

    Args:
        path: the recording's file, for messages.
        trials: its kept trials.

    Raises:
        InputError: if no kept bin has a spike.
    """
    if not any(rates.any() for rates in trials.rates):
        found = f"no spike of any of the {trials.rates[0].shape[1]} neurons in the kept bins"
        raise InputError(path, found, "neurons that fire", "check the file's spike counts, and `bins`")


def odd_neurons(trials: Trials) -> Iterator[str]:
    """Neurons that are there twice, a sentence."""
    columns: dict[bytes, int] = {}
    copies = []
    for k, values in enumerate(np.concatenate(trials.rates).T):
        if values.any():
            other = columns.setdefault(values.tobytes(), k)
            copies += [f"{other} and {k}"] if other != k else []
    if copies:
        yield f"neurons with the same spikes: {listed(copies)}"


def untuned(trials: Trials) -> Iterator[str]:
    """Rates that say nothing of the condition, a sentence.

    A test trial is given the condition whose training average of the trial's mean rates is nearest; chance is the most
    frequent condition of the test trials.
    """
    train, test = trials.parts["train"], trials.parts["test"]
    rates = np.array([values.mean(axis=0) for values in trials.rates])
    direction = trials.direction if trials.condition is None else trials.condition
    if direction is None or not set(direction[train]) & set(direction[test]):
        return
    spread = rates[train].std(axis=0)
    rates = (rates - rates[train].mean(axis=0)) / np.where(spread > 0, spread, 1)
    averages, found = direction_averages(rates[train], direction[train])
    nearest = ((rates[test][:, None] - averages[None]) ** 2).sum(axis=2).argmin(axis=1)
    right = int(np.count_nonzero(found[nearest] == direction[test]))
    total = len(direction[test])
    chance = np.unique(direction[test], return_counts=True)[1].max() / total
    if total >= 16 and chance < 1 and binomtest(right, total, chance, alternative="greater").pvalue > 0.05:
        what = "direction" if trials.condition is None else "condition"
        yield f"the rates tell the {what} of {right} of {total} test trials, no better than chance"
