"""Whether the nozzle, or the head above it, runs into what is already printed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.verify.paths import lengths_mm, straight_pieces
from fabwright.model import Floats, Ints, Trace

# Rounding of heights, and what a nozzle squeezes aside without harm.
PLACE_MM = 0.002
# Fine cells for the nozzle's tip, coarse ones for the head.
TIP_CELL_MM, HEAD_CELL_MM = 0.5, 5.0
# The tip of a nozzle stands this far below what surrounds it.
PROTRUSION_MM = 2.0
NOZZLE_MM = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Depths:
    """Per move (n,), mm: `tip` below material in its way, `head` below material within the head's radius (less the
    nozzle's protrusion), `frame` that material reaches above nozzle plus clearance height, anywhere."""

    tip: Floats
    head: Floats
    frame: Floats


def depths(trace: Trace, radius_mm: float, height_mm: float) -> Depths:
    """How deep each move goes below what was laid before it.

    Where no move lies below the highest bead so far there is nothing to look for; only those that do are tried on a
    raster of heights, in the order of the file.
    """
    flat = lengths_mm(trace)
    laying = (trace.e_mm > 0.0) & (flat > 0.0) & (trace.layer >= 0)
    top = np.maximum.accumulate(np.where(laying, trace.end[:, 2], 0.0))
    before = np.concatenate([[0.0], top[:-1]]) if len(top) else top
    low = np.minimum(trace.start[:, 2], trace.end[:, 2])
    below = np.maximum(before - low, 0.0)
    tries = np.flatnonzero((flat > 0.0) & (trace.layer >= 0) & (below > PLACE_MM))
    tip, head = np.zeros(len(trace)), np.zeros(len(trace))
    if len(tries):
        beads = np.flatnonzero(laying)
        tip[tries] = _below(trace, tries, beads, TIP_CELL_MM, NOZZLE_MM, 0.0)
        deep = tries[below[tries] > PROTRUSION_MM]
        if len(deep):
            head[deep] = _below(trace, deep, beads, HEAD_CELL_MM, radius_mm, PROTRUSION_MM)
    moving = (flat > 0.0) & (trace.layer >= 0)
    return Depths(tip, head, np.where(moving, np.maximum(below - height_mm, 0.0), 0.0))


def _below(trace: Trace, tries: Ints, beads: Ints, cell_mm: float, radius_mm: float, spare_mm: float) -> Floats:
    """Depth of each tried move below earlier beads within the radius of it."""
    cells, when, z = _cells_of(trace, beads, cell_mm)
    order = np.lexsort((when, cells))
    cells, when, z = cells[order], when[order], z[order]
    highest = _running(cells, z)
    steps = int(np.ceil(radius_mm / cell_mm))
    deepest = np.zeros(len(trace))
    places, at, low = _cells_of(trace, tries, cell_mm)
    for x in range(-steps, steps + 1):
        for y in range(-steps, steps + 1):
            # Cells wholly beyond the radius are left out, those that it cuts are taken in only past its middle.
            if np.hypot(x, y) * cell_mm > radius_mm:
                continue
            slot = _last_before(cells, when, places + _offset(x, y), at)
            same = (slot >= 0) & (cells[slot] == places + _offset(x, y))
            depth = np.where(same, highest[slot] - low - spare_mm, 0.0)
            np.maximum.at(deepest, at, depth)
    return np.asarray(deepest[tries])


def _cells_of(trace: Trace, moves: Ints, cell_mm: float) -> tuple[Ints, Ints, Floats]:
    """Cells that moves pass, with the move and its height there."""
    pieces = straight_pieces(trace, moves)
    step = pieces.b - pieces.a
    count = np.maximum(np.ceil(np.abs(step).max(axis=1, initial=0.0) / (0.5 * cell_mm)), 1.0).astype(np.int64) + 1
    of = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)) / (count[of] - 1)
    place = np.floor((pieces.a[of] + share[:, None] * step[of]) / cell_mm).astype(np.int64)
    move = pieces.move[of]
    start, end = trace.start[move, 2], trace.end[move, 2]
    straight = trace.kind[move] < 2
    z = np.where(straight, start + share * (end - start), np.minimum(start, end))
    return np.asarray(_offset(place[:, 0], place[:, 1])), move, z


def _offset(x: Ints | int, y: Ints | int) -> Ints:
    return np.asarray((np.asarray(x, dtype=np.int64) << 24) + y)


def _running(cells: Ints, z: Floats) -> Floats:
    """Highest so far within each group of equal cells; groups are apart by more than any height."""
    group = np.cumsum(np.concatenate([[0], np.diff(cells) != 0])) * 1e5
    return np.asarray(np.maximum.accumulate(z + group) - group)


def _last_before(cells: Ints, when: Ints, wanted: Ints, at: Ints) -> Ints:
    """Last row of cell `wanted` with a move before `at`; a row of another cell, or -1, where there is none."""
    moves = np.int64(max(int(when.max(initial=0)), int(at.max(initial=0))) + 1)
    low = min(int(cells.min(initial=0)), int(wanted.min(initial=0)))
    key = (cells - low) * moves + when
    return np.asarray(np.searchsorted(key, (wanted - low) * moves + at, "left") - 1)
