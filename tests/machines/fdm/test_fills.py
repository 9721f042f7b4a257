"""Skins, bridges and infill of whole bodies: volumes, zones, combined layers, order."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from manifold3d import Manifold

from fabwright.errors import PlanError
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.fills import fill_paths
from fabwright.machines.fdm.layers import LayerGrid, Sliced, cut_layers, layer_grid
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.settings import INFILL, SOLID, TOP, bead_spacing_mm, print_settings
from fabwright.machines.fdm.walls import Walled, build_all_walls
from fabwright.machines.fdm.zones import place_zones
from fabwright.model import NominalZone, Placement

SPACING = bead_spacing_mm(0.45, 0.2)


def filled(bench, solid: Manifold, *zones: tuple[Manifold, dict[str, str | float]], **parameters
           ) -> tuple[Paths, LayerGrid, Sliced, tuple[Walled, ...]]:
    order = print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), parameters)
    mesh, offset = bench.mesh_of(solid, "body"), (100.0, 100.0, 0.0)
    placed = placed_solid(mesh, 0.0, offset)
    grid = layer_grid((placed,), order)
    sliced = cut_layers(placed, grid, order)
    walled = build_all_walls(sliced, order)
    named = [NominalZone(bench.mesh_of(z, "zone"), 0, s) for z, s in zones]
    (placed_zones,) = place_zones(named, [Placement(0, "body", offset)], grid)
    return joined(fill_paths(sliced, grid, walled, placed_zones, 0, order)), grid, sliced, walled


def share(paths: Paths, x: tuple[float, float], y: tuple[float, float], layers: range) -> float:
    """Volume of beads over that of a window, in layers of 0.2 mm."""
    length = paths.bead_mm()
    count = np.maximum(np.ceil(length / 0.1).astype(int), 1)
    after = np.arange(1, len(length) + 1)
    after[paths.start[1:] - 1] = np.where(paths.closed, paths.start[:-1], paths.start[1:] - 1)
    edge = np.repeat(np.arange(len(length)), count)
    part = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[edge]
    middle = paths.points[edge] + (paths.points[after] - paths.points)[edge] * part[:, None]
    volume = (length / count * paths.spacing_mm * paths.height_mm[paths.path_of])[edge]
    layer = paths.layer[paths.path_of][edge]
    inside = ((middle > (x[0], y[0])) & (middle < (x[1], y[1]))).all(axis=1)
    inside &= (layer >= layers.start) & (layer < layers.stop)
    return float(volume[inside].sum() / ((x[1] - x[0]) * (y[1] - y[0]) * 0.2 * len(layers)))


def of_role(paths: Paths, role: int) -> Paths:
    return paths.chosen(np.flatnonzero(paths.role == role))


def test_full_density_fills_everything(bench) -> None:
    paths, _, sliced, walled = filled(bench, bench.block(20, 16, 4), infill_density=1.0)
    for layer, which in enumerate(sliced.which):
        here = paths.chosen(np.flatnonzero(paths.layer == layer))
        room = walled[which].room.area_mm2
        assert here.volume_mm3() == pytest.approx(room * sliced.height_mm[which], rel=0.03)
    assert not (paths.role == INFILL).any()


@pytest.mark.parametrize("pattern", ["rectilinear", "grid", "triangles", "gyroid", "honeycomb"])
def test_infill_has_the_declared_density(bench, pattern: str) -> None:
    paths, *_ = filled(bench, bench.block(64, 64, 9), infill_pattern=pattern, infill_density=0.2)
    sparse = of_role(paths, INFILL)
    assert np.unique(sparse.layer).tolist() == list(range(4, 40))
    assert share(sparse, (104.0, 160.0), (104.0, 160.0), range(4, 40)) == pytest.approx(0.2, rel=0.03)


def test_no_density_leaves_a_hollow(bench) -> None:
    paths, *_ = filled(bench, bench.block(20, 16, 6), infill_density=0.0)
    assert np.unique(paths.layer).tolist() == [0, 1, 2, 3, 25, 26, 27, 28, 29]


def test_skins_that_show_are_fixed_and_in_sequence(bench) -> None:
    solid = bench.block(30, 20, 3) + bench.block(10, 10, 6).translate((10, 5, 0))
    paths, grid, *_ = filled(bench, solid)
    top = of_role(paths, TOP)
    assert np.unique(top.layer).tolist() == [14, len(grid) - 1]
    assert top.fixed.all()
    assert paths.fixed[(paths.role == SOLID) & (paths.layer == 0)].all()
    assert not paths.fixed[paths.role == INFILL].any()
    for layer in (14, len(grid) - 1):
        chosen = top.chosen(np.flatnonzero(top.layer == layer))
        turn = math.radians(45.0 + 90.0 * (layer % 2))
        long = chosen.bead_mm() > 0.15
        across = chosen.points[:, 1] * math.cos(turn) - chosen.points[:, 0] * math.sin(turn)
        along = chosen.points[:, 0] * math.cos(turn) + chosen.points[:, 1] * math.sin(turn)
        line = np.rint(across / SPACING).astype(int)
        spans = [(int(line[k]), min(along[k], along[k + 1]), max(along[k], along[k + 1])) for k in
                 np.flatnonzero(long[:-1] & (line[:-1] == line[1:]) & (np.abs(np.diff(across)) < 1e-6))]
        assert len(spans) > 20
        for k, (number, low, high) in enumerate(spans):
            assert not any(n == number - 1 and a < high and b > low for n, a, b in spans[k + 1:])


def test_layers_of_other_heights_have_their_own_beads(bench) -> None:
    order = print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), {})
    placed = placed_solid(bench.mesh_of(bench.block(30, 30, 6), "body"), 0.0, (100.0, 100.0, 0.0))
    heights = np.array([0.2] + [0.1] * 10 + [0.25] * 18 + [0.1] * 3)
    grid = LayerGrid(np.round(np.cumsum(heights), 6), heights)
    sliced = cut_layers(placed, grid, order)
    paths = joined(fill_paths(sliced, grid, build_all_walls(sliced, order), (), 0, order))
    assert paths.height_mm == pytest.approx(heights[paths.layer])
    sparse = of_role(paths, INFILL)
    solid = paths.chosen(np.flatnonzero((paths.layer == 3) & (paths.role == SOLID)))
    assert solid.spacing_mm == pytest.approx(bead_spacing_mm(0.45, 0.1))
    # Infill lines keep their places whatever the layer's height.
    for layer in (6, 12):
        points = sparse.chosen(np.flatnonzero(sparse.layer == layer)).points
        line = (points[:, 1] - points[:, 0]) * math.sqrt(0.5) / (SPACING / 0.15)
        assert line == pytest.approx(np.rint(line), abs=1e-4)


HALF = (32.0, 70.0, 20.0)


def halves(bench, **settings: str | float) -> tuple[Manifold, dict[str, str | float]]:
    """A zone over the right half of a block of 64 x 60."""
    return bench.block(*HALF).translate((32.0, -5.0, 0.0)), settings


@pytest.mark.parametrize(("pattern", "density"), [("rectilinear", 0.3), ("rectilinear", 0.4), ("gyroid", 0.35),
                                                  ("honeycomb", 0.25)])
def test_zones_have_their_density_and_meet_without_a_ridge(bench, pattern: str, density: float) -> None:
    zone = halves(bench, infill_pattern=pattern, infill_density=density)
    paths, *_ = filled(bench, bench.block(64, 60, 9), zone, infill_density=0.15)
    sparse = of_role(paths, INFILL)
    layers = range(4, 40)
    assert share(sparse, (104.0, 131.0), (104.0, 156.0), layers) == pytest.approx(0.15, rel=0.04)
    assert share(sparse, (133.0, 160.0), (104.0, 156.0), layers) == pytest.approx(density, rel=0.04)
    # A strip of a line's width along the boundary holds what both sides have on the mean, and no gap.
    strip = share(sparse, (131.75, 132.25), (104.0, 156.0), layers)
    assert 0.15 * 0.85 < strip < density * 1.15
    here = sparse.chosen(np.flatnonzero(sparse.layer == 10))
    step = np.arange(105.0, 155.0, 0.5)
    points = np.concatenate([here.points[a:b] for a, b in zip(here.start[:-1], here.start[1:], strict=True)])
    ends = np.unique(np.round(points[np.abs(points[:, 0] - 132.0) < 0.6][:, 1], 3))
    crossing = np.concatenate([ends, _crossings(here, 132.0)])
    pitch = SPACING / 0.15
    assert np.abs(step[:, None] - crossing[None, :]).min(axis=1).max() < pitch


def _crossings(paths: Paths, x: float) -> np.ndarray:
    """Where beads pass this x."""
    result: list[float] = []
    for a, b in zip(paths.start[:-1], paths.start[1:], strict=True):
        p = paths.points[a:b]
        for (ax, ay), (bx, by) in pairwise(p):
            if (ax - x) * (bx - x) < 0.0:
                result.append(ay + (by - ay) * (x - ax) / (bx - ax))
    return np.asarray(result)


def test_lines_common_to_both_zones_run_through(bench) -> None:
    doubled, *_ = filled(bench, bench.block(64, 60, 6), halves(bench, infill_density=0.3), infill_density=0.15)
    other, *_ = filled(bench, bench.block(64, 60, 6), halves(bench, infill_density=0.37), infill_density=0.15)
    ends = []
    for paths in (doubled, other):
        sparse = of_role(paths, INFILL)
        here = sparse.chosen(np.flatnonzero(sparse.layer == 10))
        ends.append(int((np.abs(here.points[:, 0] - 132.0) < 0.02).sum()))
    across = 58.0 / (SPACING * math.sqrt(2.0))
    # Every other line of the dense side has its end there; where nothing is common, all lines of both sides.
    assert ends[0] == pytest.approx(0.15 * across, abs=2)
    assert ends[1] == pytest.approx((0.15 + 0.37) * across, abs=3)


def test_no_bead_runs_along_the_boundary(bench) -> None:
    for density in (0.3, 0.37):
        paths, *_ = filled(bench, bench.block(64, 60, 6), halves(bench, infill_density=density), infill_density=0.15)
        sparse = of_role(paths, INFILL)
        after = np.minimum(np.arange(1, len(sparse.points) + 1), len(sparse.points) - 1)
        along = (np.abs(sparse.points[:, 0] - 132.0) < 0.3) & (np.abs(sparse.points[after, 0] - 132.0) < 0.3)
        assert sparse.bead_mm()[along].sum() < 1.0


def test_solid_zones_and_hollow_ones(bench) -> None:
    solid, *_ = filled(bench, bench.block(64, 60, 6), halves(bench, infill_density=1.0))
    assert share(of_role(solid, SOLID), (134.0, 158.0), (104.0, 156.0), range(5, 24)) == pytest.approx(1.0, rel=0.02)
    assert share(of_role(solid, SOLID), (104.0, 130.0), (104.0, 156.0), range(5, 24)) == 0.0
    hollow, *_ = filled(bench, bench.block(64, 60, 6), halves(bench, infill_density=0.0))
    assert share(hollow, (134.0, 158.0), (104.0, 156.0), range(5, 24)) == 0.0


def test_skins_run_across_zones_unbroken(bench) -> None:
    plain, *_ = filled(bench, bench.block(40, 30, 4))
    zoned, *_ = filled(bench, bench.block(40, 30, 4), (bench.block(20, 60, 20), {"infill_density": 0.5}))
    for role in (TOP, SOLID):
        assert np.array_equal(of_role(plain, role).points, of_role(zoned, role).points)


def test_later_zones_win(bench) -> None:
    whole = (bench.block(90, 90, 20).translate((-5.0, -5.0, 0.0)), {"infill_density": 0.5})
    paths, *_ = filled(bench, bench.block(64, 60, 6), whole, halves(bench, infill_density=0.25))
    sparse = of_role(paths, INFILL)
    assert share(sparse, (134.0, 158.0), (104.0, 156.0), range(5, 23)) == pytest.approx(0.25, rel=0.04)
    assert share(sparse, (104.0, 130.0), (104.0, 156.0), range(5, 23)) == pytest.approx(0.5, rel=0.04)


@pytest.mark.parametrize(("settings", "sentence"), [
    ({"infill_density": 1.4}, "infill_density 1.4; it must be a number from 0 to 1"),
    ({"infill_pattern": "cubic"}, "infill_pattern 'cubic'; known: rectilinear"),
])
def test_zones_that_ask_for_nonsense_are_refused(bench, settings: dict[str, str | float], sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        filled(bench, bench.block(20, 20, 4), halves(bench, **settings))


def test_combined_infill_is_laid_once_for_several_layers(bench) -> None:
    plain, *_ = filled(bench, bench.block(40, 40, 10), layer_height_mm=0.1, infill_pattern="grid")
    paths, *_ = filled(bench, bench.block(40, 40, 10), layer_height_mm=0.1, infill_pattern="grid",
                       infill_every_layers=3)
    sparse = of_role(paths, INFILL)
    thick = sparse.chosen(np.flatnonzero(sparse.height_mm > 0.25))
    assert thick.height_mm == pytest.approx(0.3)
    assert (np.diff(np.unique(thick.layer)) == 3).all()
    assert thick.volume_mm3() > 0.9 * sparse.volume_mm3()
    assert sparse.volume_mm3() == pytest.approx(of_role(plain, INFILL).volume_mm3(), rel=0.02)


def test_infill_is_combined_only_up_to_the_nozzle_and_where_it_is_common(bench) -> None:
    flat, *_ = filled(bench, bench.block(20, 20, 6), infill_every_layers=8)
    assert of_role(flat, INFILL).height_mm.max() == pytest.approx(0.4)
    cone, *_ = filled(bench, Manifold.cylinder(12, 16, 6, 48), infill_every_layers=2)
    sparse = of_role(cone, INFILL)
    assert set(np.round(sparse.height_mm, 3).tolist()) <= {0.2, 0.4}
    assert share(sparse, (97.0, 103.0), (97.0, 103.0), range(6, 40)) == pytest.approx(0.15, rel=0.12)


def test_beads_stay_in_the_room_within_the_walls(bench) -> None:
    solid = Manifold.sphere(12, 48).trim_by_plane((0, 0, 1), 0.0) + bench.block(30, 9, 3)
    for pattern in ("gyroid", "concentric", "lightning"):
        paths, _, sliced, walled = filled(bench, solid, infill_pattern=pattern)
        for layer in (0, 8, 14, 15, 30, 50):
            here = paths.chosen(np.flatnonzero(paths.layer == layer))
            assert len(here)
            assert walled[sliced.which[layer]].hatched.grown(0.12).contains(here.points).all()


def test_the_same_body_gives_the_same_columns(bench) -> None:
    zone = halves(bench, infill_density=0.4, infill_pattern="honeycomb")
    one, other = (filled(bench, bench.block(40, 30, 5), zone)[0] for _ in range(2))
    for name in ("points", "start", "role", "layer", "spacing_mm", "height_mm", "fixed"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
