"""Distances between movements."""

import math
from collections.abc import Sequence

import numba
import numpy as np
import torch
from torch import Tensor


def movement_distance(labels: Tensor, turns: Sequence[float] = (math.inf, math.inf, 360.0)) -> Tensor:
    """Distance between movements, |dx| + |dy| + the angle between directions; or between labels of other columns.

    Args:
        labels: (N, columns): 10 * vx, 10 * vy (cm/s) and direction (degrees) of N bins, or others; columns that go
            round are within one turn of each other.
        turns: what a full turn of each column is; infinite where the column does not go round.

    Returns:
        (N, N), symmetric, non-negative: the sum over columns of the difference, taken the shorter way round.

    Raises:
        ValueError: if labels have other columns than turns.

    References:
        Chen et al., Neural Embeddings Rank, NeurIPS 2024, label distance of l_NER.
    """
    if labels.ndim != 2 or labels.shape[1] != len(turns):
        raise ValueError(f"labels: found shape {tuple(labels.shape)}; expected (N, {len(turns)})")
    if labels.device.type != "cpu":
        return _distance_by_torch(labels, turns)
    values = labels.detach().numpy()
    return torch.from_numpy(_movement_distance(values, np.asarray(turns, values.dtype)))


def _distance_by_torch(labels: Tensor, turns: Sequence[float]) -> Tensor:
    """The same in torch operations: for CUDA."""
    distance = labels.new_zeros(len(labels), len(labels))
    for column, turn in zip(labels.T, turns, strict=True):
        difference = (column[:, None] - column[None]).abs()
        distance += torch.minimum(difference, turn - difference)
    return distance


@numba.njit(cache=True)
def _movement_distance(labels, turns):
    distance = np.zeros((labels.shape[0], labels.shape[0]), labels.dtype)
    columns = labels.T.copy()
    for i in range(labels.shape[0]):
        row = distance[i]
        for k in range(columns.shape[0]):
            column, turn = columns[k], turns[k]
            for j in range(column.size):
                difference = abs(column[i] - column[j])
                row[j] += min(difference, turn - difference)
    return distance
