"""How long a program takes: speeds ramp up and down as a look-ahead controller plans them."""

from __future__ import annotations

import numpy as np

from fabwright.machines.mill.kernels.motion import junction_speeds
from fabwright.machines.mill.profile import MachineProfile
from fabwright.machines.mill.verify.segments import Segments
from fabwright.model import Floats, Trace


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
    joint = np.empty(len(real) + 1)
    junction_speeds(np.ascontiguousarray(direction), length, speed, acceleration, motion.junction_deviation_mm, joint)
    first, last = joint[:-1], joint[1:]
    peak = np.minimum(speed, np.sqrt((2 * acceleration * length + first**2 + last**2) / 2.0))
    ramps = (2 * peak**2 - first**2 - last**2) / (2 * acceleration)
    times[real] = (2 * peak - first - last) / acceleration + np.maximum(length - ramps, 0.0) / np.maximum(peak, 1e-9)
    return times
