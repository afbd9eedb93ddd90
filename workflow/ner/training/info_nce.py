"""The InfoNCE loss of CEBRA."""

import math

import numba
import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ner.training.compiled import FAST, exponential


def info_nce(embeddings: Tensor, temperature: float = 1.0) -> Tensor:
    """InfoNCE loss of references, their positives, and negatives shared by all references.

    On the CPU it is compiled: the gradient is computed along with the loss, one reference at a time, in O(N) memory.

    Args:
        embeddings: (3N, d), float32 or float64: N references, their N positives, N negatives; rows of unit length.
        temperature: divides the similarities.

    Returns:
        Scalar: -mean(z_r . z_p) + mean(logsumexp_j(z_r . z_nj)), similarities over temperature.

    References:
        Schneider et al., CEBRA, Nature 2023: `FixedCosineInfoNCE` of the cebra package.
    """
    if embeddings.device.type == "cpu":
        return _CompiledLoss.apply(embeddings, temperature)
    references, positives, negatives = embeddings.chunk(3)
    references = references / temperature
    alignment = (references * positives).sum(dim=1).mean()
    return (references @ negatives.T).logsumexp(dim=1).mean() - alignment


class _CompiledLoss(torch.autograd.Function):
    """The loss and its gradient from one pass of the compiled kernel."""

    @staticmethod
    def forward(ctx, embeddings: Tensor, temperature: float) -> Tensor:
        roles = [np.ascontiguousarray(role.T) for role in np.split(embeddings.detach().numpy(), 3)]
        loss, gradient = _loss_and_gradient(*roles, temperature)
        ctx.save_for_backward(torch.from_numpy(gradient.T))
        return embeddings.new_tensor(loss)

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream: Tensor):
        (gradient,) = ctx.saved_tensors
        return upstream * gradient, None


@numba.njit(**FAST)
def _loss_and_gradient(references, positives, negatives, temperature):
    """Loss, and its gradient (d, 3N), of references, positives and negatives (d, N) each."""
    dimensions, count = references.shape
    number = references.dtype.type
    scale = number(1 / temperature)
    gradient = np.zeros((dimensions, 3 * count), references.dtype)
    weights = np.empty(count, references.dtype)
    log_sums = 0.0
    similarities = 0.0
    for i in range(count):
        weights[:] = 0
        for a in range(dimensions):
            here, there = references[a, i] * scale, negatives[a]
            for j in range(count):
                weights[j] += here * there[j]
        log_sums += _softmax(weights)
        for a in range(dimensions):
            here, there, push = references[a, i], negatives[a], gradient[a, 2 * count :]
            mean = number(0)
            for j in range(count):
                mean += weights[j] * there[j]
                push[j] += weights[j] * here
            gradient[a, i] = mean - positives[a, i]
            gradient[a, i + count] = -here
            similarities += here * positives[a, i]
    gradient *= scale / number(count)
    return (log_sums - similarities * scale) / count, gradient


# Inlined by numba itself: called, it gives other last bits where the caller comes from the cache than where it is
# compiled, and a training that was killed would not continue as it began.
@numba.njit(inline="always", **FAST)
def _softmax(logits):
    """Replace logits by their softmax; returns the logarithm of the summed exponentials."""
    lowest = logits.dtype.type(-80)
    highest = logits[0]
    for j in range(logits.size):
        highest = max(highest, logits[j])
    total = logits.dtype.type(0)
    for j in range(logits.size):
        # Smaller ones are lost in the rounding of the sum.
        logits[j] = exponential(max(logits[j] - highest, lowest))
        total += logits[j]
    share = 1 / total
    for j in range(logits.size):
        logits[j] *= share
    return highest + math.log(total)
