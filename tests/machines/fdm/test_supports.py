"""Supports of whole parts: clear of the part, standing on something, under everything that hangs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import manifold3d
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.regions import Region, nothing, rectangle, united
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.layers import LayerGrid, Sliced, cut_layers, layer_grid, raft_height_mm
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.settings import INTERFACE, SUPPORT, PrintSettings, print_settings
from fabwright.machines.fdm.supports import REACH_MM, Supports, plan_supports, support_paths
from fabwright.machines.fdm.zones import PlacedZone

Solid = manifold3d.Manifold


def block(x: float, y: float, z: float) -> manifold3d.Manifold:
    return Solid.cube((x, y, z))


PARTS: dict[str, Callable[[], manifold3d.Manifold]] = {
    "tee": lambda: block(6, 10, 9).translate((10, 0, 0)) + block(26, 10, 2).translate((0, 0, 9)),
    "table": lambda: block(24, 20, 2).translate((0, 0, 8)) + sum(
        (block(3, 3, 8).translate((x, y, 0)) for x in (0, 21) for y in (0, 17)), Solid()),
    "ball": lambda: Solid.sphere(9, 48).trim_by_plane((0, 0, 1), -8.6),
    "arch": lambda: block(34, 8, 17) - Solid.cylinder(30, 13, 13, 48).rotate((90, 0, 0)).translate((17, 20, 0)),
    "shelf": lambda: block(4, 14, 14) + block(18, 14, 1.4) + block(18, 14, 2).translate((0, 0, 10)),
    "hook": lambda: block(4, 4, 12) + block(16, 4, 3).translate((0, 0, 9)) + block(3, 4, 5).translate((13, 0, 5)),
    "bridge": lambda: block(16, 6, 5) - block(8, 20, 4).translate((4, -5, -1)),
    "wide bridge": lambda: block(30, 6, 5) - block(18, 20, 4).translate((6, -5, -1)),
}


@dataclass(frozen=True)
class Case:
    settings: PrintSettings
    grid: LayerGrid
    sliced: tuple[Sliced, ...]
    supports: Supports

    def whole(self, layer: int) -> Region:
        return self.supports.regions[layer] | self.supports.interface[layer]

    def part(self, layer: int) -> Region:
        return united([s.at(layer) for s in self.sliced]) if 0 <= layer < len(self.grid) else nothing()

    def paths(self) -> Paths:
        return joined(support_paths(self.supports, self.grid, self.settings))

    @property
    def volume_mm3(self) -> float:
        return sum(self.whole(k).area_mm2 * float(h) for k, h in enumerate(self.grid.heights_mm))


def case(bench: Any, *solids: manifold3d.Manifold, zones: Callable[[LayerGrid], tuple[PlacedZone, ...]] | None = None,
         bridge_mm: float = 10.0, **parameters: Any) -> Case:
    process = print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), parameters)
    process = replace(process, support_bridge_mm=bridge_mm)
    foot = raft_height_mm(process)
    placed = tuple(placed_solid(bench.mesh_of(s, "part"), 0.0, (50.0 + 60.0 * k, 50.0, foot))
                   for k, s in enumerate(solids))
    grid = layer_grid(placed, process)
    sliced = tuple(cut_layers(p, grid, process) for p in placed)
    ordered = tuple(zones(grid) if zones is not None else () for _ in sliced)
    return Case(process, grid, sliced, plan_supports(sliced, grid, ordered, process))


@pytest.fixture(scope="module", params=[(kind, name) for kind in ("grid", "tree")
                                        for name in ("tee", "table", "ball", "arch", "shelf", "hook")],
                ids=lambda p: f"{p[0]}-{p[1]}")
def made(request: pytest.FixtureRequest, bench: Any) -> Case:
    kind, name = request.param
    return case(bench, PARTS[name](), supports=kind, bridge_mm=0.5)


def test_support_keeps_off_the_part(made: Case) -> None:
    keeps_off(made)


def keeps_off(made: Case) -> None:
    gap = made.settings.support_gap_xy_mm
    for layer in range(len(made.grid)):
        region = made.whole(layer)
        if region.empty:
            continue
        assert (region & made.part(layer).grown(0.9 * gap, round_corners=True)).area_mm2 < 0.1
        # A gap of 0.2 mm is one layer.
        for near in (layer - 1, layer + 1):
            assert (region & made.part(near)).area_mm2 < 0.1, (layer, near)


def test_no_support_begins_in_the_air(made: Case) -> None:
    stands(made)


def stands(made: Case) -> None:
    process = made.settings
    lean = math.tan(math.radians(process.support_branch_deg))
    for layer in range(1, len(made.grid)):
        reach = float(made.grid.heights_mm[layer]) * lean + process.line_width_mm
        ground = united([made.whole(layer - 1), *(made.part(k) for k in range(max(layer - 3, 0), layer))])
        assert (made.whole(layer) - ground.grown(reach)).area_mm2 < 1.0, layer


def test_everything_that_hangs_is_carried(made: Case) -> None:
    """Beads over the layer below and the support a gap further down leave little in the air."""
    slope = math.tan(math.radians(made.settings.support_overhang_deg + 3.0))
    for layer in range(3, len(made.grid)):
        hanging = made.part(layer) - made.part(layer - 1).grown(float(made.grid.heights_mm[layer]) * slope)
        if hanging.empty:
            continue
        top = made.whole(layer - 2).grown(made.settings.support_gap_xy_mm + 1.2)
        left = (hanging - top).opened(0.2)
        assert left.area_mm2 <= 1.5 + 0.05 * hanging.area_mm2, layer


def test_carried_areas_lie_beyond_the_layer_below(made: Case) -> None:
    assert made.supports.carried is not None
    total = 0.0
    for layer, area in enumerate(made.supports.carried):
        total += area.area_mm2
        if not area.empty:
            assert (area - made.part(layer)).area_mm2 < 1e-3
            assert (area & made.part(layer - 1)).area_mm2 < 1e-3
    assert total > 5.0


def test_beads_stay_inside_and_fill_less_than_the_regions(made: Case) -> None:
    paths = made.paths()
    assert set(paths.role.tolist()) <= {SUPPORT, INTERFACE}
    assert (paths.body == -1).all()
    np.testing.assert_allclose(paths.height_mm, made.grid.heights_mm[paths.layer])
    assert 0.1 * made.volume_mm3 < paths.volume_mm3() < 1.25 * made.volume_mm3
    layer = np.repeat(paths.layer, np.diff(paths.start))
    for k in sorted(set(paths.layer.tolist())):
        assert made.whole(k).grown(0.01).contains(paths.points[layer == k]).all(), k


def test_a_tower_stands_on_the_bed_where_it_can(bench: Any) -> None:
    tee = case(bench, PARTS["tee"](), supports="grid")
    area = [tee.whole(k).area_mm2 for k in range(len(tee.grid))]
    assert area[0] > 150.0
    assert max(area) < 1.1 * area[0]
    # The highest support is one gap below the plate.
    highest = max(k for k in range(len(tee.grid)) if not tee.whole(k).empty)
    assert tee.grid.tops_mm[highest] == pytest.approx(9.0 - tee.settings.support_gap_z_mm)


def test_a_tree_takes_less_than_towers(bench: Any) -> None:
    for name in ("tee", "table", "hook"):
        tower, tree = (case(bench, PARTS[name](), supports=kind).paths().volume_mm3() for kind in ("grid", "tree"))
        assert tree < 0.9 * tower, name


def test_bridges_need_no_support_up_to_their_limit(bench: Any) -> None:
    for kind in ("grid", "tree"):
        assert case(bench, PARTS["bridge"](), supports=kind).supports.regions == ()
        assert case(bench, PARTS["wide bridge"](), supports=kind).volume_mm3 > 100.0


def test_the_angle_decides(bench: Any) -> None:
    corners = [(x, y, z) for y in (0.0, 14.0) for x, z in ((10.0, 0.0), (16.0, 0.0), (16.0, 8.0), (0.0, 8.0))]
    lean = Solid.hull_points(np.asarray(corners))  # 51.3 degrees from the vertical
    assert case(bench, lean, supports="grid", support_overhang_deg=55.0).supports.regions == ()
    assert case(bench, lean, supports="grid", support_overhang_deg=45.0).volume_mm3 > 100.0


@pytest.mark.parametrize(("gap", "layers"), [(0.0, 0), (0.1, 1), (0.2, 1), (0.25, 2), (0.4, 2)])
def test_gaps_are_whole_layers(bench: Any, gap: float, layers: int) -> None:
    shelf = case(bench, PARTS["shelf"](), supports="grid", support_gap_z_mm=gap)
    over = [k for k in range(len(shelf.grid)) if (shelf.whole(k) & rectangle(56, 50, 66, 64)).area_mm2 > 50.0]
    assert min(over) == 7 + layers
    assert max(over) == 49 - layers


def test_dense_layers_lie_next_to_the_part(bench: Any) -> None:
    for count in (0, 2, 4):
        shelf = case(bench, PARTS["shelf"](), supports="grid", support_interface_layers=count)
        middle = rectangle(56, 53, 66, 61)
        dense = [k for k in range(len(shelf.grid)) if (shelf.supports.interface[k] & middle).area_mm2 > 60.0]
        assert dense == [*range(8, 8 + count), *range(49 - count, 49)]
        paths = shelf.paths()
        for role, density in ((SUPPORT, 0.18), (INTERFACE, 0.75)):
            regions = shelf.supports.regions if role == SUPPORT else shelf.supports.interface
            layer = 20 if role == SUPPORT else 48
            one = paths.chosen(np.flatnonzero((paths.role == role) & (paths.layer == layer)))
            share = one.volume_mm3() / 0.2 / regions[layer].area_mm2 if count or role == SUPPORT else density
            assert density < share + 0.01 < density + 0.18, (count, role)


def test_none_costs_and_gives_nothing(bench: Any) -> None:
    none = case(bench, PARTS["tee"]())
    assert none.supports == Supports() or none.supports.regions == ()
    assert none.supports.carried is None
    assert support_paths(none.supports, none.grid, none.settings) == []


def zone(kind: str, area: Region) -> Callable[[LayerGrid], tuple[PlacedZone, ...]]:
    return lambda grid: (PlacedZone((area,) * len(grid), {"supports": kind}),)


def test_zones_force_and_block(bench: Any) -> None:
    left = rectangle(49, 49, 60, 61)
    forced = case(bench, PARTS["tee"](), zones=zone("forced", left))
    assert forced.volume_mm3 > 500.0
    for layer in range(len(forced.grid)):
        assert (forced.whole(layer) - rectangle(50, 50, 61.5, 60).grown(0.01)).empty
    blocked = case(bench, PARTS["tee"](), supports="grid", zones=zone("blocked", left))
    assert blocked.volume_mm3 > 500.0
    for layer in range(len(blocked.grid)):
        assert (blocked.whole(layer) & rectangle(50, 50, 60, 60)).empty
    everywhere = case(bench, PARTS["tee"](), supports="tree", zones=zone("blocked", rectangle(0, 0, 200, 200)))
    assert everywhere.supports.regions == ()


def test_zones_force_what_would_bridge(bench: Any) -> None:
    forced = case(bench, PARTS["bridge"](), supports="grid", zones=zone("forced", rectangle(0, 0, 200, 200)))
    assert forced.volume_mm3 > 50.0


def test_later_zones_win(bench: Any) -> None:
    whole = rectangle(0, 0, 200, 200)

    def zones(grid: LayerGrid) -> tuple[PlacedZone, ...]:
        return zone("forced", whole)(grid) + zone("blocked", whole)(grid)

    assert case(bench, PARTS["tee"](), supports="grid", zones=zones).supports.regions == ()


def test_supports_keep_off_every_body_and_near_their_own(bench: Any) -> None:
    two = case(bench, PARTS["tee"](), block(10, 10, 11), supports="grid")
    for layer in range(len(two.grid)):
        low_x, low_y, high_x, high_y = two.whole(layer).bounds_mm if not two.whole(layer).empty else (60, 60, 60, 60)
        assert low_x >= 50 - REACH_MM - 0.01
        assert low_y >= 50 - REACH_MM - 0.01
        assert high_x <= 76 + REACH_MM + 0.01
        assert high_y <= 60 + REACH_MM + 0.01


def test_in_turn_supports_belong_to_the_nearest_body(bench: Any) -> None:
    two = case(bench, PARTS["tee"](), PARTS["tee"](), supports="grid", sequence="one-at-a-time")
    paths = two.paths()
    assert sorted(set(paths.body.tolist())) == [0, 1]
    assert (paths.points[:, 0] < 90.0).tolist() == (paths.body[paths.path_of] == 0).tolist()


def test_on_a_raft_they_stand_on_it(bench: Any) -> None:
    tee = case(bench, PARTS["tee"](), supports="grid", raft_layers=2)
    assert all(tee.whole(k).empty for k in range(2))
    assert tee.whole(2).area_mm2 > 150.0
    paths = tee.paths()
    height = tee.grid.heights_mm[2] + tee.settings.raft_gap_mm
    np.testing.assert_allclose(paths.height_mm[paths.layer == 2], height)


def test_layers_of_any_height(bench: Any) -> None:
    made = case(bench, PARTS["arch"](), supports="grid", adaptive_layers=True)
    bottoms = made.grid.tops_mm - made.grid.heights_mm
    for layer in range(len(made.grid)):
        if made.whole(layer).empty:
            continue
        for k in range(len(made.grid)):
            below = bottoms[layer] - made.grid.tops_mm[k]
            above = bottoms[k] - made.grid.tops_mm[layer]
            if max(below, above) < made.settings.support_gap_z_mm - 1e-6:
                assert (made.whole(layer) & made.part(k)).area_mm2 < 0.1, (layer, k)
    assert made.volume_mm3 > 100.0


def test_the_same_twice(bench: Any) -> None:
    for kind in ("grid", "tree"):
        one, other = (case(bench, PARTS["hook"](), supports=kind).paths() for _ in range(2))
        np.testing.assert_array_equal(one.points, other.points)
        np.testing.assert_array_equal(one.start, other.start)


@pytest.mark.parametrize("parameters", [
    {"supports": "grid"}, {"supports": "tree"}, {"supports": "tree", "raft_layers": 2, "brim": "outer"},
    {"supports": "grid", "adaptive_layers": True, "brim": "ears"},
])
def test_the_written_file_passes(bench: Any, parameters: dict[str, Any]) -> None:
    shown = bench.printed((bench.mesh_of(PARTS["shelf"](), "shelf"),), **parameters)
    verdict = shown.verdict()
    assert [(c.name, c.message) for c in verdict.checks if str(c.status) != "pass"] == []


boxes = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 16), st.integers(0, 9), st.integers(2, 14),
                           st.integers(2, 14), st.integers(1, 5)), min_size=1, max_size=4)


@settings(max_examples=10, deadline=None)
@given(boxes=boxes, kind=st.sampled_from(["grid", "tree"]))
def test_any_heap_of_boxes(bench: Any, boxes: list[tuple[int, ...]], kind: str) -> None:
    solid = block(8, 8, 4)
    for x, y, z, wide, deep, high in boxes:
        solid += block(wide, deep, high).translate((x, y, z))
    made = case(bench, solid, supports=kind)
    if not made.supports.regions:
        return
    keeps_off(made)
    stands(made)
