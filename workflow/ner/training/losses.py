"""The Rank-N-Contrast loss over movements, exact in O(N^2 log N) time and O(N^2) memory."""

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ner.training.rank_kernel import loss_and_gradient, ranked

# Logits that span more than this are handled in log space: beyond it, float32 sums of exponentials underflow.
_LARGEST_SPAN = 60.0


def rank_n_contrast(embeddings: Tensor, label_distance: Tensor, temperature: float = 1.0) -> Tensor:
    """Rank-N-Contrast loss of paired views, exact in O(N^2 log N).

    Every pair of points is pulled together against all points whose labels are at least as far
    from the anchor's as the partner's is. With logits l_ij = -||z_i - z_j|| / temperature, n = 2N points and
    S_ij = {k != i : D_ik >= D_ij}, the loss is

        -1 / (n (n - 1)) * sum_{i != j} [ l_ij - log sum_{k in S_ij} exp(l_ik) ].

    All S_ij of an anchor are nested, so one sort of its label distances and one cumulative sum give every denominator.
    The gradient has the same shape and is computed along with the loss.

    Args:
        embeddings: (2N, d), float32 or float64. The N references, then their N positives; row i + N shares
            row i's label.
        label_distance: (N, N), symmetric, non-negative. Distance between the labels of the N references.
        temperature: divides the negative Euclidean distance between embeddings.

    Returns:
        Scalar, the mean over ordered pairs of distinct points.

    Raises:
        ValueError: if the shapes disagree, embeddings are of another type, or temperature is not positive.

    References:
        Chen et al., Neural Embeddings Rank, NeurIPS 2024, l_NER; Zha et al., Rank-N-Contrast, NeurIPS 2023.
    """
    if embeddings.ndim != 2 or embeddings.shape[0] < 2 or embeddings.shape[0] % 2:
        raise ValueError(f"embeddings: found shape {tuple(embeddings.shape)}; expected (2N, d) with N >= 1")
    if embeddings.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"embeddings: found {embeddings.dtype}; expected float32 or float64")
    count = embeddings.shape[0] // 2
    if label_distance.shape != (count, count):
        raise ValueError(f"label_distance: found shape {tuple(label_distance.shape)}; expected ({count}, {count})")
    if not temperature > 0:
        raise ValueError(f"temperature: found {temperature}; expected a positive number")
    if embeddings.device.type == "cpu":
        extent = np.ptp(embeddings.detach().numpy(), axis=0)
        if np.linalg.norm(extent) / temperature <= _LARGEST_SPAN:
            return _CompiledLoss.apply(embeddings, label_distance, float(temperature))
    return _log_space_loss(embeddings, label_distance, temperature)


def _log_space_loss(embeddings: Tensor, label_distance: Tensor, temperature: float) -> Tensor:
    """The loss in torch operations and log space: for CUDA, and for logits of any span."""
    count = label_distance.shape[0]
    points = 2 * count
    difference = embeddings[:, None] - embeddings[None]
    squared = difference.square().sum(-1)
    # The gradient of a distance of zero is taken as zero, as there is no direction to push in.
    apart = squared > 0
    distance = torch.where(apart, squared, 1.0).sqrt() * apart
    logits = -distance / temperature
    itself = torch.eye(points, dtype=torch.bool, device=embeddings.device)
    masked = logits.masked_fill(itself, -torch.inf)
    # (2N, N): both views of a label share their place in the order.
    pairs = torch.logaddexp(masked[:, :count], masked[:, count:])
    ordered, order = label_distance.to(embeddings.device).sort(dim=1)
    places = torch.arange(count, device=embeddings.device)
    # First place of each run of equal label distances: ties belong to each other's sets.
    starts = torch.ones_like(ordered, dtype=torch.bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = torch.where(starts, places, 0).cummax(dim=1).values
    denominators = pairs.gather(1, order.repeat(2, 1)).flip(1).logcumsumexp(dim=1).flip(1)
    denominators = denominators.gather(1, first.repeat(2, 1))
    # Each label stands for two points, the anchor's own for one; its label distance is zero, so its place is in the
    # first run.
    total = 2 * denominators.sum() - denominators[:, 0].sum() - logits.sum()
    return total / (points * (points - 1))


class _CompiledLoss(torch.autograd.Function):
    """The loss and its gradient from one pass of the compiled kernel."""

    @staticmethod
    def forward(ctx, embeddings: Tensor, label_distance: Tensor, temperature: float) -> Tensor:
        points, dimensions = embeddings.shape
        # The kernel wants three coordinates; those of zero change nothing.
        columns = np.zeros((max(3, dimensions), points), embeddings.detach().numpy().dtype)
        columns[:dimensions] = embeddings.detach().numpy().T
        loss, gradient = loss_and_gradient(columns, *ranked(label_distance.detach().numpy()), temperature)
        ctx.save_for_backward(torch.from_numpy(gradient[:dimensions].T))
        return embeddings.new_tensor(loss)

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream: Tensor):
        (gradient,) = ctx.saved_tensors
        return upstream * gradient, None, None
