from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from fabwright.geometry.regions import Region, rectangle, united
from fabwright.machines.fdm.crossing import Detours, Insets, detours, either, with_stops
from fabwright.machines.fdm.layers import Sliced

WIDTH = 0.45
# A U, open at the top: the way from one arm to the other leads round the bottom.
U = rectangle(0, 0, 30, 30) - rectangle(10, 10, 20, 31)
FRAME = rectangle(0, 0, 30, 30) - rectangle(10, 10, 20, 20)


def ways(section: Region, travels: list[tuple[tuple[float, float], tuple[float, float]]]
         ) -> tuple[list[np.ndarray], list[bool]]:
    begin, end = (np.asarray([t[k] for t in travels], dtype=float) for k in (0, 1))
    insets = Insets((Sliced((section,), (0,), (0.2,), (WIDTH,)),))
    found, inside = detours(begin, end, np.zeros(len(travels), dtype=np.int64), np.zeros(len(travels), dtype=np.int64),
                            insets)
    return [found.points[a:b] for a, b in pairwise(found.start)], inside.tolist()


def leaves(section: Region, line: np.ndarray) -> float:
    """Length of a line outside a section, by samples."""
    points = np.concatenate([a + (b - a) * np.linspace(0, 1, 200)[:, None]
                             for a, b in pairwise(line)])
    step = np.hypot(*np.diff(line, axis=0).T) / 200
    return float((~section.contains(points) * np.repeat(step, 200)).sum())


def test_a_way_inside_stays_straight():
    (way,), inside = ways(U, [((2, 2), (28, 5))])
    assert len(way) == 0
    assert inside == [True]


@pytest.mark.parametrize(("section", "a", "b"), [(U, (5, 15), (25, 16)), (FRAME, (5, 14), (25, 16)),
                                                 (FRAME, (14, 5), (16, 25))])
def test_a_way_that_would_leave_goes_round(section, a, b):
    (way,), inside = ways(section, [(a, b)])
    line = np.array([a, *way.tolist(), b], dtype=float)
    assert inside == [True]
    assert leaves(section, np.array([a, b], dtype=float)) > 5.0
    assert leaves(section, line) == 0.0
    # The wall's own bead is not touched.
    assert leaves(section.grown(-WIDTH + 0.11), line) == pytest.approx(0.0, abs=0.05)


def test_too_long_a_way_round_is_not_taken():
    tall = rectangle(0, 0, 30, 200) - rectangle(10, 10, 20, 201)
    (way,), inside = ways(tall, [((5, 190), (25, 190))])
    assert len(way) == 0
    assert inside == [False]


def test_ways_between_pieces_are_not_inside():
    apart = united([rectangle(0, 0, 10, 10), rectangle(20, 0, 30, 10)])
    found, inside = ways(apart, [((5, 5), (25, 5)), ((5, 5), (6, 9)), ((-5, 5), (5, 5)), ((-9, 5), (-5, 5))])
    assert inside == [False, True, False, False]
    assert [len(w) for w in found] == [0, 0, 0, 0]


def test_many_travels_are_found_as_one_by_one():
    rng = np.random.default_rng(4)
    travels = [((float(a), float(b)), (float(c), float(d))) for a, b, c, d in rng.uniform(0.6, 29.4, (300, 4))]
    found, inside = ways(FRAME, travels)
    for k in range(0, 300, 17):
        (way,), (alone,) = ways(FRAME, [travels[k]])
        assert way.tolist() == found[k].tolist()
        assert alone == inside[k]
    inset = FRAME.grown(-WIDTH).simplified(0.1)
    for (a, b), way, stays in zip(travels, found, inside, strict=True):
        ends = inset.contains(np.array([a, b]))
        out = leaves(FRAME, np.array([a, *way.tolist(), b]))
        if stays:
            assert ends.all()
            assert out == 0.0
        elif ends.all():
            assert out > 0.0 or np.hypot(b[0] - a[0], b[1] - a[1]) < 2.0


def test_either_and_stops_keep_ways_apart():
    first = Detours(np.array([(1.0, 1), (2.0, 2)]), np.array([0, 2, 2, 2]))
    second = Detours(np.array([(7.0, 7), (8.0, 8), (9.0, 9)]), np.array([0, 1, 2, 3]))
    mixed = either(first, second, np.array([True, False, True]))
    assert mixed.points.tolist() == [[1, 1], [2, 2], [8, 8]]
    assert mixed.start.tolist() == [0, 2, 3, 3]
    stopped = with_stops(mixed, np.array([2]), (50.0, 60.0))
    assert stopped.points.tolist() == [[1, 1], [2, 2], [8, 8], [50, 60]]
    assert stopped.start.tolist() == [0, 2, 3, 4]
    assert with_stops(mixed, np.empty(0, dtype=np.int64), (0.0, 0.0)).points.tolist() == mixed.points.tolist()
