"""How long moves take: trapezoids of constant acceleration with look-ahead, by the corner rule of each firmware."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fabwright.machines._motion.trapezoid import full_ramps, look_ahead, smoothed_ramps, times_s
from fabwright.machines.fdm.corners import Corners, Joined, arc_top, corners_of, joint_squares, limited
from fabwright.model import Floats, Trace

if TYPE_CHECKING:
    from fabwright.machines.fdm.schema import Motion

__all__ = ["Corners", "Track", "accelerations_mm_s2", "corners_of", "move_times_s", "trace_times_s"]

# Moves shorter than this have no direction of their own and stop nothing.
TINY_MM = 1e-9
# Share of the acceleration that Klipper plans short zigzags with: half of the configured maximum
# (max_accel_to_decel; minimum_cruise_ratio 0.5 in later versions).
KLIPPER_CRUISE_RATIO = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Moves as columns of length n: displacement `step_mm` (n, 3), pushed `e_mm`, ordered `speed_mm_s`, and the
    `acceleration_mm_s2` ordered.

    Where some are arcs: `path_mm` (n,) their length, `radius_mm` (n,) (infinite for straight ones) and the directions
    `begin`, `end` (n, 3) in which they set out and arrive.
    """

    step_mm: Floats
    e_mm: Floats
    speed_mm_s: Floats
    acceleration_mm_s2: Floats
    path_mm: Floats | None = None
    radius_mm: Floats | None = None
    begin: Floats | None = None
    end: Floats | None = None


def move_times_s(track: Track, corners: Corners | float) -> Floats:
    """Seconds per move (n,); a number for `corners` is a classic jerk in mm/s for every axis, without limits.

    Every move is a trapezoid within the limits of its axes; the speed where two moves meet obeys the firmware's corner
    rule, and what the moves before and after can reach at their acceleration. Look-ahead is exact and unbounded, where
    firmware sees some dozens of moves. Input shaping and pressure advance are not modelled.
    """
    if isinstance(corners, float):
        corners = Corners("jerk", corners, corners, corners, 0.01)
    if not len(track.e_mm):
        return np.zeros(0)
    moves = _joined(track, corners)
    joints = joint_squares(moves, corners)
    gain, top = 2.0 * moves.gain * moves.length, moves.top ** 2
    if corners.rule == "square":
        smooth = np.minimum(moves.gain, np.minimum(corners.plane_mm_s2 * KLIPPER_CRUISE_RATIO, moves.ordered))
        ramps = smoothed_ramps(joints, gain, 2.0 * smooth * moves.length, top)
    else:
        ramps = full_ramps(look_ahead(joints, gain), gain, top)
    return np.where(moves.length > 0.0, times_s(moves.length, moves.gain, ramps), 0.0)


def _joined(track: Track, corners: Corners) -> Joined:
    """Lengths and directions of the moves, and what the limits leave of their speed and acceleration."""
    step = np.ascontiguousarray(track.step_mm.T)
    length = np.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2) if track.path_mm is None else track.path_mm
    only_e = length <= TINY_MM
    length = np.where(only_e, np.abs(track.e_mm), length)
    mean = np.vstack([step, track.e_mm]) / np.where(length > 0.0, length, 1.0)
    begin, end, widest = mean, mean, mean
    if track.begin is not None and track.end is not None:
        begin, end = (np.vstack([tangent.T, mean[3]]) for tangent in (track.begin, track.end))
        widest = np.copysign(np.maximum(np.abs(begin), np.abs(end)), mean)
    ordered = track.acceleration_mm_s2
    top, gain = limited(widest, only_e, np.maximum(track.speed_mm_s, 1e-6), ordered, corners)
    if track.radius_mm is not None:
        top = arc_top(top, gain, track.radius_mm, corners)
    return Joined(begin, end, length, top, gain, ordered, only_e)


def accelerations_mm_s2(motion: Motion, step_mm: Floats, e_mm: Floats, printing: Floats, travelling: Floats
                        ) -> Floats:
    """Acceleration ordered for each move (n,): that of printing, of travel, or of filament alone, before the axes'
    limits. Firmware with a square corner knows one acceleration for all."""
    if motion.corner_rule == "square":
        return np.minimum(printing, motion.acceleration_mm_s2)
    if motion.one_acceleration:
        travelling = printing
    plane = np.where(e_mm > 0.0, np.minimum(printing, motion.acceleration_mm_s2),
                     np.minimum(travelling, motion.travel_acceleration_mm_s2))
    moves = (step_mm[:, 0] != 0.0) | (step_mm[:, 1] != 0.0) | (step_mm[:, 2] != 0.0)
    return np.asarray(np.where(moves, plane, motion.e_acceleration_mm_s2))


def trace_times_s(trace: Trace, motion: Motion) -> Floats:
    """Seconds per move of a program that was read back, with the accelerations it orders itself."""
    step = trace.end - trace.start
    printing, travelling = _ordered(trace, motion)
    gain = accelerations_mm_s2(motion, step, trace.e_mm, printing, travelling)
    speed = np.where(trace.feed_mm_min > 0.0, trace.feed_mm_min, motion.max_xy_mm_s * 60.0) / 60.0
    return move_times_s(_curved(Track(step, trace.e_mm, speed, gain), trace), corners_of(motion))


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


def _curved(track: Track, trace: Trace) -> Track:
    """The track with the lengths, radii and directions of its arcs; as it is where all moves are straight."""
    arcs = np.flatnonzero(trace.kind >= 2)
    if not len(arcs):
        return track
    length = np.linalg.norm(track.step_mm, axis=1)
    begin = track.step_mm / np.where(length > 0.0, length, 1.0)[:, None]
    end, radius = begin.copy(), np.full(len(trace), np.inf)
    from_centre = trace.start[arcs, :2] - trace.centre[arcs]
    to_centre = trace.end[arcs, :2] - trace.centre[arcs]
    sense = np.where(trace.kind[arcs] == 3, 1.0, -1.0)
    angle = sense * (np.arctan2(to_centre[:, 1], to_centre[:, 0]) - np.arctan2(from_centre[:, 1], from_centre[:, 0]))
    angle = np.remainder(angle, 2.0 * np.pi)
    angle[angle < 1e-9] = 2.0 * np.pi
    radius[arcs] = np.hypot(*from_centre.T)
    flat, rise = radius[arcs] * angle, track.step_mm[arcs, 2]
    length[arcs] = np.hypot(flat, rise)
    for tangent, radial in ((begin, from_centre), (end, to_centre)):
        across = sense[:, None] * np.column_stack([-radial[:, 1], radial[:, 0]])
        size = np.maximum(np.hypot(*across.T), TINY_MM)[:, None]
        tangent[arcs, :2] = across / size * (flat / np.maximum(length[arcs], TINY_MM))[:, None]
        tangent[arcs, 2] = rise / np.maximum(length[arcs], TINY_MM)
    return Track(track.step_mm, track.e_mm, track.speed_mm_s, track.acceleration_mm_s2, length, radius, begin, end)
