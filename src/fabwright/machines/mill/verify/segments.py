"""A trace as straight segments in program coordinates, with what was in force for each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fabwright.model import Floats, Ints, Trace

#: Arcs are followed by chords that stay within this of them, mm.
CHORD_MM = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Columns of length k: `begin`, `end` (k, 3); `rapid`; `feed_mm_min`; `rpm`; `running` (spindle clockwise); `tool`;
    `line` in the file; `move` index into the trace. Only moves whose start is known in all axes are here."""

    begin: Floats
    end: Floats
    rapid: np.ndarray
    feed_mm_min: Floats
    rpm: Floats
    running: np.ndarray
    tool: Ints
    line: Ints
    move: Ints

    def __len__(self) -> int:
        return len(self.rapid)

    @property
    def length_mm(self) -> Floats:
        """Length of each, (k,)."""
        return np.asarray(np.sqrt(((self.end - self.begin) ** 2).sum(axis=1)))


def placed_moves(trace: Trace) -> np.ndarray:
    """Moves in program coordinates whose start is known in all axes: bool (n,)."""
    return np.asarray(trace.known.all(axis=1) & ~trace.machine_frame)


def settled(trace: Trace) -> np.ndarray:
    """Which axes are at a place the program has set when each move ends: bool (n, 3)."""
    after = trace.known | (trace.end != trace.start)
    after[:-1] |= trace.known[1:]
    return np.asarray(after & ~trace.machine_frame[:, None])


def segments_of(trace: Trace) -> Segments:
    """Straight moves as they are, arcs as chords."""
    chosen = np.flatnonzero(placed_moves(trace))
    begin, end, move = trace.start[chosen], trace.end[chosen], chosen
    arcs = np.flatnonzero(trace.kind[chosen] >= 2)
    if len(arcs):
        pieces, cut = [], 0
        for k in arcs:
            points = _arc_points(trace, int(chosen[k]))
            pieces.append((begin[cut:k], end[cut:k], move[cut:k]))
            pieces.append((points[:-1], points[1:], np.full(len(points) - 1, chosen[k])))
            cut = int(k) + 1
        pieces.append((begin[cut:], end[cut:], move[cut:]))
        begin, end, move = (np.concatenate([p[c] for p in pieces]) for c in range(3))
    return Segments(begin, end, trace.kind[move] == 0, trace.feed_mm_min[move], trace.s[move], trace.output[move] == 3,
                    trace.tool[move], trace.line[move], move)


def _arc_points(trace: Trace, k: int) -> Floats:
    """Points (m, 3) along an arc, its ends exact, height in proportion to the angle."""
    start, end, centre = trace.start[k], trace.end[k], trace.centre[k]
    radius = math.hypot(*(start[:2] - centre))
    first, last = (math.atan2(p[1] - centre[1], p[0] - centre[0]) for p in (start, end))
    turn = last - first
    if trace.kind[k] == 3:
        turn += 2 * math.pi if turn <= 1e-9 else 0.0
    else:
        turn -= 2 * math.pi if turn >= -1e-9 else 0.0
    pitch = 2.0 * math.acos(max(-1.0, 1.0 - CHORD_MM / max(radius, CHORD_MM)))
    share = np.linspace(0.0, 1.0, max(2, math.ceil(abs(turn) / pitch)) + 1)
    angle = first + turn * share
    points = np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle),
                              start[2] + (end[2] - start[2]) * share])
    points[0], points[-1] = start, end
    return points
