"""The surface at given places, and where it is no surface but a wall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.mill.probes import Probes, dropped
from fabwright.model import Floats

#: A slope steeper than this (72 degrees) is a wall: judged sideways, not in height.
WALL_SLOPE = 3.0
#: Half the distance over which the slope at a place is measured, mm.
SLOPE_MM = 0.02
#: Heights near a place may differ by this share more than its slope explains, and by this much, before a step is seen.
STEP_SHARE = 1.3
STEP_MM = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """Columns (n,) per place: height of the `surface` (0 beside the body), highest and lowest within a distance of it,
    `slope` as rise over run, `wall` where that slope is a wall's or a step lies within the distance."""

    surface: Floats
    above: Floats
    below: Floats
    slope: Floats
    wall: np.ndarray


def relief_of(triangles: Floats, normals: Floats, places: Probes, distance_mm: float) -> Relief:
    """Measure the facets that face up ((m, 3, 3) with normals (m, 3), highest first), eight directions around each
    place."""
    surface = dropped(triangles, normals, places, 0.0, False, 0.0)
    above, below = surface.copy(), surface.copy()
    for k in range(8):
        there = _beside(triangles, normals, places, distance_mm * np.cos(k * np.pi / 4),
                        distance_mm * np.sin(k * np.pi / 4))
        above, below = np.maximum(above, there), np.minimum(below, there)
    rise = [_beside(triangles, normals, places, dx, dy) - _beside(triangles, normals, places, -dx, -dy)
            for dx, dy in ((SLOPE_MM, 0.0), (0.0, SLOPE_MM))]
    slope = np.hypot(rise[0], rise[1]) / (2.0 * SLOPE_MM)
    step = above - below > 2.0 * distance_mm * slope * STEP_SHARE + STEP_MM
    return Relief(surface, above, below, slope, (slope > WALL_SLOPE) | step)


def _beside(triangles: Floats, normals: Floats, places: Probes, dx: float, dy: float) -> Floats:
    """Heights at the places moved by (dx, dy)."""
    grid = (places.grid[0] + dx, places.grid[1] + dy, places.grid[2])
    moved = Probes(places.x + dx, places.y + dy, places.start, grid, places.columns, places.rows, places.order)
    return dropped(triangles, normals, moved, 0.0, False, 0.0)
