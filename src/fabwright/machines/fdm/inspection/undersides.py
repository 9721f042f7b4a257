"""Undersides of a layer that rest on nothing, and whether beads can span them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.geometry.slices import PlacedSolid
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.scanlines import scan
from fabwright.model import Floats

DIRECTIONS_DEG = tuple(range(0, 180, 15))
PITCH_MM = 0.4
SAME_MM = 0.03
# Smaller undersides are held by their neighbours.
AREA_MM2 = 1.0
LONELY_MM = 3.0
# Facets this much steeper than a limit count for it all the same: sections are simplified.
SLACK = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Underside:
    """One unsupported area of a layer: where, how large, the span of a bead in the best direction and how far beads end
    in the air there; `island` where it touches nothing below at all."""

    layer: int
    region: Region
    area_mm2: float
    span_mm: float
    free_mm: float
    island: bool

    @property
    def centre_mm(self) -> tuple[float, float]:
        """Middle of its box."""
        low_x, low_y, high_x, high_y = self.region.bounds_mm
        return (low_x + high_x) / 2.0, (low_y + high_y) / 2.0


def doubtful_layers(placed: PlacedSolid, grid: LayerGrid, angle_deg: float) -> np.ndarray:
    """For each layer of the grid whether it may reach beyond the one below by more than `angle_deg` from the vertical:
    bool (layers,).

    Only where a facet looks down so far, or where the surface has a lowest point, which is where islands begin. Most
    bodies have few such layers, so that regions need not be compared in the others.
    """
    z = placed.vertices[:, 2]
    tri = z[placed.triangles]
    corners = placed.vertices[placed.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1)
    down = -normal[:, 2] > (math.sin(math.radians(angle_deg)) - SLACK) * np.where(length > 0.0, length, 1.0)
    lowest = np.ones(len(z), dtype=bool)
    lowest[placed.triangles[tri > tri.min(axis=1)[:, None]]] = False
    low = np.concatenate([tri[down].min(axis=1), z[lowest]])
    high = np.concatenate([tri[down].max(axis=1), z[lowest]])
    # Layer k differs from k - 1 by what lies between their middles.
    first = np.searchsorted(grid.middles_mm, low - 2.0 * SLACK, "left")
    last = np.searchsorted(grid.middles_mm, high + 2.0 * SLACK, "right")
    change = np.zeros(len(grid) + 2, dtype=np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, last + 1, -1)
    return np.asarray(np.cumsum(change)[:len(grid)] > 0)


def bare_undersides(placed: PlacedSolid, sliced: Sliced, grid: LayerGrid, angle_deg: float) -> list[Underside]:
    """Every underside of a body that rests on nothing: islands, and what reaches out further than a wall leaning
    `angle_deg` from the vertical."""
    found: list[Underside] = []
    doubtful = doubtful_layers(placed, grid, angle_deg)
    for layer in range(grid.raft_layers + 1, len(sliced)):
        if not doubtful[layer] or sliced.which[layer] == sliced.which[layer - 1]:
            continue
        section, below = sliced.at(layer), sliced.at(layer - 1)
        lost = islands(layer, section, below)
        for island in lost:
            section = section - island.region
        step = float(grid.heights_mm[layer] + grid.heights_mm[layer - 1]) / 2.0
        found += lost + undersides(layer, section, below, step, angle_deg)
    return found


def undersides(layer: int, section: Region, below: Region, height_mm: float, angle_deg: float) -> list[Underside]:
    """Areas of a section further beyond the layer below than a wall leaning `angle_deg` from the vertical reaches."""
    beyond = section - below
    if beyond.empty:
        return []
    reach = height_mm * math.tan(math.radians(angle_deg))
    bare = (section - below.grown(reach)).opened(0.1)
    found: list[Underside] = []
    for part in bare.parts():
        area = part.area_mm2
        if area >= AREA_MM2:
            # The whole of the overhang counts for its span, from support to support.
            span, free = _best(part.grown(reach + 0.05) & beyond, section)
            found.append(Underside(layer, part, area, span, free, False))
    return found


def islands(layer: int, section: Region, below: Region) -> list[Underside]:
    """Pieces of a section that touch nothing of the layer below."""
    if (section - below).empty:
        return []
    return [Underside(layer, part, part.area_mm2, 0.0, 0.0, True) for part in section.parts() if (part & below).empty]


def _best(bare: Region, section: Region) -> tuple[float, float]:
    """Longest supported span and longest free end, in the direction where beads end in the air least."""
    results = [_span(bare, section, float(angle)) for angle in DIRECTIONS_DEG]
    span, free = min(results, key=lambda r: (round(r[1], 1), r[0]))
    if free == np.inf:
        low_x, low_y, high_x, high_y = bare.bounds_mm
        free = max(high_x - low_x, high_y - low_y)
    return span, free


def _span(bare: Region, section: Region, angle_deg: float) -> tuple[float, float]:
    angle = np.array([angle_deg])
    run, whole = (scan(loops_of([r]), angle, PITCH_MM) for r in (bare, section))
    if not len(run):
        return 0.0, 0.0
    length = run.high - run.low
    low, high = (_at_edge(run.line, x, whole.line, edge) for x, edge in ((run.low, whole.low), (run.high, whole.high)))
    # A bead with both ends in the air hangs on its neighbours alone, which only a short one can.
    hangs = np.where(low & high & (length > LONELY_MM), np.inf, length)
    free, supported = low | high, length[~(low | high)]
    return (float(supported.max()) if len(supported) else 0.0, float(hangs[free].max()) if free.any() else 0.0)


def _at_edge(line: np.ndarray, x: Floats, edge_line: np.ndarray, edge_x: Floats) -> np.ndarray:
    """Whether each position lies on an edge of the section, so that a bead ending there ends in the air."""
    at, edge = line * 1e4 + x, edge_line * 1e4 + edge_x
    slot = np.clip(np.searchsorted(edge, at), 0, len(edge) - 1)
    near = np.minimum(np.abs(edge[slot] - at), np.abs(edge[np.maximum(slot - 1, 0)] - at))
    return np.asarray(near < SAME_MM)
