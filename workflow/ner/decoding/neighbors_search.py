"""Sums over the nearest neighbours of many queries, for many numbers of neighbours, from one search."""

import math

import numba
import numpy as np
from sklearn.neighbors import KDTree

# Buckets of squared distances: 16 an octave over the 64 octaves below the farthest point, then 128 an octave over the
# 16 octaves below the last neighbour.
_COARSE_SHIFT = 48
_COARSE = 64 * 16
_FINE_SHIFT = 45
_FINE = 16 * 128
# Points in a bucket from which it is sorted in O(n log n); points that are searched or skipped together.
_CROWDED = 32
_BLOCK = 128


def neighbour_sums(points, targets, queries, sizes, tolerance):
    """Sums of the targets of each query's k nearest points, for every k.

    Args:
        points: (n, features).
        targets: (n, outputs).
        queries: (m, features).
        sizes: (k,), ascending, each from 1 to n.
        tolerance: (m,) squared distances of a query that differ by no more than this count as tied.

    Returns:
        (m, sizes, outputs) sums, added nearest first, and (sizes,) whether, for any query, the last neighbour inside
        is tied with the first one outside.
    """
    # Queries near each other follow each other and share their neighbours; points near each other share a block.
    near_points = KDTree(points).get_arrays()[1]
    near_queries = KDTree(queries).get_arrays()[1]
    points = points[near_points]
    starts = np.arange(0, len(points), _BLOCK)
    sums, ambiguous = _ordered_sums(
        np.ascontiguousarray(points.T),
        np.minimum.reduceat(points, starts),
        np.maximum.reduceat(points, starts),
        targets[near_points],
        queries[near_queries],
        sizes,
        tolerance[near_queries],
    )
    unsorted = np.empty_like(sums)
    unsorted[near_queries] = sums
    return unsorted, ambiguous


@numba.njit(cache=True, nogil=True)
def _ordered_sums(points, low, high, targets, queries, sizes, tolerance):
    """The work of `neighbour_sums`.

    Args:
        points: (features, n), in blocks of _BLOCK.
        low: (blocks, features), the least coordinates of a block.
        high: (blocks, features), the greatest.
        targets: (n, outputs).
        queries: (m, features).
        sizes: (k,), ascending.
        tolerance: (m,).
    """
    n = points.shape[1]
    sums = np.zeros((queries.shape[0], sizes.size, targets.shape[1]))
    ambiguous = np.zeros(sizes.size, np.bool_)
    wanted = min(n, sizes[-1] + 1)
    distance, point = np.empty(n), np.empty(n, np.int64)
    near, nearest = np.empty(n), np.empty(n, np.int64)
    coarse, ends = np.empty(_COARSE, np.int64), np.empty(_FINE, np.int64)
    radius = np.inf
    for q in range(queries.shape[0]):
        # The neighbours of the last query lie within its radius and the step from there.
        step = 0.0
        for a in range(queries.shape[1]):
            step += (queries[q, a] - queries[q - 1, a]) ** 2
        reach = (radius + math.sqrt(step)) ** 2 * (1 + 1e-9) + 1e-300
        seen = _within_reach(points, low, high, queries[q], reach, distance, point)
        bound = _bound_of_wanted(distance[:seen].view(np.int64), wanted, coarse)
        near_count = _below(distance[:seen], point, bound, near, nearest)
        # The scratch of the first step holds the sorted ones.
        _sort_around(near[:near_count], nearest, bound, sizes, n, ends, distance, point)
        radius = math.sqrt(distance[wanted - 1])
        _add_up(targets, point, sizes, sums[q])
        for s in range(sizes.size):
            k = sizes[s]
            if k < n and distance[k] - distance[k - 1] <= tolerance[q]:
                ambiguous[s] = True
    return sums, ambiguous


@numba.njit(cache=True, nogil=True)
def _within_reach(points, low, high, query, reach, distance, point):
    """Squared distances and indices of the points of all blocks that come within a squared reach; their number."""
    features, n = points.shape
    seen = 0
    for block in range(low.shape[0]):
        gap = 0.0
        for a in range(features):
            gap += max(low[block, a] - query[a], query[a] - high[block, a], 0.0) ** 2
        if gap > reach:
            continue
        start = block * _BLOCK
        width = min(_BLOCK, n - start)
        row = distance[seen : seen + width]
        row[:] = 0
        for a in range(features):
            center = query[a]
            coordinate = points[a, start : start + width]
            for j in range(width):
                row[j] += (coordinate[j] - center) ** 2
        member = point[seen : seen + width]
        for j in range(width):
            member[j] = start + j
        seen += width
    return seen


@numba.njit(cache=True, nogil=True)
def _bound_of_wanted(bits, wanted, counts):
    """A bound, not included, of the bits of the `wanted` least distances, from a histogram.

    The bits of positive floats are ordered as the floats are: their leading ones number buckets of equal relative
    width, narrow where points are dense.
    """
    lowest = (bits.max() >> _COARSE_SHIFT) - _COARSE + 1
    counts[:] = 0
    for j in range(bits.size):
        counts[max((bits[j] >> _COARSE_SHIFT) - lowest, 0)] += 1
    last = 0
    inside = counts[0]
    while inside < wanted:
        last += 1
        inside += counts[last]
    return (lowest + last + 1) << _COARSE_SHIFT


@numba.njit(cache=True, nogil=True)
def _below(distance, point, bound, near, nearest):
    """Copy the distances whose bits are below a bound, and their points; their number."""
    bits = distance.view(np.int64)
    count = 0
    for j in range(distance.size):
        near[count] = distance[j]
        nearest[count] = point[j]
        count += bits[j] < bound
    return count


@numba.njit(cache=True, nogil=True)
def _sort_around(near, nearest, bound, sizes, n, ends, ordered, order):
    """Sort distances, and points with them, as far as the order around the ends of the neighbourhoods matters.

    They are sorted into fine buckets, whatever lies below the lowest in one, then within the buckets that hold an end.

    Args:
        near: (count,) distances.
        nearest: their points.
        bound: of the bits of the distances, not included.
        sizes: (k,), ascending.
        n: number of all points.
        ends: scratch, (_FINE,).
        ordered: receives the distances.
        order: receives the points.
    """
    bits = near.view(np.int64)
    lowest = (bound >> _FINE_SHIFT) - _FINE
    ends[:] = 0
    for i in range(near.size):
        ends[max((bits[i] >> _FINE_SHIFT) - lowest, 0)] += 1
    start = 0
    for b in range(_FINE):
        start, ends[b] = start + ends[b], start
    for i in range(near.size):
        b = max((bits[i] >> _FINE_SHIFT) - lowest, 0)
        ordered[ends[b]] = near[i]
        order[ends[b]] = nearest[i]
        ends[b] += 1
    for s in range(sizes.size):
        for position in range(sizes[s] - 1, min(sizes[s] + 1, n)):
            b = max((np.float64(ordered[position]).view(np.int64) >> _FINE_SHIFT) - lowest, 0)
            start = ends[b - 1] if b else 0
            _sort(ordered[start : ends[b]], order[start : ends[b]])


@numba.njit(cache=True, nogil=True)
def _sort(values, indices):
    """Sort values, and indices with them."""
    if values.size > _CROWDED:
        order = np.argsort(values)
        ordered, members = values[order], indices[order]
        # Number by number, here and below: numba takes seconds to compile the assignment of an array.
        for i in range(values.size):
            values[i], indices[i] = ordered[i], members[i]
        return
    for i in range(1, values.size):
        value, index = values[i], indices[i]
        j = i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            indices[j] = indices[j - 1]
            j -= 1
        values[j] = value
        indices[j] = index


@numba.njit(cache=True, nogil=True)
def _add_up(targets, order, sizes, sums):
    """Running sums (sizes, outputs) of the targets in this order, at every size."""
    taken = 0
    for s in range(sizes.size):
        for o in range(targets.shape[1] if s else 0):
            sums[s, o] = sums[s - 1, o]
        while taken < sizes[s]:
            for o in range(targets.shape[1]):
                sums[s, o] += targets[order[taken], o]
            taken += 1
