"""How far points lie inside or outside regions, for many points and regions at once."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.regions import Loops
from fabwright.model import Floats, Ints

# Edges are sorted into horizontal rows of this height; a point looks at the edges of its own row.
ROW_MM = 1.0
_ROW_BIAS, _ROW_BITS = 1 << 19, 20
# Pairs of point and edge looked at in one go: bounds the memory.
PAIRS = 1 << 20
FEW = 4


def depth_mm(loops: Loops, points: Floats, owner: Ints, reach_mm: float) -> Floats:
    """Distance of each point (n, 2) to the rim of region `owner` (n,), mm: positive inside, negative outside.

    Distances beyond `reach_mm` are given as that. The owners of the loops ascend.
    """
    result = np.full(len(points), -reach_mm)
    if not len(points) or not len(loops.points):
        return result
    of_edge = np.repeat(loops.owner, np.diff(loops.start))
    low, high = (np.searchsorted(of_edge, owner, side) for side in ("left", "right"))
    edge = np.arange(len(of_edge))
    # A few points look at all edges of their region: sorting the edges would take longer.
    if int((high - low).sum()) > FEW * len(edge):
        row, edge = _rows(loops, reach_mm)
        mine = (owner << _ROW_BITS) | (np.floor(points[:, 1] / ROW_MM).astype(np.int64) + _ROW_BIAS)
        low, high = (np.searchsorted(row, mine, side) for side in ("left", "right"))
    some = np.flatnonzero(high > low)
    total = np.cumsum((high - low)[some])
    for part in np.split(some, np.searchsorted(total, np.arange(PAIRS, int(total[-1]) if len(total) else 0, PAIRS))):
        if len(part):
            result[part] = _depth(loops, points[part], edge, low[part], high[part], reach_mm)
    return result


def _rows(loops: Loops, reach_mm: float) -> tuple[Ints, Ints]:
    """Sorted rows, with their owner in the upper bits, and an edge that comes near each: one entry per pair."""
    after = _after(loops)
    y, other = loops.points[:, 1], loops.points[after, 1]
    first = np.floor((np.minimum(y, other) - reach_mm) / ROW_MM).astype(np.int64)
    last = np.floor((np.maximum(y, other) + reach_mm) / ROW_MM).astype(np.int64)
    count = last - first + 1
    edge = np.repeat(np.arange(len(y)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    owner = np.repeat(loops.owner, np.diff(loops.start))[edge]
    key = (owner << _ROW_BITS) | (row + _ROW_BIAS)
    order = np.argsort(key, kind="stable")
    return key[order], edge[order]


def _after(loops: Loops) -> Ints:
    after = np.arange(1, len(loops.points) + 1)
    after[loops.start[1:] - 1] = loops.start[:-1]
    return after


def _depth(loops: Loops, points: Floats, edge: Ints, low: Ints, high: Ints, reach_mm: float) -> Floats:
    count = high - low
    first = np.cumsum(count) - count
    point = np.repeat(np.arange(len(points)), count)
    near = edge[np.arange(len(point)) - first[point] + low[point]]
    ax, ay = loops.points[near].T
    bx, by = loops.points[_after(loops)[near]].T
    x, y = points[point].T
    ex, ey = bx - ax, by - ay
    px, py = x - ax, y - ay
    along = np.clip((px * ex + py * ey) / np.maximum(ex * ex + ey * ey, 1e-18), 0.0, 1.0)
    square = (px - ex * along) ** 2 + (py - ey * along) ** 2
    # A ray towards +x crosses the edges whose ends lie on both sides of it and that pass to the right of the point.
    crosses = ((ay > y) != (by > y)) & ((px * ey - py * ex) * np.where(ey > 0.0, 1.0, -1.0) < 0.0)
    inside = np.add.reduceat(crosses.astype(np.int64), first) % 2 == 1
    distance = np.minimum(np.sqrt(np.minimum.reduceat(square, first)), reach_mm)
    return np.where(inside, distance, -distance)
