"""Decoding a target by what is known of a source, between its floor and its ceiling; strict: test trials only score."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ner.data.bins import Bins
from ner.data.embeddings import Embedding
from ner.data.trials import direction_averages
from ner.decoding.decode import fit_decoder
from ner.decoding.maps import MAPS
from ner.decoding.metrics import Decoded, score


def decode_mapped(source: Embedding, target: Embedding, name: str, decoder: Mapping) -> Decoded:
    """Decode the target's test trials by a decoder of the source's training trials.

    Args:
        source: where the decoder is fitted.
        target: what is carried into the source's space.
        name: of the map, one of maps.MAPS.
        decoder: its module and settings, see `decoders.registry.make_decoder`.

    Raises:
        InputError: if the two cannot be aligned.
    """
    carry = MAPS[name](source, target)
    return Decoded(*fit_decoder(source, decoder).predict(carry(target.coordinates[~target.train])))


def decode_target_trained(target: Embedding, decoder: Mapping) -> Decoded:
    """Decode the target's test trials by a decoder of its own training trials: the ceiling of every alignment.

    It takes no label more than a supervised method's alignment does, as the target's training labels trained its
    embedding already. (Aligned with the source first, a linear decoder would read the same.)

    Args:
        target: the recording.
        decoder: its module and settings, see `decoders.registry.make_decoder`.
    """
    return Decoded(*fit_decoder(target, decoder).predict(target.coordinates[~target.train]))


def decode_label_mean(source: Bins, target: Bins, rates: np.ndarray, *, oracle: bool = False) -> Decoded:
    """Give every test trial of the target the source's mean movement of its direction: what labels alone give.

    The direction of a test trial is decoded from its mean rates by linear discriminant analysis (shrunk covariance),
    fitted to the target's training trials. Source and target may be one recording.

    Args:
        source: its training trials give the mean movements.
        target: its training trials give the decoder of directions.
        rates: (bins, neurons) of the target.
        oracle: take the real direction of the test trials instead: no decoder of directions can do better.

    Raises:
        ValueError: if a test trial's direction has no training trial in the source, or the bins in a trial differ.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    if source.bins_per_trial != target.bins_per_trial:
        raise ValueError(f"{source.bins_per_trial} and {target.bins_per_trial} bins in a trial")
    train, test = target.select(target.train), target.select(~target.train)
    directions = test.trial_condition
    if not oracle:
        means = target.per_trial(rates).mean(axis=1)
        trained = target.train[target.bin == 0]
        decoder = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
        directions = decoder.fit(means[trained], train.trial_condition).predict(means[~trained])
    known = source.select(source.train)
    averages, found = direction_averages(known.per_trial(known.velocity), known.trial_condition)
    if missing := set(directions.tolist()) - set(found.tolist()):
        raise ValueError(f"no training trial of the source goes to {sorted(missing)} degrees")
    velocity = averages[np.searchsorted(found, directions)].reshape(-1, 2)
    return Decoded(velocity, np.repeat(directions, target.bins_per_trial))


def over_average(bins: Bins, decoded: Decoded, averages: Decoded) -> float:
    """Skill on single trials: 1 - squared error / squared error of the average movement of the trial's direction.

    Args:
        bins: the real movements of test trials.
        decoded: the decoded ones.
        averages: `decode_label_mean` with oracle.

    Returns:
        Above 0 only where single trials are predicted better than by the average of their condition.
    """
    errors = [np.square(bins.velocity - found.velocity).sum() for found in (decoded, averages)]
    return float(1 - errors[0] / errors[1])


def few_trials(
    source: Embedding,
    target: Embedding,
    *,
    maps: Iterable[str],
    decoder: Mapping,
    counts: Iterable[int] = (2, 4, 8, 16),
    draws: int = 10,
    seed: int = 0,
) -> pd.DataFrame:
    """Decoding of a target's test trials against how many of its training trials are known.

    Random training trials, as many of each direction, align the target or fit its own decoder. The target's embedding
    is taken as it is: a supervised one has seen the labels of all training trials, so its curve says how many trials
    the alignment needs, not the method.

    Args:
        source: where decoders are fitted, on all its training trials.
        target: what is decoded.
        maps: names of maps.MAPS; 'target_trained', the target's own decoder, comes with them.
        decoder: its module and settings, see `decoders.registry.make_decoder`.
        counts: trials per direction; those beyond what the target has are left out.
        draws: random draws of each count.
        seed: of the draws.

    Returns:
        Columns map, trials (per direction), draw, metric, value.

    Raises:
        InputError: if source and target cannot be aligned.
    """
    trials = np.flatnonzero(target.train[target.bin == 0])
    directions = target.trial_condition[trials]
    groups = [trials[directions == direction] for direction in np.unique(directions)]
    test = target.select(~target.train)
    fitted = fit_decoder(source, decoder)
    rows = []
    for count in (count for count in counts if count <= min(map(len, groups))):
        for draw in range(draws):
            random = np.random.default_rng([seed, count, draw])
            known = np.concatenate([random.choice(group, count, replace=False) for group in groups])
            part = _with_training(target, known)
            decoded = {"target_trained": decode_target_trained(part, decoder)}
            for name in maps:
                decoded[name] = Decoded(*fitted.predict(MAPS[name](source, part)(test.coordinates)))
            for name, found in decoded.items():
                rows += [(name, count, draw, metric, value) for metric, value in score(test, found).items()]
    return pd.DataFrame(rows, columns=["map", "trials", "draw", "metric", "value"])


def _with_training(target: Embedding, known: np.ndarray) -> Embedding:
    """A target of which these training trials are known, the other training trials left out."""
    place = np.repeat(np.arange(len(target.trial_condition)), target.bins_per_trial)
    train = target.train & np.isin(place, known)
    return replace(target, train=train).select(train | ~target.train)
