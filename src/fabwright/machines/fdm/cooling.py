"""The slowing of short layers, and the part fan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fabwright.machines.fdm.motion import LAY, Rows
from fabwright.machines.fdm.order import Ordered
from fabwright.machines.fdm.passes import Passes
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import ROLES, PrintSettings
from fabwright.machines.fdm.timing import Track, accelerations_mm_s2, corners_of, move_times_s
from fabwright.model import Floats, Ints

if TYPE_CHECKING:
    from fabwright.machines.fdm.plan import PrintJob

# Slowing is repeated, since beads that never reach their speed gain little time from a lower one.
ROUNDS, COOLED = 12, 1.005


def cooled(rows: Rows, paths: Paths, passes: Passes, ordered: Ordered, job: PrintJob) -> tuple[Rows, Floats]:
    """Slow the beads of layers that would take less than the minimum time; also the seconds of each row."""
    settings, motion = job.settings, job.machine.profile.motion
    path = ordered.path
    asked: Floats = np.asarray([settings.acceleration_mm_s2(k) for k in range(len(ROLES))])[paths.role[path]]
    asked = np.where(paths.layer[path] == 0, np.minimum(asked, settings.first_layer_mm_s2), asked)
    place = np.stack([np.round(c, 3) for c in (rows.x, rows.y, rows.z)], axis=1)
    step = np.diff(place, axis=0, prepend=place[:1])
    gain = accelerations_mm_s2(motion, step, rows.e_mm, asked[rows.path], np.full(len(rows), settings.travel_mm_s2))
    speed, laying, of = rows.speed_mm_s.copy(), rows.kind == LAY, passes.of[rows.path]
    least = np.minimum(speed, settings.min_speed_mm_s)

    def times_s(some: Ints | slice) -> Floats:
        track = Track(step[some], rows.e_mm[some], np.maximum(np.floor(speed[some] * 60.0), 1.0) / 60.0, gain[some])
        return move_times_s(track, corners_of(motion))

    seconds = whole = times_s(slice(None))
    some: Ints = np.arange(len(rows))
    slowed = np.zeros(len(passes) + 2, dtype=bool)
    for _ in range(ROUNDS):
        bead_s = passes.sums(rows.path[some], seconds * laying[some])
        factor = slowdown(passes.sums(rows.path[some], seconds), bead_s, settings)
        factor[bead_s == 0.0] = 1.0
        hurried = (factor > COOLED) & (passes.sums(rows.path[some], laying[some] & (speed[some] > least[some])) > 0.0)
        if not hurried.any():
            break
        slowed[1:-1] |= hurried
        some = some[hurried[of[some]]]
        speed[some] = np.where(laying[some], np.maximum(speed[some] / factor[of[some]], least[some]), speed[some])
        seconds = times_s(some)
    # Look-ahead reaches into the passes before and after.
    near = (slowed[2:] | slowed[1:-1] | slowed[:-2])[of]
    if near.any():
        whole = whole.copy()
        own = slowed[1:-1][of]
        whole[own] = times_s(np.flatnonzero(near))[own[near]]
    return replace(rows, speed_mm_s=speed), whole


def slowdown(pass_s: Floats, bead_s: Floats, settings: PrintSettings) -> Floats:
    """Factor (p,) by which the beads of each pass over a layer run slower, so that it takes the minimum layer time.

    Only the time spent on beads stretches; the caller keeps the speed above the settings' minimum.
    """
    short = settings.min_layer_s - pass_s
    factor = 1.0 + np.where(bead_s > 0.0, np.maximum(short, 0.0) / np.maximum(bead_s, 1e-9), 0.0)
    return np.asarray(factor)


def fan_fractions(layer: Ints, pass_s: Floats, settings: PrintSettings) -> Floats:
    """Fan per pass (p,): off on the first layers, then rising to its due by `full_fan_layer`; the shorter the pass
    below `fan_below_s`, the faster, in hundredths."""
    hurry = np.clip((settings.fan_below_s - pass_s) / max(settings.fan_below_s - settings.min_layer_s, 1e-9), 0.0, 1.0)
    due = settings.fan_min + (settings.fan_max - settings.fan_min) * hurry
    ramp = np.clip((layer - settings.fan_off_layers + 1) / max(settings.full_fan_layer - settings.fan_off_layers + 1,
                                                               1),
                   0.0, 1.0)
    return np.asarray(np.round(np.where(layer < settings.fan_off_layers, 0.0, due * ramp), 2))
