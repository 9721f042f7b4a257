"""Skirt, brim, ears and raft: where they lie, in which order, and how far they reach."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fabwright.geometry.regions import Region, nothing, rectangle, region_of, united
from fabwright.machines.fdm.adhesion import adhesion_paths, adhesion_reach_mm, sharp_corners
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.settings import INTERFACE, SKIRT, SUPPORT, PrintSettings, bead_spacing_mm, print_settings

# Round corners are polygons.
NEAR_MM = 0.06
LOOP = rectangle(50, 50, 80, 70) - rectangle(54, 54, 76, 66)


def process(bench: Any, **parameters: Any) -> PrintSettings:
    return print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), parameters)


def grid_of(settings: PrintSettings, layers: int = 6) -> LayerGrid:
    heights = np.full(layers, settings.layer_height_mm)
    heights[0] = settings.first_layer_height_mm
    return LayerGrid(np.cumsum(heights), heights, settings.raft_layers)


def laid(settings: PrintSettings, *standing: Region) -> Paths:
    return joined(adhesion_paths(list(standing), grid_of(settings), settings))


def loops(paths: Paths) -> list[Region]:
    rings = [paths.points[a:b] for a, b in zip(paths.start[:-1], paths.start[1:], strict=True)]
    return [region_of([r if _area(r) > 0 else r[::-1]]) for r in rings]


def _area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def farthest(paths: Paths, standing: Region) -> float:
    """How far the beads reach beyond the extent of what stands."""
    low, high = np.asarray(standing.bounds_mm[:2]), np.asarray(standing.bounds_mm[2:])
    return float(max((low - paths.points).max(), (paths.points - high).max()))


def test_the_skirt_keeps_its_distance_outermost_first(bench: Any) -> None:
    settings = process(bench, skirt_loops=3, skirt_distance_mm=4.0)
    other = rectangle(100, 50, 110, 60)
    paths = laid(settings, LOOP, other)
    assert len(paths) == 3
    assert (paths.role == SKIRT).all()
    assert (paths.body == -1).all()
    assert (paths.layer == 0).all()
    assert paths.closed.all()
    width = settings.first_layer_width_mm
    for loop in loops(paths):
        assert (united([LOOP, other]).grown(4.0 - NEAR_MM, round_corners=True) - loop).empty
    areas = [loop.area_mm2 for loop in loops(paths)]
    assert areas == sorted(areas, reverse=True)
    inner = loops(paths)[-1].grown(-width / 2.0)
    assert (LOOP.grown(4.0 - NEAR_MM, round_corners=True) - inner).empty
    assert not (LOOP.grown(4.1) - inner).empty


def test_a_brim_touches_nothing_and_fills_its_width(bench: Any) -> None:
    settings = process(bench, brim="outer", brim_mm=4.0, brim_gap_mm=0.2, skirt_loops=0)
    paths = laid(settings, LOOP)
    spacing = bead_spacing_mm(settings.first_layer_width_mm, settings.first_layer_height_mm)
    assert len(paths) == int(4.0 / spacing)
    rings = loops(paths)
    areas = [r.area_mm2 for r in rings]
    assert areas == sorted(areas, reverse=True)
    solid = rectangle(50, 50, 80, 70)
    assert (solid.grown(0.2 + spacing / 2.0 - NEAR_MM, round_corners=True) - rings[-1]).empty
    area = (solid.grown(0.2 + len(paths) * spacing, round_corners=True)
            - solid.grown(0.2, round_corners=True)).area_mm2
    assert paths.volume_mm3() == pytest.approx(area * settings.first_layer_height_mm, rel=0.01)


def test_no_brim_in_holes_nor_twice_between_neighbours(bench: Any) -> None:
    settings = process(bench, brim="outer", brim_mm=5.0, skirt_loops=0)
    near = rectangle(83, 50, 90, 70)
    paths = laid(settings, LOOP, near)
    hole = rectangle(54, 54, 76, 66)
    assert not hole.contains(paths.points).any()
    spacing = bead_spacing_mm(settings.first_layer_width_mm, settings.first_layer_height_mm)
    beads = [loop.grown(spacing / 2.0) - loop.grown(-spacing / 2.0) for loop in loops(paths)]
    assert sum(b.area_mm2 for b in beads) <= united(beads).area_mm2 * 1.003


def test_ears_stand_at_sharp_corners_only(bench: Any) -> None:
    settings = process(bench, brim="ears", brim_mm=4.0, skirt_loops=0)
    paths = laid(settings, LOOP)
    corners = np.array([(50, 50), (80, 50), (80, 70), (50, 70)], dtype=float)
    away = np.hypot(*(paths.points[:, None, :] - corners[None]).transpose(2, 0, 1)).min(axis=1)
    assert away.max() <= 4.2
    for corner in corners:
        assert np.hypot(*(paths.points - corner).T).min() < 1.0
    rounded = rectangle(50, 50, 80, 70).grown(-5.0).grown(5.0, round_corners=True)
    assert len(laid(settings, rounded)) == 0
    angle = np.arange(12) * np.pi / 6.0
    blunt = region_of([np.stack([60 + 20 * np.cos(angle), 60 + 20 * np.sin(angle)], axis=1)])
    assert len(sharp_corners(blunt, settings.brim_ear_deg)) == 0
    assert len(sharp_corners(LOOP, settings.brim_ear_deg)) == 4
    acute = region_of([np.array([(0.0, 0.0), (40.0, 0.0), (0.0, 30.0)])])
    assert len(sharp_corners(acute, 60.0)) == 2


def test_a_raft_lies_under_everything_and_turns(bench: Any) -> None:
    settings = process(bench, raft_layers=4)
    grid = grid_of(settings, 10)
    paths = joined(adhesion_paths([LOOP], grid, settings))
    raft = paths.chosen(np.flatnonzero(paths.role != SKIRT))
    assert sorted(set(raft.layer.tolist())) == [0, 1, 2, 3]
    assert set(raft.role[raft.layer == 3].tolist()) == {INTERFACE}
    assert set(raft.role[raft.layer < 3].tolist()) == {SUPPORT}
    np.testing.assert_allclose(raft.height_mm, grid.heights_mm[raft.layer])
    reach = farthest(raft, LOOP)
    assert settings.raft_expansion_mm - 0.5 < reach < settings.raft_expansion_mm
    area = (30 + 6) * (20 + 6) - (4 - np.pi) * 9
    for layer, density in ((0, 0.9), (3, 1.0)):
        one = raft.chosen(np.flatnonzero(raft.layer == layer))
        assert one.volume_mm3() == pytest.approx(area * grid.heights_mm[layer] * density, rel=0.06)
    # Neighbours cross.
    steps = [_main_direction(raft.chosen(np.flatnonzero((raft.layer == k) & ~raft.closed))) for k in range(4)]
    assert all(abs(abs(a - b) - 90.0) < 1.0 for a, b in itertools.pairwise(steps))
    skirt = paths.chosen(np.flatnonzero(paths.role == SKIRT))
    assert farthest(skirt, LOOP) > settings.raft_expansion_mm + settings.skirt_distance_mm


def _main_direction(paths: Paths) -> float:
    step, length = np.diff(paths.points, axis=0), paths.bead_mm()[:-1]
    longest = step[np.argmax(np.where(length > 0, length, 0))]
    return float(np.degrees(np.arctan2(longest[1], longest[0])) % 180.0)


@pytest.mark.parametrize("parameters", [
    {}, {"skirt_loops": 0}, {"brim": "outer"}, {"brim": "ears", "brim_mm": 8.0}, {"raft_layers": 2},
    {"brim": "outer", "skirt_loops": 4, "skirt_distance_mm": 6.0},
])
def test_nothing_reaches_further_than_said(bench: Any, parameters: dict[str, Any]) -> None:
    settings = process(bench, **parameters)
    paths = laid(settings, LOOP)
    if len(paths):
        assert farthest(paths, LOOP) + settings.first_layer_width_mm / 2.0 <= adhesion_reach_mm(settings) + 1e-6
    assert adhesion_reach_mm(replace(settings, supports="grid")) > adhesion_reach_mm(settings)


def test_nothing_on_the_bed_takes_nothing(bench: Any) -> None:
    assert adhesion_paths([nothing()], grid_of(process(bench)), process(bench)) == []
    assert len(laid(process(bench, brim="outer", brim_mm=0.0, skirt_loops=0), LOOP)) == 0
