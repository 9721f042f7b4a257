"""Walls and the beads in their gaps, of every layer of a body, as columns of paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths, columns, joined
from fabwright.machines.fdm.settings import EXTERNAL, GAP, PERIMETER, PrintSettings
from fabwright.machines.fdm.walls import Walled
from fabwright.model import Floats, Ints


def wall_paths(sliced: Sliced, walled: Sequence[Walled], grid: LayerGrid, body: int, settings: PrintSettings
               ) -> list[Paths]:
    """Walls and beads of varying width of all layers of a body.

    Walls are closed: EXTERNAL the outermost ones, and rings of single beads between two outer edges; PERIMETER within.
    Open beads, and rings between walls, are GAP.

    With `settings.vase` the layers above the bottom ones have one wall each, its flow ramped by vase.py.
    """
    patterns = [_pattern(w, sliced.spacing_mm(k), sliced.height_mm[k], k, body) for k, w in enumerate(walled)]
    if not patterns:
        return []
    spread = _repeated(joined(patterns), np.asarray(sliced.which, dtype=np.int64), len(patterns))
    if settings.vase:
        from fabwright.machines.fdm.vase import spiral_walls

        spread = spiral_walls(spread, sliced, grid, settings)
    return [spread] if len(spread) else []


def _pattern(walled: Walled, spacing: float, height: float, distinct: int, body: int) -> Paths:
    """Paths of one distinct section, with its index for their layer."""
    lines: list[Floats] = []
    flow: list[Floats] = []
    role: list[int] = []
    closed: list[bool] = []
    for depths, inside in ((walled.loops, PERIMETER), (walled.gaps, GAP)):
        for depth, beads in enumerate(depths):
            for bead in beads:
                lines.append(bead.points)
                flow.append(bead.spacing_mm)
                # A ring that is all there is between two outer edges is an outer wall too; walls are always closed.
                role.append(EXTERNAL if depth == 0 and bead.closed else inside)
                closed.append(bead.closed)
    start = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum([len(p) for p in lines], out=start[1:])
    points = np.concatenate(lines) if lines else np.empty((0, 2))
    paths = columns(points, start, np.asarray(closed, dtype=bool), np.asarray(role, dtype=np.int64), distinct, body,
                    height, spacing)
    return replace(paths, spacing_mm=np.concatenate(flow)) if lines else paths


def _repeated(patterns: Paths, which: Ints, distinct: int) -> Paths:
    """The paths of every layer, given those of each distinct section."""
    count = np.bincount(patterns.layer, minlength=distinct)
    first = np.cumsum(count) - count
    paths = count[which]
    layer = np.repeat(np.arange(len(which)), paths)
    ahead = np.cumsum(paths) - paths
    source = np.arange(len(layer)) - ahead[layer] + first[which][layer]
    return replace(patterns.chosen(source), layer=layer)
