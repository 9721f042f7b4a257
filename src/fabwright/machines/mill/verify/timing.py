"""How long a program takes: speeds ramp up and down as a look-ahead controller plans them."""

from __future__ import annotations

import numpy as np

from fabwright.machines._motion.trapezoid import deviation_square, full_ramps, look_ahead, times_s
from fabwright.machines.mill.profile import MachineProfile
from fabwright.machines.mill.verify.segments import Segments
from fabwright.model import Floats, Trace

# A corner sharper than this turns back: the machine stops there.
BACK = 0.999999


def program_time_s(trace: Trace, segments: Segments, machine: MachineProfile) -> float:
    """Motion with trapezoids of acceleration between planned corner speeds, dwells and tool changes."""
    changes = sum(1 for h in trace.happenings if h.name == "tool-change")
    return (float(move_times_s(segments, machine).sum()) + sum(h.value for h in trace.happenings if h.name == "dwell")
            + changes * machine.motion.tool_change_s)


def move_times_s(segments: Segments, machine: MachineProfile) -> Floats:
    """Seconds per segment (k,), each axis kept within its own speed and acceleration."""
    motion = machine.motion
    length = segments.length_mm
    real = np.flatnonzero(length > 1e-9)
    times = np.zeros(len(segments))
    if not len(real):
        return times
    length = length[real]
    direction = (segments.end[real] - segments.begin[real]) / length[:, None]
    flat, up = np.maximum(np.hypot(direction[:, 0], direction[:, 1]), 1e-9), np.maximum(np.abs(direction[:, 2]), 1e-9)
    rapid = segments.rapid[real]
    fastest = np.minimum(np.where(rapid, motion.rapid_xy_mm_min, motion.feed_max_xy_mm_min) / flat,
                         np.where(rapid, motion.rapid_z_mm_min, motion.feed_max_z_mm_min) / up)
    speed = np.where(rapid, fastest, np.minimum(np.maximum(segments.feed_mm_min[real], 1.0), fastest)) / 60.0
    acceleration = np.minimum(motion.acceleration_xy_mm_s2 / flat, motion.acceleration_z_mm_s2 / up)
    gain = 2.0 * acceleration * length
    ramps = full_ramps(look_ahead(_joint_squares(direction, speed, acceleration, machine), gain), gain, speed ** 2)
    times[real] = times_s(length, acceleration, ramps)
    return times


def _joint_squares(direction: Floats, speed: Floats, acceleration: Floats, machine: MachineProfile) -> Floats:
    """Squared speed at the n + 1 joints of n moves by junction deviation, at most what both moves order; 0 at the ends
    and where a move goes back the way the one before came."""
    cosine = -(direction[:-1] * direction[1:]).sum(axis=1)
    corner = deviation_square(cosine, np.minimum(acceleration[:-1], acceleration[1:]),
                              machine.motion.junction_deviation_mm)
    limit = np.minimum(np.minimum(speed[:-1], speed[1:]) ** 2, np.where(cosine > BACK, 0.0, corner))
    return np.concatenate([[0.0], limit, [0.0]])
