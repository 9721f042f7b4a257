"""Thin regions cut into triangles, and the chords across them: the inner edges, which join a strip's two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Loops, Region, loops_of
from fabwright.model import Floats, Ints

TRIANGULATION_TOLERANCE_MM = 1e-7
# Small loops get at least so many points, but none closer than the least step.
SMALL_LOOP_STEPS, MIN_STEP_MM = 20.0, 0.1


def densified(loops: Loops, step_mm: float) -> Loops:
    """The same loops with points at most `step_mm` apart, on small loops at most a share of their length."""
    if not len(loops.points):
        return loops
    after = np.arange(1, len(loops.points) + 1)
    after[loops.start[1:] - 1] = loops.start[:-1]
    edge = loops.points[after] - loops.points
    length = np.hypot(edge[:, 0], edge[:, 1])
    around = np.add.reduceat(length, loops.start[:-1])
    step = np.repeat(np.minimum(np.maximum(around / SMALL_LOOP_STEPS, MIN_STEP_MM), step_mm), np.diff(loops.start))
    pieces = np.maximum(np.ceil(length / step), 1.0).astype(np.int64)
    source = np.repeat(np.arange(len(pieces)), pieces)
    ahead = np.concatenate([[0], np.cumsum(pieces)])
    along = (np.arange(len(source)) - ahead[source]) / pieces[source]
    return Loops(loops.points[source] + edge[source] * along[:, None], ahead[loops.start], loops.owner)


@dataclass(frozen=True, slots=True, eq=False)
class Chords:
    """Triangulation as half-edges, three to a triangle: `twin` (3 m,) of each, -1 on the boundary, `onward` (3 m,) the
    half-edge by which a walk that enters a sleeve triangle by this one enters the next, -1 where the walk ends;
    `inner` (m,) number of inner edges; `middle` and `width` of each half-edge's chord."""

    points: Floats
    corners: Ints
    owner: Ints
    twin: Ints
    onward: Ints
    inner: Ints
    middle: Floats
    width: Floats


def chords_of(regions: Sequence[Region], step_mm: float) -> Chords:
    """Triangulate all regions, their outlines sampled at least every `step_mm`."""
    import manifold3d

    loops = densified(loops_of(regions), step_mm)
    rings = np.split(loops.points, loops.start[1:-1]) if len(loops.owner) else []
    first = np.searchsorted(loops.owner, np.arange(len(regions) + 1))
    triangles: list[Ints] = []
    owner: list[int] = []
    for index in range(len(regions)):
        low, high = int(first[index]), int(first[index + 1])
        if low == high:
            continue
        found = manifold3d.triangulate(rings[low:high], TRIANGULATION_TOLERANCE_MM, False)
        triangles.append(np.asarray(found, dtype=np.int64) + loops.start[low])
        owner += [index] * len(found)
    corners = np.concatenate(triangles) if triangles else np.empty((0, 3), dtype=np.int64)
    return _linked(loops, corners, np.asarray(owner, dtype=np.int64))


def _linked(loops: Loops, corners: Ints, owner: Ints) -> Chords:
    points = loops.points
    after = np.arange(1, len(points) + 1)
    if len(loops.owner):
        after[loops.start[1:] - 1] = loops.start[:-1]
    tail, head = corners.ravel(), np.roll(corners, -1, axis=1).ravel()
    rim = after[tail] == head
    inside = np.flatnonzero(~rim)
    key = np.minimum(tail, head)[inside] * (len(points) + 1) + np.maximum(tail, head)[inside]
    order = inside[np.argsort(key, kind="stable")]
    twin = np.full(len(tail), -1, dtype=np.int64)
    twin[order[0::2]], twin[order[1::2]] = order[1::2], order[0::2]
    inner = 3 - rim.reshape(-1, 3).sum(axis=1)
    # In a sleeve the way out is the inner edge that is not the way in.
    number = np.arange(len(tail)).reshape(-1, 3)
    total = np.where(rim.reshape(-1, 3), 0, number).sum(axis=1)
    triangle = np.arange(len(tail)) // 3
    out = total[triangle] - np.arange(len(tail))
    onward = np.where((inner[triangle] == 2) & ~rim, twin[np.clip(out, 0, max(len(tail) - 1, 0))], -1)
    a, b, c = (points[corners[:, k]] for k in range(3))
    double = np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
    length = np.hypot(*(points[head] - points[tail]).T)
    base = np.where(rim, length, 0.0).reshape(-1, 3).sum(axis=1)
    height = np.where((inner == 2) & (base > 1e-9), double / np.maximum(base, 1e-9), np.nan)
    both = np.stack([height[triangle], height[np.where(twin >= 0, twin, 0) // 3]])
    known = np.isfinite(both).sum(axis=0)
    mean = np.nansum(both, axis=0) / np.maximum(known, 1)
    width = np.where(known > 0, np.minimum(mean, length), length)
    return Chords(points, corners, owner, twin, onward, inner, (points[tail] + points[head]) / 2.0, width)
