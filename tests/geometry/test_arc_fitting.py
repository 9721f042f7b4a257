from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.errors import InternalError
from fabwright.geometry.arc_fitting import fit_arcs
from fabwright.geometry.contours import as_circle, circle, discretise, length_mm, polyline, rectangle, signed_area_mm2
from fabwright.geometry.distances import nearest, pieces_of
from fabwright.model import Contour

BULGE = float(np.tan(np.pi / 8))
ROUNDED = Contour(np.array([[3, 0, 0], [37, 0, BULGE], [40, 3, 0], [40, 17, BULGE], [37, 20, 0], [3, 20, BULGE],
                            [0, 17, 0], [0, 3, BULGE]], dtype=np.float64))


def test_rounded_rectangle_comes_back() -> None:
    fitted = fit_arcs(discretise(ROUNDED, 0.001), 0.002)
    assert len(fitted.vertices) == 8
    assert np.abs(fitted.vertices[:, 2]).max() == pytest.approx(BULGE, rel=1e-3)
    assert signed_area_mm2(fitted) == pytest.approx(signed_area_mm2(ROUNDED), rel=1e-5)


@pytest.mark.parametrize("clockwise", [False, True])
def test_circle_comes_back(clockwise: bool) -> None:
    one = circle(5, -2, 3, clockwise)
    fitted = fit_arcs(discretise(one, 0.001), 0.002)
    assert as_circle(fitted) == pytest.approx((5, -2, 3), abs=1e-3)
    assert signed_area_mm2(fitted) * signed_area_mm2(one) > 0


def test_corners_and_straight_lines_stay() -> None:
    assert len(fit_arcs(rectangle(0, 0, 10, 5).vertices[:, :2], 0.01).vertices) == 4


@settings(max_examples=25, deadline=None)
@given(st.floats(5, 80), st.floats(5, 80), st.floats(0.001, 0.05))
def test_ellipses_stay_within_the_tolerance_with_far_fewer_vertices(a: float, b: float, tolerance: float) -> None:
    t = 2 * np.pi * np.arange(500) / 500
    points = np.column_stack([a * np.cos(t), b * np.sin(t)])
    fitted = fit_arcs(points, tolerance)
    distance, _ = nearest(discretise(fitted, tolerance / 10), pieces_of(points, True))
    chord = (2 * np.pi * max(a, b) / 500) ** 2 / 8 / min(a, b) * max(a, b) / min(a, b)
    assert distance.max() <= 1.2 * tolerance + chord
    assert len(fitted.vertices) <= 500
    assert signed_area_mm2(fitted) == pytest.approx(np.pi * a * b, rel=1e-2)


def test_open_line_keeps_its_ends() -> None:
    line = Contour(np.array([[0, 0, BULGE], [10, 0, 0], [20, 0, 0]], dtype=np.float64), False)
    fitted = fit_arcs(discretise(line, 0.001), 0.002, closed=False)
    assert not fitted.closed
    assert fitted.vertices[[0, -1], :2].tolist() == [[0, 0], [20, 0]]
    assert length_mm(fitted) == pytest.approx(length_mm(line), rel=1e-4)
    assert len(fitted.vertices) == 3


def test_one_point_is_no_contour() -> None:
    with pytest.raises(InternalError, match="1 points make no contour"):
        fit_arcs(np.zeros((1, 2)), 0.01)


def test_two_points_are_a_line() -> None:
    assert fit_arcs(np.array([[0.0, 0.0], [5.0, 0.0]]), 0.01, closed=False).vertices.tolist() == [[0, 0, 0], [5, 0, 0]]
    assert len(fit_arcs(polyline(np.array([[0.0, 0], [5, 0], [0, 5]])).vertices[:, :2], 0.01).vertices) == 3
