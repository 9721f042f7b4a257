"""Travel that stays over its own island: where the straight way leaves the section, along the outline instead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fabwright.machines.fdm.layers import Sliced
from fabwright.model import Floats, Ints

# A way round longer than this many straight ways, or than this, is not worth it: the filament is pulled back anyhow.
DETOUR, DETOUR_MM = 3.0, 60.0
# Shorter travels are left alone.
SHORT_MM = 2.0
SIMPLE_MM = 0.1
# Further than this the nozzle does not run with the filament forward: it drips.
DRY_MM = 50.0
# This many travels are compared at once, with the edges at their heights.
CHUNK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Detours:
    """Points between the ends of each travel as columns: `points` (n, 2), `start` (k + 1,) offsets per travel."""

    points: Floats
    start: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Rings:
    """Rings one after the other: `a` (e, 2) begins and `b` (e, 2) ends each edge, `ring` (e,) its ring, `offset`
    (r + 1,) the first edge of each ring."""

    a: Floats
    b: Floats
    ring: Ints
    offset: Ints


class Insets:
    """The bodies' sections drawn in by one bead, each worked out when it is first asked for."""

    def __init__(self, sliced: tuple[Sliced, ...]) -> None:
        self.sliced = sliced
        self._known: dict[tuple[int, int], _Rings | None] = {}

    def rings(self, body: int, distinct: int) -> _Rings | None:
        """Outlines over the inner edge of the outer wall, where a trace is hidden best; None where nothing is left."""
        key = body, distinct
        if key not in self._known:
            sections = self.sliced[body]
            inset = sections.distinct[distinct].grown(-sections.width_mm[distinct]).simplified(SIMPLE_MM)
            polygons = inset.polygons()
            self._known[key] = _chained(polygons) if polygons else None
        return self._known[key]


def detours(begin: Floats, end: Floats, layer: Ints, body: Ints, insets: Insets, asked: bool = True
            ) -> tuple[Detours, np.ndarray]:
    """Ways round for travels from `begin` to `end` (k, 2), each over one body's layer (body -1: none), and where it is
    `asked` whether the whole way lies inside the outer walls and is at most DRY_MM long (k,)."""
    ways: dict[int, Floats] = {}
    inside = np.zeros(len(begin), dtype=bool)
    length = np.hypot(*(end - begin).T)
    for index, sections in enumerate(insets.sliced):
        which = np.asarray(sections.which, dtype=np.int64)
        mine = np.flatnonzero((body == index) & (layer < len(which)) & (asked | (length > SHORT_MM)))
        own = which[layer[mine]]
        order = np.argsort(own, kind="stable")
        mine, own = mine[order], own[order]
        cuts = [0, *(np.flatnonzero(np.diff(own)) + 1).tolist(), len(own)]
        for first, last in pairwise(cuts):
            rings = insets.rings(index, int(own[first])) if last > first else None
            if rings is not None:
                _round(mine[first:last], begin, end, length, rings, ways, inside if asked else None)
    count = np.zeros(len(begin), dtype=np.int64)
    order = np.asarray(sorted(ways), dtype=np.int64)
    count[order] = [len(ways[k]) for k in order.tolist()]
    points = np.concatenate([ways[k] for k in order.tolist()]) if ways else np.empty((0, 2))
    return Detours(points, np.concatenate([[0], np.cumsum(count)]).astype(np.int64)), inside


def either(first: Detours, second: Detours, choose: np.ndarray) -> Detours:
    """The ways of `first` where `choose` (k,) is true, of `second` elsewhere."""
    count = np.where(choose, np.diff(first.start), np.diff(second.start))
    start = np.concatenate([[0], np.cumsum(count)])
    which = np.repeat(np.arange(len(count)), count)
    at = np.arange(len(which)) - start[which] + np.where(choose, 0, len(first.points))[which]
    at += np.where(choose, first.start[:-1], second.start[:-1])[which]
    return Detours(np.concatenate([first.points, second.points])[at], start)


def with_stops(around: Detours, position: Ints, place_mm: tuple[float, float]) -> Detours:
    """The same ways, those at `position` leading over a place."""
    points = np.insert(around.points, around.start[position], np.asarray(place_mm), axis=0)
    more = np.zeros(len(around.start), dtype=np.int64)
    np.add.at(more, position + 1, 1)
    return Detours(points, around.start + np.cumsum(more))


def _chained(polygons: list[Floats]) -> _Rings:
    sizes = [len(p) for p in polygons]
    return _Rings(np.concatenate(polygons), np.concatenate([np.roll(p, -1, axis=0) for p in polygons]),
                  np.repeat(np.arange(len(polygons)), sizes), np.concatenate([[0], np.cumsum(sizes)]))


def _round(travels: Ints, begin: Floats, end: Floats, length: Floats, rings: _Rings, ways: dict[int, Floats],
           inside: np.ndarray | None) -> None:
    """Enter the way round of each travel that crosses a ring, and which stay inside (None: not asked)."""
    travel, edge, along = _crossings(begin[travels], end[travels], rings.a, rings.b)
    cuts = np.flatnonzero(np.diff(travel, prepend=-1, append=-2))
    free = np.ones(len(travels), dtype=bool)
    for first, last in pairwise(cuts.tolist()):
        k = int(travel[first])
        number = int(travels[k])
        free[k] = False
        if length[number] <= SHORT_MM:
            continue
        order = first + np.argsort(along[first:last], kind="stable")
        way, kept = _way(begin[number], end[number], edge[order], along[order], rings)
        if way is not None:
            ways[number] = way
            free[k] = kept
    if inside is not None:
        inside[travels] = free & (length[travels] <= DRY_MM) & _within(begin[travels], rings)


def _crossings(p: Floats, q: Floats, a: Floats, b: Floats) -> tuple[Ints, Ints, Floats]:
    """Pairs of segments p-q (m, 2) and edges a-b (e, 2) that cross, ordered by segment, and where along p-q (0..1)."""
    low, high = np.minimum(p, q), np.maximum(p, q)
    edge_low, edge_high = np.minimum(a, b), np.maximum(a, b)
    order = np.argsort(low[:, 1] + high[:, 1], kind="stable")
    found: list[tuple[Ints, Ints, Floats]] = []
    for first in range(0, len(order), CHUNK):
        some = order[first:first + CHUNK]
        near = np.flatnonzero((edge_high[:, 1] >= low[some, 1].min()) & (edge_low[:, 1] <= high[some, 1].max())
                              & (edge_high[:, 0] >= low[some, 0].min()) & (edge_low[:, 0] <= high[some, 0].max()))
        if len(near):
            travel, edge, along = _pairs(p[some], q[some], a[near], b[near])
            found.append((some[travel], near[edge], along))
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    travel, edge, along = (np.concatenate(columns) for columns in zip(*found, strict=True))
    order = np.argsort(travel, kind="stable")
    return travel[order], edge[order], along[order]


def _pairs(p: Floats, q: Floats, a: Floats, b: Floats) -> tuple[Ints, Ints, Floats]:
    dx, dy = (q - p)[:, 0, None], (q - p)[:, 1, None]
    ex, ey = (b - a)[None, :, 0], (b - a)[None, :, 1]
    gx, gy = a[None, :, 0] - p[:, 0, None], a[None, :, 1] - p[:, 1, None]
    cross = dx * ey - dy * ex
    # Signs decide first: t in (0, 1) and u in [0, 1) without a division.
    t, u = gx * ey - gy * ex, gx * dy - gy * dx
    sign = np.sign(cross)
    t, u, size = t * sign, u * sign, np.abs(cross)
    travel, edge = np.nonzero((t > 0.0) & (t < size) & (u >= 0.0) & (u < size))
    return travel, edge, t[travel, edge] / size[travel, edge]


def _within(points: Floats, rings: _Rings) -> np.ndarray:
    """Whether each of the points (m, 2) lies inside the rings, by the crossings of a ray to their right."""
    result = np.zeros(len(points), dtype=bool)
    order = np.argsort(points[:, 1], kind="stable")
    low, high = np.minimum(rings.a[:, 1], rings.b[:, 1]), np.maximum(rings.a[:, 1], rings.b[:, 1])
    for first in range(0, len(order), CHUNK):
        some = order[first:first + CHUNK]
        y = points[some, 1]
        near = np.flatnonzero((low <= y[-1]) & (high > y[0]))
        a, b = rings.a[near], rings.b[near]
        above = (a[None, :, 1] > y[:, None]) != (b[None, :, 1] > y[:, None])
        rise = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
        at = a[None, :, 0] + (y[:, None] - a[None, :, 1]) * ((b[:, 0] - a[:, 0]) / rise)[None]
        result[some] = (above & (points[some, 0, None] < at)).sum(axis=1) % 2 == 1
    return result


def _way(p: Floats, q: Floats, edges: Ints, at: Floats, rings: _Rings) -> tuple[Floats | None, bool]:
    """Points of the way round (None where it is too long), and whether it is short and leads inside to inside: at each
    ring met, along it to where it is left last."""
    pieces: list[Floats] = []
    k, straight = 0, float(np.hypot(*(q - p)))
    met = rings.ring[edges].tolist()
    even = True
    while k < len(edges):
        own = met[k]
        last = len(met) - 1 - met[::-1].index(own)
        even &= met[k:last + 1].count(own) % 2 == 0
        if last > k:
            enter, leave = p + (q - p) * at[k], p + (q - p) * at[last]
            first, stop = int(rings.offset[own]), int(rings.offset[own + 1])
            pieces.append(_along(rings.a[first:stop], int(edges[k]) - first, int(edges[last]) - first, enter, leave))
        k = last + 1
    if not pieces:
        return None, False
    way = np.concatenate(pieces)
    length = _length(np.concatenate([p[None], way, q[None]]))
    if length > min(DETOUR * straight + SHORT_MM, straight + DETOUR_MM):
        return None, False
    return np.asarray(np.round(way, 3)), even and length <= DRY_MM


def _along(ring: Floats, i: int, j: int, enter: Floats, leave: Floats) -> Floats:
    """The shorter way along a ring from a point on its edge i to a point on its edge j."""
    count = len(ring)
    onward = ring[(i + 1 + np.arange((j - i) % count)) % count]
    back = ring[(i - np.arange((i - j) % count)) % count]
    ways = [np.concatenate([enter[None], w, leave[None]]) for w in (onward, back)]
    return min(ways, key=_length)


def _length(line: Floats) -> float:
    step = line[1:] - line[:-1]
    return float(np.sqrt((step * step).sum(axis=1)).sum())
