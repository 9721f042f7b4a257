"""Trapezoids of constant acceleration with exact look-ahead over all moves at once.

Speeds are squared throughout, since constant acceleration over a distance adds to the square: v1^2 = v0^2 + 2 a d. The
pass over the moves, v2[i + 1] = min(limit[i + 1], v2[i] + gain[i]), then unrolls to a running minimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.model import Floats, Ints

#: Squared speeds closer than this are equal: rounding of the running sums, (mm/s)^2.
TINY_SQUARE = 1e-3
#: Above any squared speed, (mm/s)^2.
HUGE_SQUARE = 1e6
#: Slower than this no machine moves, mm/s.
LEAST_MM_S = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Ramps:
    """Squared speed of n moves where they begin, at their fastest and where they end, each (n,), (mm/s)^2."""

    enter: Floats
    cruise: Floats
    leave: Floats


def reached_forward(limit: Floats, gain: Floats) -> Floats:
    """Squared speed at the n + 1 joints of n moves, at most `limit` (n + 1,) and what speeding up over each move's
    `gain` (n,) = 2 a d reaches from the joint before."""
    total = np.concatenate([[0.0], np.cumsum(gain)])
    return np.asarray(np.minimum.accumulate(limit - total) + total)


def look_ahead(limit: Floats, gain: Floats) -> Floats:
    """Squared speed at the n + 1 joints of n moves: as fast as `limit` allows, such that every move can speed up from
    the joint before and slow down to the joint after."""
    square = reached_forward(limit, gain)[::-1]
    return np.asarray(np.maximum(reached_forward(square, gain[::-1])[::-1], 0.0))


def full_ramps(joints: Floats, gain: Floats, top: Floats) -> Ramps:
    """Each move as fast as its joints, its squared `top` speed (n,) and its gain allow."""
    enter, leave = joints[:-1], joints[1:]
    peak = np.minimum(top, (enter + leave + gain) / 2.0)
    return Ramps(enter, np.maximum(peak, np.maximum(enter, leave)), leave)


def smoothed_ramps(limit: Floats, gain: Floats, smooth: Floats, top: Floats) -> Ramps:
    """Ramps of a controller that holds back short zigzags: no stretch between two slow joints gets faster than it would
    with the lesser gain `smooth` (n,) (Klipper's minimum_cruise_ratio and, before, max_accel_to_decel; toolhead.py,
    LookAheadQueue.flush)."""
    forward = reached_forward(limit, gain)
    slow = reached_forward(forward, smooth)
    joints = np.maximum(reached_forward(forward[::-1], gain[::-1])[::-1], 0.0)
    slow = np.maximum(reached_forward(slow[::-1], smooth[::-1])[::-1], 0.0)
    here, after = slow[:-1], slow[1:]
    falls = here >= after + smooth - TINY_SQUARE
    summit = ~falls & ((here + smooth > after + TINY_SQUARE) | np.append(falls[1:], False))
    peak = np.minimum(top, (here + after + smooth) / 2.0)
    capped = np.minimum(peak[_next(summit)], top)
    cruise = np.minimum((joints[:-1] + joints[1:] + gain) / 2.0, capped)
    down = np.flatnonzero(falls)
    if len(down):
        cruise[down] = _falling(joints[:-1], peak, summit, falls)[down]
    cruise = np.maximum(cruise, 0.0)
    return Ramps(np.minimum(joints[:-1], cruise), cruise, np.minimum(joints[1:], cruise))


def _next(summit: np.ndarray) -> Ints:
    """Index of the first summit at or after each move (the last move's where there is none)."""
    count = len(summit)
    index = np.where(summit, np.arange(count), count - 1)
    return np.asarray(np.minimum.accumulate(index[::-1])[::-1])


def _falling(start: Floats, peak: Floats, summit: np.ndarray, falls: np.ndarray) -> Floats:
    """Running minimum, from each summit on, of its peak and of the starts of the moves after it that only slow down."""
    stretch = np.cumsum(~falls)
    value = np.where(falls, start, np.where(summit, peak, HUGE_SQUARE)) - stretch * (2.0 * HUGE_SQUARE)
    return np.asarray(np.minimum.accumulate(value) + stretch * (2.0 * HUGE_SQUARE))


def times_s(distance_mm: Floats, acceleration_mm_s2: Floats, ramps: Ramps) -> Floats:
    """Seconds of each move (n,): speeding up, at speed, slowing down."""
    enter, cruise, leave = np.sqrt(ramps.enter), np.sqrt(ramps.cruise), np.sqrt(ramps.leave)
    ramping = (2.0 * ramps.cruise - ramps.enter - ramps.leave) / (2.0 * acceleration_mm_s2)
    steady = np.maximum(distance_mm - ramping, 0.0) / np.maximum(cruise, LEAST_MM_S)
    return np.asarray((2.0 * cruise - enter - leave) / acceleration_mm_s2 + steady)


def deviation_square(cosine: Floats, acceleration_mm_s2: Floats, deviation_mm: float) -> Floats:
    """Squared speed through corners by junction deviation: a circle that leaves the corner by `deviation_mm` taken at
    the acceleration, a d sin(t/2) / (1 - sin(t/2)) with t the angle between the moves (GRBL's `$11`, Marlin, Klipper).

    `cosine` (n,) is that of t: -1 straight on, 1 back the way it came.
    """
    half = np.sqrt(0.5 * (1.0 - np.clip(cosine, -0.999999, 1.0)))
    return np.asarray(acceleration_mm_s2 * deviation_mm * half / (1.0 - half))
