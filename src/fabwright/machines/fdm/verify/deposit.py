"""What a trace lays down: one row per straight piece of a move that pushes filament along a path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.settings import BRIDGE, CUSTOM, INTERFACE, OVERHANG, ROLES, SKIRT, SUPPORT
from fabwright.machines.fdm.verify.paths import lengths_mm, straight_pieces
from fabwright.model import Floats, Ints, Trace

#: Roles that are not the part: around it, under it, or before it.
APART = (SKIRT, CUSTOM, SUPPORT, INTERFACE)
#: Roles that may lie as round threads in the air.
THREADS = (OVERHANG, BRIDGE)
#: Names of other roles of slicers, and what they amount to here.
ALSO = {"Ironing": CUSTOM, "Wipe tower": CUSTOM, "Raft": SUPPORT}
#: No nozzle lays a wider bead; more filament than that is another check's to refuse.
WIDEST_MM = 5.0
# Rounding of heights in programs.
HEIGHT_MM = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Deposit:
    """Columns over m beads: `move` index into the trace, `a`, `b` (m, 2), `length_mm`, `layer` (the layer whose top it
    reaches, or that it ends in), `off_mm` from that top, `top_mm`, `role` (index into settings.ROLES, -1 for none of
    them), `height_mm`, `spacing_mm` (cross-section over height), `radius_mm` (half its width), `part` bool."""

    move: Ints
    a: Floats
    b: Floats
    length_mm: Floats
    layer: Ints
    off_mm: Floats
    top_mm: Floats
    role: Ints
    height_mm: Floats
    spacing_mm: Floats
    radius_mm: Floats
    part: np.ndarray

    def __len__(self) -> int:
        return len(self.move)

    @property
    def volume_mm3(self) -> Floats:
        """Volume of each bead."""
        return np.asarray(self.spacing_mm * self.height_mm * self.length_mm)


def trace_grid(trace: Trace) -> LayerGrid:
    """The layers that the file's own marks announce."""
    return LayerGrid(trace.layer_z_mm, trace.layer_height_mm)


def deposited(trace: Trace, grid: LayerGrid | None = None, filament_mm: float = 1.75) -> Deposit:
    """Beads with the width that follows from the filament pushed and their height.

    The height is what the file says of the bead (`;HEIGHT:`), else that of its layer. With the `grid` that a setup
    declares, a bead belongs to the layer at whose top it lies; without one, to the layer that the file's marks say.
    """
    length = lengths_mm(trace)
    moves = np.flatnonzero((trace.e_mm > 0.0) & (length > 0.0) & (trace.layer >= 0))
    pieces = straight_pieces(trace, moves)
    move, top = pieces.move, trace.end[pieces.move, 2]
    layers = trace_grid(trace) if grid is None else grid
    layer, off = (trace.layer[move], np.zeros(len(move))) if grid is None else _layer_at(top, grid)
    said = trace.bead_height_mm[move] if len(trace.bead_height_mm) else np.zeros(len(move))
    plain = layers.heights_mm[layer] if len(layers) else np.zeros(len(move))
    height = np.where(said > 0.0, said, plain)
    height = np.where((height > 0.0) & np.isfinite(height), height, 0.2)
    long = length[move] * pieces.share
    role = role_of(trace)[move]
    area = trace.e_mm[move] * (math.pi * filament_mm ** 2 / 4.0) / length[move]
    spacing = area / height
    # A bead said to be higher than its layer hangs as a round thread.
    round_ = np.isin(role, THREADS) & (height > plain + HEIGHT_MM)
    radius = np.where(round_, np.sqrt(area / math.pi), (spacing + height * (1.0 - np.pi / 4.0)) / 2.0)
    radius = np.minimum(radius, WIDEST_MM / 2.0)
    return Deposit(move, pieces.a, pieces.b, long, layer, off, top, role, height, spacing, radius,
                   ~np.isin(role, APART) & (layer >= layers.raft_layers))


def role_of(trace: Trace) -> Ints:
    """Index into ROLES for each move; -1 where the file says none of them."""
    table = np.array([ROLES.index(n) if n in ROLES else ALSO.get(n, -1) for n in trace.roles] + [-1], dtype=np.int64)
    return np.asarray(table[trace.role])


def _layer_at(top: Floats, grid: LayerGrid) -> tuple[Ints, Floats]:
    """The layer in which each height lies, and how far below its top; above the last one it is the last."""
    if not len(grid):
        return np.full(len(top), -1, dtype=np.int64), np.full(len(top), np.inf)
    at = np.minimum(np.searchsorted(grid.tops_mm, top - HEIGHT_MM), len(grid) - 1)
    return at.astype(np.int64), np.abs(grid.tops_mm[at] - top)
