"""The order of paths: layer by layer, body by body, island by island, role by role, nearest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.nearest import nearest_in_cells
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import (
    BRIDGE,
    CUSTOM,
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

# Walls first, so that what lies inside is laid against something; inner ones before the outer unless asked otherwise.
INNER_FIRST = (CUSTOM, SKIRT, SUPPORT, INTERFACE, PERIMETER, OVERHANG, EXTERNAL, GAP, BRIDGE, SOLID, TOP, INFILL)
OUTER_FIRST = (CUSTOM, SKIRT, SUPPORT, INTERFACE, EXTERNAL, OVERHANG, PERIMETER, GAP, BRIDGE, SOLID, TOP, INFILL)

# Groups of more paths are searched by cells of the plane.
MANY = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """`path` int64 indices in order of execution; `turn` is where a closed path begins, or -1 to run an open one
    backwards."""

    path: Ints
    turn: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """Every place where a path may begin, as columns: each vertex of a free closed path, the first of a fixed one, the
    two ends of an open one. `first` (k + 1,) are the offsets of each path, `turn` as in `Ordered`, `exit` where the
    path leaves the nozzle."""

    first: list[int]
    x: Floats
    y: Floats
    turn: list[int]
    exit_x: list[float]
    exit_y: list[float]


def travel_order(paths: Paths, island: Ints, start_mm: tuple[float, float], wall_order: str = "inner-outer") -> Ordered:
    """Greedy nearest-neighbour order from a starting point.

    `island` (k,) groups the paths of one layer and body that are finished before the nozzle goes on to the next group.
    Fixed open paths keep their sequence within their group.
    """
    roles = OUTER_FIRST if wall_order == "outer-inner" else INNER_FIRST
    rank = np.empty(len(roles), dtype=np.int64)
    rank[list(roles)] = np.arange(len(roles))
    keys = (rank[paths.role], island, paths.body, paths.layer)
    sequence = np.lexsort((np.arange(len(paths)), *keys))
    change = np.zeros(max(len(paths) - 1, 0), dtype=bool)
    for key in keys:
        change |= np.diff(key[sequence]) != 0
    cuts = [0, *(np.flatnonzero(change) + 1).tolist(), len(paths)]
    entries = _entries(paths)
    return _walk(paths, sequence, cuts, island, entries, start_mm)


def _walk(paths: Paths, sequence: Ints, cuts: list[int], island: Ints, entries: _Entries, start_mm: tuple[float, float]
          ) -> Ordered:
    """Groups in order; in each layer what belongs to no body, then the bodies, the nearest first, and in each its
    islands, the nearest first."""
    order: list[int] = []
    turn: list[int] = []
    at = start_mm
    head = sequence[np.asarray(cuts[:-1], dtype=np.int64)] if len(sequence) else sequence
    layer, body, isle = (column[head].tolist() for column in (paths.layer, paths.body, island))
    members = sequence.tolist()
    held = (paths.fixed & ~paths.closed)[sequence].tolist()
    k = 0
    while k < len(layer):
        stop = k
        while stop < len(layer) and layer[stop] == layer[k]:
            stop += 1
        groups = list(range(k, stop))
        while groups:
            first = body[groups[0]] if body[groups[0]] < 0 else _nearest_of(groups, body, cuts, members, entries, at)
            own = [g for g in groups if body[g] == first]
            groups = [g for g in groups if body[g] != first]
            while own:
                lead = _nearest_of(own, isle, cuts, members, entries, at)
                for group in [g for g in own if isle[g] == lead]:
                    low, high = cuts[group], cuts[group + 1]
                    at = _group(members[low:high], held[low:high], entries, at, order, turn)
                own = [g for g in own if isle[g] != lead]
        k = stop
    return Ordered(np.asarray(order, dtype=np.int64), np.asarray(turn, dtype=np.int64))


def _nearest_of(groups: list[int], key: list[int], cuts: list[int], members: list[int], entries: _Entries,
                at: tuple[float, float]) -> int:
    """The body or island, as `key` names them, one of whose groups begins nearest."""
    best, least = key[groups[0]], np.inf
    if best == key[groups[-1]]:
        return best
    for group in groups:
        slot = entries.first[members[cuts[group]]]
        away = (entries.x[slot] - at[0]) ** 2 + (entries.y[slot] - at[1]) ** 2
        if away < least:
            best, least = key[group], float(away)
    return best


def _group(members: list[int], held: list[bool], entries: _Entries, at: tuple[float, float], order: list[int],
           turn: list[int]) -> tuple[float, float]:
    """Append one group's paths; returns where the nozzle ends. Held ones follow each other as they come."""
    loose = [m for m, h in zip(members, held, strict=True) if not h]
    kept = [m for m, h in zip(members, held, strict=True) if h]
    for member in kept:
        slot = entries.first[member]
        order.append(member)
        turn.append(0)
        at = entries.exit_x[slot], entries.exit_y[slot]
    if len(loose) == 1:
        return _one(loose[0], entries, at, order, turn)
    return _nearest(loose, entries, at, order, turn) if loose else at


def _one(member: int, entries: _Entries, at: tuple[float, float], order: list[int], turn: list[int]
         ) -> tuple[float, float]:
    first, last = entries.first[member], entries.first[member + 1]
    best = first
    if last - first > 1:
        x, y = entries.x[first:last], entries.y[first:last]
        best += int(((x - at[0]) ** 2 + (y - at[1]) ** 2).argmin())
    order.append(member)
    turn.append(entries.turn[best])
    return entries.exit_x[best], entries.exit_y[best]


def _nearest(members: list[int], entries: _Entries, at: tuple[float, float], order: list[int], turn: list[int]
             ) -> tuple[float, float]:
    count = [entries.first[m + 1] - entries.first[m] for m in members]
    owner = np.repeat(np.arange(len(members)), count)
    begin = np.concatenate([[0], np.cumsum(count)])
    slots = np.arange(len(owner)) + (np.asarray([entries.first[m] for m in members]) - begin[:-1])[owner]
    if len(members) > MANY:
        chosen = nearest_in_cells(entries.x[slots], entries.y[slots], np.asarray(entries.exit_x)[slots],
                                  np.asarray(entries.exit_y)[slots], owner, at)
    else:
        chosen = _nearest_of_all(entries, slots, owner.tolist(), begin.tolist(), at)
    ends = slots[chosen].tolist()
    order += [members[m] for m in owner[chosen].tolist()]
    turn += [entries.turn[slot] for slot in ends]
    return entries.exit_x[ends[-1]], entries.exit_y[ends[-1]]


def _nearest_of_all(entries: _Entries, slots: Ints, owner: list[int], begin: list[int], at: tuple[float, float]
                    ) -> list[int]:
    x, y, places = entries.x[slots], entries.y[slots], slots.tolist()
    chosen: list[int] = []
    for _ in range(len(begin) - 1):
        dx, dy = x - at[0], y - at[1]
        best = int((dx * dx + dy * dy).argmin())
        member = owner[best]
        x[begin[member]:begin[member + 1]] = np.inf
        at = entries.exit_x[places[best]], entries.exit_y[places[best]]
        chosen.append(best)
    return chosen


def _entries(paths: Paths) -> _Entries:
    first, last = paths.start[:-1], paths.start[1:]
    free = paths.closed & ~paths.fixed
    count = np.where(free, last - first, np.where(paths.closed | paths.fixed, 1, 2))
    offset = np.concatenate([[0], np.cumsum(count)])
    owner = np.repeat(np.arange(len(paths)), count)
    step = np.arange(len(owner)) - offset[owner]
    from_end = ~free[owner] & (step == 1)
    index = np.where(free[owner], first[owner] + step, np.where(from_end, last[owner] - 1, first[owner]))
    leave = np.where(paths.closed[owner], index, np.where(from_end, first[owner], last[owner] - 1))
    turn = np.where(from_end, -1, np.where(free[owner], step, 0))
    return _Entries(offset.tolist(), paths.points[index, 0], paths.points[index, 1], turn.tolist(),
                    paths.points[leave, 0].tolist(), paths.points[leave, 1].tolist())


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
