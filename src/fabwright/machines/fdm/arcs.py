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
    keep = np.ones(len(moves), dtype=bool)
    kind, i, j, e = moves.kind.copy(), moves.i.copy(), moves.j.copy(), moves.e_mm.copy()
    for a, b, (cx, cy), sense in zip(first.tolist(), last.tolist(), centre.tolist(), turn.tolist(), strict=True):
        keep[a:b] = False
        kind[b] = MoveKind.ARC_CCW if sense > 0.0 else MoveKind.ARC_CW
        i[b], j[b] = cx - moves.x[a - 1], cy - moves.y[a - 1]
        e[b] = moves.e_mm[a:b + 1].sum()
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
    places = np.stack([x, y], axis=1)
    begins = _beginnings(places, start, stop)
    found: list[tuple[int, int, float, float, float]] = []
    for a, b in zip(start.tolist(), stop.tolist(), strict=True):
        low, high = np.searchsorted(begins, (a, b + 1))
        at = a
        for candidate in begins[low:high].tolist():
            if candidate < at:
                continue
            arc = _longest(places[candidate - 1:b + 1])
            if arc is not None:
                count, cx, cy, turn = arc
                found.append((candidate, candidate + count - 1, cx, cy, turn))
                at = candidate + count
    table = np.asarray(found, dtype=np.float64).reshape(-1, 5)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:4], table[:, 4]


def _beginnings(places: Floats, start: Ints, stop: Ints) -> Ints:
    """Moves from which on the least number of moves lies on one circle, as `_arc` judges it."""
    room = stop - start + 1 - (LEAST_MOVES - 1) - (start == 0)
    first = np.maximum(start, 1)
    first, room = first[room > 0], room[room > 0]
    begins = np.repeat(first, room) + np.arange(int(room.sum())) - np.repeat(np.cumsum(room) - room, room)
    if not len(begins):
        return np.asarray(begins)
    points = places[(begins - 1)[:, None] + np.arange(LEAST_MOVES + 1)]
    p, q, r = points[:, 0], points[:, (LEAST_MOVES + 1) // 2], points[:, -1]
    (ax, ay), (bx, by) = (q - p).T, (r - p).T
    cross = 2.0 * (ax * by - ay * bx)
    flat = np.abs(cross) < 1e-9
    cross = np.where(flat, 1.0, cross)
    a2, b2 = ax * ax + ay * ay, bx * bx + by * by
    centre = p + np.stack([by * a2 - ay * b2, ax * b2 - bx * a2], axis=1) / cross[:, None]
    off = points - centre[:, None]
    radius = np.hypot(*(p - centre).T)
    away = np.abs(np.hypot(off[..., 0], off[..., 1]) - radius[:, None]).max(axis=1)
    return np.asarray(begins[~flat & (away <= TOLERANCE_MM) & (radius >= RADIUS_MM[0]) & (radius <= RADIUS_MM[1])])


def _longest(points: Floats) -> tuple[int, float, float, float] | None:
    """A longest run of moves from the first point that one arc replaces: moves, centre, turn; None for none."""
    best: tuple[int, float, float, float] | None = None
    good, bad = 0, len(points)
    count = LEAST_MOVES
    while good < count < bad:
        arc = _arc(points[:count + 1])
        if arc is None:
            bad = count
        else:
            good, best = count, (count, *arc)
        # Twice as many while it goes, then between.
        count = 2 * good if 2 * good < bad and bad == len(points) else (good + bad) // 2
    return best


def _arc(points: Floats) -> tuple[float, float, float] | None:
    """Centre and turn of the circle through both ends and the middle point, where all moves keep to it."""
    p, q, r = points[0], points[len(points) // 2], points[-1]
    ax, ay, bx, by = q[0] - p[0], q[1] - p[1], r[0] - p[0], r[1] - p[1]
    cross = 2.0 * (ax * by - ay * bx)
    if abs(cross) < 1e-9:
        return None
    a2, b2 = ax * ax + ay * ay, bx * bx + by * by
    cx, cy = p[0] + (by * a2 - ay * b2) / cross, p[1] + (ax * b2 - bx * a2) / cross
    radius = float(np.hypot(p[0] - cx, p[1] - cy))
    if not RADIUS_MM[0] <= radius <= RADIUS_MM[1]:
        return None
    off = points - (cx, cy)
    middle = (off[1:] + off[:-1]) / 2.0
    away = max(float(np.abs(np.hypot(*off.T) - radius).max()), float((radius - np.hypot(*middle.T)).max()))
    angle = np.arctan2(off[:, 1], off[:, 0])
    step = np.remainder(np.diff(angle) + np.pi, 2.0 * np.pi) - np.pi
    turn = float(step.sum())
    if away > TOLERANCE_MM or not (np.all(step > 0.0) or np.all(step < 0.0)) or abs(turn) > np.radians(TURN_MAX_DEG):
        return None
    return float(cx), float(cy), turn
