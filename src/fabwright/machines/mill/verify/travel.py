"""Whether every position lies within the machine's reach."""

from __future__ import annotations

import numpy as np

from fabwright.machines.mill.profile import MachineProfile
from fabwright.machines.mill.verify.checks import judged, lines_of
from fabwright.machines.mill.verify.segments import settled
from fabwright.model import Check, Floats, Trace


def travel_checks(trace: Trace, machine: MachineProfile, offset_mm: tuple[float, float, float], stickout_mm: Floats
                  ) -> list[Check]:
    """Positions plus the work offset inside x and y travel; the spindle's nose, a tool's stick-out above the tip,
    inside z travel. `stickout_mm` (n,) per move."""
    travel, ends = machine.travel, settled(trace)
    limits = (("x", 0, 0.0, travel.x_mm), ("y", 1, 0.0, travel.y_mm), ("z", 2, travel.nose_low_mm, travel.nose_high_mm))
    out: list[Check] = []
    for name, axis, low, high in limits:
        set_here = ends[:, axis]
        at = trace.end[:, axis] + offset_mm[axis] + (stickout_mm if axis == 2 else 0.0)
        arc = ends[:, axis] & (trace.kind >= 2) & (axis < 2)
        reach = np.where(arc, np.hypot(*(trace.start[:, :2] - trace.centre).T),
                         0.0) if arc.any() else np.zeros(len(trace))
        beyond = np.maximum(low - at, at - high)
        if arc.any():
            # A chord of the arc may pass its ends: bound it by the whole circle.
            middle = np.where(arc, trace.centre[:, min(axis, 1)], 0.0) + offset_mm[axis]
            beyond = np.where(arc, np.maximum(beyond, np.maximum(low - (middle - reach), middle + reach - high)),
                              beyond)
        bad = set_here & (beyond > 1e-6)
        worst = float(beyond[set_here].max(initial=-np.inf))
        k = int(np.argmax(np.where(set_here, beyond, -np.inf))) if len(trace) else 0
        place = float(at[k]) if len(trace) else 0.0
        what = "height of the spindle's nose above the bed" if name == "z" else f"{name} from the end of travel"
        out.append(judged(f"{trace.file}: inside travel in {name}", bool(bad.any()),
                          f"{what} within {low:g} to {high:g} mm, nearest to an end at {place:.1f}",
                          f"{what} reaches {place:.1f} mm; travel is {low:g} to {high:g} mm ({worst:.1f} mm beyond)",
                          place,
                          high if place > (low + high) / 2 else low, "mm", travel.source, lines_of(trace.line, bad)))
    return out


def span_checks(trace: Trace, machine: MachineProfile) -> list[Check]:
    """For a program of unknown set-up: its extent is no larger than travel, wherever its zero may be."""
    travel, ends = machine.travel, settled(trace)
    spans = (("x", 0, travel.x_mm), ("y", 1, travel.y_mm), ("z", 2, travel.nose_high_mm - travel.nose_low_mm))
    out: list[Check] = []
    for name, axis, limit in spans:
        here = trace.end[ends[:, axis], axis]
        span = float(np.ptp(here)) if len(here) else 0.0
        middle = float(np.median(here)) if len(here) else 0.0
        bad = ends[:, axis] & (np.abs(trace.end[:, axis] - middle) > limit)
        out.append(judged(f"{trace.file}: extent in {name}", span > limit + 1e-6, f"moves over {span:.1f} mm",
                          f"moves over {span:.1f} mm in {name}; {machine.machine.id} travels {limit:g} mm", span,
                          limit, "mm",
                          travel.source, lines_of(trace.line, bad)))
    return out
