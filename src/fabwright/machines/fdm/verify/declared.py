"""What our own planner promises besides, and only its files must hold: sums to the micrometre, closed walls, roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fabwright.machines.fdm.settings import EXTERNAL, GAP, PERIMETER, ROLES, PrintSettings
from fabwright.machines.fdm.verify.clearance import PLACE_MM
from fabwright.machines.fdm.verify.deposit import HEIGHT_MM, THREADS, Deposit
from fabwright.machines.fdm.verify.dripping import drip_check
from fabwright.machines.fdm.verify.judging import at_most, judged, lines_of
from fabwright.machines.fdm.verify.program import E_STEP_MM, VARIED, on_beads
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.model import Check, Floats, Machine, Trace

# Sums differ by a step of E at each retraction, no more: the writer carries its rounding on.
DECLARED_MM = 0.001
# Three decimals of every point, in and out; arcs replace chords within the tolerance of their fitting.
LENGTH_MM, ARC_LENGTH = 0.01, 1e-3
# From one bead of a wall or gap to the next: of the wider one's filament per millimetre, and in width. Where two
# outlines part at a wide angle a bead goes from its least width to its largest; what it takes in all is declared.
WALL_STEP_PCT, GAP_STEP_PCT, STEP_MM = 40.0, 90.0, 0.15


def declared_checks(trace: Trace, deposit: Deposit, settings: PrintSettings, parameters: Mapping[str, Any],
                    reference: Reference, machine: Machine) -> list[Check]:
    """Checks against the setup that travels with the job."""
    flow_pct = machine.profile.tolerances.flow_pct
    return [_relative(trace), _announced(trace, deposit, reference), drip_check(trace, settings, reference),
            _steady(trace, deposit, settings, flow_pct), _closed(trace, deposit, settings),
            _filament(trace, deposit, parameters), _length(trace, deposit, parameters, settings),
            _speeds(trace, deposit, settings), *_temperatures(trace, settings)]


def _relative(trace: Trace) -> Check:
    modes = [h for h in trace.happenings if h.name == "extruder-mode"]
    wrong = tuple(h.line for h in modes if h.value != 83.0)
    return judged("extruder-relative", bool(modes) and not wrong, "Filament is counted relatively (M83) throughout.",
                  f"{trace.file}:{wrong[0] if wrong else 0}: filament must be counted relatively (M83) in this job.",
                  len(wrong), 0.0, "lines", "", wrong[:5])


def _announced(trace: Trace, deposit: Deposit, reference: Reference) -> Check:
    """Layers are announced one by one, and beads lie in the layer announced."""
    wrong = trace.layer_z_mm[trace.layer[deposit.move]] < deposit.top_mm - HEIGHT_MM
    lines = lines_of(trace, deposit.move[wrong])
    return judged("layers-announced", not lines, "Every bead lies in the layer that the file announces.",
                  f"{trace.file}:{lines[0] if lines else 0}: a bead lies above the layer that the file announces.",
                  int(wrong.sum()), 0.0, "beads", "", lines)


def _steady(trace: Trace, deposit: Deposit, settings: PrintSettings, flow_pct: float) -> Check:
    """Filament per millimetre stays the same along a bead without a break; walls and gaps change it in small steps."""
    rate = deposit.spacing_mm * deposit.height_mm
    off = np.zeros(len(deposit))
    same = np.zeros(len(deposit), dtype=bool)
    if len(deposit) > 1:
        step, said = np.diff(deposit.move), trace.bead_width_mm[deposit.move]
        same[1:] = (step <= 1) & (np.diff(deposit.role) == 0) & (np.diff(said) == 0.0)
        rounding = E_STEP_MM * rate / np.maximum(trace.e_mm[deposit.move], 1e-9)
        off[1:] = np.maximum(np.abs(np.diff(rate)) - rounding[1:] - rounding[:-1], 0.0) / rate[:-1] * 100.0
    varied = np.isin(deposit.role, VARIED)
    wider = np.maximum(rate, np.concatenate([rate[:1], rate[:-1]]))
    allowed = np.where(deposit.role == GAP, GAP_STEP_PCT, WALL_STEP_PCT)
    off = np.where(varied, np.maximum(np.abs(np.diff(rate, prepend=rate[:1])) / wider * 100.0 - allowed, 0.0), off)
    small = np.abs(np.diff(deposit.radius_mm, prepend=deposit.radius_mm[:1])) < STEP_MM / 2.0
    off[varied & small] = 0.0
    if settings.vase:
        off[:] = 0.0
    values, mask = on_beads(trace, deposit, off, same)
    return at_most(trace, "bead-steady", values, mask, flow_pct, "%", "Change of filament per millimetre along a bead",
                   "")


def _closed(trace: Trace, deposit: Deposit, settings: PrintSettings) -> Check:
    """Outer walls end where they began."""
    rows = np.flatnonzero(np.isin(deposit.role, (EXTERNAL, PERIMETER)))
    gap, ends = np.zeros(len(deposit)), np.zeros(len(deposit), dtype=bool)
    if len(rows) and not settings.vase:
        starts = np.concatenate([[True], np.diff(deposit.move[rows]) > 1])
        first = np.flatnonzero(starts)
        last = np.concatenate([first[1:] - 1, [len(rows) - 1]])
        gap[rows[last]] = np.hypot(*(deposit.a[rows[first]] - deposit.b[rows[last]]).T)
        ends[rows[last]] = True
    values, mask = on_beads(trace, deposit, gap, ends)
    return at_most(trace, "walls-closed", values, mask, 0.0, "mm", "Gap between the ends of a wall", "", PLACE_MM)


def _filament(trace: Trace, deposit: Deposit, parameters: Mapping[str, Any]) -> Check:
    once = np.diff(deposit.move, prepend=-1) != 0
    pushed = float(trace.e_mm[deposit.move[once]].sum())
    declared = float(parameters["filament_declared_mm"])
    limit = round(DECLARED_MM + 1e-7 * declared, 6)
    off = abs(pushed - declared)
    return judged("filament-declared", off <= limit, f"The beads take {pushed:.2f} mm of filament, as the setup says.",
                  f"{trace.file}: the beads take {pushed:.3f} mm of filament, the setup says {declared:.3f}.", off,
                  limit, "mm", "setup")


def _length(trace: Trace, deposit: Deposit, parameters: Mapping[str, Any], settings: PrintSettings) -> Check:
    laid, declared = float(deposit.length_mm.sum()), float(parameters["length_declared_mm"])
    limit = LENGTH_MM + (ARC_LENGTH if settings.arc_fitting else 1e-8) * declared
    off = abs(laid - declared)
    return judged("length-declared", off <= limit, f"The beads are {laid / 1000.0:.2f} m long, as the setup says.",
                  f"{trace.file}: the beads are {laid:.3f} mm long, the setup says {declared:.3f}.", off,
                  round(limit, 4), "mm", "setup")


def _speeds(trace: Trace, deposit: Deposit, settings: PrintSettings) -> Check:
    """Speeds of roles are caps: overhangs, flow and cooling only slow beads down."""
    top = np.asarray([settings.speed_mm_s(k) for k in range(len(ROLES))] + [settings.travel_mm_s])[deposit.role]
    top = np.where(deposit.layer == 0, np.minimum(top, settings.first_layer_mm_s), top)
    values, mask = on_beads(trace, deposit, trace.feed_mm_min[deposit.move] / 60.0 / top * 100.0)
    return at_most(trace, "role-speed", values, mask, 100.0, "%", "Speed over what is declared for the role",
                   "declared speeds", 0.5)


def _temperatures(trace: Trace, settings: PrintSettings) -> Iterable[Check]:
    printing = (trace.layer >= 0) & (trace.e_mm > 0.0)
    for what, values, first, later in (
            ("nozzle", trace.nozzle_c, settings.first_layer_nozzle_c, settings.nozzle_c),
            ("bed", trace.bed_c, settings.first_layer_bed_c, settings.bed_c)):
        wrong = printing & (np.abs(values - np.where(trace.layer == 0, first, later)) > 0.5)
        lines = lines_of(trace, wrong)
        worst = float(values[np.flatnonzero(wrong)[0]]) if wrong.any() else later
        yield judged(f"{what}-declared", not wrong.any(),
                     f"The {what} is kept at {first:.0f} then {later:.0f} degrees C, as declared.",
                     f"{trace.file}:{lines[0] if lines else 0}: the {what}'s target is {worst:.0f} degrees C; declared "
                     f"are {first:.0f} and {later:.0f}.", worst, later, "degrees C", "setup", lines)


# The planner's last round of slowing may fall this share short of the minimum time.
TIME_SLACK = 0.05


def layer_time_check(trace: Trace, deposit: Deposit, times_s: Floats, settings: PrintSettings, native: bool
                     ) -> Check:
    """Every layer takes the material's minimum time, or already runs at the minimum speed.

    Foreign slicers slow no bridges and no overhangs, and announce layers of supports alone: those are left to them.
    """
    inside = trace.layer >= 0
    count = int(trace.layer.max(initial=-1)) + 1
    seconds = np.bincount(trace.layer[inside], times_s[inside], count)
    made = np.flatnonzero(np.bincount(trace.layer[deposit.move], deposit.part, count)[:count] > 0.0)
    if not native and len(made):
        # Layers of supports alone, just before or after, count with the part's layer between them.
        past = np.concatenate([[0.0], np.cumsum(seconds)])
        before, after = np.concatenate([[0], made[:-1] + 1]), np.concatenate([made[1:], [count]])
        seconds[made] = past[after] - past[before]
    slowest = np.full(count, np.inf)
    of = trace.layer[deposit.move]
    np.minimum.at(slowest, of, trace.feed_mm_min[deposit.move] / 60.0)
    hurried = (seconds < settings.min_layer_s * (1.0 - TIME_SLACK)) & (slowest > settings.min_speed_mm_s + 0.1)
    hurried &= np.isfinite(slowest)
    if not native:
        hurried[np.setdiff1d(np.arange(count), made)] = False
        hurried[of[np.isin(deposit.role, THREADS)]] = False
    worst = int(np.argmin(np.where(hurried, seconds, np.inf))) if hurried.any() else 0
    lines = lines_of(trace, deposit.move[of == worst][:1]) if hurried.any() else ()
    least = float(seconds[worst]) if hurried.any() else float(seconds.min(initial=settings.min_layer_s))
    return judged("layer-time", not hurried.any(), "Every layer has time to set, or runs at the minimum speed.",
                  f"{trace.file}:{lines[0] if lines else 0}: layer {worst} takes {least:.1f} s, the material asks for "
                  f"{settings.min_layer_s:g} s.", least, settings.min_layer_s, "s", "material profile", lines)
