"""Clearing a region at one height: rings from its middle outwards, climbing, entered by a ramp along the ring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fabwright.machines.mill.cutter import Speeds
from fabwright.machines.mill.path import Path
from fabwright.model import Floats

if TYPE_CHECKING:
    from fabwright.geometry.regions import Region

#: Rapids come down to this far above known stock, mm.
ABOVE_MM = 1.0
#: A ramp begins this far above the stock, mm.
TOUCH_MM = 0.2
#: Polygons of offsets deviate from true arcs by at most this, mm.
ROUND_MM = 0.002
#: Vertices of rings nearer than this to their chord are dropped, mm.
RING_MM = 0.002
#: A ring needs at most so many turns to ramp in; below, the hole is too small for this cutter to enter.
TURNS_MAX = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """How a level is entered: height of the stock above it, the ramp's slope in degrees; and how closely rings follow
    the region's outline, mm."""

    stock_mm: float
    ramp_deg: float
    ring_mm: float


def clear(path: Path, region: Region, z: float, step_mm: float, entry: Entry, speeds: Speeds) -> None:
    """Sweep the tool centre over a region at height z.

    `region` is where the centre may be; its outlines keep the region on their left, so the material to be spared is on
    the right of a clockwise spindle's cut: climb milling.
    """
    for part in region.parts():
        rings = _rings(part, step_mm, entry.ring_mm)
        if not rings:
            continue
        fence = _edges([ring for level in rings[:1] for ring in level])
        arrived = False
        for level in reversed(rings):
            waiting = list(level)
            while waiting:
                ring = waiting.pop(_nearest(path.at, waiting))
                ring = _started_near(ring, path.at)
                # From another part the straight way leads through material, however clear this part's own fence is.
                if arrived and path.at is not None and not _crosses(path.at[:2], ring[0], fence):
                    path.feed(_lift(ring[:1], z), speeds)
                else:
                    ramp_in(path, ring, z, entry, speeds)
                path.feed(_lift(_closed(ring), z), speeds)
                arrived = True
    path.retract()


def ramp_in(path: Path, ring: Floats, z: float, entry: Entry, speeds: Speeds) -> None:
    """Come down along a closed ring (n, 2) to z; ends on the ring's first vertex's level at its first vertex."""
    top = entry.stock_mm + TOUCH_MM
    path.approach(float(ring[0, 0]), float(ring[0, 1]), max(z, entry.stock_mm) + ABOVE_MM)
    if top <= z:
        path.feed(np.array([[ring[0, 0], ring[0, 1], z]]), speeds)
        return
    path.feed(np.array([[ring[0, 0], ring[0, 1], top]]), speeds)
    loop = _closed(ring)
    around = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(np.vstack([ring[:1], loop]), axis=0).T))])
    girth = float(around[-1])
    turns = max(1, math.ceil((top - z) / math.tan(math.radians(entry.ramp_deg)) / max(girth, 1e-9)))
    turns = min(turns, TURNS_MAX)
    track = np.vstack([ring[:1], np.tile(loop, (turns, 1))])
    run = np.concatenate([around[:1], (around[1:] + girth * np.arange(turns)[:, None]).ravel()])
    height = top - (top - z) * np.minimum(run / (girth * turns), 1.0)
    path.feed(np.column_stack([track, height])[1:], speeds)


def signed_area_mm2(ring: Floats) -> float:
    """Area, positive counter-clockwise."""
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0


def _rings(region: Region, step_mm: float, ring_mm: float) -> list[list[Floats]]:
    """Outlines of the region shrunk step by step, outermost first."""
    from fabwright.geometry.silhouettes import offset_round

    rings: list[list[Floats]] = []
    rest = region
    while not rest.empty:
        # Simplified each time: the arcs of one offset multiply in the next.
        rest = rest.simplified(ring_mm)
        polygons = [p for p in rest.polygons() if len(p) >= 3]
        if polygons:
            rings.append(polygons)
        rest = offset_round(rest, -step_mm, ROUND_MM)
    return rings


def _closed(ring: Floats) -> Floats:
    """The ring from its second vertex back to its first."""
    return np.vstack([ring[1:], ring[:1]])


def _lift(points: Floats, z: float) -> Floats:
    return np.column_stack([points, np.full(len(points), z)])


def _nearest(at: Floats | None, rings: list[Floats]) -> int:
    if at is None:
        return 0
    return int(np.argmin([np.hypot(r[:, 0] - at[0], r[:, 1] - at[1]).min() for r in rings]))


def _started_near(ring: Floats, at: Floats | None) -> Floats:
    if at is None:
        return ring
    return np.roll(ring, -int(np.argmin(np.hypot(ring[:, 0] - at[0], ring[:, 1] - at[1]))), axis=0)


def _edges(rings: list[Floats]) -> Floats:
    """Edges (n, 2, 2) of closed rings."""
    return np.concatenate([np.stack([r, np.roll(r, -1, axis=0)], axis=1) for r in rings])


def _crosses(a: Floats, b: Floats, edges: Floats) -> bool:
    """Whether the segment a-b, short of its very ends, meets any edge."""
    d = b - a
    length = math.hypot(d[0], d[1])
    if length < 1e-6:
        return False
    a, b = a + d * (1e-3 / length), b - d * (1e-3 / length)
    d = b - a
    p, q = edges[:, 0], edges[:, 1] - edges[:, 0]
    cross = d[0] * q[:, 1] - d[1] * q[:, 0]
    cross = np.where(np.abs(cross) < 1e-15, 1e-15, cross)
    w = p - a
    s = (w[:, 0] * q[:, 1] - w[:, 1] * q[:, 0]) / cross
    t = (w[:, 0] * d[1] - w[:, 1] * d[0]) / cross
    return bool(((s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)).any())
