"""State safety of one program: what must hold whatever it makes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fabwright.machines.fdm.schema import Extruder, Motion
from fabwright.machines.fdm.verify.judging import LINES_SHOWN, at_most, judged, lines_of
from fabwright.machines.fdm.verify.paths import extents_mm, lengths_mm
from fabwright.machines.fdm.verify.stopping import stop_check
from fabwright.model import Check, Floats, Machine, Severity, Trace

# Rounding of three decimals, and of the feed to whole mm/min.
PLACE_MM, FEED_SLACK_MM_S = 0.002, 0.05
FLOW_SLACK = 1.02


def state_checks(trace: Trace, machine: Machine) -> list[Check]:
    """Reading, homing, modes, heat, place, speed, flow, ending; each with the lines that offend."""
    bed, motion, extruder = machine.profile.bed, machine.profile.motion, machine.profile.extruder
    step = trace.end - trace.start
    flat = lengths_mm(trace)
    laying = (trace.e_mm > 0.0) & (flat > 0.0)
    reached = extents_mm(trace)
    return [_read(trace), _homed(trace), *_modes(trace), *_heat(trace, machine, laying),
            _travel(trace, reached, machine), _on_bed(trace, reached, laying, machine),
            *_speeds(trace, step, flat, motion), _flow(trace, flat, laying, extruder),
            at_most(trace, "push-alone", np.abs(trace.e_mm), (flat == 0.0), extruder.max_e_only_mm, "mm",
                    "Filament pushed or pulled on the spot", extruder.source), _ending(trace), stop_check(trace, bed)]


def _read(trace: Trace) -> Check:
    errors = [f for f in trace.findings if f.severity is Severity.ERROR]
    lines = tuple(int(f.subject.rsplit(":", 1)[1]) for f in errors[:LINES_SHOWN] if f.subject.rsplit(":",
                                                                                                     1)[-1].isdigit())
    first = str(errors[0]) if errors else ""
    return judged("readable", not errors, "Every line is a command this controller knows.", first, len(errors), 0.0,
                  "errors", "the controller's own list of commands", lines)


def _homed(trace: Trace) -> Check:
    blind = ~trace.known.all(axis=1) & (np.abs(trace.end - trace.start).sum(axis=1) > 0.0)
    lines = lines_of(trace, blind)
    return judged("homed-first", not blind.any() and len(trace) > 0, "The axes are homed before the first move.",
                  f"{trace.file}:{lines[0] if lines else 1}: an axis moves whose position is not known; home it first.",
                  int(blind.sum()), 0.0, "moves", "", lines)


def _modes(trace: Trace) -> Iterable[Check]:
    inch = tuple(h.line for h in trace.happenings if h.name == "units" and h.value != 1.0)
    yield judged("units", not inch, "Millimetres throughout.", f"{trace.file}:{inch[0] if inch else 0}: the program "
                 "switches to inches.", len(inch), 0.0, "switches", "", inch[:LINES_SHOWN])
    pushing = np.flatnonzero(trace.e_mm != 0.0)
    first = int(trace.line[pushing[0]]) if len(pushing) else 0
    modes = [h for h in trace.happenings if h.name == "extruder-mode"]
    late = tuple(h.line for h in modes if h.line > first and h.value != modes[0].value)
    lost = tuple(h.line for h in trace.happenings if h.name in ("feed-override", "flow-override") and h.value != 1.0)
    yield judged("extruder-mode", bool(modes) and modes[0].line <= first and not late,
                 "One way of counting filament, set before the first push.",
                 f"{trace.file}:{late[0] if late else first}: the extruder's mode is unset, or changes in mid-print.",
                 len(late), 0.0, "changes", "", late[:LINES_SHOWN])
    yield judged("overrides", not lost, "No override of speed or flow.",
                 f"{trace.file}:{lost[0] if lost else 0}: speed or flow is overridden.", len(lost), 0.0, "overrides",
                 "",
                 lost[:LINES_SHOWN])


def _heat(trace: Trace, machine: Machine, laying: np.ndarray) -> Iterable[Check]:
    extruder = machine.profile.extruder
    pushing = trace.e_mm > 0.0
    cold = pushing & (trace.nozzle_c < extruder.min_extrude_c)
    lines = lines_of(trace, cold)
    lowest = float(trace.nozzle_c[pushing].min()) if pushing.any() else 0.0
    yield judged("no-cold-push", not cold.any(),
                 f"The nozzle's target is {lowest:.0f} degrees C or more at every push.",
                 f"{trace.file}:{lines[0] if lines else 0}: filament is pushed at a target of {lowest:.0f} degrees C.",
                 lowest, extruder.min_extrude_c, "degrees C", extruder.source, lines)
    unready = pushing & ~trace.nozzle_waited
    lines = lines_of(trace, unready)
    yield judged("heat-waited", not unready.any(),
                 "Every target of the nozzle is waited for before filament is pushed.",
                 f"{trace.file}:{lines[0] if lines else 0}: filament is pushed before the nozzle's target was reached.",
                 int(unready.sum()), 0.0, "moves", "", lines)
    waits = [h.at for h in trace.happenings if h.name == "bed-wait"]
    first = int(np.flatnonzero(laying)[0]) if laying.any() else 0
    heated = bool(laying.any()) and float(trace.bed_c[laying].max()) > 0.0
    yield judged("bed-waited", not heated or any(at <= first for at in waits),
                 "The bed's target is waited for before the first bead.",
                 f"{trace.file}: the bed is never waited for before the first bead.", len(waits), None, "waits")
    for what, targets, limit in (("nozzle", trace.nozzle_c, extruder.max_nozzle_c), ("bed", trace.bed_c,
                                                                                     extruder.max_bed_c)):
        named = [h for h in trace.happenings if h.name in (f"{what}-set", f"{what}-wait")]
        top = max([float(targets.max()) if len(targets) else 0.0, *(h.value for h in named)])
        over = tuple(h.line for h in named if h.value > limit)
        yield judged(f"{what}-limit", top <= limit, f"The {what}'s target is at most {top:.0f} degrees C.",
                     f"{trace.file}:{over[0] if over else 0}: the {what}'s target is {top:.0f} degrees C, the "
                     f"machine's limit is {limit:.0f}.", top, limit, "degrees C", extruder.source, over[:LINES_SHOWN])


def _travel(trace: Trace, reached: tuple[Floats, Floats], machine: Machine) -> Check:
    bed = machine.profile.bed
    low, high = np.asarray(bed.travel_low_mm), np.asarray(bed.travel_high_mm)
    plane = np.maximum(low[:2] - reached[0], reached[1] - high[:2]).max(axis=1, initial=0.0)
    up = np.maximum(low[2] - trace.end[:, 2], trace.end[:, 2] - high[2])
    return at_most(trace, "inside-travel", np.maximum(plane, up), np.ones(len(trace), dtype=bool), 0.0, "mm",
                   "Distance beyond the machine's travel", bed.source, PLACE_MM)


def _on_bed(trace: Trace, reached: tuple[Floats, Floats], laying: np.ndarray, machine: Machine) -> Check:
    bed = machine.profile.bed
    part = laying & (trace.layer >= 0)
    low, high = np.asarray(bed.low_mm), np.asarray(bed.high_mm)
    beyond = np.maximum(low - reached[0], reached[1] - high).max(axis=1, initial=0.0)
    beyond = np.maximum(beyond, trace.end[:, 2] - bed.height_mm)
    return at_most(trace, "on-the-bed", beyond, part, 0.0, "mm", "Distance of beads beyond the printable volume",
                   bed.source, PLACE_MM)


def _speeds(trace: Trace, step: np.ndarray, flat: np.ndarray, motion: Motion) -> Iterable[Check]:
    total = np.hypot(flat, step[:, 2])
    speed = trace.feed_mm_min / 60.0
    unset = (trace.feed_mm_min <= 0.0) & ((total > 0.0) | (trace.e_mm != 0.0))
    lines = lines_of(trace, unset)
    yield judged("feed-set", not unset.any(), "A feed is in force at every move.",
                 f"{trace.file}:{lines[0] if lines else 0}: a move has no feed.", int(unset.sum()), 0.0, "moves", "",
                 lines)
    safe = np.where(total > 0.0, total, 1.0)
    source = str(motion.source)
    alone = (total == 0.0) & (trace.e_mm != 0.0)
    for name, share, limit, what, moves in (
            ("feed-xy", flat / safe, motion.max_xy_mm_s, "Speed in the plane", flat > 0.0),

            ("feed-z", np.abs(step[:, 2]) / safe, motion.max_z_mm_s, "Speed up and down",
             step[:, 2] != 0.0),
            ("feed-e", np.where(alone, 1.0, np.abs(trace.e_mm) / safe), motion.max_e_mm_s,
             "Speed of the filament", trace.e_mm != 0.0)):
        yield at_most(trace, name, speed * share, moves, float(limit), "mm/s", what, source, FEED_SLACK_MM_S)


def _flow(trace: Trace, flat: np.ndarray, laying: np.ndarray, extruder: Extruder) -> Check:
    area = np.pi * extruder.filament_mm ** 2 / 4.0
    flow = volumetric_flow(trace, flat, area)
    limit = float(extruder.max_flow_mm3_s)
    return at_most(trace, "flow", flow, laying, limit, "mm3/s", "Volume melted",
                   str(extruder.source), limit * (FLOW_SLACK - 1.0))


# Five decimals of E and three of a place: as much of a move is rounding.
E_ROUNDING_MM, ROUNDING_MM = 5e-6, 8e-4


def volumetric_flow(trace: Trace, flat: np.ndarray, filament_area_mm2: float) -> np.ndarray:
    """Volume pushed per second while moving (n,), mm3/s, less what the rounding of short moves makes of it."""
    seconds = (flat + ROUNDING_MM) / np.maximum(trace.feed_mm_min / 60.0, 1e-9)
    pushed = np.maximum(trace.e_mm - E_ROUNDING_MM, 0.0)
    return np.where(flat > 0.0, pushed * filament_area_mm2 / np.maximum(seconds, 1e-12), 0.0)


def _ending(trace: Trace) -> Check:
    final = trace.final
    left = [name for name, on in (("the nozzle", final.nozzle_c > 0.0), ("the bed", final.bed_c > 0.0),
                                  ("the fan", final.fan > 0.0)) if on]
    laid = trace.e_mm > 0.0
    top = float(trace.end[laid, 2].max()) if laid.any() else 0.0
    clear = final.position_mm[2] - top
    limit = 0.5
    problem = f"{' and '.join(left)} stays on" if left else f"the nozzle ends {clear:.2f} mm above the part"
    return judged("safe-end", not left and clear >= limit,
                  "Heaters and fan are off and the nozzle is clear of the part.",
                  f"{trace.file}:{trace.line_count}: at the end {problem}.", clear, limit, "mm above the part", "",
                  (trace.line_count,))
