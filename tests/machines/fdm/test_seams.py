"""Seams: in the corner they should be in, in line from layer to layer, and nothing of the walls lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabwright.geometry.regions import Region, rectangle, region_of
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.seams import place_seams
from fabwright.machines.fdm.settings import EXTERNAL, PERIMETER
from fabwright.machines.fdm.wall_paths import wall_paths
from fabwright.machines.fdm.walls import build_all_walls
from fabwright.model import Floats

from . import wall_measure as wm

LINE_MM = 0.45


def notched() -> Region:
    return rectangle(0, 0, 20, 14) - rectangle(9.0, 12.5, 11.0, 15.0)


def walls(sections: list[Region], seam: str) -> tuple[Paths, Paths]:
    """Wall paths before and after their seams are placed."""
    settings = replace(wm.printing(walls=2), seam=seam)
    sliced, grid = wm.sliced_of(sections, settings)
    paths = joined(wall_paths(sliced, build_all_walls(sliced, settings), grid, 0, settings))
    return paths, place_seams(paths, settings)


def seams(paths: Paths, role: int) -> Floats:
    return paths.points[paths.start[:-1][paths.closed & (paths.role == role)]]


def shifted(count: int, step: float) -> list[Region]:
    return [notched().moved(step * k, 0.0) for k in range(count)]


@pytest.mark.parametrize("seam", ["aligned", "sharpest"])
def test_the_seam_lies_in_the_notch_at_every_layer(seam: str) -> None:
    _, placed = walls(shifted(12, 0.05), seam)
    offset = seams(placed, EXTERNAL) - np.array([[0.05 * k, 0.0] for k in range(12)])
    # The outer wall's inner corners lie half a bead outside the notch's.
    near = np.minimum(np.abs(offset[:, 0] - 9.0), np.abs(offset[:, 0] - 11.0))
    assert near == pytest.approx(np.full(12, LINE_MM / 2.0), abs=0.01)
    assert offset[:, 1] == pytest.approx(np.full(12, 12.5 - LINE_MM / 2.0), abs=0.01)
    assert np.ptp(offset[:, 0]) < 0.02


def test_a_seam_on_a_round_wall_stays_in_line() -> None:
    cylinder = [wm.disc(np.zeros(2), 9.0 + 0.03 * k, 70 + k) - wm.disc(np.zeros(2), 3.0, 40 + k) for k in range(30)]
    _, placed = walls(cylinder, "aligned")
    layer = placed.layer[placed.closed & (placed.role == EXTERNAL)]
    place = seams(placed, EXTERNAL)
    for radius in (3.0, 9.0):
        own = np.abs(np.hypot(*place.T) - radius) < 1.5
        assert layer[own].tolist() == list(range(30))
        assert np.hypot(*np.diff(place[own], axis=0).T).max() <= LINE_MM


def test_rear_seams_have_the_largest_y() -> None:
    _, placed = walls([wm.disc(np.array([5.0, k * 0.1]), 7.0, 60 + k) for k in range(10)], "rear")
    for path in np.flatnonzero(placed.closed & (placed.role == EXTERNAL)):
        points = placed.points[placed.start[path]:placed.start[path + 1]]
        assert points[0, 1] >= points[:, 1].max() - 0.051


def test_without_inner_corners_the_sharpest_outer_one_is_taken() -> None:
    arrow = region_of([np.array([(0.0, 0.0), (10.0, -7.0), (24.0, -7.0), (24.0, 7.0), (10.0, 7.0)])])
    _, placed = walls([arrow.moved(0.05 * k, 0.0) for k in range(3)], "sharpest")
    tip = seams(placed, EXTERNAL)
    # The point of 70 degrees rather than one of the square corners.
    assert tip[:, 0] - 0.05 * np.arange(3) == pytest.approx(np.full(3, tip[0, 0]), abs=1e-6)
    assert tip[0, 0] < 1.5


def test_inner_walls_begin_beside_the_outer_seam() -> None:
    _, placed = walls(shifted(4, 0.3), "aligned")
    outer, inner = seams(placed, EXTERNAL), seams(placed, PERIMETER)
    assert np.hypot(*(outer - inner).T).max() < 2.0 * LINE_MM


@pytest.mark.parametrize("seam", ["aligned", "rear", "sharpest"])
def test_turning_walls_changes_nothing_else(seam: str) -> None:
    before, after = walls([wm.fin(0.9), wm.fin(1.0), wm.letters(0.6), wm.ring(1.2)], seam)
    assert after.volume_mm3() == pytest.approx(before.volume_mm3(), rel=1e-9)
    assert after.role.tolist() == before.role.tolist()
    assert after.layer.tolist() == before.layer.tolist()
    assert after.closed.tolist() == before.closed.tolist()
    wall = before.closed & (before.role != 2)
    assert after.fixed[wall].all()
    assert not after.fixed[~wall].any()
    for path in range(len(before)):
        old = before.points[before.start[path]:before.start[path + 1]]
        new = after.points[after.start[path]:after.start[path + 1]]
        assert {tuple(p) for p in old.tolist()} <= {tuple(p) for p in new.tolist()}
        assert len(new) <= len(old) + 1
        if before.closed[path]:
            area = [float(np.dot(p[:, 0], np.roll(p[:, 1], -1)) - np.dot(p[:, 1], np.roll(p[:, 0], -1)))
                    for p in (old, new)]
            assert area[0] == pytest.approx(area[1], abs=1e-6)


def test_nearest_leaves_the_walls_free() -> None:
    before, after = walls([notched()], "nearest")
    assert after is before
    assert not after.fixed.any()
