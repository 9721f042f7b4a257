"""Measured material to checks and figures."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.verify.deposit import Deposit
from fabwright.machines.fdm.verify.judging import judged, lines_of
from fabwright.machines.fdm.verify.material import Measured, measure, part_beads
from fabwright.machines.fdm.verify.reach import near_beads, open_areas_mm2, spread_over_layers
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.standing import Hanging, hanging, inside_mm2
from fabwright.machines.fdm.verify.thinning import thinned
from fabwright.machines.fdm.verify.volumes import SPREAD, UNEVEN, Volumes, line_slack_mm3, volumes
from fabwright.model import Check, Floats, Machine, Trace

# Beads round off corners and end bluntly: this much along the outline is not held against a layer's area.
ROUNDING_MM = 0.05
# The tip of a cone is one bead long: as much of an area is no share of it.
TIP_MM2 = 0.3
# Sections of a mesh at layer middles against its volume: a stair of layers.
STAIR_PCT = 3.0
# Beads in line are merged: closely for edges, coarsely for what is millimetres away.
FINE_MM, COARSE_MM = 0.006, 0.08
# A layer of solid beads may push this much more or less than it covers, and a little that is no share of it.
LAYER_PCT, LAYER_MM3 = 12.0, 0.4
SPIRAL_PCT = 15.0
# Other slicers let short hatching overlap the walls, and itself where it turns.
FOREIGN_VOLUME_PCT = 1.5
# Beads of other widths meet in thin parts and corners: as much along every outline.
RIM_MM = 0.02
# A body of infill alone has open edges.
WALL_LESS = 3.0
# Turns that widen overlap the turn before by what they widen.
SPIRAL_SLACK_PCT = 2.0


def material_checks(trace: Trace, deposit: Deposit, reference: Reference, machine: Machine, settings: PrintSettings,
                    native: bool) -> tuple[list[Check], dict[str, float]]:
    """Checks of the deposited material, and the figures they rest on."""
    part = part_beads(deposit, len(reference))
    beads = thinned(deposit, part, FINE_MM)
    measured = measure(beads, reference, settings)
    spread = spread_over_layers(thinned(beads, np.arange(len(beads)), COARSE_MM), reference)
    near = near_beads(spread, reference, settings, native)
    gaps = open_areas_mm2(spread, near, reference, settings, native)
    hang = hanging(deposit, beads, measured, spread, near, reference, settings, machine.profile.limits)
    found = volumes(beads, reference, settings, native)
    checks, figures = _area_checks(measured, reference, machine, settings, native)
    limits = machine.profile.tolerances
    open_mm2 = limits.open_mm2 * (1.0 if settings.walls else WALL_LESS)
    checks.append(_layered("infill-gap", gaps, open_mm2, "mm2",
                           "Area inside further from a bead than the declared infill leaves", limits.source))
    checks.append(_standing(trace, hang, machine))
    checks.append(_layered("supports-clear", inside_mm2(deposit, reference), limits.void_mm2, "mm2",
                           "Area of supports printed into the part", limits.source))
    volume, percent = _volume_checks(found, reference, machine, settings, native)
    figures |= {"volume_deviation_pct": percent, "infill_open_max_mm2": round(float(gaps.max(initial=0.0)), 4),
                "in_the_air_max_mm": round(float(hang.air_mm.max(initial=0.0)), 3),
                "bridge_max_mm": round(float(hang.bridge_mm.max(initial=0.0)), 2),
                "deposited_mm3": round(found.deposited_mm3, 2), "solid_mm3": round(reference.volume_mm3, 2)}
    return [*checks, *volume, _stair(reference, settings)], figures


def _area_checks(measured: Measured, reference: Reference, machine: Machine, settings: PrintSettings, native: bool
                 ) -> tuple[list[Check], dict[str, float]]:
    limits = machine.profile.tolerances
    half_line, source = settings.line_width_mm / 2.0, limits.source
    void_mm2 = limits.void_mm2 if native else limits.open_mm2
    void_mm2 *= 1.0 if settings.walls else WALL_LESS
    section = np.maximum(reference.section_mm2, 1e-9)
    off = measured.excess_mm2 - measured.missing_mm2
    area = np.maximum(np.abs(off) - ROUNDING_MM * reference.outline_mm - TIP_MM2, 0.0) / section * 100.0
    area[reference.section_mm2 <= 0.0] = 0.0
    away = measured.boundary_p99_mm.copy()
    if not native and len(away):
        # Slicers differ in how far they draw in thin parts against the elephant's foot.
        away[0] = max(away[0] - settings.elephant_foot_mm, 0.0)
    if not settings.walls:
        # Without walls the ends of hatching make the outline, and zigzag about it; voids and outside tell.
        away[:] = 0.0
    if settings.vase and len(away):
        # Where a spiral swells from nothing and fades to it there is less than a wall.
        away[settings.bottom_layers:settings.bottom_layers + 2] = away[-2:] = 0.0
    # A spiral meets the section at the middle of its layer on its way up.
    limit = half_line + (settings.layer_height_mm / 2.0 if settings.vase else 0.0)
    checks = [
        _layered("printed-outside", measured.outside_mm2, limits.outside_mm2, "mm2",
                 "Area printed outside the solid by more than half a line", source),
        _layered("solid-filled", np.maximum(measured.void_mm2 - limits.void_pct / 100.0 * section, 0.0),
                 void_mm2, "mm2",
                 f"Area left open in walls and skins beyond {limits.void_pct:g} % of the layer", source),
        _layered("layer-area", area, limits.area_pct, "%", "Area of beads against the section, rounded corners apart",
                 source),
        _layered("boundary", away, round(limit, 4), "mm",
                 "Distance between bead edge and section, 99th percentile of the layer", "half a line width"),
    ]
    figures = {"area_deviation_max_pct": round(float(area.max(initial=0.0)), 3),
               "area_deviation_p95_pct": round(float(np.percentile(np.abs(off) / section * 100.0, 95)), 3),
               "boundary_p99_mm": round(float(measured.boundary_p99_mm.max(initial=0.0)), 4),
               "outside_max_mm2": round(float(measured.outside_mm2.max(initial=0.0)), 4),
               "void_max_mm2": round(float(measured.void_mm2.max(initial=0.0)), 4),
               "scanline_pitch_mm": measured.pitch_mm}
    # Layers to look at, counted from 1 (`fabwright show-layer`, and the pictures of a job).
    figures |= {f"{name}_worst_layer": float(np.argmax(values) + 1) for name, values in (
        ("area", area), ("boundary", away), ("outside", measured.outside_mm2), ("void", measured.void_mm2))
        if len(values) and values.max() > 0.0}
    return checks, figures


def _standing(trace: Trace, hang: Hanging, machine: Machine) -> Check:
    limit = float(machine.profile.tolerances.unsupported_mm2)
    worst = int(np.argmax(hang.air_mm)) if len(hang.air_mm) else 0
    value = float(hang.air_mm[worst]) if len(hang.air_mm) else 0.0
    lines = lines_of(trace, hang.moves)
    return judged("supported", value <= limit, "Every bead lies over bed, part, support or raft, beside another bead, "
                  f"or bridges from one to another ({value:.2g} mm do not, limit {limit:g}).",
                  f"Layer {worst}: {value:.2f} mm of beads begin in the air, over nothing and beside nothing; the "
                  f"limit is {limit:g} mm.", value, limit, "mm", machine.profile.tolerances.source, lines)


def _volume_checks(found: Volumes, reference: Reference, machine: Machine, settings: PrintSettings, native: bool
                   ) -> tuple[list[Check], float]:
    limits = machine.profile.tolerances
    pushed, due = found.solid + found.sparse, found.solid_due + found.sparse_due
    if settings.infill_pattern in UNEVEN or (settings.infill_density <= 0.0 and not reference.zones):
        pushed, due = found.solid, found.solid_due
    if settings.vase:
        # Where the spiral begins and ends, its turns swell and fade over each other.
        even = np.abs(pushed - due) <= SPIRAL_PCT / 100.0 * np.maximum(due, 1e-9)
        pushed, due = np.where(even, pushed, 0.0), np.where(even, due, 0.0)
    expected = float(due.sum())
    percent = (float(pushed.sum()) / expected - 1.0) * 100.0 if expected > 0.0 else 100.0
    slack = line_slack_mm3(found, reference, settings)
    slack += SPREAD.get(settings.infill_pattern, 0.0) * float(found.sparse_due.sum())
    spiral = SPIRAL_SLACK_PCT if settings.vase else 0.0
    rim = float((RIM_MM * reference.outline_mm * reference.grid.heights_mm).sum())
    slack += rim
    most = limits.volume_pct + spiral + (0.0 if native else FOREIGN_VOLUME_PCT)
    limit = round(most + (100.0 * slack / expected if expected > 0.0 else 0.0), 3)
    layer = np.maximum(np.abs(found.solid - found.solid_due) - LAYER_MM3, 0.0)
    layer = layer / np.maximum(found.solid_due, 1e-9) * 100.0
    layer[found.solid_due <= 0.0] = 0.0
    if settings.vase:
        # The spiral lays one turn flat before it climbs, and ends in the layer that it fills.
        layer[:] = 0.0
    return [judged("volume", abs(percent) <= limit, f"The deposited volume is {percent:+.2f} % off what the solid and "
                   f"the infill density ask for (limit {limit:.2f} %).",
                   f"The deposited volume is {percent:+.2f} % off what the solid and the infill density ask for; the "
                   f"limit is {limit:.2f} %.", abs(percent), limit, "%", limits.source),
            _layered("laid-once", layer, LAYER_PCT, "%", "Volume of a layer's solid beads off what they cover",
                     "a bead laid over another fills nothing")], round(percent, 3)


def _layered(name: str, values: Floats, limit: float, unit: str, what: str, source: str) -> Check:
    """Worst layer against the limit."""
    worst = int(np.argmax(values)) if len(values) else 0
    value = float(values[worst]) if len(values) else 0.0
    return judged(name, bool(np.all(values <= limit)), f"{what}: at most {value:.4g} {unit} (limit {limit:.4g}).",
                  f"Layer {worst}: {what[0].lower()}{what[1:]} is {value:.4g} {unit}, the limit is {limit:.4g}.",
                  value, limit, unit, source)


def _stair(reference: Reference, settings: PrintSettings) -> Check:
    height = reference.grid.heights_mm
    layered = float((reference.section_mm2 * height).sum())
    off = (layered / reference.volume_mm3 - 1.0) * 100.0
    # A horizontal face lies up to half a layer off.
    step = 0.5 * float(height.max()) * float(reference.section_mm2.max()) / reference.volume_mm3
    limit = max(STAIR_PCT, 100.0 * float(height[0]) / float(reference.grid.tops_mm[-1]), 100.0 * step)
    grown = max(abs(settings.contour_growth_mm), abs(settings.hole_growth_mm))
    limit += 100.0 * grown * float((reference.outline_mm * height).sum()) / reference.volume_mm3
    return judged("layers-make-the-solid", abs(off) <= limit,
                  f"The layers' sections make {off:+.2f} % of the solid's volume.",
                  f"The layers' sections make {off:+.2f} % more or less than the solid's volume (limit {limit:.1f} %).",
                  abs(off), round(limit, 3), "%", "sections at layer middles")
