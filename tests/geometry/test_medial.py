"""Middle lines: where they run, how wide the strip is there, and how they meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.chords import densified
from fabwright.geometry.medial import Medial, medial_lines
from fabwright.geometry.regions import loops_of, nothing, rectangle, region_of, united
from fabwright.model import Floats


def line(lines: Medial, index: int = 0) -> tuple[Floats, Floats]:
    at = slice(lines.start[index], lines.start[index + 1])
    return lines.points[at], lines.width_mm[at]


def length(points: Floats) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


@given(st.floats(0.1, 1.5), st.floats(4.0, 30.0), st.floats(0.0, 360.0))
@settings(max_examples=40, deadline=None)
def test_a_strip_has_one_line_down_its_middle(width: float, long: float, turn_deg: float) -> None:
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    turn = np.array([[c, s], [-s, c]])
    strip = region_of([np.array([(0, 0), (long, 0), (long, width), (0, width)]) @ turn])
    lines = medial_lines([strip], 0.5)
    points, wide = line(lines)
    assert len(lines) == 1
    assert lines.ends.all()
    straight = points @ turn.T
    assert straight[:, 1] == pytest.approx(np.full(len(points), width / 2.0), abs=0.02)
    assert wide == pytest.approx(np.full(len(points), width), rel=0.05)
    assert length(points) == pytest.approx(long, rel=0.02)


def test_a_wedge_is_measured_along_its_length() -> None:
    points, wide = line(medial_lines([region_of([np.array([(0, 0), (20, -0.5), (20, 0.5)])])], 0.5))
    assert wide == pytest.approx(points[:, 0] * 0.05, abs=0.05)
    assert points[:, 1] == pytest.approx(np.zeros(len(points)), abs=0.05)


def test_a_frame_has_a_ring_with_its_corners() -> None:
    lines = medial_lines([rectangle(0, 0, 10, 8) - rectangle(0.5, 0.5, 9.5, 7.5)], 0.5)
    assert lines.closed.tolist() == [True]
    points, wide = line(lines)
    assert length(np.concatenate([points, points[:1]])) == pytest.approx(2 * (9.5 + 7.5), rel=1e-3)
    assert wide == pytest.approx(np.full(len(wide), 0.5), abs=1e-6)
    assert points.min(axis=0) == pytest.approx((0.25, 0.25), abs=1e-6)


def test_the_stem_of_a_tee_ends_at_its_bar() -> None:
    lines = medial_lines([rectangle(0, 0, 10, 0.5) | rectangle(4, -5, 4.5, 0.1)], 0.5)
    assert len(lines) == 2
    bar, stem = sorted((line(lines, k)[0] for k in (0, 1)), key=length, reverse=True)
    assert length(bar) == pytest.approx(10.0, abs=0.01)
    assert bar[:, 1] == pytest.approx(np.full(len(bar), 0.25), abs=0.01)
    assert stem[:, 1].max() == pytest.approx(0.0, abs=0.05)
    assert lines.ends.sum() == 3


def test_lines_keep_their_owners_and_nothing_has_none() -> None:
    strips = united([rectangle(0, 0, 5, 0.4), rectangle(0, 2, 5, 2.4)])
    lines = medial_lines([nothing(), strips, nothing(), rectangle(0, 0, 6, 0.3)], 0.5)
    assert lines.owner.tolist() == [1, 1, 3]
    assert len(medial_lines([nothing()], 0.5)) == 0
    assert len(medial_lines([], 0.5)) == 0


def test_densified_loops_keep_their_points_and_their_area() -> None:
    loops = loops_of([rectangle(0, 0, 7, 3)])
    dense = densified(loops, 0.5)
    assert {tuple(p) for p in loops.points.tolist()} <= {tuple(p) for p in dense.points.tolist()}
    assert region_of([dense.points]).area_mm2 == pytest.approx(21.0)
    step = np.hypot(*np.diff(dense.points, axis=0).T)
    assert step.max() <= 0.5 + 1e-9
