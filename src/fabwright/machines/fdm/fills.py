"""What fills a body within its walls: skins, bridges and infill of every layer, as columns of paths.

What whoever orders the paths must keep: paths with `fixed` set and the role TOP, SOLID or BRIDGE are monotonic. Those
of one layer, body and role are laid in the order of their index and in their own direction, so that every line comes
to lie beside one already laid. All others may be turned round and laid in any order.

A thread of a bridge is round, `bridge_thread_mm` in diameter: its path has that `height_mm`, a `spacing_mm` of pi / 4
of it, and its top at the top of the layer, so it hangs lower than the layer is thick. Threads touch: they lie one
diameter apart. Infill combined over n layers has the height of all of them and its top at the topmost one's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabwright.geometry.regions import Region, loops_of, nothing
from fabwright.machines.fdm.bridging import Bridged, find_bridges
from fabwright.machines.fdm.hatch import Strokes, hatch
from fabwright.machines.fdm.infill import infill_strokes, repeats_after
from fabwright.machines.fdm.infill.area import Area
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths, columns
from fabwright.machines.fdm.settings import BRIDGE, INFILL, SOLID, TOP, PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.skins import Fill, find_skins
from fabwright.machines.fdm.sparse import Share, combined, run_through, share_out
from fabwright.machines.fdm.walls import Walled
from fabwright.machines.fdm.zones import PlacedZone
from fabwright.model import Floats, Ints

# A chain of solid lines turns back over at most this many spacings; shorter lines than this are left out.
SOLID_JOINT, SHORTEST_SOLID_MM = 8.0, 0.15


def fill_paths(sliced: Sliced, grid: LayerGrid, walled: tuple[Walled, ...], zones: tuple[PlacedZone, ...], body: int,
               settings: PrintSettings, carried: Sequence[Region] | None = None) -> list[Paths]:
    """Skins (TOP where nothing lies above, else SOLID), bridges (BRIDGE) and infill (INFILL) of all layers of a body.

    `carried` holds for each layer of the grid the area that supports carry, which needs no bridge.
    """
    fills = find_skins(sliced, walled, settings)
    shares = share_out([f.sparse for f in fills], zones, grid, settings)
    spacing = bead_spacing_mm(settings.line_width_mm, settings.layer_height_mm)
    fills = _with_solid(fills, [s for s in shares if s.density >= 1.0], spacing)
    empty = [s.regions for s in shares if s.density <= 0.0]
    first = grid.raft_layers
    bridged = find_bridges(fills, sliced, first, _merged(empty), carried, settings)
    blocks = _solids(sliced, bridged, first, body, settings)
    blocks += _bridges(bridged, body, settings)
    whole = [b.fill.sparse for b in bridged]
    if any(b.bridges for b in bridged):
        shares = tuple(replace(s, regions=_within(s.regions, whole)) for s in shares)
    for share in run_through([s for s in shares if 0.0 < s.density < 1.0]):
        for part in combined(share, settings.infill_every_layers, first, settings.nozzle_mm, spacing):
            blocks += _sparse(part, whole, grid, spacing, body, settings)
    return [block for block in blocks if len(block)]


@dataclass(frozen=True, slots=True, eq=False)
class _Repeats:
    """Regions of layers, equal ones once: `regions` (n) and the first layer `at` (n,) of each; `which` (layers,) gives
    the layers' regions, -1 where they are empty."""

    regions: list[Region]
    at: Ints
    which: Ints

    @staticmethod
    def of(regions: Sequence[Region], period: int, number: Sequence[int] | None = None) -> _Repeats:
        """Regions that are one object are equal where their layers' numbers differ by whole periods (0: never)."""
        known: dict[tuple[int, int], int] = {}
        kept: list[Region] = []
        at: list[int] = []
        which: list[int] = []
        empty: dict[int, bool] = {}
        for layer, region in enumerate(regions):
            if id(region) not in empty:
                empty[id(region)] = region.empty
            if empty[id(region)]:
                which.append(-1)
                continue
            order = number[layer] if number is not None else layer
            key = (id(region), order % period if period else order)
            if key not in known:
                known[key] = len(kept)
                kept.append(region)
                at.append(layer)
            which.append(known[key])
        return _Repeats(kept, np.asarray(at, dtype=np.int64), np.asarray(which, dtype=np.int64))

    def laid(self, strokes: Strokes, role: int, body: int, height_mm: Floats, spacing_mm: Floats, fixed: bool = False
             ) -> Paths:
        """Strokes of the regions as paths of all layers; heights and spacings (n,) by region."""
        owner = strokes.owner
        once = columns(strokes.points, strokes.start, strokes.closed, role, owner, body, height_mm[owner],
                       spacing_mm[owner], fixed)
        # Monotonic strokes of one owner follow each other, but owners need not.
        order = np.argsort(owner, kind="stable")
        count = np.bincount(owner, minlength=len(self.regions))
        begin = np.cumsum(count) - count
        layers = np.flatnonzero(self.which >= 0)
        source = self.which[layers]
        several = count[source]
        rank = np.arange(int(several.sum())) - np.repeat(np.cumsum(several) - several, several)
        return replace(once.chosen(order[np.repeat(begin[source], several) + rank]), layer=np.repeat(layers, several))


def _solids(sliced: Sliced, bridged: Sequence[Bridged], first: int, body: int, settings: PrintSettings) -> list[Paths]:
    """Skins: monotonic where they face up or lie on the bed; lines turn by 90 degrees from layer to layer."""
    nowhere = nothing()
    faces = [b.fill.solid if k == first else nowhere for k, b in enumerate(bridged)]
    inner = [nowhere if k == first else b.fill.solid for k, b in enumerate(bridged)]
    blocks: list[Paths] = []
    for regions, role, monotonic in (([b.fill.top for b in bridged], TOP, True), (faces, SOLID, True),
                                     (inner, SOLID, False)):
        once = _Repeats.of(regions, 2)
        if not once.regions:
            continue
        own = [sliced.which[k] for k in once.at.tolist()]
        spacing = np.array([sliced.spacing_mm(k) for k in own])
        angle = np.asarray(settings.infill_angle_deg + 90.0 * (once.at % 2))
        strokes = hatch(loops_of(once.regions), angle, spacing, SOLID_JOINT * spacing, SHORTEST_SOLID_MM,
                        monotonic=monotonic)
        blocks.append(once.laid(strokes, role, body, np.array([sliced.height_mm[k] for k in own]), spacing, monotonic))
    return blocks


def _bridges(bridged: Sequence[Bridged], body: int, settings: PrintSettings) -> list[Paths]:
    """Threads of all bridges."""
    known: dict[int, int] = {}
    distinct: list[Bridged] = []
    for layer in bridged:
        if layer.bridges and id(layer) not in known:
            known[id(layer)] = len(distinct)
            distinct.append(layer)
    if not distinct:
        return []
    thread = settings.bridge_thread_mm
    every = [bridge for layer in distinct for bridge in layer.bridges]
    parent = np.repeat(np.arange(len(distinct)), [len(d.bridges) for d in distinct])
    strokes = hatch(loops_of([b.region for b in every]), np.array([b.angle_deg for b in every]), thread,
                    SOLID_JOINT * thread, SHORTEST_SOLID_MM, monotonic=True)
    which = np.array([known.get(id(layer), -1) if layer.bridges else -1 for layer in bridged], dtype=np.int64)
    once = _Repeats([d.fill.solid for d in distinct], np.empty(0, dtype=np.int64), which)
    size = np.full(len(distinct), thread)
    return [once.laid(replace(strokes, owner=parent[strokes.owner]), BRIDGE, body, size, math.pi / 4.0 * size, True)]


def _sparse(share: Share, whole: Sequence[Region], grid: LayerGrid, spacing: float, body: int, settings: PrintSettings
            ) -> list[Paths]:
    """Infill of one kind. Its lines lie as far apart in thick layers as in thin ones, to stand on each other: the beads
    are as much wider as they are higher."""
    number = [layer // share.every for layer in range(len(share.regions))]
    once = _Repeats.of(share.regions, repeats_after(share.pattern), number)
    if not once.regions:
        return []
    border = loops_of([whole[k] for k in once.at.tolist()]) if share.bounded else None
    turn = np.array([number[k] % 2 for k in once.at.tolist()], dtype=np.int64)
    area = Area(loops_of(once.regions), turn, grid.tops_mm[once.at], spacing, share.density,
                settings.infill_angle_deg, border, share.skip)
    height = share.heights_mm[once.at]
    return [once.laid(strokes, INFILL, body, height, np.full(len(height), spacing))
            for strokes in infill_strokes(share.pattern, once.regions, area, height)]


def _with_solid(fills: tuple[Fill, ...], shares: Sequence[Share], spacing_mm: float) -> tuple[Fill, ...]:
    """Fills with the shares of full density made solid."""
    for share in shares:
        known: dict[tuple[int, int], Fill] = {}
        result: list[Fill] = []
        for fill, region in zip(fills, share.regions, strict=True):
            key = (id(fill), id(region))
            if key not in known:
                known[key] = fill if region.empty else fill.with_sparse(fill.sparse - region, spacing_mm)
            result.append(known[key])
        fills = tuple(result)
    return fills


def _merged(shares: Sequence[tuple[Region, ...]]) -> tuple[Region, ...] | None:
    """The union of several shares' regions, layer by layer."""
    if len(shares) < 2:
        return shares[0] if shares else None
    known: dict[tuple[int, ...], Region] = {}
    result: list[Region] = []
    for regions in zip(*shares, strict=True):
        key = tuple(id(r) for r in regions)
        if key not in known:
            whole = regions[0]
            for other in regions[1:]:
                whole = whole | other
            known[key] = whole
        result.append(known[key])
    return tuple(result)


def _within(regions: Sequence[Region], whole: Sequence[Region]) -> tuple[Region, ...]:
    """Regions cut to what bridges have left of the sparse areas."""
    known: dict[tuple[int, int], Region] = {}
    for region, limit in zip(regions, whole, strict=True):
        if (id(region), id(limit)) not in known:
            known[id(region), id(limit)] = region if region is limit else region & limit
    return tuple(known[id(r), id(w)] for r, w in zip(regions, whole, strict=True))
