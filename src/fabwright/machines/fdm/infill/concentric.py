"""Rings: the region's outline drawn in again and again."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.regions import Region, united
from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill.area import Area
from fabwright.machines.fdm.skins import drawn_in, opened
from fabwright.model import Floats

# Rings may leave the exact offset by this much, and are no smaller than this share of the pitch's square or this.
TOLERANCE_MM = 0.02
SMALLEST, SMALLEST_MM2 = 0.12, 0.5
# Places further from every ring than this share of the pitch and this much more get rings of their own: where a neck
# ends the next ring. Rings round a nearer rest would lie closer than the density asks for.
FAR, FAR_MM = 0.63, 0.18


def concentric(regions: list[Region], area: Area) -> list[Strokes]:
    """Closed rings half a pitch, one and a half pitches, ... inside the outline, and round what they leave open."""
    pitch = area.spacing_mm / area.density
    least = min(SMALLEST_MM2, SMALLEST * pitch * pitch)
    rings: list[Floats] = []
    owner: list[int] = []
    for index, region in enumerate(regions):
        inner = _large(drawn_in(region, pitch / 2.0), least)
        while not inner.empty:
            inner = inner.simplified(TOLERANCE_MM)
            after = _large(inner.grown(-pitch), least)
            core = inner.grown(-FAR * pitch - FAR_MM)
            if not after.empty:
                core = opened(core - after.grown(pitch / 2.0), TOLERANCE_MM)
            polygons = [*inner.polygons(), *_large(core, least).polygons()]
            rings += polygons
            owner += [index] * len(polygons)
            inner = after
    start = np.zeros(len(rings) + 1, dtype=np.int64)
    np.cumsum([len(r) for r in rings], out=start[1:])
    points = np.concatenate(rings) if rings else np.empty((0, 2))
    return [Strokes(points, start, np.asarray(owner, dtype=np.int64), closed=True)]


def _large(region: Region, least_mm2: float) -> Region:
    """Without pieces too small for a ring."""
    pieces = region.parts()
    kept = [p for p in pieces if p.area_mm2 >= least_mm2]
    return region if len(kept) == len(pieces) else united(kept)
