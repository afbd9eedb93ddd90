"""The compiled Rank-N-Contrast loss and its gradient, for logits of a limited span, on the CPU."""

import math

import numba
import numpy as np

from ner.training.compiled import FAST, exponential

#: Rows that are summed together: a running sum waits for its last addition, and four of them fill the wait.
_ROWS = 4
# A key is the leading bits of a float32 distance, without its sign, and the column in the last 9 bits.
_COLUMNS = 1 << 9
# Rows whose keys are sorted together: as many as stay in the processor's cache.
_SORTED_ROWS = 64


def ranked(distance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns of each row by ascending distance, and which places are tied with the one before.

    Up to 512 columns of float32 are sorted as 32-bit keys, which numpy sorts several times faster than it finds an
    order: non-negative floats are ordered as their bits are. Places whose keys agree in the bits of the distance are
    put in order by the distance itself.

    Args:
        distance: (rows, columns), non-negative.

    Returns:
        Columns (rows, columns); places of the ties (ties,), row by row, ascending in each; where each row's ties start
        and end among them (rows + 1,). All are integers.
    """
    if distance.dtype != np.float32 or distance.shape[1] > _COLUMNS:
        columns = distance.argsort(axis=1)
        ordered = np.take_along_axis(distance, columns, axis=1)
        rows, places = np.nonzero(ordered[:, 1:] == ordered[:, :-1])
        return columns, places + 1, np.searchsorted(rows, np.arange(len(distance) + 1))
    distance = np.ascontiguousarray(distance)
    columns = np.empty(distance.shape, np.uint16)
    ties, starts = [], np.zeros(len(distance) + 1, np.int64)
    for first in range(0, len(distance), _SORTED_ROWS):
        rows = slice(first, first + _SORTED_ROWS)
        keys = _keys(distance[rows])
        keys.sort(axis=1)
        ties.append(_settle(keys, distance[rows], columns[rows], starts[first + 1 :]))
    return columns, np.concatenate(ties), np.cumsum(starts)


@numba.njit(**FAST)
def _keys(distance):
    keys = np.empty(distance.shape, np.uint32)
    for i in range(distance.shape[0]):
        bits = distance[i].view(np.uint32)
        for j in range(bits.size):
            # Without the sign bit: -0.0 is 0.0.
            keys[i, j] = (bits[j] << np.uint32(1)) & np.uint32(0x100000000 - _COLUMNS) | np.uint32(j)
    return keys


@numba.njit(**FAST)
def _settle(keys, distance, columns, numbers):
    """Fill in the columns of sorted keys, in the order of the distances, and each row's number of ties.

    Returns:
        The places of the ties.
    """
    rows, count = keys.shape
    ties = np.empty(rows * count, np.uint16)
    close = np.empty(count, np.int64)
    tied = 0
    for i in range(rows):
        row, found = distance[i], columns[i]
        for t in range(count):
            found[t] = keys[i, t] & np.uint32(_COLUMNS - 1)
        last = 0
        for t in range(1, count):
            close[last] = t
            last += (keys[i, t] ^ keys[i, t - 1]) < np.uint32(_COLUMNS)
        for t in close[:last]:
            column = found[t]
            while t > 0 and row[found[t - 1]] > row[column]:
                found[t] = found[t - 1]
                t -= 1
            found[t] = column
        before = tied
        for t in close[:last]:
            ties[tied] = t
            tied += row[found[t]] == row[found[t - 1]]
        numbers[i] = tied - before
    return ties[:tied].copy()


@numba.njit(**FAST)
def loss_and_gradient(z, order, ties, starts, temperature):
    """Loss and its gradient.

    Args:
        z: (d, 2N) embeddings, contiguous, with d of at least 3: the last three are worked on in one pass.
        order: (N, N) labels from the nearest of each label to the farthest, see `ranked`.
        ties: places in the order of a label that are as far as the one before.
        starts: (N + 1,) where each label's ties start and end.
        temperature: of the logits.

    Returns:
        The loss, and its gradient (d, 2N).
    """
    dimensions, points = z.shape
    count = points // 2
    number = z.dtype.type
    scale = number(-1 / temperature)
    exponentials = np.empty((_ROWS, points), z.dtype)
    reciprocals = np.empty((_ROWS, points), z.dtype)
    pairs = np.ones((_ROWS, count), z.dtype)
    denominators = np.empty((_ROWS, count), z.dtype)
    weights = np.empty((_ROWS, count), z.dtype)
    gradient = np.zeros_like(z)
    log_denominators = 0.0
    distances = 0.0
    for first in range(0, count, 2):
        # Two labels with two views each, or the last one twice.
        second = min(first + 1, count - 1)
        rows = 2 * (second - first) + 2
        for row in range(rows):
            label = first if row < 2 else second
            anchor = label + (row % 2) * count
            distances += _exponentials(z, anchor, scale, exponentials[row], reciprocals[row])
            _add_views(exponentials[row], pairs[row])
        _sums_of_farther(pairs, order[first], order[second], denominators)
        for row in range(rows):
            label = first if row < 2 else second
            _share_denominators(denominators[row], ties[starts[label] : starts[label + 1]])
            log_denominators += 2 * sum_of_logs(denominators[row]) - math.log(denominators[row, 0])
        _sums_of_nearer(denominators, order[first], order[second], weights)
        for row in range(rows):
            label = first if row < 2 else second
            anchor = label + (row % 2) * count
            _share_weights(weights[row], order[label], ties[starts[label] : starts[label + 1]])
            _push(exponentials[row], reciprocals[row], weights[row])
        if rows < _ROWS:
            reciprocals[rows:] = 0
        _accumulate(z, (first, first + count, second, second + count), reciprocals, gradient)
    number_of_pairs = points * (points - 1)
    gradient *= scale / number(number_of_pairs)
    return (log_denominators - scale * distances) / number_of_pairs, gradient


@numba.njit(**FAST)
def _exponentials(z, anchor, scale, exponentials, reciprocals):
    """Exponentials of an anchor's logits and reciprocals of its distances, both 0 for itself; sum of its distances."""
    dimensions, points = z.shape
    number = z.dtype.type
    zero = number(0)
    exponentials[:] = zero
    last = dimensions - 3
    for a in range(last):
        here = z[a, anchor]
        for k in range(points):
            exponentials[k] += (here - z[a, k]) ** 2
    z0, z1, z2 = z[last], z[last + 1], z[last + 2]
    here0, here1, here2 = z0[anchor], z1[anchor], z2[anchor]
    total = zero
    for k in range(points):
        squared = exponentials[k] + (here0 - z0[k]) ** 2 + (here1 - z1[k]) ** 2 + (here2 - z2[k]) ** 2
        distance = math.sqrt(squared)
        total += distance
        exponentials[k] = exponential(distance * scale)
        reciprocals[k] = number(1) / distance if squared > zero else zero
    exponentials[anchor] = zero
    return total


@numba.njit(**FAST)
def _add_views(exponentials, pairs):
    for k in range(pairs.size):
        pairs[k] = exponentials[k] + exponentials[k + pairs.size]


@numba.njit(**FAST)
def _sums_of_farther(pairs, first, second, denominators):
    sum0, sum1, sum2, sum3 = 0.0, 0.0, 0.0, 0.0
    for t in range(first.size - 1, -1, -1):
        one, other = first[t], second[t]
        sum0 += pairs[0, one]
        sum1 += pairs[1, one]
        sum2 += pairs[2, other]
        sum3 += pairs[3, other]
        denominators[0, t] = sum0
        denominators[1, t] = sum1
        denominators[2, t] = sum2
        denominators[3, t] = sum3


@numba.njit(**FAST)
def _share_denominators(denominators, ties):
    for t in ties:
        denominators[t] = denominators[t - 1]


@numba.njit(**FAST)
def _sums_of_nearer(denominators, first, second, weights):
    number = denominators.dtype.type
    two = number(2)
    sum0, sum1 = -1 / denominators[0, 0], -1 / denominators[1, 0]
    sum2, sum3 = -1 / denominators[2, 0], -1 / denominators[3, 0]
    for row in range(_ROWS):
        for t in range(first.size):
            denominators[row, t] = two / denominators[row, t]
    for t in range(first.size):
        one, other = first[t], second[t]
        sum0 += denominators[0, t]
        sum1 += denominators[1, t]
        sum2 += denominators[2, t]
        sum3 += denominators[3, t]
        weights[0, one] = sum0
        weights[1, one] = sum1
        weights[2, other] = sum2
        weights[3, other] = sum3


@numba.njit(**FAST)
def _share_weights(weights, order, ties):
    for t in ties[::-1]:
        weights[order[t - 1]] = weights[order[t]]


@numba.njit(**FAST)
def _push(exponentials, reciprocals, weights):
    count = weights.size
    one = weights.dtype.type(1)
    for half in range(2):
        for k in range(count):
            j = k + half * count
            reciprocals[j] *= exponentials[j] * weights[k] - one


@numba.njit(**FAST)
def _accumulate(z, anchors, pushes, gradient):
    dimensions, points = z.shape
    push0, push1, push2, push3 = pushes[0], pushes[1], pushes[2], pushes[3]
    for a in range(dimensions):
        place, slope = z[a], gradient[a]
        here0, here1, here2, here3 = place[anchors[0]], place[anchors[1]], place[anchors[2]], place[anchors[3]]
        zero = z.dtype.type(0)
        total0, total1, total2, total3 = zero, zero, zero, zero
        for k in range(points):
            step0 = push0[k] * (here0 - place[k])
            step1 = push1[k] * (here1 - place[k])
            step2 = push2[k] * (here2 - place[k])
            step3 = push3[k] * (here3 - place[k])
            slope[k] -= (step0 + step1) + (step2 + step3)
            total0 += step0
            total1 += step1
            total2 += step2
            total3 += step3
        slope[anchors[0]] += total0
        slope[anchors[1]] += total1
        slope[anchors[2]] += total2
        slope[anchors[3]] += total3


@numba.njit(**FAST)
def sum_of_logs(values):
    """Sum of logarithms of positive, normal numbers, with one logarithm for up to 512 of them.

    Mantissas, from 1 to 2, are multiplied; exponents are added.
    """
    total = 0.0
    exponents = 0
    for start in range(0, values.size, 512):
        product = 1.0
        for t in range(start, min(start + 512, values.size)):
            bits = np.float64(values[t]).view(np.int64)
            exponents += (bits >> 52) - 1023
            product *= np.int64(bits & 0x000FFFFFFFFFFFFF | 0x3FF0000000000000).view(np.float64)
        total += math.log(product)
    return total + exponents * math.log(2)
