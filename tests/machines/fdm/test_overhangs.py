"""Overhanging walls: slower the further they reach out, and only where they do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabwright.geometry.regions import Region, nothing, rectangle
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.overhangs import slow_overhangs
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.settings import EXTERNAL, OVERHANG, PERIMETER, PrintSettings
from fabwright.machines.fdm.wall_paths import wall_paths
from fabwright.machines.fdm.walls import build_all_walls

from . import wall_measure as wm


def block() -> Region:
    return rectangle(0, 0, 20, 12)


def slowed(sections: list[Region], raft: int = 0, **changes: object) -> tuple[Paths, Paths, PrintSettings]:
    settings = replace(wm.printing(walls=2), elephant_foot_mm=0.0, overhang_from_deg=45.0, overhang_mm_s=20.0,
                       **changes)
    sliced, grid = wm.sliced_of(sections, settings)
    grid = LayerGrid(grid.tops_mm, grid.heights_mm, raft)
    paths = joined(wall_paths(sliced, build_all_walls(sliced, settings), grid, 0, settings))
    return paths, slow_overhangs(paths, sliced, grid, 0, settings), settings


def speeds(paths: Paths, layer: int, role: int = EXTERNAL) -> np.ndarray:
    return paths.speed_mm_s[(paths.layer == layer)[paths.path_of] & (paths.role == role)[paths.path_of]]


def test_what_leans_less_than_the_angle_keeps_its_speed() -> None:
    before, after, _ = slowed([block().grown(0.19 * k) for k in range(5)])
    assert np.isinf(after.speed_mm_s).all()
    assert len(after.points) == len(before.points)
    upright = slowed([block()] * 5)[1]
    assert np.isinf(upright.speed_mm_s).all()


def test_the_further_out_the_slower() -> None:
    caps = []
    for reach in (0.25, 0.3, 0.35, 0.4):
        _, after, settings = slowed([wm.disc(np.zeros(2), 8.0, 90), wm.disc(np.zeros(2), 8.0 + reach, 90)])
        found = speeds(after, 1)
        assert np.isfinite(found).all()
        assert np.ptp(found) == 0.0
        assert settings.overhang_mm_s <= found[0] < settings.external_mm_s
        assert np.isinf(speeds(after, 0)).all()
        assert not (after.role == OVERHANG).any()
        caps.append(found[0])
    assert caps == sorted(caps, reverse=True)
    assert len(set(caps)) == 4


def test_a_wall_in_the_air_is_an_overhang_at_its_speed() -> None:
    _, after, settings = slowed([block(), block().grown(0.6)])
    hanging = after.role == OVERHANG
    assert after.layer[hanging].tolist() == [1]
    assert after.speed_mm_s[hanging[after.path_of]] == pytest.approx(settings.overhang_mm_s)
    # The inner wall lies within the block below.
    assert np.isinf(speeds(after, 1, PERIMETER)).all()


def test_long_walls_are_split_only_where_they_cross_the_edge() -> None:
    ledge = rectangle(0, 0, 20, 12) - rectangle(6, -1, 14, 5)
    before, after, settings = slowed([ledge, block()])
    outer = np.flatnonzero((after.layer == 1) & (after.role == EXTERNAL))
    assert len(outer) == 1
    at = slice(after.start[outer[0]], after.start[outer[0] + 1])
    points, cap = after.points[at], after.speed_mm_s[at]
    slow = cap <= settings.overhang_mm_s + 1e-9
    assert slow.any()
    # Above the opening, on the front wall, and nowhere else.
    assert (np.abs(points[slow, 1] - 0.225) < 1e-6).all()
    assert points[slow, 0].min() == pytest.approx(6.0, abs=2.0)
    assert points[slow, 0].max() < 14.0
    far = (points[:, 0] < 3.5) | (points[:, 0] > 16.0) | (points[:, 1] > 1.0)
    assert np.isinf(cap[far]).all()
    assert len(after.points) - len(before.points) < 24
    assert after.volume_mm3() == pytest.approx(before.volume_mm3(), rel=1e-9)
    assert not (after.role == OVERHANG).any()


def test_nothing_below_is_an_overhang_and_bed_and_raft_are_not() -> None:
    island = rectangle(40, 0, 46, 6)
    _, after, _ = slowed([block(), block() | island])
    assert (after.role == OVERHANG).sum() == 2
    right = after.points[after.start[:-1], 0] > 30.0
    assert right[after.role == OVERHANG].all()
    _, after, _ = slowed([rectangle(0, 0, 1, 1), block()], raft=1)
    assert np.isinf(after.speed_mm_s).all()


def test_the_squashed_foot_carries_what_it_was_drawn_in_by() -> None:
    sections = [block().grown(-0.3), block()]
    settings = replace(wm.printing(walls=2), elephant_foot_mm=0.3)
    sliced, grid = wm.sliced_of(sections, settings)
    paths = joined(wall_paths(sliced, build_all_walls(sliced, settings), grid, 0, settings))
    assert np.isinf(slow_overhangs(paths, sliced, grid, 0, settings).speed_mm_s).all()
    assert not np.isinf(slowed(sections)[1].speed_mm_s).all()


def test_what_supports_carry_does_not_overhang() -> None:
    settings = replace(wm.printing(walls=2), elephant_foot_mm=0.0, overhang_from_deg=45.0, overhang_mm_s=20.0)
    arm = rectangle(0, 0, 40, 12)
    sliced, grid = wm.sliced_of([block(), arm], settings)
    paths = joined(wall_paths(sliced, build_all_walls(sliced, settings), grid, 0, settings))
    free = slow_overhangs(paths, sliced, grid, 0, settings)
    assert (free.role == OVERHANG).any() or np.isfinite(speeds(free, 1)).any()
    held = slow_overhangs(paths, sliced, grid, 0, settings, (nothing(), arm - block()))
    assert np.isinf(held.speed_mm_s).all()
    assert not (held.role == OVERHANG).any()
