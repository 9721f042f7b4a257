"""Parallel lines in regions: where they lie, how they are joined and in which order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.regions import Region, loops_of, rectangle, region_of
from fabwright.machines.fdm.hatch import Strokes, hatch
from fabwright.model import Floats


def star(radii: list[float], hole: float) -> Region:
    angle = np.arange(len(radii)) * 2.0 * np.pi / len(radii)
    outer = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.asarray(radii)[:, None] + 50.0
    return region_of([outer]) - rectangle(50.0 - hole, 50.0 - hole, 50.0 + hole, 50.0 + hole)


REGIONS = st.builds(star, st.lists(st.floats(6.0, 20.0), min_size=5, max_size=14), st.floats(1.0, 3.0))


def lines(strokes: Strokes) -> Floats:
    """The hatch lines (n, 2, 2) without the joints between them."""
    return strokes.points.reshape(-1, 2, 2)


def test_lines_of_a_rectangle_are_one_zigzag() -> None:
    strokes = hatch(loops_of([rectangle(0.0, 0.0, 10.0, 4.0)]), np.zeros(1), 1.0, 8.0, 0.1)
    assert len(strokes.owner) == 1
    assert np.unique(lines(strokes)[:, :, 1]).tolist() == [0.0, 1.0, 2.0, 3.0]
    assert (np.ptp(lines(strokes)[:, :, 0], axis=1) == 10.0).all()


def test_every_owner_has_its_own_pitch_and_direction() -> None:
    square = rectangle(0.05, 0.05, 12.05, 12.05)
    strokes = hatch(loops_of([square, square]), np.array([0.0, 90.0]), np.array([1.0, 3.0]), np.array([0.0, 0.0]), 0.1)
    count = np.bincount(strokes.owner)
    assert count.tolist() == [12, 4]
    first, second = (lines(strokes)[strokes.owner == k] for k in (0, 1))
    assert (np.abs(np.diff(first[:, :, 1], axis=1)) < 1e-9).all()
    assert (np.abs(np.diff(second[:, :, 0], axis=1)) < 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(REGIONS, st.floats(0.0, 180.0))
def test_lines_stay_inside_and_cover_the_area(region: Region, angle: float) -> None:
    strokes = hatch(loops_of([region]), np.array([angle]), 0.4, 3.2, 0.0)
    found = lines(strokes)
    inner = region.grown(0.01)
    for share in (0.0, 0.3, 0.7, 1.0):
        assert inner.contains(found[:, 0] * (1.0 - share) + found[:, 1] * share).all()
    length = np.hypot(*(found[:, 1] - found[:, 0]).T).sum()
    assert length * 0.4 == pytest.approx(region.area_mm2, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(REGIONS, st.floats(0.0, 180.0))
def test_joints_stay_inside(region: Region, angle: float) -> None:
    strokes = hatch(loops_of([region]), np.array([angle]), 0.4, 3.2, 0.15)
    inside = region.grown(0.3)
    for a, b in zip(strokes.start[:-1], strokes.start[1:], strict=True):
        path = strokes.points[a:b]
        assert inside.contains((path[1:] + path[:-1]) / 2.0).all()


@settings(max_examples=30, deadline=None)
@given(REGIONS, st.sampled_from((0.0, 33.0, 45.0, 90.0)))
def test_monotonic_lines_follow_all_their_neighbours_on_one_side(region: Region, angle: float) -> None:
    strokes = hatch(loops_of([region]), np.array([angle]), 0.8, 3.2, 0.15, monotonic=True)
    turn = np.radians(angle)
    found = lines(strokes)
    along = found[:, :, 0] * np.cos(turn) + found[:, :, 1] * np.sin(turn)
    across = np.rint((found[:, 0, 1] * np.cos(turn) - found[:, 0, 0] * np.sin(turn)) / 0.8).astype(int)
    low, high = along.min(axis=1), along.max(axis=1)
    for k in range(len(found)):
        below = (across == across[k] - 1) & (low < high[k] - 1e-6) & (high > low[k] + 1e-6)
        assert (np.flatnonzero(below) < k).all()


def test_plain_order_of_a_ring_is_not_monotonic() -> None:
    ring = rectangle(0.0, 0.0, 20.0, 20.0) - rectangle(5.0, 5.0, 15.0, 15.0)
    plain = hatch(loops_of([ring]), np.zeros(1), 1.0, 0.0, 0.1)
    assert len(plain.owner) > 4
    ordered = hatch(loops_of([ring]), np.zeros(1), 1.0, 4.0, 0.1, monotonic=True)
    assert ordered.points[-1, 1] == ordered.points[:, 1].max()


def test_no_joint_along_a_boundary_that_is_no_border() -> None:
    left, whole = rectangle(0.0, 0.0, 10.0, 10.0), rectangle(0.0, 0.0, 20.0, 10.0)
    free = hatch(loops_of([left]), np.zeros(1), 1.0, 4.0, 0.1)
    held = hatch(loops_of([left]), np.zeros(1), 1.0, 4.0, 0.1, border=loops_of([whole]))
    assert len(free.owner) == 1
    assert len(held.owner) > 4
    for a, b in zip(held.start[:-1], held.start[1:], strict=True):
        path = held.points[a:b]
        turns = np.abs(np.diff(path[:, 1])) > 0.5
        assert (path[:-1][turns, 0] < 0.1).all()


def test_skipped_lines_are_those_of_the_wider_pitch() -> None:
    area = loops_of([rectangle(0.0, 0.0, 10.0, 10.0)])
    dense = hatch(area, np.zeros(1), 1.0, 0.0, 0.1, skip=2)
    assert set(np.rint(dense.points[:, 1]).astype(int).tolist()) == {1, 3, 5, 7, 9}


def test_nothing_gives_nothing() -> None:
    strokes = hatch(loops_of([]), np.empty(0), 1.0, 1.0, 0.1, monotonic=True)
    assert len(strokes.owner) == 0
    assert strokes.start.tolist() == [0]


def test_a_slit_without_width_does_not_part_lines() -> None:
    slit = region_of([np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0005, 10.0), (5.0, 1.0), (4.9995, 10.0),
                                (0.0, 10.0)])])
    strokes = hatch(loops_of([slit]), np.zeros(1), 1.0, 4.0, 0.1)
    assert len(strokes.owner) == 1
    assert np.ptp(lines(strokes)[:, :, 0], axis=1) == pytest.approx(10.0)
