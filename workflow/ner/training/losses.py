"""The Rank-N-Contrast loss over movements, exact in O(N^2 log N) time and O(N^2) memory."""

import math

import numba
import numpy as np
import torch
from numba.extending import overload
from torch import Tensor
from torch.autograd.function import once_differentiable

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
        extent = embeddings.detach().amax(0) - embeddings.detach().amin(0)
        if float(extent.norm()) / temperature <= _LARGEST_SPAN:
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
        columns = np.ascontiguousarray(embeddings.detach().numpy().T)
        distance = label_distance.detach().numpy()
        loss, gradient = _loss_and_gradient(columns, distance, _row_order(distance), temperature)
        ctx.save_for_backward(torch.from_numpy(gradient.T))
        return embeddings.new_tensor(loss)

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream: Tensor):
        (gradient,) = ctx.saved_tensors
        return upstream * gradient, None, None


def _row_order(distance: np.ndarray) -> np.ndarray:
    """(N, N) integers whose low 32 bits are the columns of each row by ascending distance.

    Non-negative float32 sort like their bits, so (bits, column) packed into one integer is sorted by numpy's
    vectorised sort, several times faster than an argsort.
    """
    if distance.dtype != np.float32:
        return distance.argsort(axis=1)
    packed = _bits_and_columns(np.ascontiguousarray(distance).view(np.uint32))
    packed.sort(axis=1)
    return packed


@numba.njit(cache=True)
def _bits_and_columns(bits):
    packed = np.empty(bits.shape, np.int64)
    for i in range(bits.shape[0]):
        for j in range(bits.shape[1]):
            # Without the sign bit: -0.0 is 0.0.
            packed[i, j] = np.int64(bits[i, j] & np.uint32(0x7FFFFFFF)) << np.int64(32) | np.int64(j)
    return packed


def _exponentials(values, out, exponents):
    """out[j] = exp(values[j]), values in [-80, 0]; exponents is int32 scratch of the same length."""


@overload(_exponentials, inline="never", jit_options={"fastmath": {"contract", "reassoc", "nsz"}})
def _compile_exponentials(values, out, exponents):
    if values.dtype != numba.float32:

        def scalar(values, out, exponents):
            for j in range(values.size):
                out[j] = math.exp(values[j])

        return scalar

    # exp(x) = 2^k exp(r), |r| <= log(2) / 2, with Cephes' minimax polynomial for exp(r): within 1e-7 relative, and
    # free of calls, so that the loop is vectorised.
    per_octave = np.float32(1 / math.log(2))
    log2_high, log2_low = np.float32(0.693359375), np.float32(-2.12194440e-4)
    half, one = np.float32(0.5), np.float32(1)
    c0, c1, c2 = np.float32(1.9875691500e-4), np.float32(1.3981999507e-3), np.float32(8.3334519073e-3)
    c3, c4, c5 = np.float32(4.1665795894e-2), np.float32(1.6666665459e-1), np.float32(5.0000001201e-1)

    def vectorised(values, out, exponents):
        for j in range(values.size):
            octaves = np.floor(values[j] * per_octave + half)
            r = (values[j] - octaves * log2_high) - octaves * log2_low
            tail = ((((c0 * r + c1) * r + c2) * r + c3) * r + c4) * r + c5
            out[j] = tail * r * r + r + one
            exponents[j] = (np.int32(octaves) + np.int32(127)) << np.int32(23)
        powers = exponents.view(np.float32)
        for j in range(values.size):
            out[j] *= powers[j]

    return vectorised


@numba.njit(cache=True, fastmath={"contract", "reassoc", "nsz", "arcp"})
def _loss_and_gradient(z, label_distance, order, temperature):
    """Loss and its gradient.

    Args:
        z: (d, 2N) embeddings, contiguous; the logits may span at most _LARGEST_SPAN.
        label_distance: (N, N).
        order: (N, N), see `_row_order`.
        temperature: of the logits.

    Returns:
        The loss, and its gradient (d, 2N).
    """
    dimensions, points = z.shape
    count = points // 2
    number = z.dtype.type
    minus_scale = number(-1 / temperature)
    columns = np.empty(count, np.int32)
    distance = np.empty((2, points), z.dtype)
    logit = np.empty(points, z.dtype)
    exponential = np.empty((2, points), z.dtype)
    exponents = np.empty(points, np.int32)
    pair = np.empty((2, count), z.dtype)
    tied = np.empty(count, np.bool_)
    denominator = np.empty((2, count), z.dtype)
    reciprocal = np.empty((2, count), z.dtype)
    weight = np.empty((2, count), z.dtype)
    push = np.empty(points, z.dtype)
    gradient = np.zeros_like(z)
    pull = np.empty_like(z)
    log_denominators = 0.0
    logits = 0.0
    for label in range(count):
        # The two views of a label are anchors with one order; they are worked on together.
        previous = number(-1)
        for t in range(count):
            columns[t] = order[label, t] & 0xFFFFFFFF
            current = label_distance[label, columns[t]]
            tied[t] = current == previous
            previous = current
        for view in range(2):
            anchor = label + view * count
            row = distance[view]
            row[:] = 0
            for a in range(dimensions):
                for k in range(points):
                    row[k] += (z[a, anchor] - z[a, k]) ** 2
            total = number(0)
            for k in range(points):
                row[k] = np.sqrt(row[k])
                logit[k] = row[k] * minus_scale
                total += logit[k]
            logits += total
            _exponentials(logit, exponential[view], exponents)
            exponential[view, anchor] = 0
            for k in range(count):
                pair[view, k] = exponential[view, k] + exponential[view, k + count]
        # Suffix sums over the labels at least as far: the denominators of all S_ij of both anchors.
        sum0, sum1 = 0.0, 0.0
        for t in range(count - 1, -1, -1):
            sum0 += pair[0, columns[t]]
            sum1 += pair[1, columns[t]]
            denominator[0, t] = sum0
            denominator[1, t] = sum1
        for t in range(1, count):
            if tied[t]:
                denominator[0, t] = denominator[0, t - 1]
                denominator[1, t] = denominator[1, t - 1]
        for view in range(2):
            for t in range(count):
                reciprocal[view, t] = number(2) / denominator[view, t]
            # Each label stands for two points, the anchor's own for one.
            log_denominators += 2 * _sum_of_logs(denominator[view]) - math.log(denominator[view, 0])
        # Prefix sums of 1 / denominator over the sets that a point belongs to: those of labels at most as far.
        sum0, sum1 = -1 / denominator[0, 0], -1 / denominator[1, 0]
        for t in range(count):
            sum0 += reciprocal[0, t]
            sum1 += reciprocal[1, t]
            weight[0, columns[t]] = sum0
            weight[1, columns[t]] = sum1
        for t in range(count - 1, 0, -1):
            if tied[t]:
                weight[0, columns[t - 1]] = weight[0, columns[t]]
                weight[1, columns[t - 1]] = weight[1, columns[t]]
        for view in range(2):
            anchor = label + view * count
            for half in range(2):
                offset = half * count
                for k in range(count):
                    slope = exponential[view, k + offset] * weight[view, k] - number(1)
                    apart = distance[view, k + offset]
                    push[k + offset] = slope / apart if apart > 0 else number(0)
            for a in range(dimensions):
                total = number(0)
                here = z[a, anchor]
                for k in range(points):
                    step = push[k] * (here - z[a, k])
                    gradient[a, k] -= step
                    total += step
                pull[a, anchor] = total
    pairs = points * (points - 1)
    gradient += pull
    gradient *= minus_scale / number(pairs)
    return (log_denominators - logits) / pairs, gradient


@numba.njit(cache=True, inline="never")
def _sum_of_logs(values):
    """Sum of logarithms, one logarithm for eight values.

    Values lie between exp(-_LARGEST_SPAN) and the number of points, so that a product of eight neither under- nor
    overflows float64.
    """
    total = 0.0
    whole = values.size - values.size % 32
    for block in range(0, whole, 32):
        p0, p1, p2, p3 = 1.0, 1.0, 1.0, 1.0
        for t in range(block, block + 32, 4):
            p0 *= np.float64(values[t])
            p1 *= np.float64(values[t + 1])
            p2 *= np.float64(values[t + 2])
            p3 *= np.float64(values[t + 3])
        total += math.log(p0) + math.log(p1) + math.log(p2) + math.log(p3)
    for t in range(whole, values.size):
        total += math.log(values[t])
    return total
