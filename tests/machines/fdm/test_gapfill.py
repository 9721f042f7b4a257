"""Beads in gaps: where they start and end, their width from piece to piece, and how few points tell it."""

from __future__ import annotations

import numpy as np
import pytest

from fabwright.geometry.medial import medial_lines
from fabwright.geometry.regions import loops_of, nothing, rectangle, region_of
from fabwright.machines.fdm.gapfill import Lines, fill_strips, thinned

from . import wall_measure as wm


def fill(strip: object, taken: float, least: float, rim: object = None) -> list[object]:
    beads, = fill_strips(medial_lines([strip], 0.5), loops_of([rim or nothing()]), np.array([taken]),
                         np.array([least]), np.array([0.75]))
    return list(beads)


def test_a_wedge_is_filled_from_the_least_width_on() -> None:
    bead, = fill(region_of([np.array([(0, 0), (20, -0.5), (20, 0.5)])]), 0.0, 0.2)
    x = np.sort(bead.points[[0, -1], 0])
    assert x == pytest.approx([4.0, 20.0], abs=0.3)
    # Pieces step by little, and never beyond the widest bead.
    assert np.abs(np.diff(bead.spacing_mm)).max() < 0.06
    assert bead.spacing_mm.max() <= 0.75
    flow = wm.area_mm2(bead)
    capped = 0.5 * (0.2 + 0.75) * 11.0 + 0.75 * 5.0
    assert flow == pytest.approx(capped, rel=0.02)


def test_a_bead_inside_a_wall_leaves_room_for_that_wall() -> None:
    line = rectangle(0, 0, 20, 0.9)
    bead, = fill(line, 0.4, 0.6, line)
    assert np.sort(bead.points[:, 0])[[0, -1]] == pytest.approx([0.2, 19.8], abs=0.01)
    assert bead.spacing_mm == pytest.approx(np.full(len(bead.points), 0.5), abs=1e-3)
    # Where the strip runs on into a wider place, it comes up to the beads that are there.
    bead, = fill(rectangle(0, 0, 20, 0.9), 0.4, 0.6, rectangle(0, 0, 20, 0.9) | rectangle(19.9, -5, 25, 5))
    assert np.sort(bead.points[:, 0])[[0, -1]] == pytest.approx([0.2, 20.2], abs=0.01)


def test_an_even_strip_needs_few_points() -> None:
    bead, = fill(rectangle(0, 0, 60, 0.5), 0.0, 0.1)
    assert len(bead.points) <= 8
    ring, = fill(wm.frame(0.5), 0.0, 0.1)
    assert ring.closed
    assert len(ring.points) <= 24


def test_blobs_are_left_out() -> None:
    assert not fill(rectangle(0, 0, 0.25, 0.12), 0.0, 0.1)
    assert not fill(nothing(), 0.0, 0.1)


def test_a_ring_is_cut_where_it_is_too_narrow() -> None:
    ring = wm.disc(np.zeros(2), 8.0, 120) - wm.disc(np.array([0.25, 0.0]), 7.5, 120)
    bead, = fill(ring, 0.0, 0.4)
    assert not bead.closed
    # The thick side is on the left; the cut is where the ring is 0.4 mm thick.
    assert bead.points[:, 0].min() < -7.5
    assert bead.points[:, 0].max() < 4.0
    assert bead.spacing_mm.min() > 0.39
    whole, = fill(ring, 0.0, 0.2)
    assert whole.closed


def test_points_on_the_way_are_dropped_and_others_stay() -> None:
    x = np.linspace(0.0, 10.0, 41)
    points = np.stack([x, np.where(x > 5.0, 0.1, 0.0)], axis=1)
    lines = Lines(points, np.full(41, 0.4), np.array([0, 41]), np.array([False]), np.array([0]))
    kept = thinned(lines, np.ones(41, dtype=bool))
    assert len(kept.points) < 14
    assert kept.points[[0, -1]] == pytest.approx(points[[0, -1]])
    assert np.interp(x, kept.points[:, 0], kept.points[:, 1]) == pytest.approx(points[:, 1], abs=0.025)
    assert len(thinned(lines, np.zeros(41, dtype=bool)).points) == 41
