"""Distances between movements."""

import numba
import numpy as np
import torch
from torch import Tensor


def movement_distance(labels: Tensor) -> Tensor:
    """Distance between movements: |dx| + |dy| + the angle between directions.

    Args:
        labels: (N, 3): 10 * vx, 10 * vy (cm/s) and direction (degrees, within one turn of each other) of N bins.

    Returns:
        (N, N), symmetric, non-negative; the angle is at most 180 degrees.

    Raises:
        ValueError: if labels is not (N, 3).

    References:
        Chen et al., Neural Embeddings Rank, NeurIPS 2024, label distance of l_NER.
    """
    if labels.ndim != 2 or labels.shape[1] != 3:
        raise ValueError(f"labels: found shape {tuple(labels.shape)}; expected (N, 3)")
    if labels.device.type == "cpu":
        return torch.from_numpy(_movement_distance(labels.detach().numpy()))
    velocity = torch.cdist(labels[:, :2], labels[:, :2], p=1)
    angle = (labels[:, None, 2] - labels[None, :, 2]).abs()
    return velocity + torch.minimum(angle, 360 - angle)


@numba.njit(cache=True)
def _movement_distance(labels):
    x, y, direction = labels[:, 0].copy(), labels[:, 1].copy(), labels[:, 2].copy()
    turn = labels.dtype.type(360)
    distance = np.empty((x.size, x.size), labels.dtype)
    for i in range(x.size):
        for j in range(x.size):
            angle = abs(direction[i] - direction[j])
            distance[i, j] = abs(x[i] - x[j]) + abs(y[i] - y[j]) + min(angle, turn - angle)
    return distance
