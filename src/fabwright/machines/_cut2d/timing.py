"""How long a controller takes over moves: trapezoids of constant acceleration with speeds kept through shallow corners.

Corner speed by junction deviation, as GRBL documents it (`$11`): v^2 = a d sin(t/2) / (1 - sin(t/2)) for the inner
angle t between two moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabwright.machines._motion.trapezoid import deviation_square, full_ramps, look_ahead, times_s
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
    gain = 2.0 * a * length
    ramps = full_ramps(look_ahead(_joint_squares(motion, top, rates), gain), gain, top ** 2)
    return np.where(length > 0.0, times_s(length, np.full(len(length), a), ramps), 0.0)


def _joint_squares(motion: Motion, top: Floats, rates: MotionRates) -> Floats:
    """Squared speed at every joint (n + 1,): the corner's limit, at most what both moves order, 0 at halts."""
    first, last = _directions(motion)
    corner = deviation_square(-(last[:-1] * first[1:]).sum(axis=1), np.asarray(rates.acceleration_mm_s2),
                              rates.junction_deviation_mm)
    limit = np.concatenate([[0.0], np.minimum(np.minimum(top[:-1], top[1:]) ** 2, corner), [0.0]])
    limit[:-1][motion.halts] = 0.0
    return np.asarray(limit)


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
