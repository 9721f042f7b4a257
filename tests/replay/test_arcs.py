"""Centres of arcs: R form and offset form agree, for the shorter and the longer arc."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fabwright.replay.arcs import centre_from_offset, centre_from_radius

COORDINATE = st.floats(-100, 100, allow_nan=False).map(lambda v: round(v, 3))


@settings(max_examples=150, deadline=None)
@given(COORDINATE, COORDINATE, st.floats(1, 100), st.floats(0, 6.28), st.floats(0.05, 6.2), st.booleans())
def test_radius_form_finds_the_centre(x: float, y: float, radius: float, begin: float, sweep: float, clockwise: bool
                                      ) -> None:
    assume(abs(sweep - math.pi) > 0.01)
    turn = -sweep if clockwise else sweep
    start = [x + radius * math.cos(begin), y + radius * math.sin(begin), 0.0]
    end = [x + radius * math.cos(begin + turn), y + radius * math.sin(begin + turn), 0.0]
    found = centre_from_radius(start, end, -radius if sweep > math.pi else radius, clockwise, 1e-6)
    assert found is not None
    assert math.hypot(found.x - x, found.y - y) < 1e-3
    offset = centre_from_offset(start, end, x - start[0], y - start[1])
    assert offset.mismatch_mm < 1e-9
    assert offset.radius_start_mm == pytest.approx(radius)


@pytest.mark.parametrize(("end", "radius"), [([0, 0, 0], 5), ([10, 0, 0], 4.9), ([10, 0, 0], 0)])
def test_no_such_circle(end: list[float], radius: float) -> None:
    assert centre_from_radius([0.0, 0.0, 0.0], end, radius, True, 0.001) is None


def test_half_a_circle_just_short_through_rounding() -> None:
    found = centre_from_radius([0, 0, 0], [10.001, 0, 0], 5, True, 0.001)
    assert found is not None
    assert found.x == pytest.approx(5.0005)
