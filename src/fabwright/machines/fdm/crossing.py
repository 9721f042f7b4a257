"""Travel that stays over its own island: where the straight way leaves the section, along the outline instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Floats, Ints

# A way round longer than this many straight ways, or than this, is not worth it: the filament is pulled back anyhow.
DETOUR, DETOUR_MM = 3.0, 60.0
# Shorter travels are left alone.
SHORT_MM = 2.0
SIMPLE_MM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Detours:
    """Points between the ends of each travel as columns: `points` (n, 2), `start` (k + 1,) offsets per travel."""

    points: Floats
    start: Ints


def detours(begin: Floats, end: Floats, layer: Ints, body: Ints, sliced: tuple[Sliced, ...], settings: PrintSettings
            ) -> Detours:
    """Ways round for travels from `begin` to `end` (k, 2), each over one body's layer; body -1 goes straight."""
    ways: dict[int, Floats] = {}
    length = np.hypot(*(end - begin).T)
    for index, sections in enumerate(sliced):
        which = np.asarray(sections.which, dtype=np.int64)
        mine = np.flatnonzero((body == index) & (length > SHORT_MM) & (layer < len(which)))
        own = which[layer[mine]]
        order = np.argsort(own, kind="stable")
        mine, own = mine[order], own[order]
        for distinct in np.unique(own).tolist():
            first, last = np.searchsorted(own, (distinct, distinct + 1))
            # Over the middle of the outer wall, where a trace is hidden best.
            inset = sections.distinct[distinct].grown(-sections.width_mm[distinct]).simplified(SIMPLE_MM)
            rings = inset.polygons()
            if rings:
                _round(mine[first:last], begin, end, rings, ways)
    count = np.asarray([len(ways[k]) if k in ways else 0 for k in range(len(begin))], dtype=np.int64)
    points = [ways[k] for k in sorted(ways)]
    return Detours(np.concatenate(points) if points else np.empty((0, 2)),
                   np.concatenate([[0], np.cumsum(count)]).astype(np.int64))


def _round(travels: Ints, begin: Floats, end: Floats, rings: list[Floats], ways: dict[int, Floats]) -> None:
    """Enter the way round of each travel that crosses a ring."""
    a = np.concatenate(rings)
    b = np.concatenate([np.roll(r, -1, axis=0) for r in rings])
    ring = np.repeat(np.arange(len(rings)), [len(r) for r in rings])
    offset = np.concatenate([[0], np.cumsum([len(r) for r in rings])])
    travel, edge, along = _crossings(begin[travels], end[travels], a, b)
    for k in np.unique(travel).tolist():
        hit = travel == k
        order = np.argsort(along[hit], kind="stable")
        edges, at = edge[hit][order], along[hit][order]
        p, q = begin[travels[k]], end[travels[k]]
        way = _way(p, q, edges, at, ring, offset, a)
        if way is not None:
            ways[int(travels[k])] = way


def _crossings(p: Floats, q: Floats, a: Floats, b: Floats) -> tuple[Ints, Ints, Floats]:
    """Pairs of segments p-q (m, 2) and edges a-b (e, 2) that cross, and where along p-q (0..1)."""
    d, edge = (q - p)[:, None, :], (b - a)[None, :, :]
    gap = a[None, :, :] - p[:, None, :]
    cross = d[..., 0] * edge[..., 1] - d[..., 1] * edge[..., 0]
    safe = np.where(cross == 0.0, 1.0, cross)
    t = (gap[..., 0] * edge[..., 1] - gap[..., 1] * edge[..., 0]) / safe
    u = (gap[..., 0] * d[..., 1] - gap[..., 1] * d[..., 0]) / safe
    hit = (cross != 0.0) & (t > 0.0) & (t < 1.0) & (u >= 0.0) & (u < 1.0)
    travel, where = np.nonzero(hit)
    return travel, where, t[travel, where]


def _way(p: Floats, q: Floats, edges: Ints, at: Floats, ring: Ints, offset: Ints, a: Floats) -> Floats | None:
    """Points of the way round, or None where it is too long: at each ring met, along it to where it is left last."""
    pieces: list[Floats] = []
    k, straight = 0, float(np.hypot(*(q - p)))
    while k < len(edges):
        own = ring[edges[k]]
        last = int(np.flatnonzero(ring[edges] == own)[-1])
        if last > k:
            enter, leave = p + (q - p) * at[k], p + (q - p) * at[last]
            first, size = int(offset[own]), int(offset[own + 1] - offset[own])
            pieces.append(_along(a[first:first + size], int(edges[k]) - first, int(edges[last]) - first, enter, leave))
        k = last + 1
    if not pieces:
        return None
    way = np.concatenate(pieces)
    whole = np.concatenate([p[None], way, q[None]])
    if _length(whole) > min(DETOUR * straight + SHORT_MM, straight + DETOUR_MM):
        return None
    return np.asarray(np.round(way, 3))


def _along(ring: Floats, i: int, j: int, enter: Floats, leave: Floats) -> Floats:
    """The shorter way along a ring from a point on its edge i to a point on its edge j."""
    count = len(ring)
    onward = ring[(i + 1 + np.arange((j - i) % count)) % count]
    back = ring[(i - np.arange((i - j) % count)) % count]
    ways = [np.concatenate([enter[None], w, leave[None]]) for w in (onward, back)]
    return min(ways, key=_length)


def _length(line: Floats) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())
