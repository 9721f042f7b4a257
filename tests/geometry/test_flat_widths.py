from __future__ import annotations

import numpy as np
import pytest

from fabwright.geometry.contours import circle, polyline, rectangle
from fabwright.geometry.flat_widths import thin_places, unreachable_mm, widest_disc_mm
from fabwright.model import FlatPart


def _neck(width: float) -> FlatPart:
    w = width / 2
    points = [[0, 0], [20, 0], [20, 10 - w], [40, 10 - w], [40, 0], [60, 0], [60, 20], [40, 20], [40, 10 + w],
              [20, 10 + w], [20, 20], [0, 20]]
    return FlatPart("neck", 3.0, polyline(np.array(points, dtype=np.float64)))


@pytest.mark.parametrize("width", [0.4, 1.0, 1.4])
def test_a_neck_is_found_and_measured(width: float) -> None:
    [place] = thin_places(_neck(width), 1.5)
    assert place.neck
    assert place.width_mm == pytest.approx(width, abs=0.02)
    assert 20 < place.x_mm < 40


def test_a_neck_of_the_limit_is_wide_enough() -> None:
    assert thin_places(_neck(1.5), 1.5) == ()


def test_bridges_between_holes_and_to_the_edge() -> None:
    part = FlatPart("p", 3.0, rectangle(0, 0, 60, 40), (circle(20, 20, 5, True), circle(31, 20, 5, True),
                                                        circle(50, 5.8, 5, True)))
    assert [p.width_mm for p in thin_places(part, 1.5)] == pytest.approx([0.8, 1.0], abs=0.02)


def test_blunt_corners_do_not_count_and_needles_do() -> None:
    assert thin_places(FlatPart("p", 3.0, polyline(np.array([[0, 0], [40, 0], [20, 34.6]]))), 1.5) == ()
    needle = np.array([[0, 0], [40, 0], [40, 20], [20.5, 20], [20, 40], [19.5, 20], [0, 20]])
    [spike] = thin_places(FlatPart("p", 3.0, polyline(needle)), 1.5)
    assert not spike.neck
    assert spike.depth_mm == pytest.approx(20, abs=0.5)
    assert spike.width_mm == pytest.approx(0.5, abs=0.05)


def test_a_part_thinner_than_the_limit_everywhere() -> None:
    [place] = thin_places(FlatPart("strip", 3.0, rectangle(0, 0, 40, 1)), 1.5)
    assert place.neck


def test_widest_disc() -> None:
    assert widest_disc_mm(circle(3, 4, 2, True)) == 4.0
    assert widest_disc_mm(rectangle(0, 0, 30, 4, True)) == pytest.approx(4.0, abs=0.02)


def test_what_a_beam_leaves_in_a_corner() -> None:
    square = FlatPart("p", 3.0, rectangle(0, 0, 40, 40), (rectangle(10, 10, 10, 10, True),))
    assert unreachable_mm(FlatPart("p", 3.0, rectangle(0, 0, 40, 40)), 0.2)[0] == pytest.approx(0, abs=1e-3)
    # A hole's corners are outside corners of the hole: the beam rounds them by (sqrt 2 - 1) radius.
    left, x, y = unreachable_mm(square, 0.2)
    assert left == pytest.approx(0.1 * (np.sqrt(2) - 1), abs=1e-3)
    assert x in (10, 20)
    assert y in (10, 20)
