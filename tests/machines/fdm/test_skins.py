"""Solid and sparse areas by the layers above and below."""

from __future__ import annotations

import math

import numpy as np
import pytest
from manifold3d import Manifold

from fabwright.geometry.regions import rectangle, region_of
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.layers import Sliced, cut_layers, layer_grid
from fabwright.machines.fdm.settings import PrintSettings, print_settings
from fabwright.machines.fdm.skins import Fill, find_skins, opened
from fabwright.machines.fdm.walls import Walled, build_all_walls


def skins(bench, solid: Manifold, **parameters) -> tuple[tuple[Fill, ...], Sliced, tuple[Walled, ...], PrintSettings]:
    settings = print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), parameters)
    placed = placed_solid(bench.mesh_of(solid, "body"), 0.0, (100.0, 100.0, 0.0))
    sliced = cut_layers(placed, layer_grid((placed,), settings), settings)
    walled = build_all_walls(sliced, settings)
    return find_skins(sliced, walled, settings), sliced, walled, settings


def test_a_block_has_its_counts_of_solid_layers(bench) -> None:
    fills, *_ = skins(bench, bench.block(20, 20, 6), top_layers=3, bottom_layers=2)
    sparse = [k for k, f in enumerate(fills) if not f.sparse.empty]
    assert sparse == list(range(2, 27))
    assert [k for k, f in enumerate(fills) if not f.top.empty] == [29]
    assert fills[29].solid.empty
    assert all(f.solid.empty for f in fills[2:27])


def test_areas_lie_side_by_side_and_fill_the_room(bench) -> None:
    solid = Manifold.sphere(12, 48).trim_by_plane((0, 0, 1), 0.0) + bench.block(30, 9, 3)
    fills, sliced, walled, _ = skins(bench, solid)
    for layer, fill in enumerate(fills):
        room = walled[sliced.which[layer]].hatched
        for one, other in ((fill.top, fill.solid), (fill.top, fill.sparse), (fill.solid, fill.sparse)):
            assert (one & other).area_mm2 < 0.01
        whole = fill.top.area_mm2 + fill.solid.area_mm2 + fill.sparse.area_mm2
        assert whole == pytest.approx(room.area_mm2, abs=0.3 + 0.01 * room.area_mm2)
        assert (fill.top - room.grown(0.03)).empty


def test_every_face_that_looks_up_is_top_skin(bench) -> None:
    fills, *_ = skins(bench, bench.block(40, 30, 3) + bench.block(20, 16, 6).translate((10, 7, 0)))
    step, top = fills[14], fills[29]
    face = 37.9 * 27.9 - 20 * 16
    assert face < step.top.area_mm2 < face + 2 * (20 + 16) * 3.0
    assert top.solid.empty
    assert [k for k, f in enumerate(fills) if not f.top.empty] == [14, 29]
    # Under the step's block the layer is not solid all through: nothing ends there. The skin and the solid below it
    # reach three millimetres under it.
    assert step.sparse.bounds_mm == pytest.approx((113.0, 110.0, 127.0, 120.0), abs=0.1)
    assert fills[11].sparse.bounds_mm == pytest.approx(step.sparse.bounds_mm, abs=0.1)
    assert fills[9].sparse.area_mm2 > 37.0 * 27.0
    # Between top skin and infill no sliver of another role is left round the block.
    assert step.solid.empty


def test_no_top_layers_leave_no_top(bench) -> None:
    fills, *_ = skins(bench, bench.block(20, 20, 4), top_layers=0, bottom_layers=1)
    assert all(f.top.empty for f in fills)
    assert fills[0].sparse.empty
    assert all(f.solid.empty for f in fills[1:])


def test_small_sparse_areas_become_solid(bench) -> None:
    solid = bench.block(5.4, 5.4, 6) + bench.block(20, 20, 6).translate((10, 0, 0))
    fills, *_ = skins(bench, solid, solid_below_mm2=15.0)
    assert len(fills[15].sparse.parts()) == 1
    assert len(fills[15].solid.parts()) == 1
    kept, *_ = skins(bench, solid, solid_below_mm2=0.0)
    assert len(kept[15].sparse.parts()) == 2


def test_equal_neighbourhoods_share_one_result(bench) -> None:
    fills, *_ = skins(bench, bench.block(20, 20, 20))
    assert len({id(f) for f in fills}) < 15


def test_slivers_of_rounding_do_not_grow_when_drawn_in() -> None:
    # A turned rectangle less itself drawn in and grown again: nothing but rounding, which comes out inside out.
    angle = 0.1 + 23 * 0.07
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    region = region_of([p @ turn for p in rectangle(0.0, 0.0, 30.0, 20.0).polygons()])
    sliver = region - region.grown(-1.0).grown(1.0)
    assert sliver.area_mm2 < 1e-6
    assert opened(sliver, 0.4).area_mm2 < 0.1
    assert opened(rectangle(100.0, 0.0, 102.0, 2.0) | sliver, 0.4).area_mm2 == pytest.approx(4.0)
