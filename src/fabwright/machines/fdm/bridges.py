"""Undersides of a layer that rest on nothing, and whether beads can span them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.machines.fdm.scanlines import scan
from fabwright.model import Floats

DIRECTIONS_DEG = tuple(range(0, 180, 15))
PITCH_MM = 0.4
SAME_MM = 0.03
# Smaller undersides are held by their neighbours.
AREA_MM2 = 1.0
LONELY_MM = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Underside:
    """One unsupported area of a layer: where, how large, the span of a bead in the best direction and how far beads end
    in the air there; `island` where it touches nothing below at all."""

    layer: int
    centre_mm: tuple[float, float]
    area_mm2: float
    span_mm: float
    free_mm: float
    island: bool


def undersides(layer: int, section: Region, below: Region, height_mm: float, angle_deg: float) -> list[Underside]:
    """Areas of a section further beyond the layer below than a wall leaning `angle_deg` from the vertical reaches."""
    reach = height_mm * math.tan(math.radians(angle_deg))
    if (section - below).empty:
        return []
    bare = (section - below.grown(reach)).opened(0.1)
    if bare.empty:
        return []
    found: list[Underside] = []
    for part in bare.parts():
        area = part.area_mm2
        if area < AREA_MM2:
            continue
        # The whole of the overhang counts for its span, from support to support.
        whole = part.grown(reach + 0.05) & (section - below)
        low_x, low_y, high_x, high_y = part.bounds_mm
        span, free = _best(whole, section)
        found.append(Underside(layer, (round((low_x + high_x) / 2.0, 2), round((low_y + high_y) / 2.0, 2)), area, span,
                               free, False))
    return found


def islands(layer: int, section: Region, below: Region) -> list[Underside]:
    """Pieces of a section that touch nothing of the layer below."""
    if (section - below).empty:
        return []
    found: list[Underside] = []
    for part in section.parts():
        if (part & below).empty:
            low_x, low_y, high_x, high_y = part.bounds_mm
            found.append(Underside(layer, (round((low_x + high_x) / 2.0, 2), round((low_y + high_y) / 2.0, 2)),
                                   part.area_mm2, 0.0, 0.0, True))
    return found


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
