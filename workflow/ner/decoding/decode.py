"""Fitting decoders on the training trials of an embedding, and decoding its movements."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ner.data.embeddings import Embedding
from ner.decoding.decoders.registry import Decoder, make_decoder
from ner.decoding.metrics import Decoded

T = TypeVar("T")


def fit_decoder(embedding: Embedding, decoder: Mapping) -> Decoder:
    """Fit a decoder on the training bins of an embedding.

    Args:
        embedding: coordinates with the movements beside them.
        decoder: its module and settings, see `decoders.registry.make_decoder`.

    Raises:
        KeyError: if there is no such decoder module.
    """
    train = embedding.train
    condition = embedding.condition[train] if embedding.has_conditions else None
    return make_decoder(decoder).fit(embedding.coordinates[train], embedding.velocity[train], condition)


def decode(embedding: Embedding, decoder: Mapping) -> Decoded:
    """Decode the movements of every bin by decoders fitted on the training bins.

    Args:
        embedding: coordinates with the movements beside them.
        decoder: its module and settings, see `decoders.registry.make_decoder`.

    Raises:
        KeyError: if there is no such decoder module.
    """
    return Decoded(*fit_decoder(embedding, decoder).predict(embedding.coordinates))


def askable(
    bins: Embedding, decoded: Decoded, fitted: Embedding, whole: Embedding
) -> tuple[Embedding, Decoded, Embedding | None]:
    """What can be asked of bins whose conditions a decoder knows or does not know.

    A decoder names conditions that it was fitted to. Where those of the bins are all held out, whether it names the
    right one is no question, and the bins are given without conditions. As trials of one condition hardly differ, their
    R2 is then a share of the variance of the whole recording: so the mean over conditions, each held out once, is that
    of all trials scored together, where there are equally many of each.

    Args:
        bins: the bins to score.
        decoded: the movements decoded from them.
        fitted: the embedding to whose training bins the decoder was fitted.
        whole: the embedding of the recording that the bins are of.

    Returns:
        The bins, what was decoded from them, and of whose variance an R2 is a share: of these bins' own where None.
    """
    known = fitted.has_conditions and np.isin(bins.condition, fitted.condition[fitted.train]).any()
    if known or not bins.has_conditions:
        return bins, decoded, None
    return replace(bins, conditions=(), named=None), replace(decoded, direction=None), whole


def by_protocol(embeddings: Mapping[str, Embedding], work: Callable[[Embedding], T]) -> dict[str, T]:
    """Do some work for the embedding of each protocol, once for protocols that share their coordinates.

    Args:
        embeddings: protocol to embedding.
        work: what to do with an embedding.
    """
    done: dict[str, T] = {}
    for protocol, embedding in embeddings.items():
        same = (p for p in done if np.array_equal(embeddings[p].coordinates, embedding.coordinates))
        twin = next(same, None)
        done[protocol] = work(embedding) if twin is None else done[twin]
    return done
