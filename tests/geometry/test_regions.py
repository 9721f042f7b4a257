import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.regions import Windows, common, hull_of, loops_of, nothing, rectangle, region_of, united

SIZES = st.floats(2.0, 30.0)


def test_booleans_and_areas():
    a, b = rectangle(0, 0, 10, 10), rectangle(5, 5, 15, 15)
    assert (a & b).area_mm2 == pytest.approx(25.0)
    assert (a | b).area_mm2 == pytest.approx(175.0)
    assert (a - b).area_mm2 == pytest.approx(75.0)
    assert united([a, b]).area_mm2 == pytest.approx(175.0)
    assert common([a, b]).area_mm2 == pytest.approx(25.0)
    assert a.bounds_mm == pytest.approx((0, 0, 10, 10))
    assert nothing().empty
    assert united([]).empty
    assert a.moved(3, 4).bounds_mm == pytest.approx((3, 4, 13, 14))


def test_holes_are_clockwise_and_taken_off():
    ring = rectangle(0, 0, 10, 10) - rectangle(4, 4, 6, 6)
    signed = [np.dot(p[:, 0], np.roll(p[:, 1], -1)) - np.dot(p[:, 1], np.roll(p[:, 0], -1)) for p in ring.polygons()]
    assert sorted(np.sign(signed)) == [-1.0, 1.0]
    assert ring.area_mm2 == pytest.approx(96.0)
    assert region_of(ring.polygons()).area_mm2 == pytest.approx(96.0)
    inside = ring.contains(np.array([(1.0, 1.0), (5.0, 5.0), (11.0, 5.0)]))
    assert inside.tolist() == [True, False, False]


@settings(max_examples=25, deadline=None)
@given(SIZES, SIZES, st.floats(0.05, 0.9))
def test_offset_of_a_rectangle_is_exact(x, y, d):
    box = rectangle(0, 0, x, y)
    assert box.grown(d).area_mm2 == pytest.approx((x + 2 * d) * (y + 2 * d), rel=1e-6)
    assert box.grown(-d).area_mm2 == pytest.approx((x - 2 * d) * (y - 2 * d), rel=1e-6)
    rounded = box.grown(d, round_corners=True).area_mm2
    assert rounded == pytest.approx(x * y + 2 * d * (x + y) + np.pi * d * d, rel=0.01)


def test_opening_drops_what_is_narrow():
    comb = rectangle(0, 0, 10, 4) | rectangle(2, 0, 2.3, 9)
    assert comb.opened(0.25).area_mm2 == pytest.approx(40.0, rel=1e-3)
    assert comb.opened(0.1).area_mm2 == pytest.approx(comb.area_mm2, rel=1e-3)


def test_parts_loops_and_hull():
    two = rectangle(0, 0, 1, 1) | rectangle(5, 0, 7, 1)
    assert sorted(p.area_mm2 for p in two.parts()) == pytest.approx([1.0, 2.0])
    loops = loops_of([two, nothing(), rectangle(0, 0, 3, 3)])
    assert loops.owner.tolist() == [0, 0, 2]
    assert loops.start.tolist() == [0, 4, 8, 12]
    assert hull_of(np.concatenate(two.polygons())).area_mm2 == pytest.approx(7.0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(8, 12)), min_size=2, max_size=9), st.data())
def test_windows_equal_direct_intersections(bounds, data):
    regions = [rectangle(a, a / 2, b, b) for a, b in bounds]
    first = data.draw(st.integers(0, len(regions) - 1))
    last = data.draw(st.integers(first, len(regions) - 1))
    windows = Windows(regions)
    assert windows.common(first, last).area_mm2 == pytest.approx(common(regions[first:last + 1]).area_mm2)
