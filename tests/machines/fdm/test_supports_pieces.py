"""What supports are made of: cells, outlines, tips, branches, overhangs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.regions import Region, rectangle, region_of, united
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.layers import cut_layers, layer_grid
from fabwright.machines.fdm.settings import PrintSettings, print_settings
from fabwright.machines.fdm.supports.branches import JOINED_MM, grown_branches
from fabwright.machines.fdm.supports.cells import snapped
from fabwright.machines.fdm.supports.outline import Outline
from fabwright.machines.fdm.supports.overhangs import bridges
from fabwright.machines.fdm.supports.sections import Sections
from fabwright.machines.fdm.supports.tips import PITCH_MM, tip_points


@pytest.fixture(scope="module")
def process(bench: Any) -> PrintSettings:
    return print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), {"supports": "tree"})


def star(x: float, y: float, radii: list[float]) -> Region:
    angle = np.arange(len(radii)) * 2.0 * np.pi / len(radii)
    radius = np.asarray(radii)
    return region_of([np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)])


stars = st.builds(star, st.floats(-20, 20), st.floats(-20, 20), st.lists(st.floats(2.0, 9.0), min_size=3, max_size=9))


@settings(max_examples=30, deadline=None)
@given(regions=st.lists(stars, min_size=1, max_size=3))
def test_cells_cover_what_they_snap(regions: list[Region]) -> None:
    cell = 1.35
    for region, cells in zip(regions, snapped(regions, cell), strict=True):
        assert (region - cells).opened(cell / 8.0).area_mm2 < 1e-6
        assert (cells - region.grown(cell * math.sqrt(2.0), round_corners=True).grown(0.03)).empty
        count = cells.area_mm2 / cell ** 2
        assert count == pytest.approx(round(count), abs=1e-3)
        for ring in cells.polygons():
            np.testing.assert_allclose(ring / cell, np.round(ring / cell), atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(region=stars, points=st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=1, max_size=30))
def test_outlines_agree_with_regions(region: Region, points: list[tuple[float, float]]) -> None:
    asked = np.asarray(points)
    outline = Outline.of(region)
    inside = outline.contains(asked)
    np.testing.assert_array_equal(inside, region.contains(asked))
    edge = outline.nearest(asked)
    away = np.hypot(*(edge - asked).T)
    for point, distance, within in zip(asked, away, inside, strict=True):
        probe = star(float(point[0]), float(point[1]), [max(float(distance) - 1e-3, 1e-4)] * 12)
        assert (probe & region).area_mm2 == pytest.approx(probe.area_mm2 if within else 0.0, abs=1e-4)


def test_nothing_has_no_outline() -> None:
    outline = Outline.of(rectangle(0, 0, 1, 1) - rectangle(-1, -1, 2, 2))
    points = np.array([[0.5, 0.5]])
    assert not outline.contains(points).any()
    np.testing.assert_array_equal(outline.nearest(points), points)


@settings(max_examples=20, deadline=None)
@given(region=stars)
def test_tips_are_near_to_everything_and_apart(region: Region) -> None:
    tops = np.arange(1, 40) * 0.2
    points = tip_points({30: region}, tops)[30]
    # Along edges tips stand up to 0.8 of the pitch apart, and inside: sharp corners lie a little further out.
    reached = united([star(float(x), float(y), [1.2 * PITCH_MM] * 24) for x, y in points])
    assert (region.opened(0.5) - reached).area_mm2 < 0.02 * region.area_mm2
    assert region.grown(0.01).contains(points).all()
    away = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    assert away.min(initial=np.inf) >= 0.8 * PITCH_MM - 1e-9


def test_steps_of_a_slope_share_their_tips() -> None:
    tops = np.arange(1, 80) * 0.2
    steps = {20 + k: rectangle(0.4 * k, 0.0, 0.4 * (k + 1), 20.0) for k in range(50)}
    count = sum(len(p) for p in tip_points(steps, tops).values())
    flat = len(tip_points({20: rectangle(0, 0, 20, 20)}, tops)[20])
    assert 0.5 * flat < count < 1.5 * flat


def test_branches_lean_no_more_than_they_may_and_reach_the_bed(bench: Any, process: PrintSettings) -> None:
    solid = bench.block(30, 20, 2).translate((0, 0, 14)) + bench.block(4, 20, 14) + bench.block(12, 8, 5).translate(
        (12, 4, 0))
    placed = placed_solid(bench.mesh_of(solid, "part"), 0.0, (50.0, 50.0, 0.0))
    grid = layer_grid((placed,), process)
    sections = Sections((cut_layers(placed, grid, process),), grid, process.support_gap_z_mm)
    x, y = np.meshgrid(np.arange(56, 79, 2.5), np.arange(51, 70, 2.5))
    tips = {60: np.stack([x.ravel(), y.ravel()], axis=1)}
    discs = grown_branches(tips, sections, grid, process)
    step = 0.2 * math.tan(math.radians(process.support_branch_deg))
    for layer in range(60, 0, -1):
        at, radius = discs[layer]
        below, _ = discs[layer - 1]
        away = np.hypot(*(at[:, None] - below[None]).transpose(2, 0, 1))
        # Two that are one by now were JOINED_MM apart; what does not go on is covered by another or has landed.
        stands = away.min(axis=1) <= 1.1 * step + 0.03 + JOINED_MM
        within = (discs[layer - 1][1] - away + step >= radius[:, None] - 0.05).any(axis=1)
        landed = sections.at(int(sections.contact[layer])).contains(at) if layer > 1 else np.zeros(len(at), dtype=bool)
        assert (stands | within | landed).all(), layer
        assert not sections.grown(layer, 0.9 * process.support_gap_xy_mm).contains(at).any()
    assert 1 <= len(discs[0][0]) < len(tips[60]) / 3
    # Half of the tips are above the low block, and yet all but those in its middle come down beside it.
    resting = discs[27][0]
    low = rectangle(62, 54, 74, 62)
    assert low.contains(resting).sum() <= 2


def test_what_bridges(process: PrintSettings) -> None:
    pillars = rectangle(0, 0, 5, 10) | rectangle(14, 0, 19, 10)
    assert bridges(rectangle(5, 0, 14, 10), pillars, process)
    far = rectangle(0, 0, 5, 10) | rectangle(17, 0, 22, 10)
    assert not bridges(rectangle(5, 0, 17, 10), far, process)
    assert not bridges(rectangle(5, 0, 9, 10), rectangle(0, 0, 5, 10), process)
    assert not bridges(rectangle(5, 0, 14, 10), rectangle(30, 0, 40, 10), process)
    corners = united([rectangle(x, y, x + 2, y + 2) for x in (0, 8) for y in (0, 8)])
    assert not bridges(rectangle(0, 0, 10, 10) - corners, corners, process)
