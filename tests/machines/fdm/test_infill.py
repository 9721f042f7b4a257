"""Infill patterns: density, staying inside, standing on the layer below, ribs that are held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, loops_of, rectangle, region_of
from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill import infill_strokes
from fabwright.machines.fdm.infill.area import Area
from fabwright.machines.fdm.infill.gyroid import curves
from fabwright.machines.fdm.settings import INFILL_PATTERNS
from fabwright.model import Floats

SPACING = 0.407
HEIGHT = 0.2
EVEN = tuple(p for p in INFILL_PATTERNS if p != "lightning")


def laid(pattern: str, regions: list[Region], density: float, border: list[Region] | None = None) -> list[Strokes]:
    layers = np.arange(len(regions))
    area = Area(loops_of(regions), layers % 2, HEIGHT * (layers + 1.0), SPACING, density, 45.0,
                None if border is None else loops_of(border))
    return infill_strokes(pattern, regions, area, np.full(len(regions), HEIGHT))


def pieces(strokes: Strokes) -> tuple[Floats, Floats, np.ndarray]:
    """Middles (n, 2) and lengths (n,) of pieces of about 0.1 mm, and their owners."""
    after = np.arange(1, len(strokes.points) + 1)
    after[strokes.start[1:] - 1] = strokes.start[:-1] if strokes.closed else strokes.start[1:] - 1
    step = strokes.points[after] - strokes.points
    length = np.hypot(step[:, 0], step[:, 1])
    count = np.maximum(np.ceil(length / 0.1).astype(int), 1)
    edge = np.repeat(np.arange(len(length)), count)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[edge]
    owner = np.repeat(strokes.owner, np.diff(strokes.start))
    return strokes.points[edge] + step[edge] * share[:, None], (length / count)[edge], owner[edge]


def share_inside(strokes: list[Strokes], low: float, high: float, layers: int) -> float:
    """Volume of beads over the volume of a square window."""
    total = 0.0
    for block in strokes:
        middle, length, _ = pieces(block)
        total += length[((middle > low) & (middle < high)).all(axis=1)].sum()
    return float(total * SPACING / ((high - low) ** 2 * layers))


@pytest.mark.parametrize("pattern", EVEN)
@pytest.mark.parametrize("density", [0.05, 0.15, 0.3, 0.6])
def test_density_is_as_declared(pattern: str, density: float) -> None:
    # As many layers as one period of the gyroid at 15 % has, and a window of whole periods of the straight patterns
    # at 45 degrees, clear of the turns along the edge. Rings count out to the edge, as their pitch starts there.
    layers = 12 if pattern != "gyroid" else round(SPACING * 2.4 / density / HEIGHT)
    pitch = SPACING / density * (6.0 if pattern == "triangles" else 2.0 if pattern == "grid" else 1.0)
    period = pitch * np.sqrt(2.0)
    size = max(60.0, 2.0 * period + 4.0)
    inner = period * np.floor((size - 4.0) / period) / 2.0
    middle = 100.0 + size / 2.0
    if pattern in ("concentric", "gyroid", "honeycomb"):
        inner = 30.0 if pattern == "concentric" else 28.0
    square = rectangle(100.0, 100.0, 100.0 + size, 100.0 + size)
    strokes = laid(pattern, [square] * layers, density)
    found = share_inside(strokes, middle - inner, middle + inner, layers)
    assert found == pytest.approx(density, rel=0.03)


@pytest.mark.parametrize("pattern", EVEN)
def test_turns_along_the_edge_are_no_wall(pattern: str) -> None:
    square = rectangle(100.0, 100.0, 160.0, 160.0)
    strokes = laid(pattern, [square] * 10, 0.15)
    total = sum(pieces(s)[1].sum() for s in strokes) / 10.0
    lattice = 60.0 * 60.0 * 0.15 / SPACING
    ways = {"grid": 2, "triangles": 3}.get(pattern, 1)
    # Each set of lines turns beside at most half of the edge, longer by the root of two where it meets it askew.
    assert total < lattice * 1.03 + ways * 120.0 * 0.75


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(8.0, 25.0), min_size=5, max_size=12), st.floats(0.08, 0.6), st.sampled_from(INFILL_PATTERNS))
def test_lines_stay_inside(radii: list[float], density: float, pattern: str) -> None:
    angle = np.arange(len(radii)) * 2.0 * np.pi / len(radii)
    outer = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.asarray(radii)[:, None] + 60.0
    region = region_of([outer]) - rectangle(58.0, 57.0, 62.0, 61.0)
    outside = region.grown(0.35)
    for strokes in laid(pattern, [region] * 3, density):
        middle, length, _ = pieces(strokes)
        assert length[~outside.contains(middle)].sum() == 0.0


@pytest.mark.parametrize("pattern", ["grid", "triangles", "honeycomb", "concentric"])
def test_layers_stand_on_each_other(pattern: str) -> None:
    square = rectangle(100.0, 100.0, 120.0, 120.0)
    for strokes in laid(pattern, [square] * 2, 0.2):
        one, other = (strokes.points[np.repeat(strokes.owner, np.diff(strokes.start)) == k] for k in (0, 1))
        assert np.array_equal(one, other)


def test_lines_do_not_move_with_the_region() -> None:
    small, large = rectangle(100.0, 101.0, 121.0, 120.0), rectangle(90.0, 92.0, 130.0, 131.0)
    for strokes in laid("honeycomb", [small, large], 0.2):
        middle, _, owner = pieces(strokes)
        inner = middle[(owner == 0) & ((middle > 105.0) & (middle < 116.0)).all(axis=1)]
        distance = np.hypot(*(inner[:, None, :] - middle[owner == 1][None, :, :]).T).min(axis=0)
        assert distance.max() < 0.1


def test_gyroid_lies_on_its_surface_and_moves_little_from_layer_to_layer() -> None:
    heights = np.linspace(0.0, 2.0 * np.pi, 41)
    swapped, tables = curves(heights, 24)
    along = np.arange(24) * 2.0 * np.pi / 24
    for layer, z in enumerate(heights):
        for table in tables[:, layer]:
            x, y = (-table, along) if swapped[layer] else (along, table)
            surface = np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x)
            assert np.abs(surface).max() < 1e-9
    assert swapped.any()
    assert not swapped.all()


def test_joints_leave_zone_boundaries_alone() -> None:
    left, whole = rectangle(100.0, 100.0, 130.0, 160.0), rectangle(100.0, 100.0, 160.0, 160.0)
    for pattern in ("rectilinear", "grid", "triangles", "gyroid", "honeycomb"):
        for strokes in laid(pattern, [left] * 4, 0.2, [whole] * 4):
            middle, length, _ = pieces(strokes)
            along = np.abs(middle[:, 0] - 130.0) < 0.02
            assert length[along].sum() < 0.05 * 60.0 * 4, pattern


def ribs(regions: list[Region], density: float = 0.2) -> list[Floats]:
    """Ribs of each layer, (n, 2, 2)."""
    (strokes,) = laid("lightning", regions, density)
    lines = strokes.points.reshape(-1, 2, 2)
    return [lines[strokes.owner == k] for k in range(len(regions))]


def test_ribs_hold_the_top_at_the_declared_density_and_taper_downwards() -> None:
    square = rectangle(100.0, 100.0, 130.0, 130.0)
    found = ribs([square] * 120)
    length = np.array([np.hypot(*(r[:, 1] - r[:, 0]).T).sum() for r in found])
    assert length[-1] * SPACING / 900.0 == pytest.approx(0.2, rel=0.03)
    assert (np.diff(length) >= -1e-6).all()
    assert length[0] < 0.05 * length[-1]


def test_every_rib_is_held_from_below_or_by_a_wall() -> None:
    # A room that widens upwards, with a pillar, and a ceiling that comes in at half height.
    rooms = [rectangle(100.0 - 0.02 * k, 100.0, 130.0, 130.0) - rectangle(112.0, 110.0, 116.0, 114.0)
             for k in range(40)]
    rooms += [r - rectangle(90.0, 90.0, 108.0, 140.0) for r in rooms]
    found = ribs(rooms)
    for layer in range(1, len(rooms)):
        edge = rooms[layer] - rooms[layer].grown(-0.6)
        for start, end in found[layer]:
            share = np.linspace(0.0, 1.0, 30)[:, None]
            points = start * (1.0 - share) + end * share
            under = np.zeros(len(points), dtype=bool)
            for low, high in found[layer - 1]:
                way = (high - low) / np.hypot(*(high - low))
                at = np.clip((points - low) @ way, 0.0, np.hypot(*(high - low)))
                under |= np.hypot(*(points - low - at[:, None] * way).T) < HEIGHT * 1.6
            held = under | edge.contains(points)
            assert held[[0, -1]].any()
            if layer not in (1, 40):
                assert held.mean() > 0.5, layer


def test_nothing_to_hold_gives_no_ribs() -> None:
    (strokes,) = laid("lightning", [rectangle(0.0, 0.0, 0.2, 0.2)], 0.2)
    assert len(strokes.owner) == 0


def test_unknown_patterns_are_refused() -> None:
    with pytest.raises(PlanError, match="infill pattern 'stars' is unknown"):
        laid("stars", [rectangle(0.0, 0.0, 9.0, 9.0)], 0.2)
