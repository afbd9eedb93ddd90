"""The nearest of a fixed set of movements, for many queries."""

import numba
import numpy as np
from scipy.spatial import KDTree

# Squared distances closer to each other than this, relative, are left to the k-d tree.
_TIED = 1e-12
# More values of the third column than this, and the k-d tree is as fast.
_MOST_LAYERS = 32


class NearestPoint:
    """Finds the point nearest to each query: what `scipy.spatial.KDTree` finds, several times faster.

    Points of one direction form a layer. A layer is cut along the first column into strips of equally many points,
    each sorted by the second column. A search goes outwards from the query through layers, strips and points, as far
    as they can be nearer than the best so far. Where two points are equally near, the k-d tree decides.

    Args:
        points: (points, 2 or 3), finite; a third column has few values.
    """

    def __init__(self, points: np.ndarray):
        self._tree = KDTree(points)
        layers = points[:, 2] if points.shape[1] == 3 else np.zeros(len(points))
        self._values, layer = np.unique(layers, return_inverse=True)
        self._searched = points.shape[1] in (2, 3) and len(self._values) <= _MOST_LAYERS
        if not self._searched:
            return
        orders, strips = [], [0]
        self._layers = [0]
        for number in range(len(self._values)):
            members = np.flatnonzero(layer == number)
            members = members[np.argsort(points[members, 0], kind="stable")]
            for strip in np.array_split(members, round(len(members) ** 0.5)):
                orders.append(strip[np.argsort(points[strip, 1], kind="stable")])
                strips.append(strips[-1] + len(strip))
            self._layers.append(len(orders))
        self._order = np.concatenate(orders)
        self._strips, self._layers = np.array(strips), np.array(self._layers)
        self._x, self._y = np.ascontiguousarray(points[self._order, :2].T)
        self._low, self._high = (extreme.reduceat(self._x, self._strips[:-1]) for extreme in (np.minimum, np.maximum))

    def query(self, queries: np.ndarray) -> np.ndarray:
        """Indices of the nearest points.

        Args:
            queries: (..., columns).

        Returns:
            (...,) indices.
        """
        if not self._searched:
            return self._tree.query(queries)[1]
        flat = queries.reshape(-1, queries.shape[-1])
        places, tied = _nearest(flat, self._x, self._y, self._values, self._layers, self._strips, self._low, self._high)
        found = self._order[places]
        if tied.any():
            found[tied] = self._tree.query(flat[tied])[1]
        return found.reshape(queries.shape[:-1])


@numba.njit(cache=True, error_model="numpy")
def _first_not_below(values, start, stop, value):
    """First place from start to stop whose value is not below; stop if there is none."""
    while start < stop:
        middle = (start + stop) // 2
        if values[middle] < value:
            start = middle + 1
        else:
            stop = middle
    return start


@numba.njit(cache=True, error_model="numpy")
def _nearest(queries, x, y, values, layers, strips, low, high):
    """Places of the nearest points, and whether a second one is as near."""
    places = np.zeros(len(queries), np.int64)
    tied = np.zeros(len(queries), np.bool_)
    for q in range(len(queries)):
        across, along = queries[q, 0], queries[q, 1]
        third = queries[q, 2] if queries.shape[1] == 3 else 0.0
        nearest_layer = 0
        for layer in range(1, len(values)):
            if abs(third - values[layer]) < abs(third - values[nearest_layer]):
                nearest_layer = layer
        best, second, place = np.inf, np.inf, 0
        reach = np.inf  # how far a point may be to be nearer or tied
        for visit in range(len(values)):
            # The nearest layer first.
            layer = nearest_layer if visit == 0 else visit - (visit <= nearest_layer)
            apart = (third - values[layer]) ** 2
            if apart > reach:
                continue
            home = _first_not_below(high, layers[layer], layers[layer + 1] - 1, across)
            for strip_step in (-1, 1):
                strip = home if strip_step == -1 else home + 1
                while layers[layer] <= strip < layers[layer + 1]:
                    gap = max(low[strip] - across, across - high[strip], 0.0)
                    beside = apart + gap * gap
                    if beside > reach:
                        break
                    middle = _first_not_below(y, strips[strip], strips[strip + 1], along)
                    for step in (-1, 1):
                        p = middle - 1 if step == -1 else middle
                        while strips[strip] <= p < strips[strip + 1]:
                            squared = (along - y[p]) ** 2
                            if beside + squared > reach:
                                break
                            squared += (across - x[p]) ** 2 + apart
                            if squared < best:
                                second, best, place = best, squared, p
                                reach = best * (1 + _TIED)
                            elif squared < second:
                                second = squared
                            p += step
                    strip += strip_step
        places[q] = place
        tied[q] = second <= reach
    return places, tied
