"""Which paths of a layer belong to the same piece of the section."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.paths import Paths
from fabwright.model import Floats, Ints


def islands_of(paths: Paths, sliced: tuple[Sliced, ...]) -> Ints:
    """Number of the connected piece of its section in which each path lies (k,); 0 where the section has one piece, and
    for paths of no body."""
    island = np.zeros(len(paths), dtype=np.int64)
    sample = paths.points[paths.start[:-1]] if len(paths) else paths.points
    for body, sections in enumerate(sliced):
        which = np.asarray(sections.which, dtype=np.int64)
        mine = np.flatnonzero((paths.body == body) & (paths.layer < len(which)))
        own = which[paths.layer[mine]]
        order = np.argsort(own, kind="stable")
        mine, own = mine[order], own[order]
        for distinct, region in enumerate(sections.distinct):
            first, last = np.searchsorted(own, (distinct, distinct + 1))
            if last - first < 2:
                continue
            outlines = [max(part.polygons(), key=_extent) for part in region.parts()]
            if len(outlines) > 1:
                island[mine[first:last]] = _piece(sample[mine[first:last]], outlines)
    return island


def _piece(points: Floats, rings: list[Floats]) -> Ints:
    """Index of the smallest ring around each of the points (m, 2); where none is, of the ring with the nearest
    vertex."""
    extent = np.asarray([_extent(r) for r in rings])
    found = np.full(len(points), -1, dtype=np.int64)
    for k in np.argsort(-extent, kind="stable").tolist():
        found[_inside(points, rings[k])] = k
    for m in np.flatnonzero(found < 0).tolist():
        found[m] = int(np.argmin([((r - points[m]) ** 2).sum(axis=1).min() for r in rings]))
    return found


def _extent(ring: Floats) -> float:
    return float(np.ptp(ring, axis=0).prod())


def _inside(points: Floats, ring: Floats) -> np.ndarray:
    low, high = ring.min(axis=0), ring.max(axis=0)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    result = np.zeros(len(points), dtype=bool)
    if len(near):
        x, y = points[near, 0, None], points[near, 1, None]
        a, b = ring, np.roll(ring, -1, axis=0)
        rise = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
        cuts = ((a[:, 1] > y) != (b[:, 1] > y)) & (x < a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / rise)
        result[near] = cuts.sum(axis=1) % 2 == 1
    return result
