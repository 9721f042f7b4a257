"""Layer heights by slope: their limits, their changes, and where they end."""

from __future__ import annotations

import math
from typing import Any

import manifold3d
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.slices import PlacedSolid, placed_solid
from fabwright.machines.fdm.adaptive import CHANGE, CUSP, adaptive_heights_mm
from fabwright.machines.fdm.layers import layer_grid
from fabwright.machines.fdm.settings import PrintSettings, print_settings

Solid = manifold3d.Manifold


@pytest.fixture(scope="module")
def process(bench: Any) -> PrintSettings:
    return print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), {"adaptive_layers": True})


def placed(bench: Any, *solids: manifold3d.Manifold) -> tuple[PlacedSolid, ...]:
    return tuple(placed_solid(bench.mesh_of(s, "part"), 0.0, (30.0 + 60.0 * k, 30.0, 0.0))
                 for k, s in enumerate(solids))


def wedge(angle_deg: float) -> manifold3d.Manifold:
    """A block 12 mm high whose one side leans so far from the level."""
    run = 12.0 / math.tan(math.radians(angle_deg))
    corners = [(x, y, z) for y in (0.0, 20.0) for x, z in ((0.0, 0.0), (10.0 + run, 0.0), (10.0, 12.0), (0.0, 12.0))]
    return Solid.hull_points(np.asarray(corners))


def test_limits_changes_and_end(bench: Any, process: PrintSettings) -> None:
    ball = Solid.sphere(12.0, 60).trim_by_plane((0, 0, 1), -11.0)
    for solid in (ball, wedge(30.0), bench.block(20, 20, 7.03), wedge(60.0) + bench.block(4, 4, 17.77)):
        (body,) = placed(bench, solid)
        heights = adaptive_heights_mm((body,), 0.0, process)
        assert heights[0] == process.first_layer_height_mm
        assert heights.min() >= process.min_layer_height_mm - 1e-9
        assert heights.max() <= process.max_layer_height_mm + 1e-9
        # Whole steps of 0.01 mm, of which one may be lost to a level face.
        thick, thin = np.maximum(heights[1:], heights[:-1]), np.minimum(heights[1:], heights[:-1])
        assert (thick <= thin * (1.0 + CHANGE) + 0.0131).all()
        tops = np.cumsum(heights)
        assert abs(tops[-1] - body.height_mm) <= heights[-1] / 2.0 + 0.005
        np.testing.assert_allclose(tops, np.round(tops, 3), atol=1e-9)
        grid = layer_grid((body,), process)
        np.testing.assert_array_equal(grid.heights_mm, heights)


def test_upright_walls_get_the_thickest_layers(bench: Any, process: PrintSettings) -> None:
    heights = adaptive_heights_mm(placed(bench, bench.block(20, 20, 30)), 0.0, process)
    assert np.median(heights) > 0.97 * process.max_layer_height_mm
    assert len(heights) < 0.75 * len(layer_grid(placed(bench, bench.block(20, 20, 30)), _even(process)))


def _even(process: PrintSettings) -> PrintSettings:
    from dataclasses import replace

    return replace(process, adaptive_layers=False)


@pytest.mark.parametrize("angle_deg", [15.0, 35.0, 50.0, 60.0, 70.0, 85.0])
def test_a_slope_leaves_the_cusp_allowed(bench: Any, process: PrintSettings, angle_deg: float) -> None:
    heights = adaptive_heights_mm(placed(bench, wedge(angle_deg)), 0.0, process)
    up = math.cos(math.radians(angle_deg))
    middle = heights[len(heights) // 3: 2 * len(heights) // 3]
    cusp = CUSP * process.layer_height_mm
    allowed = min(max(cusp / up, process.min_layer_height_mm), process.max_layer_height_mm)
    assert middle.max() <= allowed + 1e-9
    assert middle.min() >= 0.85 * allowed - 0.01


def test_layers_end_at_level_faces(bench: Any, process: PrintSettings) -> None:
    steps = bench.block(30, 20, 4.07) + bench.block(20, 20, 9.1) + bench.block(10, 20, 13.333)
    tops = np.cumsum(adaptive_heights_mm(placed(bench, steps), 0.0, process))
    for z in (4.07, 9.1, 13.333):
        assert np.abs(tops - z).min() < 1e-6, z


def test_level_faces_closer_than_a_layer_are_passed_over(bench: Any, process: PrintSettings) -> None:
    steps = bench.block(30, 20, 5.0) + bench.block(20, 20, 5.03) + bench.block(10, 20, 9.0)
    heights = adaptive_heights_mm(placed(bench, steps), 0.0, process)
    tops = np.cumsum(heights)
    assert np.abs(tops - 5.0).min() < 1e-6
    assert heights.min() >= process.min_layer_height_mm


def test_the_finest_demand_of_several_bodies_counts(bench: Any, process: PrintSettings) -> None:
    steep, flat = wedge(85.0), wedge(30.0)
    both = adaptive_heights_mm(placed(bench, steep, flat), 0.0, process)
    alone = adaptive_heights_mm(placed(bench, flat), 0.0, process)
    np.testing.assert_allclose(both, alone)


def test_less_than_half_a_layer_gives_none(bench: Any, process: PrintSettings) -> None:
    assert len(adaptive_heights_mm(placed(bench, bench.block(20, 20, 0.09)), 0.0, process)) == 0


@settings(max_examples=25, deadline=None)
@given(rises=st.lists(st.floats(0.05, 6.0), min_size=1, max_size=6))
def test_any_staircase(bench: Any, process: PrintSettings, rises: list[float]) -> None:
    tops = np.cumsum([0.3, *rises])
    solid = Solid()
    for k, z in enumerate(tops.tolist()):
        solid += bench.block(4.0 * (len(tops) - k), 10.0, z)
    (body,) = placed(bench, solid)
    heights = adaptive_heights_mm((body,), 0.0, process)
    assert (heights >= process.min_layer_height_mm - 1e-9).all()
    assert (heights <= process.max_layer_height_mm + 1e-9).all()
    assert abs(heights.sum() - body.height_mm) <= heights[-1] / 2.0 + 0.005
    assert len(heights) <= 3 + len(rises) * 2 + body.height_mm / (0.6 * process.max_layer_height_mm)
