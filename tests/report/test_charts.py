"""Where the points of small pictures lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.report.charts import HEIGHT, WIDTH, Point, limits, scatter, ticks

NUMBERS = st.floats(-100, 100).map(lambda value: round(value, 3))


def point(x, y, **of):
    return Point(x, y, "name", "met", **of)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(0, 10)), min_size=1, max_size=20))
def test_points_lie_inside_and_in_their_order(values):
    picture = scatter("", [point(x, y, spread=spread) for x, y, spread in values], "x", "y")
    for mark in picture.marks:
        assert picture.left <= mark.x <= picture.right <= WIDTH
        assert picture.top <= mark.high <= mark.y <= mark.low <= picture.bottom <= HEIGHT
    order = np.argsort([x for x, _, _ in values], kind="stable")
    assert (np.diff([picture.marks[k].x for k in order]) >= 0).all()


def test_equal_values_lie_on_the_diagonal():
    picture = scatter("", [point(value, value) for value in (0.1, 0.5, 0.9)], "x", "y")
    x1, y1, x2, y2 = picture.diagonal
    for mark in picture.marks:
        assert mark.y == pytest.approx(y1 + (mark.x - x1) / (x2 - x1) * (y2 - y1), abs=0.2)


def test_the_band_holds_what_is_within_the_tolerance():
    """Its edges lie a tolerance above and below the published value, in the units of the axis."""
    inside, outside, anchor = (point(x, y, tolerance=0.1) for x, y in ((0.5, 0.59), (0.5, 0.61), (0.9, 0.9)))
    picture = scatter("", [inside, outside, anchor], "x", "y")
    corners = np.array([corner.split(",") for corner in picture.band.split()], dtype=float)
    upper = corners[: len(corners) // 2]
    edge = np.interp(picture.marks[0].x, upper[:, 0], upper[:, 1])
    # Pixels grow downwards.
    assert picture.marks[1].y < edge < picture.marks[0].y
    assert scatter("", [point(0, 1)], "x", "y").band == ""


def test_a_value_far_from_the_others_does_not_squeeze_them():
    low, high = limits([0.1, 0.2, 0.3, 0.4, 0.5, -50.0])
    assert -1 < low < 0.1 and 0.5 < high < 1
    assert limits([7.0])[0] < 7 < limits([7.0])[1]


@given(NUMBERS, st.floats(0.001, 100))
def test_ticks_are_few_round_and_inside(low, size):
    found = ticks(low, low + size)
    assert 2 <= len(found) <= 6
    assert low - 1e-9 <= found[0] and found[-1] <= low + size + 1e-9
    assert np.allclose(np.diff(found), found[1] - found[0])
