from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fabwright.geometry.contours import as_circle, circle, discretise, polyline, rectangle, reverse, signed_area_mm2
from fabwright.geometry.distances import nearest, pieces_of
from fabwright.geometry.offsets import offset_contour
from fabwright.model import Contour

BULGE = float(np.tan(np.pi / 8))
ROUNDED = Contour(np.array([[3, 0, 0], [37, 0, BULGE], [40, 3, 0], [40, 17, BULGE], [37, 20, 0], [3, 20, BULGE],
                            [0, 17, 0], [0, 3, BULGE]], dtype=np.float64))
BRACKET = polyline(np.array([[0, 0], [60, 0], [60, 20], [20, 20], [20, 90], [0, 90.0]]))


def test_rectangle_grows_with_round_corners_and_shrinks_with_sharp_ones() -> None:
    [grown] = offset_contour(rectangle(0, 0, 40, 20), 0.1)
    assert len(grown.vertices) == 8
    assert signed_area_mm2(grown) == pytest.approx(800 + 120 * 0.1 + np.pi * 0.01)
    [shrunk] = offset_contour(rectangle(0, 0, 40, 20), -0.1)
    assert shrunk.vertices[:, :2] == pytest.approx(np.array([[0.1, 0.1], [39.9, 0.1], [39.9, 19.9], [0.1, 19.9]]))


@pytest.mark.parametrize("distance", [0.1, -0.1, 2.5, -2.5])
@pytest.mark.parametrize("contour", [ROUNDED, reverse(ROUNDED)])
def test_arcs_stay_arcs_and_the_sense_is_kept(contour: Contour, distance: float) -> None:
    [out] = offset_contour(contour, distance)
    assert len(out.vertices) == 8
    assert np.abs(out.vertices[:, 2]).max() == pytest.approx(BULGE)
    assert signed_area_mm2(out) * signed_area_mm2(contour) > 0
    assert abs(signed_area_mm2(out)) == pytest.approx((40 + 2 * distance) * (20 + 2 * distance)
                                                      - (4 - np.pi) * (3 + distance) ** 2)


def test_circles_stay_circles() -> None:
    assert as_circle(offset_contour(circle(1, 2, 3, True), -0.1)[0]) == pytest.approx((1, 2, 2.9))


def test_inside_corner_is_trimmed_and_outside_corners_rounded() -> None:
    [out] = offset_contour(BRACKET, 0.1)
    assert len(out.vertices) == 11
    assert any(np.allclose(v[:2], [20.1, 20.1]) for v in out.vertices)


def test_what_vanishes_and_what_falls_apart() -> None:
    assert offset_contour(rectangle(0, 0, 0.15, 5), -0.1) == ()
    dumbbell = polyline(np.array([[0, 0], [10, 0], [10, 4.9], [20, 4.9], [20, 0], [30, 0], [30, 10], [20, 10],
                                  [20, 5.1], [10, 5.1], [10, 10], [0, 10.0]]))
    halves = offset_contour(dumbbell, -0.2)
    assert len(halves) == 2
    assert [signed_area_mm2(h) for h in halves] == pytest.approx([9.6**2] * 2, rel=1e-3)


def test_a_closing_slot_is_bridged() -> None:
    slotted = polyline(np.array([[0, 0], [10, 0], [10, 10], [5.05, 10], [5.05, 5], [4.95, 5], [4.95, 10], [0, 10.0]]))
    [out] = offset_contour(slotted, 0.1)
    assert signed_area_mm2(out) == pytest.approx(100 + 4 + 0.0314, abs=0.05)


def test_nothing_to_do() -> None:
    assert offset_contour(ROUNDED, 0.0) == (ROUNDED,)


@st.composite
def blobs(draw: st.DrawFn) -> Contour:
    n = draw(st.integers(3, 9))
    radius = np.array([draw(st.floats(10, 30)) for _ in range(n)])
    bulge = np.array([draw(st.floats(-0.2, 0.5)) for _ in range(n)])
    angle = 2 * np.pi * np.arange(n) / n
    return Contour(np.column_stack([radius * np.cos(angle), radius * np.sin(angle), bulge]))


@settings(max_examples=40, deadline=None)
@given(blobs(), st.sampled_from([0.1, -0.1, 0.5, -0.5]))
def test_every_point_lies_at_the_distance(contour: Contour, distance: float) -> None:
    """Against shapely, which the offset itself only uses as a reference with other joins."""
    points = discretise(contour, 0.001)
    assume(shapely.Polygon(points).is_valid)
    for out in offset_contour(contour, distance):
        far, _ = nearest(discretise(out, 0.001), pieces_of(points, True))
        # Small mitres stick out by 0.9 % of the distance.
        assert np.abs(far - abs(distance)).max() <= 0.006 + 0.01 * abs(distance)
