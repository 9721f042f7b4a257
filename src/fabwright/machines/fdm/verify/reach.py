"""How far from a bead a place inside may lie, for the declared infill; and where that is exceeded."""

from __future__ import annotations

from dataclasses import replace

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


def open_areas_mm2(beads: Deposit, reference: Reference, settings: PrintSettings, native: bool) -> Floats:
    """Area per layer inside the section but too far from every bead for the infill declared there."""
    layers = len(reference)
    total = np.zeros(layers)
    reaches = [infill_reach_mm(settings, settings.infill_density, settings.infill_pattern, native)]
    reaches += [infill_reach_mm(settings, z.density, z.pattern, native) for z in reference.zones]
    pitch = float(np.round(np.clip(min(reaches) / 2.0, *LINES_MM), 2))
    rest = reference.runs([d.printable for d in reference.distinct], pitch)
    for zone, reach in zip(reversed(reference.zones), reversed(reaches[1:]), strict=True):
        runs = zone_runs(zone.sections, pitch)
        total += _beyond(combined(rest, runs, True, True), beads, reach, pitch, layers)
        rest = combined(rest, runs, True, False)
    return np.asarray(total + _beyond(rest, beads, reaches[0], pitch, layers))


def _beyond(place: Runs, beads: Deposit, reach: float, pitch: float, layers: int) -> Floats:
    if not np.isfinite(reach) or not len(place.low):
        return np.zeros(layers)
    near = bead_runs(beads.a, beads.b, beads.radius_mm + reach, beads.layer, pitch)
    return combined(place, near, True, False).area_mm2(layers, pitch)
