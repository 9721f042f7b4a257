"""Where closed walls begin and end: in a corner, at the rear, or in line with the layer below.

Outlines run with the material on their left, holes too, so that a turn to the right is an inner corner of the part,
where a seam shows least; a turn to the left is an outer one (the order of preference is PrusaSlicer's).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fabwright.machines.fdm.paths import PATH_COLUMNS, POINT_COLUMNS, Paths
from fabwright.machines.fdm.settings import EXTERNAL, PERIMETER, PrintSettings
from fabwright.model import Floats, Ints

# The turn at a point is measured between points this far before and behind it.
ARM_MM = 0.4
CORNER_DEG = 25.0
# Corners whose turns differ by less count as equal, and so do heights of points.
EQUAL_DEG, EQUAL_MM = 5.0, 0.05
# A seam continues the one below where its loop passes within this distance of it.
CHAIN_MM = 10.0
# Of the loops below, the ones of most similar extent are looked at.
LIKELY = 3
# A seam this close to a point of the loop is put there.
SNAP_MM = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Loops:
    """Closed walls sorted by layer: edges from `tail` to `head` (n, 2), their loop `of` (n,), offsets `start` (k + 1,),
    `turn_deg` (n,) at each tail; `outer` (k,), and the extent (k, 4) of each."""

    tail: Floats
    head: Floats
    of: Ints
    start: Ints
    turn_deg: Floats
    outer: np.ndarray
    extent: Floats


def place_seams(paths: Paths, settings: PrintSettings) -> Paths:
    """Closed walls turned so that they begin at their seam and fixed there; unchanged for seam "nearest".

    Inner walls begin beside the seam of the outer wall round them. A seam may add a point to its loop.
    """
    walls = np.flatnonzero(paths.closed & ((paths.role == EXTERNAL) | (paths.role == PERIMETER)))
    if settings.seam == "nearest" or not len(walls):
        return paths
    walls = walls[np.argsort(paths.layer[walls], kind="stable")]
    chosen = paths.chosen(walls)
    loops = _loops(chosen)
    edge, part = np.zeros(len(walls), dtype=np.int64), np.zeros(len(walls))
    bounds = np.flatnonzero(np.diff(chosen.layer, prepend=-1, append=-1))
    below: tuple[Floats, Floats] | None = None
    last: tuple[int, int] | None = None
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if last is not None and _same(loops, last, (low, high)):
            edge[low:high] = edge[last[0]:last[1]] + loops.start[low] - loops.start[last[0]]
            part[low:high] = part[last[0]:last[1]]
        else:
            outer = low + np.flatnonzero(loops.outer[low:high])
            inner = low + np.flatnonzero(~loops.outer[low:high])
            edge[outer], part[outer] = _outer_seams(loops, outer, below, settings)
            if len(outer) and len(inner):
                edge[inner], part[inner], _ = _nearest(loops, inner, _places(loops, edge[outer], part[outer]),
                                                       loops.extent[outer])
        seats = low + np.flatnonzero(loops.outer[low:high])
        if len(seats):
            below = _places(loops, edge[seats], part[seats]), loops.extent[seats]
        last = low, high
    return _turned(paths, walls, edge - loops.start[:-1], part)


def _same(loops: _Loops, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two layers have the same loops."""
    a, b = (slice(loops.start[low], loops.start[high]) for low, high in (one, other))
    return (one[1] - one[0] == other[1] - other[0] and a.stop - a.start == b.stop - b.start
            and np.array_equal(loops.tail[a], loops.tail[b]))


def _loops(paths: Paths) -> _Loops:
    start, count = paths.start, np.diff(paths.start)
    after = np.arange(1, len(paths.points) + 1)
    after[start[1:] - 1] = start[:-1]
    head = paths.points[after]
    of = np.repeat(np.arange(len(count)), count)
    low, high = (f.reduceat(paths.points, start[:-1], axis=0) for f in (np.minimum, np.maximum))
    return _Loops(paths.points, head, of, start, _turns_deg(paths.points, head, of, start), paths.role == EXTERNAL,
                  np.concatenate([low, high], axis=1))


def _turns_deg(tail: Floats, head: Floats, of: Ints, start: Ints) -> Floats:
    """Change of direction at every point (n,), left positive, between ARM_MM before and behind it."""
    length = np.hypot(*(head - tail).T)
    ends = np.cumsum(length)
    begin = ends - length
    first, total = begin[start[:-1]], np.add.reduceat(length, start[:-1])
    arm = np.minimum(ARM_MM, total / 6.0)[of]

    def at(walked: Floats) -> Floats:
        along = first[of] + np.mod(walked - first[of], np.maximum(total[of], 1e-9))
        edge = np.clip(np.searchsorted(begin, along, "right") - 1, start[:-1][of], start[1:][of] - 1)
        share = np.clip((along - begin[edge]) / np.maximum(length[edge], 1e-9), 0.0, 1.0)
        return np.asarray(tail[edge] + (head[edge] - tail[edge]) * share[:, None])

    before, behind = tail - at(begin - arm), at(begin + arm) - tail
    cross = before[:, 0] * behind[:, 1] - before[:, 1] * behind[:, 0]
    return np.asarray(np.degrees(np.arctan2(cross, (before * behind).sum(axis=1))))


def _places(loops: _Loops, edge: Ints, part: Floats) -> Floats:
    """Points (k, 2) on edges."""
    return np.asarray(loops.tail[edge] + (loops.head[edge] - loops.tail[edge]) * part[:, None])


def _outer_seams(loops: _Loops, which: Ints, below: tuple[Floats, Floats] | None, settings: PrintSettings
                 ) -> tuple[Ints, Floats]:
    """Edge and place on it of the seams of some outer loops of one layer."""
    points, local, first = _points_of(loops, which)
    turn, y = loops.turn_deg[points], loops.tail[points, 1]
    rear = np.floor(y / EQUAL_MM) * EQUAL_MM - loops.tail[points, 0] * 1e-6
    if settings.seam == "rear":
        best = _best(rear, local, first, points)
        return best, np.zeros(len(which))
    step = np.round(np.abs(turn) / EQUAL_DEG)
    rank = np.where(turn <= -CORNER_DEG, 1000.0 + step, np.where(turn >= CORNER_DEG, step, 0.0))
    edge, part = _best(rank * 1e4 + rear, local, first, points), np.zeros(len(which))
    if settings.seam != "aligned" or below is None:
        return edge, part
    near, share, target = _nearest(loops, which, *below)
    chained = np.flatnonzero(np.hypot(*(_places(loops, near, share) - target).T) <= CHAIN_MM)
    edge[chained], part[chained] = near[chained], share[chained]
    # A corner within a bead's width of the seam below catches it.
    away = np.hypot(*(loops.tail[points] - target[local]).T)
    catches = (np.abs(turn) >= CORNER_DEG) & (away <= settings.line_width_mm)
    corner = _best(np.where(catches, rank * 1e4 - away, -np.inf), local, first, points)
    caught = np.zeros(len(which), dtype=bool)
    caught[local[catches]] = True
    caught &= np.isin(np.arange(len(which)), chained)
    edge[caught], part[caught] = corner[caught], 0.0
    return edge, part


def _points_of(loops: _Loops, which: Ints) -> tuple[Ints, Ints, Ints]:
    """Points of some loops, which of them each belongs to, and the first of each."""
    count = np.diff(loops.start)[which]
    first = np.cumsum(count) - count
    local = np.repeat(np.arange(len(which)), count)
    return np.arange(int(count.sum())) - first[local] + loops.start[which][local], local, first


def _best(score: Floats, local: Ints, first: Ints, points: Ints) -> Ints:
    """The point of each loop with the highest score, the earliest of equals."""
    top = np.maximum.reduceat(score, first)
    place = np.where(score == top[local], np.arange(len(score)), len(score))
    return np.asarray(points[np.minimum.reduceat(place, first)])


def _nearest(loops: _Loops, which: Ints, seams: Floats, extent: Floats) -> tuple[Ints, Floats, Floats]:
    """For some loops the edge and the place on it next to one of the seams (m, 2), and that seam (k, 2); of the seams
    those whose loops have the most similar `extent` (m, 4) are looked at."""
    unlike = np.abs(loops.extent[which][:, None, :] - extent[None, :, :]).sum(axis=2)
    likely = np.argsort(unlike, axis=1, kind="stable")[:, :LIKELY]
    points, local, first = _points_of(loops, which)
    tail, way = loops.tail[points], loops.head[points] - loops.tail[points]
    square = np.maximum((way ** 2).sum(axis=1), 1e-18)
    best = np.full(len(which), np.inf)
    edge, part, target = np.zeros(len(which), dtype=np.int64), np.zeros(len(which)), np.zeros((len(which), 2))
    for turn in range(likely.shape[1]):
        seam = seams[likely[:, turn]]
        share = np.clip(((seam[local] - tail) * way).sum(axis=1) / square, 0.0, 1.0)
        away = np.hypot(*(tail + way * share[:, None] - seam[local]).T)
        found = _best(-away, local, first, np.arange(len(points)))
        closer = away[found] < best
        best = np.where(closer, away[found], best)
        edge, part = np.where(closer, points[found], edge), np.where(closer, share[found], part)
        target = np.where(closer[:, None], seam, target)
    length = np.sqrt(((loops.head[edge] - loops.tail[edge]) ** 2).sum(axis=1))
    following = np.where(edge + 1 < loops.start[which + 1], edge + 1, loops.start[which])
    at_head = (1.0 - part) * length < SNAP_MM
    edge = np.where(at_head, following, edge)
    return edge, np.where(at_head | (part * length < SNAP_MM), 0.0, part), target


def _turned(paths: Paths, walls: Ints, edge: Ints, part: Floats) -> Paths:
    """The paths with some of them beginning on an edge, at a share of its length."""
    first, share = np.zeros(len(paths), dtype=np.int64), np.zeros(len(paths))
    first[walls], share[walls] = edge, part
    split = share > 0.0
    count = np.diff(paths.start)
    start = np.concatenate([[0], np.cumsum(count + split)])
    path = np.repeat(np.arange(len(paths)), count + split)
    place = np.arange(len(path)) - start[path]
    source = paths.start[path] + (first[path] + place) % count[path]
    # A loop split on an edge comes back to that edge's first point at its end.
    columns = {name: getattr(paths, name)[source] for name in POINT_COLUMNS}
    seat = start[:-1][split]
    tail = columns["points"][seat]
    head = paths.points[paths.start[:-1][split] + (first[split] + 1) % count[split]]
    columns["points"][seat] = tail + (head - tail) * share[split][:, None]
    fixed = paths.fixed.copy()
    fixed[walls] = True
    return replace(paths, start=start, **columns, **{name: getattr(paths, name) for name in PATH_COLUMNS
                                                     if name != "fixed"}, fixed=fixed)
