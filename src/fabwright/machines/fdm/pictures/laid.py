"""What a program lays in one layer, read from its trace alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fabwright.errors import UsageError
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.settings import CUSTOM
from fabwright.machines.fdm.verify.deposit import Deposit, deposited, trace_grid
from fabwright.model import Floats, Ints, Trace

# Heights of a file without layer marks that differ by less are one layer.
SAME_MM = 0.02
# Moves that push filament over less than this are no beads worth a layer.
BEAD_MM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """All beads of a program by layer, and the layers: `travel_a`, `travel_b` (n, 2) with `travel_layer` (n,) are the
    moves between."""

    beads: Deposit
    grid: LayerGrid
    travel_a: Floats
    travel_b: Floats
    travel_layer: Ints
    file: str

    def rows(self, layer: int) -> Ints:
        """Beads of a layer, in the order in which they are laid."""
        return np.flatnonzero(self.beads.layer == layer)


def laid(trace: Trace, filament_mm: float, grid: LayerGrid | None = None) -> Laid:
    """Beads and layers: those that a setup declares, else those that the file marks, else those at whose heights it
    lays beads; UsageError for a file that lays none."""
    found = grid
    if found is None and len(trace.layer_z_mm):
        beads, found = deposited(trace, None, filament_mm), trace_grid(trace)
        # Marks know a layer's number, not always its height.
        layer_of_moves = trace.layer
    else:
        found = found if found is not None else _grid_by_height(trace)
        beads = deposited(replace(trace, layer=np.zeros(len(trace), dtype=np.int64)), found, filament_mm)
        layer_of_moves = np.clip(np.searchsorted(found.tops_mm, trace.end[:, 2] - SAME_MM), 0, len(found) - 1)
    if not len(beads):
        raise UsageError(f"{trace.file}: the program lays no beads; there is no layer to show")
    step = np.hypot(*(trace.end[:, :2] - trace.start[:, :2]).T)
    moves = np.flatnonzero((trace.e_mm <= 0.0) & (step > 0.0))
    return Laid(beads, found, trace.start[moves, :2], trace.end[moves, :2], layer_of_moves[moves], trace.file)


def _grid_by_height(trace: Trace) -> LayerGrid:
    step = np.hypot(*(trace.end[:, :2] - trace.start[:, :2]).T)
    height = np.sort(trace.end[(trace.e_mm > 0.0) & (step > BEAD_MM), 2])
    if not len(height):
        raise UsageError(f"{trace.file}: the program lays no beads; there is no layer to show")
    tops = height[np.concatenate([[True], np.diff(height) > SAME_MM])]
    return LayerGrid(tops, np.diff(tops, prepend=0.0))


def box_mm(beads: Deposit, rows: Ints) -> tuple[Floats, Floats]:
    """Corners of the box round beads, without the line that fills the nozzle where there is anything else."""
    kept = rows[beads.role[rows] != CUSTOM]
    kept = kept if len(kept) else rows
    points = np.concatenate([beads.a[kept], beads.b[kept]])
    return points.min(axis=0), points.max(axis=0)
