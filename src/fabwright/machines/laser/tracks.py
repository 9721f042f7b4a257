"""A read-back program as the beam sees it: which moves work the material, with what energy, along which pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fabwright.machines._cut2d.timing import Motion, arc_turns, lengths_mm
from fabwright.machines.laser.schema import LaserProfile
from fabwright.model import Floats, Ints, Trace

#: Chord at which arcs become straight pieces, mm.
CHORD_MM = 0.002
#: Happenings at which the controller waits until all motion has ended.
HALTING = ("output-on", "output-off", "air-on", "air-off", "dwell")


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Columns of length n over the moves of a trace.

    `beam` is true where the beam works; `power_w`, `energy_j_mm` (n,) are 0 where it does not; `length_mm` (n,).
    """

    motion: Motion
    beam: NDArray[np.bool_]
    power_w: Floats
    energy_j_mm: Floats
    length_mm: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Straight pieces (m, 2, 2) in file order, and for each the move (m,) it belongs to."""

    points: Floats
    move: Ints


def track(trace: Trace, profile: LaserProfile) -> Track:
    """The trace in terms of power and energy."""
    halts = np.zeros(len(trace), dtype=np.bool_)
    halts[[h.at for h in trace.happenings if h.name in HALTING and h.at < len(trace)]] = True
    motion = Motion(trace.kind, trace.start[:, :2], trace.end[:, :2], trace.centre, trace.feed_mm_min, halts)
    beam = (trace.output != 0) & (trace.s > 0) & (trace.kind != 0)
    power = np.where(beam, trace.s / profile.controller.s_max * profile.controller.power_max_w, 0.0)
    feed = np.where(trace.feed_mm_min > 0, trace.feed_mm_min, np.inf)
    return Track(motion, beam, power, power * 60 / feed, lengths_mm(motion))


def pieces(motion: Motion, which: NDArray[np.bool_]) -> Pieces:
    """The chosen moves as straight pieces."""
    radius, turn = arc_turns(motion)
    chains, moves = [], []
    for k in np.flatnonzero(which).tolist():
        if math.isnan(radius[k]):
            chain = np.stack([motion.start[k], motion.end[k]])
        else:
            step = 2 * math.acos(max(1 - CHORD_MM / max(radius[k], CHORD_MM), 0.0))
            count = max(math.ceil(abs(turn[k]) / step), 2)
            angle = turn[k] * np.arange(count + 1) / count
            dx, dy = motion.start[k] - motion.centre[k]
            c, s = np.cos(angle), np.sin(angle)
            chain = motion.centre[k] + np.column_stack([dx * c - dy * s, dx * s + dy * c])
            chain[-1] = motion.end[k]
        chains.append(np.stack([chain[:-1], chain[1:]], axis=1))
        moves.append(np.full(len(chain) - 1, k))
    if not chains:
        return Pieces(np.zeros((0, 2, 2)), np.zeros(0, dtype=np.int64))
    return Pieces(np.concatenate(chains), np.concatenate(moves))


def chains(some: Pieces) -> list[Floats]:
    """Pieces joined into (n, 2) chains wherever one ends where the next begins."""
    points = some.points
    if not len(points):
        return []
    breaks = np.flatnonzero(np.abs(points[1:, 0] - points[:-1, 1]).max(axis=1) > 1e-9) + 1
    edges = [0, *breaks.tolist(), len(points)]
    return [np.concatenate([points[a:b, 0], points[b - 1:b, 1]]) for a, b in pairwise(edges)]

