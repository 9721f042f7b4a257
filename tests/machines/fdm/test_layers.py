"""Layer grids and sections: heights add up, equal sections are cut once, compensation moves edges by its amount."""

from __future__ import annotations

from dataclasses import replace

import manifold3d
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.regions import rectangle, region_of
from fabwright.geometry.slices import PlacedSolid, placed_solid, section
from fabwright.machines.fdm.layers import compensated, cut_layers, layer_grid, raft_height_mm
from fabwright.machines.fdm.settings import PrintSettings, print_settings

from .conftest import block, machine, material, mesh_of, rod


def printing(**parameters: object) -> PrintSettings:
    return print_settings(machine("prusa-mk4s"), material("pla"), parameters)


def placed(solid: manifold3d.Manifold, z: float = 0.0) -> PlacedSolid:
    return placed_solid(mesh_of(solid, "body"), 0.0, (0.0, 0.0, z))


@given(st.floats(0.11, 30.0), st.sampled_from([0.1, 0.15, 0.2, 0.3]), st.sampled_from([0.2, 0.3]))
@settings(max_examples=40, deadline=None)
def test_the_layers_fill_the_body_to_within_half_a_layer(height: float, layer: float, first: float) -> None:
    grid = layer_grid((placed(block(5, 5, height)),), printing(layer_height_mm=layer, first_layer_height_mm=first))
    if not len(grid):
        assert height <= first / 2.0 + 1e-5
        return
    bottoms = grid.tops_mm - grid.heights_mm
    assert bottoms[0] == pytest.approx(0.0)
    assert bottoms[1:] == pytest.approx(grid.tops_mm[:-1])
    # A layer is there where its middle lies inside.
    assert grid.middles_mm[-1] < height
    assert grid.tops_mm[-1] + layer / 2.0 >= height - 1e-5


def test_a_raft_lies_below_a_gap_and_holds_nothing_of_the_body() -> None:
    raft = printing(raft_layers=3)
    foot = raft_height_mm(raft)
    body = placed(block(10, 10, 4), foot)
    grid = layer_grid((body,), raft)
    assert foot == pytest.approx(3 * 0.2 + raft.raft_gap_mm)
    assert grid.raft_layers == 3
    assert grid.tops_mm[3] - grid.heights_mm[3] == pytest.approx(foot)
    sliced = cut_layers(body, grid, raft)
    assert all(sliced.at(k).empty for k in range(3))
    # No elephant foot on a raft.
    assert all(sliced.at(k).area_mm2 == pytest.approx(100.0) for k in range(3, len(sliced)))
    assert len(sliced) - 3 == 20


def test_sections_are_cut_once_where_nothing_changes() -> None:
    plain = printing(elephant_foot_mm=0.0)
    sliced = cut_layers(placed(block(14, 14, 3) + block(7, 14, 6)), layer_grid((placed(block(14, 14, 6)),), plain),
                        plain)
    assert len(sliced) == 30
    # The bottom layer, the rest of the lower step, the upper step.
    assert len(sliced.distinct) <= 4
    area = [sliced.at(k).area_mm2 for k in range(30)]
    assert area[:15] == pytest.approx([196.0] * 15)
    assert area[15:] == pytest.approx([98.0] * 15)
    assert sliced.at(30).empty


def test_sections_of_several_bodies_and_of_voids() -> None:
    plain = printing(elephant_foot_mm=0.0)
    two = block(5, 5, 4) + block(5, 5, 2).translate((10, 0, 0))
    hollow = block(10, 10, 10) - block(6, 6, 6).translate((2, 2, 2))
    grid = layer_grid((placed(hollow),), plain)
    assert len(cut_layers(placed(two), grid, plain).at(2).parts()) == 2
    sliced = cut_layers(placed(hollow), grid, plain)
    assert sliced.at(25).area_mm2 == pytest.approx(100.0 - 36.0)
    assert sliced.at(3).area_mm2 == pytest.approx(100.0)


def test_the_foot_is_drawn_in_on_the_bed_alone_and_thin_walls_stay() -> None:
    foot = printing(elephant_foot_mm=0.2)
    square = rectangle(0, 0, 10, 10)
    assert compensated(square, True, foot).area_mm2 == pytest.approx(9.6 ** 2)
    assert compensated(square, False, foot).area_mm2 == pytest.approx(100.0)
    wall = rectangle(0, 0, 0.5, 20)
    assert compensated(wall, True, foot).area_mm2 == pytest.approx(10.0, rel=0.05)


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
@settings(max_examples=25, deadline=None)
def test_outlines_and_holes_are_compensated_apart(out: float, hole: float) -> None:
    changed = replace(printing(), contour_growth_mm=out, hole_growth_mm=hole)
    ring = rectangle(0, 0, 20, 20) - rectangle(8, 8, 12, 12)
    expected = (20 + 2 * out) ** 2 - (4 + 2 * hole) ** 2
    assert compensated(ring, False, changed).area_mm2 == pytest.approx(expected, abs=0.02)


@given(st.lists(st.tuples(st.floats(1.0, 8.0), st.floats(0.5, 3.0)), min_size=5, max_size=9), st.floats(0.3, 5.5))
@settings(max_examples=30, deadline=None)
def test_a_section_of_a_prism_is_its_outline(spokes: list[tuple[float, float]], z: float) -> None:
    turn = np.cumsum([w for _, w in spokes])
    turn = turn / turn[-1] * 2.0 * np.pi
    outline = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.array([[r] for r, _ in spokes])
    region = region_of([outline])
    prism = manifold3d.Manifold.extrude(manifold3d.CrossSection([outline], manifold3d.FillRule.Positive), 6.0)
    cut = section(placed(prism), z)
    assert cut.area_mm2 == pytest.approx(region.area_mm2, rel=2e-3, abs=0.05)
    assert (cut - region.grown(0.02)).area_mm2 < 1e-3


@pytest.mark.parametrize("z", [1.0, 5.0, 9.0])
def test_offsets_of_a_round_hole_keep_their_area(z: float) -> None:
    bored = block(30, 30, 10) - rod(5, 12, 128).translate((15, 15, -1))
    cut = section(placed(bored), z)
    for grow in (-0.4, 0.4):
        grown = cut.grown(grow)
        expected = (30 + 2 * grow) ** 2 - np.pi * (5 - grow) ** 2
        assert grown.area_mm2 == pytest.approx(expected, rel=2e-3)
