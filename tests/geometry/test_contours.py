from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.errors import InternalError
from fabwright.geometry.contours import (
    arc_centres,
    as_circle,
    bounds_mm,
    circle,
    discretise,
    head,
    length_mm,
    place_part,
    placed,
    polyline,
    rectangle,
    reverse,
    segments,
    signed_area_mm2,
    split_segment,
    wound,
)
from fabwright.model import Contour, FlatPart

BULGE = float(np.tan(np.pi / 8))


def rounded(width: float = 40.0, height: float = 20.0, r: float = 3.0) -> Contour:
    """A rectangle with rounded corners."""
    w, h = width, height
    return Contour(np.array([[r, 0, 0], [w - r, 0, BULGE], [w, r, 0], [w, h - r, BULGE], [w - r, h, 0], [r, h, BULGE],
                             [0, h - r, 0], [0, r, BULGE]], dtype=np.float64))


@st.composite
def blobs(draw: st.DrawFn) -> Contour:
    """Star-shaped contours with bulges."""
    n = draw(st.integers(3, 9))
    radius = np.array([draw(st.floats(10, 30)) for _ in range(n)])
    bulge = np.array([draw(st.floats(-0.2, 0.6)) for _ in range(n)])
    angle = 2 * np.pi * np.arange(n) / n
    return Contour(np.column_stack([radius * np.cos(angle), radius * np.sin(angle), bulge]))


def test_circle_measures() -> None:
    one = circle(5, -2, 3)
    assert signed_area_mm2(one) == pytest.approx(9 * np.pi)
    assert signed_area_mm2(circle(5, -2, 3, True)) == pytest.approx(-9 * np.pi)
    assert length_mm(one) == pytest.approx(6 * np.pi)
    assert bounds_mm(one) == pytest.approx((2, -5, 8, 1))
    assert as_circle(one) == pytest.approx((5, -2, 3))


def test_rounded_rectangle_measures() -> None:
    assert signed_area_mm2(rounded()) == pytest.approx(800 - (4 - np.pi) * 9)
    assert length_mm(rounded()) == pytest.approx(2 * 34 + 2 * 14 + 6 * np.pi)
    assert bounds_mm(rounded()) == pytest.approx((0, 0, 40, 20))
    assert as_circle(rounded()) is None


def test_arc_centre_and_radius() -> None:
    centres, radii, angles = arc_centres(segments(rounded()))
    assert centres[1] == pytest.approx([37, 3])
    assert radii[1] == pytest.approx(3)
    assert angles[1] == pytest.approx(np.pi / 2)
    assert np.isnan(radii[0])


@settings(max_examples=60, deadline=None)
@given(blobs(), st.floats(-50, 50), st.floats(-50, 50), st.floats(0, 360))
def test_measures_do_not_depend_on_place(contour: Contour, x: float, y: float, angle: float) -> None:
    moved = placed(contour, x, y, angle)
    assert signed_area_mm2(moved) == pytest.approx(signed_area_mm2(contour), rel=1e-9)
    assert length_mm(moved) == pytest.approx(length_mm(contour), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(blobs(), st.sampled_from([0.1, 0.01, 0.001]))
def test_discretised_area_and_bounds_converge(contour: Contour, chord: float) -> None:
    points = discretise(contour, chord)
    shift = np.roll(points, -1, axis=0)
    area = float((points[:, 0] * shift[:, 1] - points[:, 1] * shift[:, 0]).sum()) / 2
    assert abs(area - signed_area_mm2(contour)) <= chord * length_mm(contour)
    box = (*points.min(axis=0), *points.max(axis=0))
    assert np.abs(np.array(box) - bounds_mm(contour)).max() <= chord * 1.001
    middle = (points + shift) / 2
    assert len(middle) == len(points)


@settings(max_examples=60, deadline=None)
@given(blobs())
def test_reverse_and_wind(contour: Contour) -> None:
    back = reverse(contour)
    assert signed_area_mm2(back) == pytest.approx(-signed_area_mm2(contour))
    assert np.allclose(reverse(back).vertices, contour.vertices)
    assert signed_area_mm2(wound(contour, True)) <= 0 <= signed_area_mm2(wound(contour, False))


@settings(max_examples=60, deadline=None)
@given(blobs(), st.integers(0, 8), st.floats(0.01, 0.99))
def test_splitting_changes_nothing_but_the_start(contour: Contour, index: int, fraction: float) -> None:
    index %= len(contour.vertices)
    split = split_segment(contour, index, fraction)
    assert len(split.vertices) == len(contour.vertices) + 1
    assert signed_area_mm2(split) == pytest.approx(signed_area_mm2(contour), rel=1e-9)
    assert length_mm(split) == pytest.approx(length_mm(contour), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(blobs(), st.floats(0.01, 0.99))
def test_head_has_the_length_asked_for(contour: Contour, share: float) -> None:
    whole = length_mm(contour)
    part = head(contour, share * whole)
    assert not part.closed
    assert length_mm(part) == pytest.approx(share * whole, rel=1e-7)
    assert length_mm(head(contour, 2 * whole)) == pytest.approx(whole)


def test_open_contours_reverse_end_to_start() -> None:
    line = Contour(np.array([[0, 0, 0], [10, 0, BULGE], [12, 2, 0]], dtype=np.float64), False)
    back = reverse(line)
    assert back.vertices[0, :2].tolist() == [12, 2]
    assert length_mm(back) == pytest.approx(length_mm(line))
    assert discretise(line, 0.01)[-1].tolist() == [12, 2]


def test_quarter_turns_are_exact() -> None:
    turned = placed(polyline(np.array([[1.0, 0.0], [0.0, 3.0]])), 0, 0, 90.0)
    assert turned.vertices[:, :2].tolist() == [[0, 1], [-3, 0]]


def test_a_part_moves_as_one() -> None:
    part = FlatPart("p", 3.0, rectangle(0, 0, 10, 5), (circle(2, 2, 1, True),), (polyline(np.eye(2), False),))
    moved = place_part(part, 100.0, 50.0, 90.0)
    assert bounds_mm(moved.outline) == pytest.approx((95, 50, 100, 60))
    assert as_circle(moved.holes[0]) == pytest.approx((98, 52, 1))
    assert not moved.engravings[0].closed


def test_only_closed_contours_split_inside() -> None:
    with pytest.raises(InternalError):
        split_segment(rounded(), 0, 1.0)
    with pytest.raises(InternalError):
        split_segment(Contour(rounded().vertices, False), 0, 0.5)
