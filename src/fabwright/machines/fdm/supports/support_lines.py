"""Beads of supports: rings round lines, sparse ones and, next to the part, dense ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.machines.fdm.hatch import hatch
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.paths import Paths, columns
from fabwright.machines.fdm.settings import INTERFACE, SUPPORT, PrintSettings, bead_spacing_mm
from fabwright.model import Floats, Ints

# Lines run along x in every layer, so that they stand on each other; those of the dense layers cross them.
SPARSE_DEG, DENSE_DEG = 0.0, 90.0
# On the bed the lines are at least this dense.
BED_DENSITY = 0.6
# Lines end this many spacings inside the edge, on the ring.
ON_RING = 0.85
JOINT = 2.5
SHORTEST_MM = 0.6
SMOOTH_MM = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Kinds:
    """Different regions once: `regions` (n), their beads' `height_mm` and `spacing_mm` (n,); `which` (m,) and `layer`
    (m,) say which of them lies in each layer that has one."""

    regions: list[Region]
    height_mm: Floats
    spacing_mm: Floats
    which: Ints
    layer: Ints


def sparse_paths(regions: Sequence[Region], grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """A ring along the edge of every region and sparse lines within, SUPPORT."""
    kinds = _kinds(regions, grid, settings)
    bed = np.zeros(len(kinds.regions), dtype=bool)
    bed[kinds.which[kinds.layer == 0]] = True
    density = np.where(bed, max(settings.support_density, BED_DENSITY), settings.support_density)
    return _paths(kinds, density, SPARSE_DEG, SUPPORT)


def dense_paths(regions: Sequence[Region], grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """A ring along the edge of every region, for narrow ones are hardly more, and lines within across those of the
    sparse layers, INTERFACE."""
    kinds = _kinds(regions, grid, settings)
    return _paths(kinds, np.full(len(kinds.regions), settings.support_interface_density), DENSE_DEG, INTERFACE)


def _paths(kinds: _Kinds, density: Floats, angle_deg: float, role: int) -> list[Paths]:
    if not kinds.regions:
        return []
    spacing = kinds.spacing_mm.tolist()
    rings = loops_of([r.grown(-s / 2.0).simplified(SMOOTH_MM) for r, s in zip(kinds.regions, spacing, strict=True)])
    ring = columns(rings.points, rings.start, True, role, rings.owner, -1, 0.0, 0.0)
    inside = [r.grown(-ON_RING * s) for r, s in zip(kinds.regions, spacing, strict=True)]
    pitch = kinds.spacing_mm / density
    lines = hatch(loops_of(inside), np.full(len(inside), angle_deg), pitch, JOINT * pitch, SHORTEST_MM)
    strokes = columns(lines.points, lines.start, lines.closed, role, lines.owner, -1, 0.0, 0.0)
    return [b for b in (_laid(kinds, ring), _laid(kinds, strokes)) if len(b)]


def _kinds(regions: Sequence[Region], grid: LayerGrid, settings: PrintSettings) -> _Kinds:
    """Regions that are one object in layers of equal height are one kind."""
    known: dict[tuple[int, float, float, bool], int] = {}
    kept: list[Region] = []
    heights: list[float] = []
    spacings: list[float] = []
    which: list[int] = []
    layers: list[int] = []
    empty: dict[int, bool] = {}
    for layer, region in enumerate(regions):
        if empty.setdefault(id(region), region.empty):
            continue
        height, width = float(grid.heights_mm[layer]), settings.width_mm(layer)
        if grid.raft_layers and layer == grid.raft_layers:
            # It stands on the raft, over the gap that the bodies keep.
            height += settings.raft_gap_mm
        key = (id(region), round(height, 6), width, layer == 0)
        if key not in known:
            known[key] = len(kept)
            kept.append(region)
            heights.append(height)
            spacings.append(bead_spacing_mm(width, height))
        which.append(known[key])
        layers.append(layer)
    return _Kinds(kept, np.asarray(heights), np.asarray(spacings), np.asarray(which, dtype=np.int64),
                  np.asarray(layers, dtype=np.int64))


def _laid(kinds: _Kinds, once: Paths) -> Paths:
    """Paths whose layer is the index of a kind, laid in all layers of that kind."""
    owner = once.layer
    order = np.argsort(owner, kind="stable")
    count = np.bincount(owner, minlength=len(kinds.regions))
    begin = np.cumsum(count) - count
    several = count[kinds.which]
    rank = np.arange(int(several.sum())) - np.repeat(np.cumsum(several) - several, several)
    source = order[np.repeat(begin[kinds.which], several) + rank]
    paths = once.chosen(source)
    kind = owner[source]
    return replace(paths, layer=np.repeat(kinds.layer, several), height_mm=kinds.height_mm[kind],
                   spacing_mm=np.repeat(kinds.spacing_mm[kind], np.diff(paths.start)))
