"""The way of every move in the plane: lengths of lines and arcs, and arcs as short lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.model import Floats, Ints, Trace

# A chord may leave its arc by this much.
SAGITTA_MM = 0.005
CLOCKWISE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Straight pieces of moves, in order: `move` (m,) index into the trace, `a`, `b` (m, 2), `share` (m,) of the move's
    length."""

    move: Ints
    a: Floats
    b: Floats
    share: Floats


def lengths_mm(trace: Trace) -> Floats:
    """Length of every move in the plane (n,), arcs along their curve."""
    step = trace.end[:, :2] - trace.start[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    arc = np.flatnonzero(trace.kind >= CLOCKWISE)
    if len(arc):
        radius, _, sweep = _arcs(trace, arc)
        length[arc] = radius * np.abs(sweep)
    return np.asarray(length)


def straight_pieces(trace: Trace, moves: Ints) -> Pieces:
    """These moves (ascending indices), arcs cut into chords within SAGITTA_MM of them."""
    curved = trace.kind[moves] >= CLOCKWISE
    if not curved.any():
        return Pieces(moves, trace.start[moves, :2], trace.end[moves, :2], np.ones(len(moves)))
    radius, begin, sweep = _arcs(trace, moves[curved])
    step = 2.0 * np.arccos(1.0 - np.minimum(SAGITTA_MM / np.maximum(radius, SAGITTA_MM), 0.5))
    count = np.ones(len(moves), dtype=np.int64)
    count[curved] = np.maximum(np.ceil(np.abs(sweep) / step), 1.0).astype(np.int64)
    of = np.repeat(np.arange(len(moves)), count)
    at = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    a, b = trace.start[moves[of], :2], trace.end[moves[of], :2]
    angles = np.zeros((3, len(moves)))
    angles[:, curved] = radius, begin, sweep
    r, first, turn = angles[:, of]
    centre, whole = np.nan_to_num(trace.centre[moves[of]]), count[of]
    for place, number in ((a, at), (b, at + 1)):
        inner = curved[of] & (number > 0) & (number < whole)
        angle = first + turn * number / whole
        place[inner] = (centre + r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))[inner]
    return Pieces(moves[of], a, b, 1.0 / whole)


def _arcs(trace: Trace, arc: Ints) -> tuple[Floats, Floats, Floats]:
    """Radius, angle at the start and signed sweep in radians; an arc that ends where it starts is a full circle."""
    centre = trace.centre[arc]
    start, end = trace.start[arc, :2] - centre, trace.end[arc, :2] - centre
    begin = np.arctan2(start[:, 1], start[:, 0])
    sweep = np.remainder(np.arctan2(end[:, 1], end[:, 0]) - begin, 2.0 * np.pi)
    sweep = np.where(sweep < 1e-9, 2.0 * np.pi, sweep)
    sweep = np.where(trace.kind[arc] == CLOCKWISE, sweep - 2.0 * np.pi, sweep)
    sweep = np.where(sweep > -1e-9, np.where(trace.kind[arc] == CLOCKWISE, -2.0 * np.pi, sweep), sweep)
    return np.hypot(start[:, 0], start[:, 1]), begin, sweep


def extents_mm(trace: Trace) -> tuple[Floats, Floats]:
    """Lowest and highest x and y that each move reaches, each (n, 2): of arcs, of their chords."""
    low = np.minimum(trace.start[:, :2], trace.end[:, :2])
    high = np.maximum(trace.start[:, :2], trace.end[:, :2])
    arc = np.flatnonzero(trace.kind >= CLOCKWISE)
    if len(arc):
        pieces = straight_pieces(trace, arc)
        for place in (pieces.a, pieces.b):
            np.minimum.at(low, pieces.move, place)
            np.maximum.at(high, pieces.move, place)
    return low, high
