"""Rings: the region's outline drawn in again and again."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.regions import Region
from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill.area import Area
from fabwright.model import Floats

# Rings may leave the exact offset by this much, and are no smaller than this.
TOLERANCE_MM = 0.02
SMALLEST_MM2 = 1.0


def concentric(regions: list[Region], area: Area) -> list[Strokes]:
    """Closed rings half a pitch, one and a half pitches, ... inside the outline."""
    pitch = area.spacing_mm / area.density
    rings: list[Floats] = []
    owner: list[int] = []
    for index, region in enumerate(regions):
        inner = region.grown(-pitch / 2.0)
        while not inner.empty:
            inner = inner.simplified(TOLERANCE_MM)
            polygons = [p for p in inner.polygons() if _size_mm2(p) >= SMALLEST_MM2]
            rings += polygons
            owner += [index] * len(polygons)
            inner = inner.grown(-pitch)
    start = np.zeros(len(rings) + 1, dtype=np.int64)
    np.cumsum([len(r) for r in rings], out=start[1:])
    points = np.concatenate(rings) if rings else np.empty((0, 2))
    return [Strokes(points, start, np.asarray(owner, dtype=np.int64), closed=True)]


def _size_mm2(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2.0
