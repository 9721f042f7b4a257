"""Arcs for runs of short straight moves that lie on a circle (G2 and G3), as an option."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.errors import PlanError
from fabwright.model import Event, Floats, Ints, Machine, MoveKind, Moves

# The arc may leave the straight moves by this much, as PrusaSlicer's resolution; radii beyond are as good as straight.
TOLERANCE_MM = 0.0125
RADIUS_MM = (0.5, 1000.0)
LEAST_MOVES = 4
# One arc turns by less than this, so that its sense and its end are clear to every firmware.
TURN_MAX_DEG = 175.0
LONGEST_MOVE_MM, FLOW_SHARE = 5.0, 0.01


def fitted(moves: Moves, events: tuple[tuple[int, Event], ...], machine: Machine
           ) -> tuple[Moves, tuple[tuple[int, Event], ...]]:
    """The same beads with arcs in place of runs of at least LEAST_MOVES moves, and the events moved along.

    Only runs of one height, feed and flow, without an event inside, are joined. Raises PlanError where the machine's
    profile does not say that its firmware takes arcs.
    """
    if machine.document.get("controller", {}).get("arcs") is not True:
        raise PlanError(f"{machine.id}: arc_fitting is on, but the profile does not say that the firmware takes arcs; "
                        "set arcs = true in its [controller] table, or leave arc_fitting off")
    stops = np.zeros(len(moves) + 1, dtype=bool)
    stops[[at for at, _ in events]] = True
    first, last, centre, turn = _runs(moves, stops)
    if not len(first):
        return moves, events
    kind, i, j, e = moves.kind.copy(), moves.i.copy(), moves.j.copy(), moves.e_mm.copy()
    kind[last] = np.where(turn > 0.0, MoveKind.ARC_CCW, MoveKind.ARC_CW)
    i[last], j[last] = centre[:, 0] - moves.x[first - 1], centre[:, 1] - moves.y[first - 1]
    pushed = np.concatenate([[0.0], np.cumsum(moves.e_mm)])
    e[last] = pushed[last + 1] - pushed[first]
    inner = np.zeros(len(moves) + 1, dtype=np.int64)
    np.add.at(inner, first, 1)
    np.add.at(inner, last, -1)
    keep = np.cumsum(inner)[:-1] == 0
    number = np.concatenate([[0], np.cumsum(keep)])
    columns = {name: getattr(moves, name)[keep] for name in ("x", "y", "z", "feed_mm_min", "role")}
    shorter = replace(moves, kind=kind[keep], i=i[keep], j=j[keep], e_mm=e[keep], **columns)
    return shorter, tuple((int(number[at]), event) for at, event in events)


def _runs(moves: Moves, stops: np.ndarray) -> tuple[Ints, Ints, Floats, Floats]:
    """First and last move of each run, centres (r, 2) and turns in radians (positive counter-clockwise)."""
    x, y, z = moves.x, moves.y, moves.z
    length = np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0]))
    rate = np.where(length > 0.0, moves.e_mm / np.where(length > 0.0, length, 1.0), 0.0)
    good = ((moves.kind == MoveKind.LINEAR) & (moves.e_mm > 0.0) & (length > 0.0) & (length < LONGEST_MOVE_MM)
            & (np.diff(z, prepend=z[0]) == 0.0))
    same = good[1:] & good[:-1] & ~stops[1:-1] & (moves.feed_mm_min[1:] == moves.feed_mm_min[:-1])
    same &= np.abs(rate[1:] - rate[:-1]) <= FLOW_SHARE * np.maximum(rate[:-1], 1e-12)
    start = np.flatnonzero(good & ~np.concatenate([[False], same]))
    stop = np.flatnonzero(good & ~np.concatenate([same, [False]]))
    return _greedy(np.stack([x, y], axis=1), np.maximum(start, 1), stop)


def _greedy(places: Floats, start: Ints, stop: Ints) -> tuple[Ints, Ints, Floats, Floats]:
    """Arcs along runs of moves `start` to `stop` (r,), in all runs at once: from the first move on that begins one, the
    longest found, and so on from its end."""
    begins = _beginnings(places, start, stop)
    found: list[tuple[Ints, Ints, Floats, Floats]] = []
    at = start
    while len(begins):
        slot = np.searchsorted(begins, at)
        first = begins[np.minimum(slot, len(begins) - 1)]
        going = (slot < len(begins)) & (first <= stop)
        if not going.any():
            break
        first, stop = first[going], stop[going]
        count, centre, turn = _longest(places, first, stop)
        found.append((first, first + count - 1, centre, turn))
        at = first + count
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty((0, 2)), np.empty(0)
    first, last, centre, turn = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(first, kind="stable")
    return first[order], last[order], centre[order], turn[order]


def _beginnings(places: Floats, start: Ints, stop: Ints) -> Ints:
    """Moves from which on the least number of moves makes one arc, ascending."""
    room = np.maximum(stop - start + 2 - LEAST_MOVES, 0)
    first = np.repeat(start, room) + np.arange(int(room.sum())) - np.repeat(np.cumsum(room) - room, room)
    good, _, _ = _fit(places, first, np.full(len(first), LEAST_MOVES))
    return np.asarray(first[good])


def _longest(places: Floats, first: Ints, stop: Ints) -> tuple[Ints, Floats, Floats]:
    """How many moves from `first` (m,) on one arc replaces, with centre (m, 2) and turn; all have the least number."""
    good, bad = np.full(len(first), LEAST_MOVES), stop - first + 2
    _, centre, turn = _fit(places, first, good)
    limit = bad.copy()
    while True:
        # Twice as many while it goes, then between.
        count = np.where((bad == limit) & (2 * good < bad), 2 * good, (good + bad) // 2)
        some = np.flatnonzero(count > good)
        if not len(some):
            return good, centre, turn
        fits, middle, angle = _fit(places, first[some], count[some])
        yes, no = some[fits], some[~fits]
        good[yes], centre[yes], turn[yes] = count[yes], middle[fits], angle[fits]
        bad[no] = count[no]


def _fit(places: Floats, first: Ints, count: Ints) -> tuple[np.ndarray, Floats, Floats]:
    """Whether one arc replaces `count` (m,) moves from `first` on, with its centre (m, 2) and turn.

    The circle goes through both ends and the middle point; every move must keep to it and turn the same way.
    """
    if not len(first):
        return np.empty(0, dtype=bool), np.empty((0, 2)), np.empty(0)
    p, q, r = places[first - 1], places[first - 1 + (count + 1) // 2], places[first - 1 + count]
    (ax, ay), (bx, by) = (q - p).T, (r - p).T
    cross = 2.0 * (ax * by - ay * bx)
    flat = np.abs(cross) < 1e-9
    a2, b2 = ax * ax + ay * ay, bx * bx + by * by
    centre = p + np.stack([by * a2 - ay * b2, ax * b2 - bx * a2], axis=1) / np.where(flat, 1.0, cross)[:, None]
    radius = np.hypot(*(p - centre).T)
    offset = np.cumsum(count) - count
    which = np.repeat(np.arange(len(first)), count)
    move = first[which] + np.arange(len(which)) - offset[which]
    (ux, uy), (vx, vy) = (places[move - 1] - centre[which]).T, (places[move] - centre[which]).T
    round_mm = radius[which]
    away = np.maximum(np.abs(np.hypot(vx, vy) - round_mm), round_mm - np.hypot(ux + vx, uy + vy) / 2.0)
    step = np.arctan2(ux * vy - uy * vx, ux * vx + uy * vy)
    turn = np.add.reduceat(step, offset)
    same = (np.minimum.reduceat(step, offset) > 0.0) | (np.maximum.reduceat(step, offset) < 0.0)
    good = (~flat & (np.maximum.reduceat(away, offset) <= TOLERANCE_MM) & (radius >= RADIUS_MM[0])
            & (radius <= RADIUS_MM[1]) & same & (np.abs(turn) <= np.radians(TURN_MAX_DEG)))
    return good, centre, turn
