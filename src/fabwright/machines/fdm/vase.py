"""Spiral vase: above a solid bottom one wall whose height rises without a step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths, columns, joined
from fabwright.machines.fdm.seams import place_seams
from fabwright.machines.fdm.settings import EXTERNAL, PrintSettings
from fabwright.model import Floats

# The first and the last turn change their flow in pieces of this length.
RAMP_PIECE_MM = 1.0


def bottom_layers(settings: PrintSettings) -> int:
    """How many layers lie flat below a spiral: the first one always does."""
    return max(settings.bottom_layers, 1)


def spiral_walls(paths: Paths, sliced: Sliced, grid: LayerGrid, settings: PrintSettings) -> Paths:
    """Walls of one body with those above its bottom layers opened to the turns of a spiral.

    Each turn is an open path (EXTERNAL, fixed) that ends where it began, its start in line with the one below. On the
    first turn the flow grows from 0 as the nozzle leaves the bottom; a last turn at the top's height, second path of
    its layer, fades to 0 and levels the rim. Layers at the top without room for a wall end the spiral. Raises
    PlanError naming the layer where a section is not one outline without holes.
    """
    first = bottom_layers(settings)
    flat = paths.chosen(np.flatnonzero(paths.layer < first))
    rising = paths.chosen(np.flatnonzero((paths.layer >= first) & (paths.role == EXTERNAL) & paths.closed))
    top = int(rising.layer.max()) if len(rising) else first
    _check(rising, sliced, grid, first, top)
    if not len(rising):
        return flat
    base = flat.chosen(np.flatnonzero((flat.layer == first - 1) & (flat.role == EXTERNAL) & flat.closed))
    turned = place_seams(joined([base, rising]), replace(settings, seam="aligned"))
    turned = turned.chosen(np.flatnonzero(turned.layer >= first))
    turns = [_turn(turned, k, k == 0, False) for k in range(len(turned))]
    return joined([flat, *turns, _turn(turned, len(turned) - 1, False, True)])


def vase_heights(paths: Paths, grid: LayerGrid) -> Floats:
    """Height of the nozzle at every point (n,), mm: that of its layer's top, but on a spiral's turns.

    A turn (an open outer wall that is fixed) rises by its layer's height over its length, up to the layer's top; the
    levelling one, the second of its body in its layer, stays there.
    """
    heights = grid.tops_mm[paths.layer[paths.path_of]]
    turn = ~paths.closed & paths.fixed & (paths.role == EXTERNAL)
    where = np.flatnonzero(turn)
    again = np.zeros(len(paths), dtype=bool)
    again[where[1:]] = (paths.layer[where[1:]] == paths.layer[where[:-1]]) & (
        paths.body[where[1:]] == paths.body[where[:-1]])
    rising = turn & ~again
    if not rising.any():
        return np.asarray(heights)
    walked = np.concatenate([[0.0], np.cumsum(paths.bead_mm())])
    begin, total = walked[paths.start[:-1]], walked[paths.start[1:]] - walked[paths.start[:-1]]
    path = paths.path_of
    share = (walked[:-1] - begin[path]) / np.maximum(total[path], 1e-9)
    return np.asarray(heights - np.where(rising[path], grid.heights_mm[paths.layer[path]] * (1.0 - share), 0.0))


def _check(rising: Paths, sliced: Sliced, grid: LayerGrid, first: int, top: int) -> None:
    """Refuse what one rising wall cannot make."""
    turns = np.bincount(rising.layer, minlength=top + 1)
    known: dict[int, int] = {}
    for layer in range(first, min(top + 1, len(sliced))):
        which = sliced.which[layer]
        if which not in known:
            known[which] = len(sliced.distinct[which].polygons())
        if known[which] == 1 and turns[layer] == 1:
            continue
        found = (f"{known[which]} outlines and holes" if known[which] != 1 else
                 "no room for a wall" if not turns[layer] else "a neck too narrow for its wall")
        raise PlanError(f"vase: layer {layer + 1} at {float(grid.tops_mm[layer]):.2f} mm has {found}; a spiral needs "
                        f"one outline without holes in every layer above the bottom ones; print without vase")


def _turn(paths: Paths, index: int, grows: bool, fades: bool) -> Paths:
    """One closed wall as an open path back to its start, its flow level, growing from 0 or fading to 0."""
    low, high = int(paths.start[index]), int(paths.start[index + 1])
    points = np.concatenate([paths.points[low:high], paths.points[low:low + 1]])
    spacing = paths.spacing_mm[low:high]
    if grows or fades:
        length = np.hypot(*np.diff(points, axis=0).T)
        pieces = np.maximum(np.ceil(length / RAMP_PIECE_MM), 1.0).astype(np.int64)
        source = np.repeat(np.arange(len(pieces)), pieces)
        place = (np.arange(len(source)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[source]
        between = points[source] + (points[source + 1] - points[source]) * place[:, None]
        points = np.concatenate([between, points[-1:]])
        walked = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        share = (walked[:-1] + walked[1:]) / 2.0 / walked[-1]
        spacing = spacing[source] * (share if grows else 1.0 - share)
    turn = columns(points, np.array([0, len(points)]), False, EXTERNAL, int(paths.layer[index]),
                   int(paths.body[index]), float(paths.height_mm[index]), 0.0, True)
    return replace(turn, spacing_mm=np.concatenate([spacing, spacing[-1:]]))
