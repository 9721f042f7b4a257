"""How long moves take: trapezoids of constant acceleration with look-ahead, by the corner rule of each firmware."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fabwright.model import Floats, Ints, Trace

if TYPE_CHECKING:
    from fabwright.machines.fdm.schema import Motion

# Moves shorter than this have no direction of their own and stop nothing.
TINY_MM = 1e-9
# Klipper's instantaneous_corner_velocity of the extruder, mm/s (its default).
E_CORNER_MM_S = 1.0
# Marlin limits junctions of short segments that turn by less than 45 degrees (JD_HANDLE_SMALL_SEGMENTS).
SMALL_SEGMENT_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Moves as columns of length n: displacement `step_mm` (n, 3), pushed `e_mm`, ordered `speed_mm_s`, and the
    `acceleration_mm_s2` in force; `path_mm` (n,) their length where they are arcs (None: all straight)."""

    step_mm: Floats
    e_mm: Floats
    speed_mm_s: Floats
    acceleration_mm_s2: Floats
    path_mm: Floats | None = None


@dataclass(frozen=True, slots=True)
class Corners:
    """How a firmware limits the speed where two moves meet.

    `rule`: "jerk" (classic jerk, mm/s per axis), "junction" (Marlin's junction deviation, mm) or "square" (Klipper's
    square-corner velocity, mm/s, in `xy`).
    """

    rule: str
    xy: float
    z: float
    e: float
    junction_mm: float


def corners_of(motion: Motion) -> Corners:
    """The corner rule of a printer's firmware."""
    return Corners(motion.corner_rule, motion.corner_mm_s, motion.z_corner_mm_s, motion.e_corner_mm_s,
                   motion.junction_mm)


def move_times_s(track: Track, corners: Corners) -> Floats:
    """Seconds per move (n,).

    Every move is a trapezoid; the speed where two moves meet obeys the firmware's corner rule, and what the moves
    before and after can reach at their acceleration. Look-ahead is exact and unbounded, where firmware sees some dozens
    of moves; E-only moves start and stop at rest. Input shaping and pressure advance are not modelled.
    """
    length = np.linalg.norm(track.step_mm, axis=1) if track.path_mm is None else track.path_mm
    only_e = length <= TINY_MM
    distance = np.where(only_e, np.abs(track.e_mm), length)
    top = np.maximum(track.speed_mm_s, 1e-6)
    corner = np.zeros(len(top) + 1)
    if len(top) > 1:
        corner[1:-1] = _corner_speeds(track, length, only_e, top, corners)
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


def _corner_speeds(track: Track, length: Floats, only_e: np.ndarray, top: Floats, corners: Corners) -> Floats:
    """Largest speed where each move meets the next (n - 1,), mm/s: 0 around E-only moves."""
    safe = np.where(only_e, 1.0, length)[:, None]
    chord = np.linalg.norm(track.step_mm, axis=1)
    unit = track.step_mm / np.where(chord > 0.0, chord, 1.0)[:, None]
    rate = track.e_mm / safe[:, 0]
    allowed = np.minimum(top[1:], top[:-1])
    limit = {"jerk": _jerk, "junction": _junction, "square": _square}[corners.rule]
    speed = np.minimum(allowed, limit(unit, rate, length, track.acceleration_mm_s2, corners))
    speed[only_e[1:] | only_e[:-1]] = 0.0
    return np.asarray(speed)


def _jerk(unit: Floats, rate: Floats, length: Floats, gain: Floats, corners: Corners) -> Floats:
    """Classic jerk: no axis may change its speed by more than its own limit."""
    change = np.abs(np.diff(unit, axis=0))
    push = np.abs(np.diff(rate))
    flat = np.maximum(change[:, 0], change[:, 1])
    return np.asarray(np.minimum(np.minimum(corners.xy / np.maximum(flat, 1e-9),
                                            corners.z / np.maximum(change[:, 2], 1e-9)),
                                 corners.e / np.maximum(push, 1e-9)))


def _junction(unit: Floats, rate: Floats, length: Floats, gain: Floats, corners: Corners) -> Floats:
    """Marlin's junction deviation: a circle that leaves the corner by that much, taken at the acceleration in force."""
    cos = np.clip(-(unit[1:] * unit[:-1]).sum(axis=1), -1.0, 1.0)
    sin_half = np.sqrt(0.5 * (1.0 - cos))
    a = np.minimum(gain[1:], gain[:-1])
    square = a * corners.junction_mm * sin_half / np.maximum(1.0 - sin_half, 1e-9)
    # A small segment that hardly turns is part of a curve: its own circle limits it.
    turn = np.pi - np.arccos(np.clip(cos, -1.0, 1.0))
    curve = np.minimum(length[1:], SMALL_SEGMENT_MM * 10.0) / np.maximum(turn, 1e-9) * a
    small = (length[1:] < SMALL_SEGMENT_MM) & (turn < np.pi / 4.0)
    square = np.where(small, np.minimum(square, curve), square)
    return np.asarray(np.sqrt(square))


def _square(unit: Floats, rate: Floats, length: Floats, gain: Floats, corners: Corners) -> Floats:
    """Klipper's square-corner velocity (toolhead.py, calc_junction): its junction deviation follows from the
    acceleration, the circle must fit into both moves, and the extruder may jump by its corner velocity."""
    cos = np.clip(-(unit[1:] * unit[:-1]).sum(axis=1), -1.0, 1.0)
    sin_half = np.sqrt(0.5 * (1.0 - cos))
    cos_half = np.sqrt(0.5 * (1.0 + cos))
    radius = sin_half / np.maximum(1.0 - sin_half, 1e-12)
    deviation = corners.xy ** 2 * (np.sqrt(2.0) - 1.0)
    square = radius * deviation
    quarter = 0.5 * sin_half / np.maximum(cos_half, 1e-12)
    for each in (gain[1:] * length[1:], gain[:-1] * length[:-1]):
        square = np.minimum(square, each * quarter)
    push = E_CORNER_MM_S / np.maximum(np.abs(np.diff(rate)), 1e-12)
    straight = (1.0 - sin_half <= 1e-12) | (cos_half <= 1e-12)
    return np.asarray(np.minimum(np.where(straight, np.inf, np.sqrt(square)), push))


def accelerations_mm_s2(motion: Motion, step_mm: Floats, e_mm: Floats, printing: Floats, travelling: Floats
                        ) -> Floats:
    """Acceleration of each move (n,): what was ordered for printing and for travel moves in the plane, each axis' own
    limit for lifts and for filament alone. Firmware with a square corner knows one acceleration for both."""
    flat = np.hypot(step_mm[:, 0], step_mm[:, 1])
    plane = np.where(e_mm > 0.0, printing, printing if motion.corner_rule == "square" else travelling)
    limit = np.where(e_mm > 0.0, motion.acceleration_mm_s2, motion.travel_acceleration_mm_s2)
    upright = np.where(step_mm[:, 2] != 0.0, motion.z_acceleration_mm_s2, motion.e_acceleration_mm_s2)
    return np.asarray(np.where(flat > 0.0, np.minimum(plane, limit), upright))


def trace_times_s(trace: Trace, motion: Motion) -> Floats:
    """Seconds per move of a program that was read back, with the accelerations it orders itself."""
    step = trace.end - trace.start
    printing, travelling = _ordered(trace, motion)
    gain = accelerations_mm_s2(motion, step, trace.e_mm, printing, travelling)
    speed = np.where(trace.feed_mm_min > 0.0, trace.feed_mm_min, motion.max_xy_mm_s * 60.0) / 60.0
    track = Track(step, trace.e_mm, speed, gain, _lengths(trace, step))
    return move_times_s(track, corners_of(motion))


def _ordered(trace: Trace, motion: Motion) -> tuple[Floats, Floats]:
    """Acceleration in force for printing and for travel at each move (n,)."""
    orders = [h for h in trace.happenings if h.name == "acceleration" and h.value > 0.0]
    move = np.arange(len(trace))
    result = []
    for letters, default in ((("", "S", "P"), motion.acceleration_mm_s2), (("", "S", "T"),
                                                                           motion.travel_acceleration_mm_s2)):
        mine = [h for h in orders if h.text in letters]
        value = np.asarray([default, *(h.value for h in mine)])
        result.append(value[np.searchsorted([h.at for h in mine], move, "right")])
    return result[0], result[1]


def _lengths(trace: Trace, step: Floats) -> Floats | None:
    """Length of each move along its path; None where all are straight."""
    arcs: Ints = np.flatnonzero(trace.kind >= 2)
    if not len(arcs):
        return None
    length = np.linalg.norm(step, axis=1)
    from_centre = trace.start[arcs, :2] - trace.centre[arcs]
    to_centre = trace.end[arcs, :2] - trace.centre[arcs]
    sense = np.where(trace.kind[arcs] == 3, 1.0, -1.0)
    angle = sense * (np.arctan2(to_centre[:, 1], to_centre[:, 0]) - np.arctan2(from_centre[:, 1], from_centre[:, 0]))
    angle = np.remainder(angle, 2.0 * np.pi)
    angle[angle < 1e-9] = 2.0 * np.pi
    length[arcs] = np.hypot(np.hypot(*from_centre.T) * angle, step[arcs, 2])
    return np.asarray(length)
