"""How far from a bead a place inside may lie, for the declared infill; and where that is exceeded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fabwright.machines.fdm.settings import INFILL, PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.verify.deposit import Deposit
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.runs import Runs, bead_runs, combined
from fabwright.machines.fdm.verify.volumes import zone_runs
from fabwright.model import Floats

# Furthest place from a line, in units of line distance at that density with lines one way: half of it one way, all of
# it for two ways at twice the distance, the radius of the circle in a triangle or a hexagon for the others.
PATTERN_REACH = {"rectilinear": 0.5, "concentric": 0.55, "grid": 1.0, "triangles": 1.0, "honeycomb": 1.0,
                 "gyroid": 1.0}
# Rings of foreign slicers stop where the next would not fit.
FOREIGN_REACH = {"concentric": 1.1}
SLACK = 1.15
LINES_MM = (0.1, 0.8)


def infill_reach_mm(settings: PrintSettings, density: float, pattern: str, native: bool = True) -> float:
    """Infinite where nothing is declared inside, or only what carries the top."""
    if density <= 0.0 or pattern not in PATTERN_REACH:
        return np.inf
    spacing = bead_spacing_mm(settings.line_width_mm, settings.layer_height_mm)
    reach = PATTERN_REACH[pattern] if native else FOREIGN_REACH.get(pattern, PATTERN_REACH[pattern])
    return SLACK * reach * spacing / density


def spread_over_layers(part: Deposit, reference: Reference) -> Deposit:
    """The part's beads, with sparse ones that are several layers thick repeated in each layer that they fill."""
    thick = np.where(part.role == INFILL, np.rint(part.height_mm / reference.grid.heights_mm[part.layer]), 1.0)
    count = np.clip(thick, 1, 16).astype(np.int64)
    row = np.repeat(np.arange(len(part)), count)
    down = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    columns = {name: getattr(part, name)[row] for name in Deposit.__dataclass_fields__}
    return replace(Deposit(**columns), layer=np.maximum(part.layer[row] - down, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Stretches of every layer within `reach_mm` of a bead of the part, on scanlines `pitch_mm` apart; nothing where
    the reach is infinite."""

    runs: Runs
    reach_mm: float
    pitch_mm: float


def near_beads(beads: Deposit, reference: Reference, settings: PrintSettings, native: bool) -> Near:
    """Within the reach of the infill declared outside zones; scanlines are near enough for that in zones too."""
    reach = infill_reach_mm(settings, settings.infill_density, settings.infill_pattern, native)
    reaches = [reach, *(infill_reach_mm(settings, z.density, z.pattern, native) for z in reference.zones)]
    pitch = float(np.round(np.clip(min(reaches) / 2.0, *LINES_MM), 2))
    nothing = np.empty(0, dtype=np.int64)
    return Near(_grown(beads, reach, pitch) if np.isfinite(reach) else Runs(nothing, nothing), reach, pitch)


def open_areas_mm2(beads: Deposit, near: Near, reference: Reference, settings: PrintSettings, native: bool) -> Floats:
    """Area per layer inside the section but too far from every bead for the infill declared there."""
    layers, pitch = len(reference), near.pitch_mm
    total = np.zeros(layers)
    rest = reference.runs([d.section for d in reference.distinct], pitch)
    for zone in reversed(reference.zones):
        runs = zone_runs(zone.sections, pitch)
        reach = infill_reach_mm(settings, zone.density, zone.pattern, native)
        if np.isfinite(reach):
            far = combined(combined(rest, runs, True, True), _grown(beads, reach, pitch), True, False)
            total += far.area_mm2(layers, pitch)
        rest = combined(rest, runs, True, False)
    if np.isfinite(near.reach_mm):
        total += combined(rest, near.runs, True, False).area_mm2(layers, pitch)
    return total


def _grown(beads: Deposit, reach_mm: float, pitch_mm: float) -> Runs:
    return bead_runs(beads.a, beads.b, beads.radius_mm + reach_mm, beads.layer, pitch_mm)
