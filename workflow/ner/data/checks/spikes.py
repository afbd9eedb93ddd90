"""Whether spikes can be spikes, and have to do with the movements."""

import os
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import binomtest, spearmanr

from ner.data.checks.kept import Trials, listed
from ner.data.trials import direction_averages
from ner.storage.errors import InputError

#: Nonzero counts from which it is sure that a recording of spikes would hold a 1.
_ENOUGH = 50
#: Spikes of a neuron that a bin holds at most: so many, and so many a second more, as no neuron fires 1,000 a second.
_MOST = (10, 1000.0)
#: Bins with two spikes or more that must be missing, and the width of bins (s) from which neurons fire twice in one.
_PAIRS, _WIDE = 20, 0.01
#: Share of the neurons that fire in an artefact, and how far its spikes lie from the median, in median deviations.
_NEARLY_ALL, _FAR = 0.9, 15
#: Spikes of all neurons that are missing in a row, from which they were not recorded; fewer neurons may all rest.
_DROPOUT, _SEVERAL = 40, 4
#: Spikes that a neuron must have in one half of a session to be missed in the other.
_MISSED = 20
#: Rank correlation of the mean rates of the two halves; in the paper's recordings it is 0.95 or more.
_ALIKE = 0.5
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
    counted = np.nan_to_num(np.concatenate(counts))
    warnings = []
    rate = np.median(counted.mean(axis=0)) / bin_seconds
    if rate > _HIGH_RATE:
        asked = f"are the bins {1000 * bin_seconds:g} ms wide?"
        warnings.append(f"neurons fire {rate:.0f} times a second in the median: {asked}")
    if nonzero.size and nonzero.max() == 1 and bin_seconds >= _WIDE:
        # By a Poisson process with as many empty bins.
        mean = -np.log1p(-(counted > 0).mean(axis=0).clip(0, 1 - 1e-9))
        pairs = len(counted) * (1 - np.exp(-mean) * (1 + mean)).sum()
        if pairs > _PAIRS:
            found = f"no bin holds two spikes of a neuron, where about {pairs:.0f} should"
            warnings.append(f"{found}: are counts cut at 1?")
    if at_once := _at_once(counted):
        warnings.append(f"nearly all neurons fire at once, far more than ever else, in {at_once} bins: an artefact?")
    constant = np.flatnonzero((counted[0] > 0) & (np.ptp(counted, axis=0) == 0))
    if constant.size:
        warnings.append(f"neurons with the same count in every bin: {listed(constant.tolist())}")
    return [*warnings, *_no_neurons(counts, counted)]


def _no_neurons(counts: Sequence[np.ndarray], counted: np.ndarray) -> Iterator[str]:
    """Columns of other things among the neurons, a sentence each; `counted` holds the trials one below the other."""
    varied = np.ptp(counted, axis=0) > 0
    steps = np.all([np.ptp(values, axis=0) == 0 for values in counts], axis=0)
    # Within a trial of one bin nothing changes.
    if min(map(len, counts)) > 1 and (numbers := np.flatnonzero(varied & steps)).size:
        found = f"neurons whose count never changes within a trial: {listed(numbers.tolist())}"
        yield f"{found}: are these numbers of trials or targets?"
    total = counted.sum(axis=1)
    sums = np.flatnonzero(varied & (2 * counted == total[:, None]).all(axis=0))
    if sums.size and (counted > 0).any(axis=0).sum() > 2:
        yield f"neurons with the spikes of all others together: {listed(sums.tolist())}"


def _at_once(counts: np.ndarray) -> int:
    """Bins in which nearly all neurons fire, and so many spikes in all that it is far from any other bin."""
    total = counts.sum(axis=1)
    off = np.abs(total - np.median(total))
    return int(np.count_nonzero((off > _FAR * max(np.median(off), 1)) & ((counts > 0).mean(axis=1) > _NEARLY_ALL)))


def too_many(counts: np.ndarray, bin_seconds: float) -> bool:
    """Whether a neuron has more spikes in a bin than any neuron fires, as artefacts and columns of other things do.

    Of a trial without a single spike anywhere, `check_counts` says what its numbers are.

    Args:
        counts: (bins, neurons).
        bin_seconds: width of a bin.
    """
    return bool((counts == 1).any() and counts.max() > _MOST[0] + _MOST[1] * bin_seconds)


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


def lost_spikes(trials: Trials) -> Iterator[str]:
    """Stretches in which no neuron fires, where many spikes should be, a sentence."""
    rates = np.concatenate(trials.rates)
    total = rates.sum(axis=1)
    if np.count_nonzero(rates.any(axis=0)) < _SEVERAL:
        return
    ends = np.flatnonzero(np.diff(np.concatenate([[False], total == 0, [False]])))
    runs = [(start, stop) for start, stop in ends.reshape(-1, 2) if (stop - start) * total.mean() > _DROPOUT]
    if runs:
        trial = np.repeat(trials.numbers, list(map(len, trials.rates)))
        lost = list(dict.fromkeys(number for start, stop in runs for number in trial[start:stop].tolist()))
        longest = max(stop - start for start, stop in runs)
        found = f"no neuron fires for up to {longest * trials.bin_seconds:.2g} s of kept bins, where about "
        found += f"{longest * total.mean():.0f} spikes should be, in trials {listed(lost)}"
        yield f"{found}: were they recorded?"


def other_neurons(trials: Trials) -> Iterator[str]:
    """Neurons that are not the same in both halves of a session, a sentence each."""
    half = len(trials.rates) // 2
    if half < 10:
        return
    parts = [np.concatenate(rates) for rates in (trials.rates[:half], trials.rates[half:])]
    spikes = np.array([part.sum(axis=0) for part in parts])
    gone = np.flatnonzero((spikes.min(axis=0) == 0) & (spikes.max(axis=0) >= _MISSED))
    if gone.size:
        yield f"neurons that fire in one half of the trials only: {listed(gone.tolist())}"
    firing = spikes[:, spikes.min(axis=0) > 0] / [[len(part)] for part in parts]
    if firing.shape[1] >= 8 and (alike := spearmanr(*firing).statistic) < _ALIKE:
        found = f"the mean rates of the first half of the trials are not those of the second (correlation {alike:.2f})"
        yield f"{found}: are the neurons in the same order?"


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
