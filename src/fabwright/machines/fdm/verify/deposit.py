"""What a trace lays down: one row per move that pushes filament along a path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Floats, Ints, Trace

#: Roles that are not the part: around it, or before it.
APART = ("Skirt/Brim", "Custom")


#: No nozzle lays a wider bead; more filament than that is another check's to refuse.
WIDEST_MM = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Deposit:
    """Columns over m beads: `move` index into the trace, `a`, `b` (m, 2), `length_mm`, `layer`, `role` (name index of
    the trace), `height_mm`, `spacing_mm` (pushed volume over length and layer height), `radius_mm`, `part` bool."""

    move: Ints
    a: Floats
    b: Floats
    length_mm: Floats
    layer: Ints
    role: Ints
    height_mm: Floats
    spacing_mm: Floats
    radius_mm: Floats
    part: np.ndarray

    @property
    def volume_mm3(self) -> Floats:
        """Volume of each bead."""
        return np.asarray(self.spacing_mm * self.height_mm * self.length_mm)


def deposited(trace: Trace, settings: PrintSettings) -> Deposit:
    """Beads with the width that follows from the filament pushed and the layer's height."""
    step = trace.end[:, :2] - trace.start[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    move = np.flatnonzero((trace.e_mm > 0.0) & (length > 0.0) & (trace.layer >= 0))
    layer, long = trace.layer[move], length[move]
    height = np.where(layer == 0, settings.first_layer_height_mm, settings.layer_height_mm)
    spacing = trace.e_mm[move] * settings.filament_area_mm2 / (long * height)
    apart = np.isin(trace.role[move], [k for k, name in enumerate(trace.roles) if name in APART])
    radius = (spacing + height * (1.0 - np.pi / 4.0)) / 2.0
    radius = np.minimum(radius, WIDEST_MM / 2.0)
    return Deposit(move, trace.start[move, :2], trace.end[move, :2], long, layer, trace.role[move], height, spacing,
                   radius, ~apart)
