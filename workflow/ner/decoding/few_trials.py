"""How many training trials of a target its decoding takes, and whether it reaches a direction that none of them has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.across import decode_target
from ner.decoding.columns import DECODER, FOLD, GROUP, METHOD, METRIC, PROTOCOL, SEED, SOURCE, TARGET, VALUE
from ner.decoding.decode import askable, fit_decoder
from ner.decoding.decoders.registry import Decoder
from ner.decoding.metrics import Decoded, score
from ner.decoding.protocols import PROTOCOLS, Protocol
from ner.storage.tables import Column, Table, names

#: Values of the column `known` beside numbers of trials.
ALL, OTHER_DIRECTIONS = "all", "other directions"
FEW_TRIALS = Table(
    "decoding/few_trials/{method}/{group}/seed{seed}.csv",
    (
        METHOD,
        GROUP,
        SOURCE,
        TARGET,
        DECODER,
        PROTOCOL,
        Column("known", "", "target's training trials that are used: so many per direction, all, or other directions"),
        Column("draw", "", "number of the random draw of these trials"),
        METRIC,
        SEED,
        FOLD,
        VALUE,
    ),
    "metrics across recordings by how many training trials of the target are used",
)


def few_trials(
    embeddings: Mapping[str, Embedding],
    *,
    method: str,
    group: str,
    seed: int,
    protocols: Sequence[str],
    decoders: Mapping[str, Mapping],
    counts: Sequence[int],
    draws: int,
    fold: str | None = None,
) -> pd.DataFrame:
    """Decode the test trials of every recording of a group when only some of its training trials are used.

    They align the target with a source or fit a decoder of its own, as the protocol says. A source's decoder is fitted
    to all of its training trials. An embedding is taken as it is: a supervised one has seen the labels of all training
    trials, so this says how many trials the alignment or the decoder needs, not the method.

    With `other directions` the test trials of each direction are decoded with the target's training trials of all
    other directions, and all are scored together: a direction that was left out. Alignment then leaves it out of the
    source too.

    Args:
        embeddings: recording to embedding, of strict coordinates.
        method: name of the method, for the table.
        group: name of the group, for the table.
        seed: of the method, for the table; the draws are the same for all.
        protocols: names of protocols.PROTOCOLS.
        decoders: name to module and settings, see `decoders.registry.make_decoder`.
        counts: training trials per direction; those beyond what a target has are left out.
        draws: random draws of each count.
        fold: that is held out, for the table; None without folds.

    Returns:
        Columns FEW_TRIALS. The source of a decoder of the target's own is the target.

    Raises:
        InputError: if two recordings cannot be aligned.
        KeyError: if there is no such decoder module.
    """
    rows = []
    for decoder, settings in decoders.items():
        fitted = {name: fit_decoder(embedding, settings) for name, embedding in embeddings.items()}

        for target, onto in embeddings.items():
            test = onto.select(~onto.train)
            for protocol in protocols:
                rule = PROTOCOLS[protocol]
                for source in [target] if rule.own else [name for name in embeddings if name != target]:
                    of = (method, group, source, target, decoder, protocol)
                    read = partial(_read, reader=fitted[source], protocol=rule, settings=settings)
                    found = [
                        (known, draw, read(embeddings[source], part))
                        for known, draw, part in _drawn(onto, counts, draws)
                    ]
                    left_out = Decoded(np.empty_like(test.velocity), np.empty_like(test.condition))
                    for direction in np.unique(test.condition):
                        others = embeddings[source].select(embeddings[source].condition != direction)
                        guess = read(others, onto.select(~onto.train | (onto.condition != direction)))
                        chosen = test.condition == direction
                        left_out.velocity[chosen] = guess.velocity[chosen]
                        left_out.direction[chosen] = guess.direction[chosen]
                    for known, draw, guess in [*found, (OTHER_DIRECTIONS, 0, left_out)]:
                        bins, decoded, among = askable(test, guess, onto if rule.own else embeddings[source], onto)
                        scores = score(bins, decoded, among=among)
                        rows += [(*of, known, draw, metric, seed, fold, v) for metric, v in scores.items()]
    return pd.DataFrame(rows, columns=names(FEW_TRIALS))


def _read(source: Embedding, target: Embedding, *, reader: Decoder, protocol: Protocol, settings: Mapping) -> Decoded:
    """A target's test trials, by its training trials and a source's decoder, or by a decoder of its own."""
    carry = protocol.map(source, target)
    return decode_target(reader if carry else fit_decoder(target, settings), target, carry)[1]


def _drawn(target: Embedding, counts: Sequence[int], draws: int) -> Iterator[tuple[str, int, Embedding]]:
    """How many trials are used, the draw, and the target with these training trials alone; last with all."""
    trials = np.flatnonzero(target.train[target.bin == 0])
    directions = target.trial_condition[trials]
    groups = [trials[directions == direction] for direction in np.unique(directions)]
    place = np.repeat(np.arange(len(target.trial_condition)), target.bins_per_trial)
    for count in (count for count in counts if count <= min(map(len, groups))):
        for draw in range(draws):
            random = np.random.default_rng([count, draw])
            known = np.concatenate([random.choice(group, count, replace=False) for group in groups])
            train = target.train & np.isin(place, known)
            yield str(count), draw, replace(target, train=train).select(train | ~target.train)
    yield ALL, 0, target
