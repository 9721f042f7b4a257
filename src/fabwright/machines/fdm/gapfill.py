"""Beads of variable width down the middle of strips too narrow for a wall or for hatching."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fabwright.geometry.regions import Region, region_of
from fabwright.model import Floats

# Strips are sorted by width into these bins, mm: within a bin one width serves for the whole strip. Narrower than the
# first is left out (PrusaSlicer's own floor is about 0.05 mm, below what a nozzle lays down evenly).
BINS_MM = (0.1, 0.16, 0.26, 0.4, 0.56, 0.7, 0.87, 1.2, 2.0)
# From here on two beads of half the width serve better than one wide one.
DOUBLE_MM = 0.56
MIN_AREA_MM2 = 0.04
MIN_LENGTH_MM = 0.3
SAMPLES_MAX = 240


@dataclass(frozen=True, slots=True, eq=False)
class Bead:
    """One bead: `points` (n, 2), closed or open, `spacing_mm` its area over the layer height."""

    points: Floats
    closed: bool
    spacing_mm: float


def fill_gaps(gap: Region) -> list[Bead]:
    """Beads that fill the narrow parts of a region, each with the width of its strip."""
    beads: list[Bead] = []
    rest = gap.opened(BINS_MM[0] / 2.0)
    for low, high in pairwise(BINS_MM):
        if rest.empty:
            break
        wider = rest.opened(high / 2.0)
        strips = rest if wider.empty else rest - wider.grown(0.005)
        for strip in strips.parts():
            beads += _strip(strip, low, high)
        rest = wider
    return beads


def _strip(strip: Region, low: float, high: float) -> list[Bead]:
    area = strip.area_mm2
    if area < MIN_AREA_MM2:
        return []
    return (_pair if low >= DOUBLE_MM else _single)(strip, area, low, high) or [_dab(strip, area, low, high)]


def _single(strip: Region, area: float, low: float, high: float) -> list[Bead]:
    """Beads down the middle of a strip."""
    core = strip.grown(-0.49 * low)
    if core.empty:
        return []
    beads: list[Bead] = []
    lengths: list[float] = []
    for part in core.parts():
        for points, closed, share in _lines(part.polygons(), low, high):
            ring = np.concatenate([points, points[:1]]) if closed else points
            length = float(np.hypot(*np.diff(ring, axis=0).T).sum())
            if length >= MIN_LENGTH_MM:
                beads.append(Bead(points, closed, share))
                lengths.append(length)
    # The strip's own area decides the width, within its bin: eroded ends and bends then cost no material.
    total = sum(length * bead.spacing_mm for length, bead in zip(lengths, beads, strict=True))
    spacing = min(max(area / total, low), high) if total > 0.0 else 0.0
    return [Bead(b.points, b.closed, b.spacing_mm * spacing) for b in beads]


def _dab(strip: Region, area: float, low: float, high: float) -> Bead:
    """A short bead in a piece too short for a line: along its longest extent, with its area."""
    points = np.concatenate(strip.polygons())
    centre = points.mean(axis=0)
    far = points[int(np.argmax(((points - centre) ** 2).sum(axis=1)))] - centre
    along = far / max(float(np.hypot(*far)), 1e-9)
    length = max(area / ((low + high) / 2.0), MIN_LENGTH_MM / 2.0)
    half = along * length / 2.0
    return Bead(np.stack([centre - half, centre + half]), False, min(area / length, high))


def _pair(strip: Region, area: float, low: float, high: float) -> list[Bead]:
    """A loop inside a strip, each side of it half as wide as the strip."""
    around = _around(strip)
    # Of a strip of length l and width t: area = l t, outline = 2 (l + t).
    width = (around - max(around ** 2 - 16.0 * area, 0.0) ** 0.5) / 4.0
    loops = strip.grown(-min(max(width, low), high) / 4.0)
    total = _around(loops)
    if total < MIN_LENGTH_MM:
        return []
    return [Bead(p, True, min(area / total, high / 2.0)) for p in loops.polygons()]


def _lines(polygons: list[Floats], low: float, high: float) -> list[tuple[Floats, bool, float]]:
    """Centre lines of a thin part: points, closed, and the share of the strip's width that each lays down."""
    if len(polygons) == 1:
        middle = _middle(polygons[0], high)
        if middle is not None:
            return [(_longer(middle, low / 4.0), False, 1.0)]
    if len(polygons) == 2:
        outer = region_of([max(polygons, key=lambda p: float(np.ptp(p, axis=0).sum()))])
        # Half-way between the two outlines of the ring: half its mean thickness in from the outer one.
        inset = region_of(polygons).area_mm2 / (2.0 * _around(outer))
        return [(p, True, 1.0) for p in outer.grown(-inset).polygons() or outer.polygons()]
    # A net of strips: every outline runs along it once on each side, so each lays down half.
    return [(p, True, 0.5) for p in polygons]


def _around(region: Region) -> float:
    """Length of all outlines, mm."""
    rings = region.polygons()
    return sum(float(np.hypot(*(p - np.roll(p, 1, axis=0)).T).sum()) for p in rings)


def _longer(line: Floats, by_mm: float) -> Floats:
    """The line carried on at both ends: the shrinking that found it took that much away."""
    first, last = line[0] - line[1], line[-1] - line[-2]
    reach = [by_mm / max(float(np.hypot(*d)), 1e-9) for d in (first, last)]
    return np.concatenate([[line[0] + first * reach[0]], line[1:-1], [line[-1] + last * reach[1]]])


def _middle(ring: Floats, width: float) -> Floats | None:
    """Middle line of a closed sliver without branches, by pairing points mirrored about its tips; None for a net."""
    closed = np.concatenate([ring, ring[:1]])
    walk = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = 2 * int(np.clip(walk[-1] / 0.6, 4, SAMPLES_MAX // 2))
    at = np.arange(count) * walk[-1] / count
    x, y = np.interp(at, walk, closed[:, 0]), np.interp(at, walk, closed[:, 1])
    half = np.arange(count // 2 + 1)
    tip = np.arange(count // 2)[:, None]
    ahead, behind = (tip + half) % count, (tip - half) % count
    apart = np.hypot(x[ahead] - x[behind], y[ahead] - y[behind])
    best = int(np.argmin((apart ** 2).sum(axis=1)))
    if apart[best].max() > 2.0 * width:
        return None
    a, b = ahead[best], behind[best]
    middle = np.stack([(x[a] + x[b]) / 2.0, (y[a] + y[b]) / 2.0], axis=1)
    # The tips themselves may lie in a corner: bring them onto the line.
    for end, near, far in ((0, 1, 2), (-1, -2, -3)):
        along = middle[near] - middle[far]
        along /= max(float(np.hypot(*along)), 1e-9)
        middle[end] = middle[near] + along * max(float(np.dot(middle[end] - middle[near], along)), 0.01)
    return middle
