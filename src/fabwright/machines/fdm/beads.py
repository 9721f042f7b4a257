"""Everything to be laid down, as columns of paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.machines.fdm.gapfill import Bead
from fabwright.machines.fdm.hatch import Strokes, hatch
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.settings import (
    EXTERNAL,
    GAP,
    INFILL,
    PERIMETER,
    SOLID,
    TOP,
    PrintSettings,
    bead_spacing_mm,
)
from fabwright.machines.fdm.skins import Fill
from fabwright.machines.fdm.walls import Walled
from fabwright.model import Floats, Ints

# A chain of hatch lines turns back over at most this many spacings, a sparse one over this many of its own.
SOLID_JOINT, SPARSE_JOINT = 8.0, 1.6
SHORTEST_SOLID_MM, SHORTEST_SPARSE_MM = 0.15, 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Columns over k paths: `points` (n, 2) with offsets `start` (k + 1,); `closed` bool, `role`, `layer`, `body` int64
    and `spacing_mm` (bead area over layer height)."""

    points: Floats
    start: Ints
    closed: np.ndarray
    role: Ints
    layer: Ints
    body: Ints
    spacing_mm: Floats

    def __len__(self) -> int:
        return len(self.role)


def layer_beads(sliced: Sliced, walled: tuple[Walled, ...], first: Walled, fills: tuple[Fill, ...], body: int,
                settings: PrintSettings) -> list[Paths]:
    """All paths of one body; `first` are the walls of the bottom layer, which has its own width."""
    blocks = [_outlines(sliced, walled, first, body, settings)]
    beads: list[tuple[Bead, int]] = []
    for layer, which in enumerate(sliced.which):
        beads += [(bead, layer) for bead in (first if layer == 0 else walled[which]).gaps]
    if beads:
        blocks.append(_gap_paths(beads, body))
    last = len(sliced) - 1
    for bottom in (True, False):
        layers = [k for k in range(len(sliced)) if (k == 0) == bottom]
        width, height = settings.width_mm(0 if bottom else 1), settings.height_mm(0 if bottom else 1)
        spacing = bead_spacing_mm(width, height)
        for role, regions in ((SOLID, [fills[k].solid for k in layers]), (INFILL, [fills[k].sparse for k in layers])):
            blocks += _hatched(regions, layers, role, spacing, body, last, settings)
    return [block for block in blocks if len(block)]


def _outlines(sliced: Sliced, walled: tuple[Walled, ...], first: Walled, body: int, settings: PrintSettings) -> Paths:
    rings: list[list[tuple[Floats, int]]] = [_rings(w) for w in walled]
    bottom = _rings(first)
    points: list[Floats] = []
    role: list[int] = []
    layer: list[int] = []
    for index, which in enumerate(sliced.which):
        for ring, kind in bottom if index == 0 else rings[which]:
            points.append(ring)
            role.append(kind)
            layer.append(index)
    spacing = [bead_spacing_mm(settings.width_mm(k), settings.height_mm(k)) for k in (0, 1)]
    layers = np.asarray(layer, dtype=np.int64)
    return _paths(points, np.ones(len(points), dtype=bool), np.asarray(role, dtype=np.int64), layers, body,
                  np.where(layers == 0, spacing[0], spacing[1]))


def _rings(walled: Walled) -> list[tuple[Floats, int]]:
    return [(ring, EXTERNAL if index == 0 else PERIMETER)
            for index, wall in enumerate(walled.walls) for ring in wall.polygons()]


def _gap_paths(beads: Sequence[tuple[Bead, int]], body: int) -> Paths:
    layers = np.asarray([layer for _, layer in beads], dtype=np.int64)
    return _paths([bead.points for bead, _ in beads], np.asarray([bead.closed for bead, _ in beads], dtype=bool),
                  np.full(len(beads), GAP, dtype=np.int64), layers, body,
                  np.asarray([bead.spacing_mm for bead, _ in beads]))


def _hatched(regions: list[Region], layers: list[int], role: int, spacing: float, body: int, last: int,
             settings: PrintSettings) -> list[Paths]:
    """Lines of one kind; their direction alternates from layer to layer, a grid has both in every layer."""
    if role == INFILL and settings.infill_density <= 0.0:
        return []
    loops = loops_of(regions)
    number = np.asarray(layers, dtype=np.int64)
    angle = np.where(number % 2 == 0, settings.infill_angle_deg, settings.infill_angle_deg + 90.0)
    if role == SOLID:
        runs = [(angle, spacing, SOLID_JOINT * spacing, SHORTEST_SOLID_MM)]
    else:
        grid = settings.infill_pattern == "grid"
        pitch = spacing / settings.infill_density * (2.0 if grid else 1.0)
        runs = [(a, pitch, SPARSE_JOINT * pitch, SHORTEST_SPARSE_MM) for a in ((angle,
                                                                                angle + 90.0) if grid else (angle,))]
    blocks: list[Paths] = []
    for direction, pitch, joint, shortest in runs:
        strokes = hatch(loops, direction, pitch, joint, shortest)
        blocks.append(_stroke_paths(strokes, number, role, spacing, body, last))
    return blocks


def _stroke_paths(strokes: Strokes, number: Ints, role: int, spacing: float, body: int, last: int) -> Paths:
    layer = number[strokes.owner] if len(strokes.owner) else strokes.owner
    kind = np.where((layer == last) & (role == SOLID), TOP, role)
    return Paths(strokes.points, strokes.start, np.zeros(len(layer), dtype=bool), kind, layer,
                 np.full(len(layer), body, dtype=np.int64), np.full(len(layer), spacing))


def _paths(points: Sequence[Floats], closed: np.ndarray, role: Ints, layer: Ints, body: int, spacing: Floats) -> Paths:
    start = np.zeros(len(points) + 1, dtype=np.int64)
    np.cumsum([len(p) for p in points], out=start[1:])
    return Paths(np.concatenate(points) if points else np.empty((0, 2)), start, closed, role, layer,
                 np.full(len(role), body, dtype=np.int64), spacing)


def joined(blocks: Sequence[Paths]) -> Paths:
    """Several blocks as one, in order."""
    blocks = [b for b in blocks if len(b)]
    offsets = np.cumsum([0, *(len(b.points) for b in blocks)])
    start = np.concatenate([b.start[:-1] + o for b, o in zip(blocks, offsets, strict=False)] + [offsets[-1:]])
    return Paths(np.concatenate([b.points for b in blocks]), start.astype(np.int64),
                 *(np.concatenate([getattr(b, name) for b in blocks])
                   for name in ("closed", "role", "layer", "body", "spacing_mm")))
