"""Walls fill thin places of any width, without holes and without lying on themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.regions import Region, loops_of, nothing, rectangle, region_of
from fabwright.geometry.rims import depth_mm
from fabwright.machines.fdm.settings import bead_spacing_mm, bead_width_mm

from . import wall_measure as wm

WIDTHS = [round(0.30 + 0.05 * k, 2) for k in range(21)]
SHAPES: dict[str, Callable[[float], Region]] = {
    "strip": wm.strip, "wedge": wm.wedge, "ring": wm.ring, "frame": wm.frame, "tee": wm.tee, "arms": wm.arms,
    "fin": wm.fin, "letters": wm.letters}
# A bead's side is round: this much of its width holds no material, along every outline.
ROUND_MM = 0.2 * (1.0 - np.pi / 4.0)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_thin_places_of_every_width_are_filled(shape: str) -> None:
    sections = [SHAPES[shape](width) for width in WIDTHS]
    for width, walled in zip(WIDTHS, wm.walls_of(sections, wm.printing(walls=2)), strict=True):
        found = wm.cover(walled)
        assert found.missing <= 1.5, (width, found)
        assert found.outside <= 1.0, (width, found)
        # Half the round edge along every outline, at the most.
        rounded = 100.0 * wm.outline_mm(walled.section) * ROUND_MM / 2.0 / walled.section.area_mm2
        assert -rounded - 2.5 <= found.surplus <= 1.0, (width, found)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6])
def test_any_count_of_walls_fills_thin_places(count: int) -> None:
    sections = [SHAPES[shape](width) for shape in ("strip", "frame", "fin") for width in (0.5, 0.7, 1.0, 1.6, 2.1)]
    for walled in wm.walls_of(sections, wm.printing(walls=count)):
        found = wm.cover(walled)
        assert len(walled.walls) <= count
        assert found.missing <= 1.5, found
        assert found.surplus <= 1.5, found


def test_a_solid_has_its_walls_at_their_nominal_place() -> None:
    setting = wm.printing(walls=3)
    spacing = bead_spacing_mm(setting.line_width_mm, wm.HEIGHT)
    walled, = wm.walls_of([rectangle(0, 0, 30, 20)], setting)
    assert not any(walled.gaps)
    for depth, wall in enumerate(walled.walls):
        inset = setting.line_width_mm / 2.0 + depth * spacing
        assert wall.bounds_mm == pytest.approx((inset, inset, 30 - inset, 20 - inset), abs=1e-6)
        bead, = walled.loops[depth]
        assert bead.closed
        assert len(bead.points) == 4
        assert bead.spacing_mm == pytest.approx(np.full(4, spacing))
    inside = setting.line_width_mm / 2.0 + 2.5 * spacing
    assert walled.room.area_mm2 == pytest.approx((30 - 2 * inside) * (20 - 2 * inside), rel=1e-6)


@pytest.mark.parametrize(("width", "beads"), [(0.2, 1), (0.5, 1), (0.64, 1), (0.67, 2), (0.9, 2), (1.05, 2), (1.1, 3),
                                              (1.3, 3), (1.45, 3), (1.5, 4), (1.8, 4)])
def test_a_strip_has_as_many_beads_as_fit_best(width: float, beads: int) -> None:
    walled, = wm.walls_of([wm.frame(width)], wm.printing(walls=2))
    # Rings round the frame: each crosses its left side once.
    assert sum(bead.closed for bead in wm.beads_of(walled)) == beads
    spacing = np.concatenate([bead.spacing_mm for bead in wm.beads_of(walled)])
    assert spacing.min() >= 0.15
    assert spacing.max() <= 0.65


def test_a_fin_and_its_block_share_one_outer_wall() -> None:
    walled, = wm.walls_of([wm.fin(0.9)], wm.printing(walls=2))
    bead, = walled.loops[0]
    assert bead.spacing_mm.min() == pytest.approx(bead_spacing_mm(0.45, wm.HEIGHT), abs=1e-6)
    # Round the fin each wall is half of it, its edge where the fin's is.
    at_fin = bead.points[:, 0] > 10.0
    half = (0.9 - ROUND_MM) / 2.0
    assert bead.spacing_mm[at_fin].max() == pytest.approx(half, abs=0.005)
    y = bead.points[at_fin, 1] - 3.0
    inset = bead_width_mm(half, wm.HEIGHT) / 2.0
    assert np.minimum(y, 0.9 - y) == pytest.approx(np.full(at_fin.sum(), inset), abs=1e-3)


def test_beads_keep_to_the_widths_that_the_nozzle_lays() -> None:
    narrow = replace(wm.printing(walls=2), min_bead_mm=0.25, max_bead_mm=0.6)
    for walled in wm.walls_of([wm.wedge(w) for w in (0.6, 1.0, 1.6, 2.4)], narrow):
        for bead in wm.beads_of(walled):
            assert bead_width_mm(bead.spacing_mm.min(), wm.HEIGHT) >= 0.24
            assert bead.spacing_mm.max() <= bead_spacing_mm(0.6, wm.HEIGHT) + 1e-6


def test_what_is_thinner_than_any_bead_is_left_out() -> None:
    walled, empty = wm.walls_of([wm.strip(0.08), nothing()], wm.printing(walls=2))
    assert not wm.beads_of(walled)
    assert not wm.beads_of(empty)
    assert empty.hatched.empty


def test_the_same_sections_give_the_same_beads_alone_and_among_others() -> None:
    setting = wm.printing(walls=2)
    sections = [wm.fin(0.8), wm.wedge(1.2), wm.arms(0.5)]
    together = wm.walls_of(sections, setting)
    for section, walled in zip(sections, together, strict=True):
        alone, = wm.walls_of([section], setting)
        for one, other in zip(wm.beads_of(alone), wm.beads_of(walled), strict=True):
            assert one.points.tobytes() == other.points.tobytes()
            assert one.spacing_mm.tobytes() == other.spacing_mm.tobytes()


spoke = st.tuples(st.floats(0.4, 8.0), st.floats(0.4, 3.0))
bar = st.tuples(st.floats(-6.0, 4.0), st.floats(-6.0, 4.0), st.floats(0.1, 6.0), st.floats(0.1, 1.5))


@given(st.lists(spoke, min_size=5, max_size=11), st.lists(bar, max_size=3), st.lists(bar, max_size=2),
       st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_no_section_gets_too_much_or_beads_outside(spokes: list[tuple[float, float]],
                                                   more: list[tuple[float, float, float, float]],
                                                   less: list[tuple[float, float, float, float]], count: int) -> None:
    turn = np.cumsum([w for _, w in spokes])
    turn = turn / turn[-1] * 2.0 * np.pi
    section = region_of([np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.array([[r] for r, _ in spokes])])
    for x, y, w, h in more:
        section = section | rectangle(x, y, x + w, y + h)
    for x, y, w, h in less:
        section = section - rectangle(x, y, x + h, y + w)
    section = section.simplified(0.005)
    walled, = wm.walls_of([section], wm.printing(walls=count))
    beads = wm.beads_of(walled)
    if not beads:
        return
    points = np.concatenate([bead.points for bead in beads])
    depth = depth_mm(loops_of([section]), points, np.zeros(len(points), dtype=np.int64), 1.0)
    assert depth.min() > -0.05
    spacing = np.concatenate([bead.spacing_mm for bead in beads])
    assert bead_width_mm(spacing.min(), wm.HEIGHT) >= 0.099
    assert spacing.max() <= 0.66
    laid = sum(wm.area_mm2(bead) for bead in beads) + walled.room.area_mm2
    assert laid <= section.area_mm2 * 1.02 + 0.1
    # Beads do not reach into sharp corners: part of a bead's square for each, and again at every depth.
    corners = sum(len(p) for p in section.polygons()) * (0.12 + 0.04 * count)
    assert laid >= section.area_mm2 - wm.outline_mm(section) * 0.06 - corners
