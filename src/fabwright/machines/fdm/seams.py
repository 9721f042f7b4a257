"""Where closed walls begin and end: in a corner, at the rear, or in line with the layer below.

Outlines run with the material on their left, holes too, so that a turn to the right is an inner corner of the part,
where a seam shows least; a turn to the left is an outer one (the order of preference is PrusaSlicer's).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

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
    # By layer, the outer ones first.
    walls = walls[np.lexsort((paths.role[walls] != EXTERNAL, paths.layer[walls]))]
    chosen = paths.chosen(walls)
    bounds = np.flatnonzero(np.diff(chosen.layer, prepend=-1, append=-1))
    new = _new_layers(chosen, bounds)
    count = np.diff(bounds)
    source = np.cumsum(new) - 1
    edge, part = _seams(chosen.chosen(np.flatnonzero(np.repeat(new, count))), settings)
    # Layers that repeat the one below have its seams.
    first = np.concatenate([[0], np.cumsum(count[new])])
    at = np.repeat(first[source] - bounds[:-1], count) + np.arange(len(walls))
    return _turned(paths, walls, edge[at], part[at])


def _new_layers(walls: Paths, bounds: Ints) -> np.ndarray:
    """Which layers have other walls than the one before them; `bounds` are the offsets of their paths."""
    result = np.ones(len(bounds) - 1, dtype=bool)
    for k in range(1, len(result)):
        low, mid, high = (int(walls.start[b]) for b in bounds[k - 1:k + 2])
        result[k] = not (mid - low == high - mid and bounds[k] - bounds[k - 1] == bounds[k + 1] - bounds[k]
                         and np.array_equal(walls.points[low:mid], walls.points[mid:high]))
    return result


def _seams(walls: Paths, settings: PrintSettings) -> tuple[Ints, Floats]:
    """For closed walls sorted by layer, the outer ones first, the edge on which each begins and the place on it."""
    loops = _loops(walls)
    score = _scores(loops, settings)
    edge, part = _best(score, loops.of, loops.start[:-1], np.arange(len(score))), np.zeros(len(walls))
    if settings.seam == "aligned":
        _align(loops, walls.layer, score, edge, part, settings.line_width_mm)
    inner = np.flatnonzero(~loops.outer)
    likely = _likely_in_layer(loops, walls.layer, inner)
    known = np.flatnonzero(likely[:, 0] >= 0)
    if len(known):
        seams = _places(loops, edge, part)[likely[known]]
        edge[inner[known]], part[inner[known]], _ = _nearest(loops, inner[known], seams)
    return edge - loops.start[:-1], part


def _align(loops: _Loops, layer: Ints, score: Floats, edge: Ints, part: Floats, catch_mm: float) -> None:
    """Move the seams of outer loops, layer by layer upwards, to those of the loops below."""
    below: tuple[Floats, Floats] | None = None
    for low, high in pairwise(np.flatnonzero(np.diff(layer, prepend=-1, append=-1)).tolist()):
        upper = low + int(np.count_nonzero(loops.outer[low:high]))
        if upper == low:
            continue
        if below is not None:
            _chain(loops, np.arange(low, upper), below, score, edge, part, catch_mm)
        below = _places(loops, edge[low:upper], part[low:upper]), loops.extent[low:upper]


def _chain(loops: _Loops, which: Ints, below: tuple[Floats, Floats], score: Floats, edge: Ints, part: Floats,
           catch_mm: float) -> None:
    """Put the seams of some loops next to those of the layer below, where there are some near."""
    seams, extent = below
    unlike = np.abs(loops.extent[which][:, None, :] - extent[None, :, :]).sum(axis=2)
    likely = np.argsort(unlike, axis=1, kind="stable")[:, :LIKELY]
    near, share, target = _nearest(loops, which, seams[likely])
    chained = np.hypot(*(_places(loops, near, share) - target).T) <= CHAIN_MM
    edge[which[chained]], part[which[chained]] = near[chained], share[chained]
    # A corner within a bead's width of the seam below catches it.
    points, local, first = _points_of(loops, which)
    away = np.hypot(*(loops.tail[points] - target[local]).T)
    catches = (np.abs(loops.turn_deg[points]) >= CORNER_DEG) & (away <= catch_mm) & chained[local]
    if catches.any():
        corner = _best(np.where(catches, score[points] - away, -np.inf), local, first, points)
        caught = np.unique(local[catches])
        edge[which[caught]], part[which[caught]] = corner[caught], 0.0


def _scores(loops: _Loops, settings: PrintSettings) -> Floats:
    """How well a seam without any below would lie at each point (n,)."""
    rear = np.floor(loops.tail[:, 1] / EQUAL_MM) * EQUAL_MM - loops.tail[:, 0] * 1e-6
    if settings.seam == "rear":
        return np.asarray(rear)
    step = np.round(np.abs(loops.turn_deg) / EQUAL_DEG)
    rank = np.where(loops.turn_deg <= -CORNER_DEG, 1000.0 + step, np.where(loops.turn_deg >= CORNER_DEG, step, 0.0))
    return np.asarray(rank * 1e4 + rear)


def _likely_in_layer(loops: _Loops, layer: Ints, inner: Ints) -> Ints:
    """For some loops the LIKELY outer ones of their layers that have the most similar extent (k, LIKELY), repeated
    where there are fewer; -1 where there is none."""
    outer = np.flatnonzero(loops.outer)
    low, high = (np.searchsorted(layer[outer], layer[inner], side) for side in ("left", "right"))
    count = high - low
    own = np.repeat(np.arange(len(inner)), count)
    first = np.cumsum(count) - count
    other = outer[np.arange(len(own)) - first[own] + low[own]]
    unlike = np.abs(loops.extent[inner[own]] - loops.extent[other]).sum(axis=1)
    other = other[np.lexsort((unlike, own))]
    pick = first[:, None] + np.minimum(np.arange(LIKELY), np.maximum(count - 1, 0)[:, None])
    if not len(other):
        return np.full((len(inner), LIKELY), -1, dtype=np.int64)
    return np.where(count[:, None] > 0, other[np.minimum(pick, len(other) - 1)], -1)


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


def _nearest(loops: _Loops, which: Ints, seams: Floats) -> tuple[Ints, Floats, Floats]:
    """For some loops the edge and the place on it next to one of their seams (k, m, 2), and that seam (k, 2)."""
    points, local, first = _points_of(loops, which)
    tail, way = loops.tail[points], loops.head[points] - loops.tail[points]
    square = np.maximum((way ** 2).sum(axis=1), 1e-18)
    best = np.full(len(which), np.inf)
    edge, part, target = np.zeros(len(which), dtype=np.int64), np.zeros(len(which)), np.zeros((len(which), 2))
    for turn in range(seams.shape[1]):
        seam = seams[:, turn]
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
