"""The order of paths: layer by layer, body by body, role by role, nearest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import (
    BRIDGE,
    EXTERNAL,
    GAP,
    INFILL,
    INTERFACE,
    OVERHANG,
    PERIMETER,
    SKIRT,
    SOLID,
    SUPPORT,
    TOP,
)
from fabwright.model import Floats, Ints

# Inner walls before outer ones, so that the outside is laid against something; then what lies inside.
ROLE_ORDER = (SKIRT, SUPPORT, INTERFACE, PERIMETER, EXTERNAL, OVERHANG, GAP, BRIDGE, SOLID, TOP, INFILL)


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """`path` int64 indices in order of execution; `turn` is where a closed path begins, or -1 to run an open one
    backwards."""

    path: Ints
    turn: Ints


def travel_order(paths: Paths, start_mm: tuple[float, float]) -> Ordered:
    """Greedy nearest-neighbour order from a starting point."""
    rank = np.empty(max(ROLE_ORDER) + 2, dtype=np.int64)
    rank[list(ROLE_ORDER)] = np.arange(len(ROLE_ORDER))
    by_rank = rank[paths.role]
    sequence = np.lexsort((np.arange(len(paths)), by_rank, paths.body, paths.layer))
    group = (paths.layer * 1000 + paths.body) * 16 + by_rank
    cuts = np.flatnonzero(np.diff(group[sequence])) + 1
    order: list[int] = []
    turn: list[int] = []
    at = start_mm
    for members in np.split(sequence, cuts):
        at = _nearest(paths, members, at, order, turn)
    return Ordered(np.asarray(order, dtype=np.int64), np.asarray(turn, dtype=np.int64))


def _nearest(paths: Paths, members: Ints, at: tuple[float, float], order: list[int], turn: list[int]
             ) -> tuple[float, float]:
    """Append the members of one group, nearest first; returns where the nozzle ends."""
    where, owner, entry = _entries(paths, members)
    x, y = where[:, 0].copy(), where[:, 1]
    slots = np.searchsorted(owner, np.arange(len(members) + 1))
    for _ in range(len(members)):
        best = int(np.argmin((x - at[0]) ** 2 + (y - at[1]) ** 2))
        member = int(owner[best])
        path = int(members[member])
        order.append(path)
        turn.append(int(entry[best]))
        x[slots[member]:slots[member + 1]] = np.inf
        if paths.closed[path]:
            at = float(where[best, 0]), float(where[best, 1])
        else:
            end = paths.start[path] if entry[best] < 0 else paths.start[path + 1] - 1
            at = float(paths.points[end, 0]), float(paths.points[end, 1])
    return at


def _entries(paths: Paths, members: Ints) -> tuple[Floats, Ints, Ints]:
    """Every place where a path may begin: each vertex of a closed one, the two ends of an open one."""
    first, last = paths.start[members], paths.start[members + 1]
    fixed = paths.fixed[members]
    count = np.where(fixed, 1, np.where(paths.closed[members], last - first, 2))
    owner = np.repeat(np.arange(len(members)), count)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    closed = paths.closed[members][owner]
    index = np.where(closed, first[owner] + step, np.where(step == 0, first[owner], last[owner] - 1))
    entry = np.where(closed, step, np.where(step == 0, 0, -1))
    return paths.points[index], owner, entry


@dataclass(frozen=True, slots=True, eq=False)
class Executed:
    """Points in the order of travel as columns: `points` (n, 2), `start` (k + 1,) offsets, and `source` (n,), the point
    of the paths where the bead begins that leaves each point."""

    points: Floats
    start: Ints
    source: Ints


def executed(paths: Paths, ordered: Ordered) -> Executed:
    """The paths as they are run: closed ones return to their start, turned ones run backwards; points equal to the one
    before them in the same path are left out."""
    path, turn = ordered.path, ordered.turn
    count = paths.start[path + 1] - paths.start[path]
    closed = paths.closed[path]
    length = count + closed
    start = np.concatenate([[0], np.cumsum(length)])
    which = np.repeat(np.arange(len(path)), length)
    step = np.arange(len(which)) - start[:-1][which]
    own = count[which]
    backwards = turn[which] < 0
    index = np.where(closed[which], (step + turn[which]) % own, np.where(backwards, own - 1 - step, step))
    first = paths.start[path][which]
    points = paths.points[first + index]
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = np.any(points[1:] != points[:-1], axis=1)
    keep[start[:-1]] = True
    source = first + np.where(backwards & ~closed[which], np.maximum(index - 1, 0), index)
    return Executed(points[keep], np.concatenate([[0], np.cumsum(keep)])[start], source[keep])
