"""PCA and dPCA held against the trial averages that the authors published, component by component."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding, read_embedding
from ner.data.trials import balanced_trials, direction_averages
from ner.decoding.columns import METHOD, RECORDING
from ner.published.tables import read_published_averages
from ner.storage.errors import InputError
from ner.storage.tables import Column, Table, names

#: A component of a method and recording a row.
PARITY_AVERAGES = Table(
    "verification/parity_averages.csv",
    (
        METHOD,
        RECORDING,
        Column("component", "", "1 to 3, as the authors published them"),
        Column("difference", "spikes per bin", "largest absolute difference of the averages, signs aligned"),
        Column("correlation", "", "absolute Pearson correlation of the averages over directions and bins"),
    ),
    "PCA and dPCA held against the published averages",
)
#: What PCA, which nothing random enters, must reproduce: the averages to rounding, up to sign.
PARITY_DIFFERENCE = 1e-8
#: What dPCA, whose regularisation is chosen on random splits of the trials, must reproduce.
PARITY_CORRELATION = 0.999


def averages_met(parity: pd.DataFrame) -> pd.Series:
    """Which components agree with the published ones as they must.

    Args:
        parity: columns PARITY_AVERAGES.
    """
    return (parity["difference"] <= PARITY_DIFFERENCE).where(
        parity["method"] == "pca", parity["correlation"] >= PARITY_CORRELATION
    )


def averages(embedding: Embedding) -> np.ndarray:
    """Trial averages of the training part, over the trials that the authors averaged.

    Args:
        embedding: of single bins, by the method pca (all trials) or dpca (the first of each direction, equally many).

    Returns:
        (directions, bins, components), directions ascending.
    """
    train = embedding.select(embedding.train)
    trials, directions = train.per_trial(train.coordinates), train.trial_direction
    if embedding.metadata["method"] == "dpca":
        return balanced_trials(trials, directions).mean(axis=0)
    return direction_averages(trials, directions)[0]


def parity_averages(embeddings: Sequence[tuple[str | os.PathLike, str | os.PathLike]]) -> pd.DataFrame:
    """Hold components against the published ones, as many as both have, each with the sign that agrees better.

    Args:
        embeddings: our embedding by pca or dpca, and the authors' .npz file for the same method and recording.

    Returns:
        Columns PARITY_AVERAGES.

    Raises:
        InputError: if a file is missing, damaged, or of another shape.
    """
    rows = []
    for path, published_path in embeddings:
        embedding = read_embedding(path)
        method, recording = embedding.metadata["method"], embedding.metadata["recording"]
        ours, published = averages(embedding), read_published_averages(published_path, recording, method)
        if ours.shape[:2] != published.shape[:2]:
            raise InputError(
                path,
                "{} directions, {} bins a trial".format(*ours.shape),
                "{} and {}, as published".format(*published.shape),
                "keep the recording as it was published, or leave it out",
            )
        for k in range(min(ours.shape[2], published.shape[2])):
            one, other = ours[..., k].ravel(), published[..., k].ravel()
            sign = 1 if one @ other >= 0 else -1
            correlation = abs(np.corrcoef(one, other)[0, 1])
            rows.append((method, recording, k + 1, np.abs(sign * one - other).max(), correlation))
    return pd.DataFrame(rows, columns=names(PARITY_AVERAGES))
