"""What must hold of our own programs besides: layers, retraction, declared widths, speeds, temperatures, filament."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fabwright.machines.fdm.settings import ROLES, PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.verify.deposit import Deposit
from fabwright.machines.fdm.verify.judging import at_most, judged, lines_of
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.state import FEED_SLACK_MM_S, FLOW_SLACK, volumetric_flow
from fabwright.model import Check, Floats, Machine, Material, Trace

# Five decimals of E: half a step, twice, since the writer carries its rounding on.
E_STEP_MM = 1.1e-5
# Sums differ by a step of E at each retraction, no more: the writer carries its rounding on.
DECLARED_MM = 0.001
# A layer with less than this in it may be left out.
LAYER_MM2 = 0.3
PLACE_MM = 0.002


def declared_checks(trace: Trace, deposit: Deposit, settings: PrintSettings, parameters: Mapping[str, Any],
                    reference: Reference, machine: Machine, material: Material) -> list[Check]:
    """Checks against the setup that travels with the job."""
    flow_pct = machine.profile.tolerances.flow_pct
    return [_relative(trace), *_layers(trace, deposit, reference), _through(trace), *_retraction(trace, settings),
            _widths(trace, deposit, settings, flow_pct), _steady(trace, deposit, flow_pct), _closed(trace, deposit),
            _filament(trace, deposit, parameters, settings), *_speeds(trace, deposit, settings),
            *_window(trace, settings, material), _cooled(trace, deposit, settings), _material_flow(trace, settings,
                                                                                                   material)]


def _relative(trace: Trace) -> Check:
    modes = [h for h in trace.happenings if h.name == "extruder-mode"]
    wrong = tuple(h.line for h in modes if h.value != 83.0)
    return judged("extruder-relative", bool(modes) and not wrong, "Filament is counted relatively (M83) throughout.",
                  f"{trace.file}:{wrong[0] if wrong else 0}: filament must be counted relatively (M83) in this job.",
                  len(wrong), 0.0, "lines", "", wrong[:5])


def _layers(trace: Trace, deposit: Deposit, reference: Reference) -> Iterable[Check]:
    tops = reference.tops_mm
    seen = np.unique(deposit.layer[deposit.part])
    needed = np.flatnonzero([region.area_mm2 > LAYER_MM2 for region in reference.printable])
    missing = np.setdiff1d(needed, seen)
    last = int(seen.max(initial=-1)) + 1
    yield judged("layer-count", not len(missing) and len(trace.layer_z_mm) == last <= len(tops),
                 f"All {len(needed)} layers of the part that can be printed are there.",
                 f"{trace.file}: {len(seen)} layers are printed and {len(trace.layer_z_mm)} announced, the part has "
                 f"{len(tops)}" + (f"; layer {missing[0]} is missing." if len(missing) else "."), len(seen),
                 float(len(tops)), "layers", "the solid's height and the declared layers")
    known = deposit.layer < len(tops)
    away = np.abs(trace.end[deposit.move, 2] - tops[np.minimum(deposit.layer, len(tops) - 1)])
    away = np.maximum(away, np.abs(trace.start[deposit.move, 2] - trace.end[deposit.move, 2]))
    wrong = ~known | (away > PLACE_MM)
    lines = lines_of(trace, deposit.move[wrong])
    worst = float(away.max()) if len(away) else 0.0
    yield judged("layer-height", not wrong.any(), "Every bead lies at the height of its layer.",
                 f"{trace.file}:{lines[0] if lines else 0}: a bead lies {worst:.3f} mm off the height of its layer.",
                 worst, PLACE_MM, "mm", "declared layer heights", lines)


def _through(trace: Trace) -> Check:
    """No move at a height below the highest bead laid so far, from the first layer on."""
    flat = np.hypot(*(trace.end - trace.start)[:, :2].T)
    laid = np.where((trace.e_mm > 0.0) & (flat > 0.0), trace.end[:, 2], 0.0)
    before = np.concatenate([[0.0], np.maximum.accumulate(laid)[:-1]])
    depth = np.maximum(before - np.minimum(trace.start[:, 2], trace.end[:, 2]), 0.0)
    return at_most(trace, "above-the-part", depth, (flat > 0.0) & (trace.layer >= 0), 0.0, "mm",
                   "Depth of moves below what is already printed", "", PLACE_MM)


def _retraction(trace: Trace, settings: PrintSettings) -> Iterable[Check]:
    flat = np.hypot(*(trace.end - trace.start)[:, :2].T)
    laying = (trace.e_mm > 0.0) & (flat > 0.0)
    held = np.cumsum(np.where(laying, 0.0, trace.e_mm))
    off = np.where(laying, np.abs(held), 0.0)
    yield at_most(trace, "retraction-balance", off, laying, 0.0, "mm",
                  "Filament still pulled back, or pushed too far, at "
                  "a bead", "what is pulled back is pushed again", 0.005)
    travel = (trace.e_mm == 0.0) & (trace.layer >= 0) & (held > -1e-4) & (settings.retraction_mm > 0.0)
    yield at_most(trace, "retraction-before-travel", flat, travel, settings.min_travel_mm, "mm",
                  "Travel with the filament not pulled back", "declared minimum travel", PLACE_MM)


def _roles(trace: Trace) -> np.ndarray:
    """Index into ROLES for each role of the trace; -1 for others."""
    return np.asarray([ROLES.index(name) if name in ROLES else -1 for name in trace.roles] or [-1], dtype=np.int64)


def _widths(trace: Trace, deposit: Deposit, settings: PrintSettings, flow_pct: float) -> Check:
    """Filament per millimetre against the declared bead, gap beads apart."""
    spacing = np.where(deposit.layer == 0, bead_spacing_mm(settings.width_mm(0), settings.height_mm(0)),
                       bead_spacing_mm(settings.width_mm(1), settings.height_mm(1)))
    due = spacing * deposit.height_mm * deposit.length_mm / settings.filament_area_mm2
    fixed = trace_roles(trace, deposit) != ROLES.index("Gap fill")
    off = np.maximum(np.abs(trace.e_mm[deposit.move] - due) - E_STEP_MM, 0.0) / due * 100.0
    values = np.zeros(len(trace))
    values[deposit.move] = np.where(fixed, off, 0.0)
    mask = np.zeros(len(trace), dtype=bool)
    mask[deposit.move[fixed]] = True
    return at_most(trace, "bead-width", values, mask, flow_pct, "%", "Filament per millimetre off the declared bead",
                   "declared line widths")


def trace_roles(trace: Trace, deposit: Deposit) -> np.ndarray:
    """Index into ROLES of each bead; -1 where the role is none of ours."""
    return deposit.role


def _steady(trace: Trace, deposit: Deposit, flow_pct: float) -> Check:
    """Filament per millimetre stays the same along a bead without a break."""
    values = np.zeros(len(trace))
    mask = np.zeros(len(trace), dtype=bool)
    if len(deposit.move) > 1:
        rate = trace.e_mm[deposit.move] / deposit.length_mm
        same = (np.diff(deposit.move) == 1) & (np.diff(deposit.role) == 0)
        rounding = E_STEP_MM / deposit.length_mm
        off = np.maximum(np.abs(np.diff(rate)) - rounding[1:] - rounding[:-1], 0.0) / rate[:-1] * 100.0
        at = deposit.move[1:][same]
        values[at], mask[at] = off[same], True
    return at_most(trace, "bead-steady", values, mask, flow_pct, "%", "Change of filament per millimetre along a bead",
                   "")


def _closed(trace: Trace, deposit: Deposit) -> Check:
    """Walls end where they began."""
    wall = np.isin(trace_roles(trace, deposit), [ROLES.index(n) for n in ("External perimeter", "Perimeter",
                                                                          "Skirt/Brim")])
    rows = np.flatnonzero(wall)
    values, mask = np.zeros(len(trace)), np.zeros(len(trace), dtype=bool)
    if len(rows):
        starts = np.concatenate([[True], np.diff(deposit.move[rows]) != 1])
        first = np.flatnonzero(starts)
        last = np.concatenate([first[1:] - 1, [len(rows) - 1]])
        gap = np.hypot(*(deposit.a[rows[first]] - deposit.b[rows[last]]).T)
        values[deposit.move[rows[last]]], mask[deposit.move[rows[last]]] = gap, True
    return at_most(trace, "walls-closed", values, mask, 0.0, "mm", "Gap between the ends of a wall", "", PLACE_MM)


def _filament(trace: Trace, deposit: Deposit, parameters: Mapping[str, Any], settings: PrintSettings) -> Check:
    pushed = float(trace.e_mm[deposit.move].sum())
    declared = float(parameters["filament_declared_mm"])
    limit = round(DECLARED_MM + 1e-7 * declared, 6)
    off = abs(pushed - declared)
    return judged("filament-declared", off <= limit, f"The beads take {pushed:.2f} mm of filament, as the setup says.",
                  f"{trace.file}: the beads take {pushed:.3f} mm of filament, the setup says {declared:.3f}.", off,
                  limit,
                  "mm", "setup")


def _speeds(trace: Trace, deposit: Deposit, settings: PrintSettings) -> Iterable[Check]:
    role = trace_roles(trace, deposit)
    top = np.asarray([settings.speed_mm_s(k) for k in range(len(ROLES))] + [settings.travel_mm_s])[role]
    top = np.where(deposit.layer == 0, np.minimum(top, settings.first_layer_mm_s), top)
    speed = trace.feed_mm_min[deposit.move] / 60.0
    values, mask = np.zeros(len(trace)), np.zeros(len(trace), dtype=bool)
    values[deposit.move], mask[deposit.move] = speed / top * 100.0, True
    yield at_most(trace, "role-speed", values, mask, 100.0, "%", "Speed over what is declared for the role",
                  "declared speeds", 0.5)
    # Gap beads vary in width, so their flow limit varies; every other role keeps one speed in a layer.
    one = role != ROLES.index("Gap fill")
    key = deposit.layer * 16 + role
    order = np.lexsort((speed, key))
    order = order[one[order]]
    first = np.concatenate([[True], np.diff(key[order]) != 0]) if len(order) else np.empty(0, dtype=bool)
    base = speed[order][np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))]
    spread, held = np.zeros(len(trace)), np.zeros(len(trace), dtype=bool)
    spread[deposit.move[order]], held[deposit.move[order]] = speed[order] - base, True
    yield at_most(trace, "speed-steady", spread, held, 0.0, "mm/s", "Spread of speeds of one role in one layer", "",
                  FEED_SLACK_MM_S)


def _window(trace: Trace, settings: PrintSettings, material: Material) -> Iterable[Check]:
    heat = material.profile.temperature
    printing = (trace.layer >= 0) & (trace.e_mm > 0.0)
    for what, values, low, high, first, later in (
            ("nozzle", trace.nozzle_c, heat.nozzle_min_c, heat.nozzle_max_c, settings.first_layer_nozzle_c,
             settings.nozzle_c),
            ("bed", trace.bed_c, heat.bed_min_c, heat.bed_max_c, settings.first_layer_bed_c, settings.bed_c)):
        outside = printing & ((values < low) | (values > high))
        due = np.where(trace.layer == 0, first, later)
        wrong = outside | (printing & (np.abs(values - due) > 0.5))
        lines = lines_of(trace, wrong)
        worst = float(values[np.flatnonzero(wrong)[0]]) if wrong.any() else later
        yield judged(f"{what}-window", not wrong.any(),
                     f"The {what} is kept at {first:.0f} then {later:.0f} degrees C, "
                     f"inside the material's window of {low:.0f} to {high:.0f}.",
                     f"{trace.file}:{lines[0] if lines else 0}: the {what}'s target is {worst:.0f} degrees C; declared "
                     f"are {first:.0f} and {later:.0f}, the material stands {low:.0f} to {high:.0f}.", worst, high,
                     "degrees C",
                     heat.source, lines)


def _cooled(trace: Trace, deposit: Deposit, settings: PrintSettings) -> Check:
    fan = trace.fan[deposit.move]
    off = (deposit.layer < settings.fan_off_layers) & (fan > 0.01)
    late = (deposit.layer >= settings.full_fan_layer) & (fan < settings.fan_min - 0.02)
    over = fan > settings.fan_max + 0.02
    wrong = deposit.move[off | late | over]
    lines = lines_of(trace, wrong)
    return judged("fan", not len(wrong), "The part fan is off on the first layers and inside its range later.",
                  f"{trace.file}:{lines[0] if lines else 0}: the part fan is outside what the material asks for.",
                  len(wrong),
                  0.0, "moves", "material profile", lines)


# The planner's last round of slowing may fall this share short of the minimum time.
TIME_SLACK = 0.05


def layer_time_check(trace: Trace, deposit: Deposit, times_s: Floats, settings: PrintSettings) -> Check:
    """Every layer takes the material's minimum time, or already runs at the minimum speed."""
    inside = trace.layer >= 0
    count = int(trace.layer.max(initial=-1)) + 1
    seconds = np.bincount(trace.layer[inside], times_s[inside], count)
    slowest = np.full(count, np.inf)
    np.minimum.at(slowest, deposit.layer, trace.feed_mm_min[deposit.move] / 60.0)
    hurried = (seconds < settings.min_layer_s * (1.0 - TIME_SLACK)) & (slowest > settings.min_speed_mm_s + 0.1)
    worst = int(np.argmin(np.where(hurried, seconds, np.inf))) if hurried.any() else 0
    lines = lines_of(trace, deposit.move[deposit.layer == worst][:1]) if hurried.any() else ()
    least = float(seconds.min(initial=settings.min_layer_s))
    return judged("layer-time", not hurried.any(), "Every layer has time to set, or runs at the minimum speed.",
                  f"{trace.file}:{lines[0] if lines else 0}: layer {worst} takes {least:.1f} s, the material asks for "
                  f"{settings.min_layer_s:g} s.", least, settings.min_layer_s, "s", "material profile", lines)


def _material_flow(trace: Trace, settings: PrintSettings, material: Material) -> Check:
    flat = np.hypot(*(trace.end - trace.start)[:, :2].T)
    limit = min(settings.max_flow_mm3_s, float(material.profile.flow.max_flow_mm3_s))
    return at_most(trace, "material-flow", volumetric_flow(trace, flat, settings.filament_area_mm2), trace.e_mm > 0.0,
                   limit, "mm3/s", "Volume of this material melted", material.profile.flow.source,
                   limit * (FLOW_SLACK - 1.0))
