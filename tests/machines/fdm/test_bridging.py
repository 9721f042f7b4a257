"""Bridges: where they are, which way they span, what holds them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manifold3d import Manifold

from fabwright.geometry.regions import Region, nothing, rectangle, region_of
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.bridging import span_direction_deg
from fabwright.machines.fdm.fills import fill_paths
from fabwright.machines.fdm.layers import LayerGrid, cut_layers, layer_grid
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.settings import BRIDGE, SOLID, PrintSettings, print_settings
from fabwright.machines.fdm.walls import build_all_walls


def filled(bench, solid: Manifold, carried: Region | None = None, **parameters
           ) -> tuple[Paths, LayerGrid, PrintSettings]:
    order = print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), parameters)
    placed = placed_solid(bench.mesh_of(solid, "body"), 0.0, (100.0, 100.0, 0.0))
    grid = layer_grid((placed,), order)
    sliced = cut_layers(placed, grid, order)
    support = None if carried is None else tuple(carried for _ in grid.tops_mm)
    paths = joined(fill_paths(sliced, grid, build_all_walls(sliced, order), (), 0, order, support))
    return paths, grid, order


def pocket(bench, length: float, width: float) -> Manifold:
    """A block over a pocket open at the bottom, 4 mm of wall round it."""
    return bench.block(length + 8, width + 8, 6) - bench.block(length, width, 4).translate((4, 4, -1))


def bridges(paths: Paths) -> Paths:
    return paths.chosen(np.flatnonzero(paths.role == BRIDGE))


def long_beads(paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of beads longer than 2 mm."""
    length = paths.bead_mm()
    after = np.minimum(np.arange(1, len(paths.points) + 1), len(paths.points) - 1)
    keep = length > 2.0
    return paths.points[keep], paths.points[after][keep]


def turned(region: Region, angle_deg: float) -> Region:
    c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return region_of([p @ np.array([[c, s], [-s, c]]) for p in region.polygons()])


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 179.9), st.floats(4.0, 20.0), st.floats(1.5, 3.0))
def test_a_pocket_is_spanned_across_its_narrow_way(angle: float, width: float, ratio: float) -> None:
    hole, block = rectangle(-width * ratio / 2, -width / 2, width * ratio / 2, width / 2), rectangle(-50, -50, 50, 50)
    found = span_direction_deg(turned(hole, angle), turned(block - hole, angle), 0.4)
    off = (found - angle - 90.0 + 90.0) % 180.0 - 90.0
    assert abs(off) < 1.5


@settings(max_examples=15, deadline=None)
@given(st.floats(0.0, 179.9))
def test_an_arch_is_spanned_from_pier_to_pier_however_wide(angle: float) -> None:
    gap = rectangle(-15.0, -4.0, 15.0, 4.0)
    piers = rectangle(-25.0, -4.0, -15.0, 4.0) | rectangle(15.0, -4.0, 25.0, 4.0)
    found = span_direction_deg(turned(gap, angle), turned(piers, angle), 0.4)
    assert abs((found - angle + 90.0) % 180.0 - 90.0) < 1.5


def test_a_balcony_is_hatched_away_from_its_wall() -> None:
    assert span_direction_deg(rectangle(0.0, 0.0, 6.0, 30.0), rectangle(-5.0, 0.0, 0.0, 30.0), 0.4) == 0.0


def test_threads_are_round_touch_and_reach_into_what_holds_them(bench) -> None:
    paths, grid, order = filled(bench, pocket(bench, 20, 12))
    found = bridges(paths)
    assert np.unique(found.layer).tolist() == [15]
    assert float(grid.tops_mm[15] - grid.heights_mm[15]) == pytest.approx(3.0)
    thread = order.bridge_thread_mm
    assert found.height_mm == pytest.approx(thread)
    assert found.spacing_mm * found.height_mm[found.path_of] == pytest.approx(math.pi * thread ** 2 / 4.0)
    start, end = long_beads(found)
    assert np.abs(start[:, 0] - end[:, 0]).max() < 1e-6
    assert np.diff(np.unique(np.round(start[:, 0], 3))) == pytest.approx(thread, abs=0.002)
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    assert low.max() <= 104.0 - 2.0 * thread
    assert high.min() >= 116.0 + 2.0 * thread
    assert start[:, 0].min() <= 104.0
    assert start[:, 0].max() >= 124.0 - thread


def test_nothing_solid_is_laid_twice_over_the_pocket(bench) -> None:
    paths, *_ = filled(bench, pocket(bench, 20, 12))
    here = paths.chosen(np.flatnonzero((paths.layer == 15) & (paths.role != BRIDGE)))
    inside = (here.points[:, 0] > 104.5) & (here.points[:, 0] < 123.5) & (here.points[:, 1] > 104.5) & (
        here.points[:, 1] < 115.5)
    assert not inside.any()


def test_a_thin_walled_box_is_roofed_from_wall_to_wall(bench) -> None:
    paths, *_ = filled(bench, bench.block(30, 20, 6) - bench.block(28.2, 18.2, 4).translate((0.9, 0.9, -1)))
    start, end = long_beads(bridges(paths))
    assert len(start) > 60
    assert np.abs(start[:, 0] - end[:, 0]).max() < 1e-6


def test_an_empty_box_bridges_its_top(bench) -> None:
    paths, grid, _ = filled(bench, bench.block(20, 14, 6), infill_density=0.0, top_layers=4)
    assert np.unique(bridges(paths).layer).tolist() == [len(grid) - 4]


def test_what_supports_carry_is_no_bridge(bench) -> None:
    solid = pocket(bench, 20, 12)
    paths, *_ = filled(bench, solid, rectangle(100.0, 100.0, 140.0, 140.0))
    assert len(bridges(paths)) == 0
    assert (paths.layer[paths.role == SOLID] == 15).any()
    half, *_ = filled(bench, solid, rectangle(100.0, 100.0, 114.0, 140.0))
    assert bridges(half).points[:, 0].min() > 112.0


def test_areas_below_the_least_are_left_solid(bench) -> None:
    small = bench.block(14, 14, 6) - bench.block(3, 3, 4).translate((5, 5, -1))
    assert len(bridges(filled(bench, small)[0])) > 0
    narrow = bench.block(14, 14, 6) - bench.block(1.2, 1.2, 4).translate((5, 5, -1))
    assert len(bridges(filled(bench, narrow)[0])) == 0


def test_steep_walls_are_no_bridges(bench) -> None:
    cone = Manifold.cylinder(10, 5, 14, 48)
    assert len(bridges(filled(bench, cone)[0])) == 0


def test_the_first_layer_is_no_bridge(bench) -> None:
    assert len(bridges(filled(bench, bench.block(20, 20, 3))[0])) == 0


def test_no_support_gives_a_direction_all_the_same() -> None:
    assert 0.0 <= span_direction_deg(rectangle(0.0, 0.0, 6.0, 30.0), nothing(), 0.4) < 180.0
