"""How long moves take: trapezoids of constant acceleration with look-ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.model import Floats

# Moves shorter than this have no direction of their own and stop nothing.
TINY_MM = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Moves as columns of length n: displacement `step_mm` (n, 3), pushed `e_mm`, ordered `speed_mm_s`, and the
    `acceleration_mm_s2` in force."""

    step_mm: Floats
    e_mm: Floats
    speed_mm_s: Floats
    acceleration_mm_s2: Floats


def move_times_s(track: Track, corner_mm_s: float) -> Floats:
    """Seconds per move (n,).

    Model: every move is a trapezoid; the speed at a corner is limited so that the change of velocity stays below
    `corner_mm_s` (classic jerk, and close to Klipper's square-corner velocity), and by what the moves before and
    after can reach at their acceleration. Look-ahead is exact and unbounded, where firmware sees some dozens of
    moves; E-only moves start and stop at rest. Input shaping and smoothing are not modelled.
    """
    length = np.linalg.norm(track.step_mm, axis=1)
    only_e = length <= TINY_MM
    distance = np.where(only_e, np.abs(track.e_mm), length)
    direction = track.step_mm / np.where(only_e, 1.0, length)[:, None]
    top = np.maximum(track.speed_mm_s, 1e-6)
    corner = _corner_speeds(direction, top, only_e, corner_mm_s)
    gain = 2.0 * track.acceleration_mm_s2 * distance
    # v2[i+1] = min(corner2[i+1], v2[i] + gain[i]) unrolls to a running minimum; backwards likewise.
    reached = np.concatenate([[0.0], np.cumsum(gain)])
    square = np.minimum.accumulate(corner ** 2 - reached) + reached
    left = reached[-1] - reached
    square = (np.minimum.accumulate((square - left)[::-1]) + left[::-1])[::-1]
    enter, leave = np.sqrt(np.maximum(square[:-1], 0.0)), np.sqrt(np.maximum(square[1:], 0.0))
    peak = np.minimum(top, np.sqrt(np.maximum((enter ** 2 + leave ** 2 + gain) / 2.0, 0.0)))
    peak = np.maximum(peak, np.maximum(enter, leave))
    a = track.acceleration_mm_s2
    ramps = (2.0 * peak ** 2 - enter ** 2 - leave ** 2) / (2.0 * a)
    cruise = np.maximum(distance - ramps, 0.0)
    return np.asarray((2.0 * peak - enter - leave) / a + cruise / np.maximum(peak, 1e-6))


def _corner_speeds(direction: Floats, top: Floats, only_e: np.ndarray, corner_mm_s: float) -> Floats:
    """Largest speed at the start of each move and after the last (n + 1,): 0 at both ends and around E-only moves."""
    speed = np.zeros(len(top) + 1)
    change = np.linalg.norm(direction[1:] - direction[:-1], axis=1)
    allowed = np.minimum(top[1:], top[:-1])
    inner = np.minimum(allowed, corner_mm_s / np.maximum(change, 1e-9))
    inner[only_e[1:] | only_e[:-1]] = 0.0
    speed[1:-1] = inner
    return speed
