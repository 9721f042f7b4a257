"""How long a controller takes over moves: trapezoids of constant acceleration with speeds kept through shallow corners.

Corner speed by junction deviation, as GRBL documents it (`$11`): v^2 = a d sin(t/2) / (1 - sin(t/2)) for the inner
angle t between two moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabwright.model import Floats


@dataclass(frozen=True, slots=True)
class MotionRates:
    """What the axes can do: rapid rate mm/min, acceleration mm/s2, junction deviation mm."""

    rapid_mm_min: float
    acceleration_mm_s2: float
    junction_deviation_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Moves in the plane as columns: `kind` as MoveKind, `start`, `end` (n, 2), `centre` (n, 2) of arcs (else NaN),
    `feed_mm_min` (n,), and `halts` (n,) true where the controller stands still before the move."""

    kind: NDArray[np.uint8]
    start: Floats
    end: Floats
    centre: Floats
    feed_mm_min: Floats
    halts: NDArray[np.bool_]


def arc_turns(motion: Motion) -> tuple[Floats, Floats]:
    """Radius and signed included angle of each arc (NaN for others); the same point twice is a full turn."""
    a, b = motion.start - motion.centre, motion.end - motion.centre
    turn = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(axis=1))
    ccw = motion.kind == 3
    turn = np.where(ccw, turn % (2 * np.pi), -((-turn) % (2 * np.pi)))
    full = np.hypot(*(motion.end - motion.start).T) < 1e-6
    turn = np.where(full, np.where(ccw, 2 * np.pi, -2 * np.pi), turn)
    arc = motion.kind >= 2
    return np.where(arc, np.hypot(*a.T), np.nan), np.where(arc, turn, np.nan)


def lengths_mm(motion: Motion) -> Floats:
    """Length of each move along its path."""
    radius, turn = arc_turns(motion)
    chord = np.hypot(*(motion.end - motion.start).T)
    return np.asarray(np.where(np.isnan(radius), chord, radius * np.abs(turn)))


def move_times_s(motion: Motion, rates: MotionRates) -> Floats:
    """Time of each move, s, without the controller's own pauses."""
    length = lengths_mm(motion)
    if not len(length):
        return length
    a = rates.acceleration_mm_s2
    radius, _ = arc_turns(motion)
    top = np.where(motion.kind == 0, rates.rapid_mm_min, np.minimum(motion.feed_mm_min, rates.rapid_mm_min)) / 60
    top = np.where(np.isnan(radius), top, np.minimum(top, np.sqrt(a * np.where(np.isnan(radius), 1.0, radius))))
    top = np.maximum(top, 1e-3)
    entry = _entry_speeds(motion, top, length, rates)
    leave = np.append(entry[1:], 0.0)
    peak = np.minimum(top, np.sqrt(a * length + (entry**2 + leave**2) / 2))
    peak = np.maximum(peak, 1e-9)  # a move of no length from a halt takes no time
    ramp = (2 * peak**2 - entry**2 - leave**2) / (2 * a)
    return np.asarray((2 * peak - entry - leave) / a + np.maximum(length - ramp, 0.0) / peak)


def _entry_speeds(motion: Motion, top: Floats, length: Floats, rates: MotionRates) -> Floats:
    """Speed at the start of each move: the corner's limit, then what can be braked for and reached."""
    a = rates.acceleration_mm_s2
    first, last = _directions(motion)
    sine = np.sqrt(np.clip((1 + (last[:-1] * first[1:]).sum(axis=1)) / 2, 0.0, 1.0))
    corner = np.sqrt(a * rates.junction_deviation_mm * sine / np.maximum(1 - sine, 1e-9))
    limit = np.concatenate([[0.0], np.minimum(np.minimum(top[:-1], top[1:]), corner)])
    limit[motion.halts] = 0.0
    entry: list[float] = limit.tolist()
    gain = (2 * a * length).tolist()
    following = 0.0
    for k in range(len(entry) - 1, -1, -1):
        following = entry[k] = min(entry[k], (following**2 + gain[k]) ** 0.5)
    for k in range(1, len(entry)):
        entry[k] = min(entry[k], (entry[k - 1] ** 2 + gain[k - 1]) ** 0.5)
    return np.array(entry)


def _directions(motion: Motion) -> tuple[Floats, Floats]:
    """Unit directions at the start and at the end of each move."""
    chord = motion.end - motion.start
    sense = np.where(motion.kind == 3, 1.0, -1.0)[:, None]
    out = []
    for point in (motion.start, motion.end):
        radial = point - motion.centre
        tangent = sense * np.column_stack([-radial[:, 1], radial[:, 0]])
        vector = np.where((motion.kind >= 2)[:, None], tangent, chord)
        size = np.hypot(*vector.T)[:, None]
        out.append(vector / np.where(size > 0, size, 1.0))
    return out[0], out[1]
