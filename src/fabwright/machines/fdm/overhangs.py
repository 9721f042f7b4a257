"""Walls that reach beyond the layer below: slower by how far, and marked where they lie in the air."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.geometry.rims import depth_mm
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import PATH_COLUMNS, POINT_COLUMNS, Paths, joined
from fabwright.machines.fdm.settings import EXTERNAL, GAP, OVERHANG, PERIMETER, PrintSettings
from fabwright.model import Floats, Ints

# Where walls reach out they are looked at this often, and their speed changes in this many steps.
PIECE_MM = 2.0
STEPS = 8
# What reaches beyond the layer below by more than this many of its bead's widths counts from the angle on.
LATEST_WIDTHS = 0.75
# A wall is an overhang where this share of its length lies in the air.
MOSTLY = 0.5
# Smaller reaches are noise of the sections.
NOISE_MM = 0.02


def slow_overhangs(paths: Paths, sliced: Sliced, grid: LayerGrid, body: int, settings: PrintSettings,
                   carried: tuple[Region, ...] | None = None) -> Paths:
    """Walls of a body with their speed capped where they overhang; the OVERHANG role for those mostly in the air.

    A wall's outer edge that lies e beyond the edge of the layer below leans out by atan(e / h). From
    `overhang_from_deg` on the cap falls evenly from the role's speed to `overhang_mm_s` for a bead wholly in the air.
    Points are added where the cap changes. What lies on the bed, on a raft or on supports (`carried`, a region per
    layer) does not overhang.
    """
    if not len(paths):
        return paths
    layers = _leaning_layers(sliced, grid, settings)
    if not layers:
        return paths
    slot = np.full(int(paths.layer.max()) + 2, -1, dtype=np.int64)
    slot[layers] = np.arange(len(layers))
    wall = (paths.role == EXTERNAL) | (paths.role == PERIMETER) | (paths.role == GAP)
    leaning = (slot[paths.layer] >= 0) & wall & (paths.body == body)
    order = np.argsort(leaning, kind="stable")
    still = int(np.count_nonzero(~leaning))
    some = paths.chosen(order[still:])
    if not len(some):
        return paths
    below = [_below(sliced, k, carried) for k in layers]
    slowed = _slowed(some, slot[some.layer], below, sliced, layers, grid, settings)
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return joined([paths.chosen(order[:still]), slowed]).chosen(back)


def _below(sliced: Sliced, layer: int, carried: tuple[Region, ...] | None) -> Region:
    """What holds a layer up: the section below it and what supports carry."""
    section = sliced.at(layer - 1)
    if carried is None or layer >= len(carried) or carried[layer].empty:
        return section
    # What is carried reaches to the very edge of the body; its walls lie on it wholly.
    return section | carried[layer].grown(sliced.width_mm[sliced.which[layer]])


def _slowed(paths: Paths, slot: Ints, below: list[Region], sliced: Sliced, layers: list[int], grid: LayerGrid,
            settings: PrintSettings) -> Paths:
    """Paths of leaning layers, `slot` of which each lies in, with their caps."""
    width = np.asarray([sliced.width_mm[sliced.which[k]] for k in layers])
    foot = np.asarray([_foot_mm(k, grid, settings) for k in layers])
    points, start, source = _sampled(paths)
    own = slot[np.repeat(np.arange(len(paths)), np.diff(start))]
    # Depth of every sample in the layer below; the bead's edge lies half a width further out.
    depth = depth_mm(loops_of(below), points, own, 1.5 * float(width.max())) + foot[own]
    return _capped(paths, points, start, source, depth, width[own], settings, sliced)


def _leaning_layers(sliced: Sliced, grid: LayerGrid, settings: PrintSettings) -> list[int]:
    """Layers of which something reaches out further than the layer below carries."""
    known: dict[tuple[int, int], bool] = {}
    result: list[int] = []
    for k in range(grid.raft_layers + 1, len(sliced)):
        pair = sliced.which[k], sliced.which[k - 1]
        if pair[0] == pair[1]:
            continue
        if pair not in known:
            known[pair] = _leans(sliced.at(k), sliced.at(k - 1),
                                 _from_mm(sliced, pair[0], settings) + _foot_mm(k, grid, settings))
        if known[pair]:
            result.append(k)
    return result


def _leans(section: Region, below: Region, reach_mm: float) -> bool:
    """Whether a section reaches further beyond the one below than a distance."""
    beyond = section - below
    return not beyond.empty and not (beyond - below.grown(reach_mm)).empty


def _from_mm(sliced: Sliced, distinct: int, settings: PrintSettings) -> float:
    """How far an edge may lie beyond the one below."""
    lean = float(np.tan(np.radians(settings.overhang_from_deg))) * sliced.height_mm[distinct]
    return max(min(lean, LATEST_WIDTHS * sliced.width_mm[distinct]), NOISE_MM)


def _foot_mm(layer: int, grid: LayerGrid, settings: PrintSettings) -> float:
    """How much wider than its section the layer below is: the bottom one is squashed to what it was drawn in by."""
    return settings.elephant_foot_mm if layer == 1 and grid.raft_layers == 0 else 0.0


def _sampled(paths: Paths) -> tuple[Floats, Ints, Ints]:
    """Points with more of them between, offsets of the paths, and the point that each comes after or is."""
    after = np.arange(1, len(paths.points) + 1)
    after[paths.start[1:] - 1] = np.where(paths.closed, paths.start[:-1], paths.start[1:] - 1)
    way = paths.points[after] - paths.points
    pieces = np.ceil(np.hypot(way[:, 0], way[:, 1]) / PIECE_MM).clip(1.0).astype(np.int64)
    source = np.repeat(np.arange(len(pieces)), pieces)
    ahead = np.concatenate([[0], np.cumsum(pieces)])
    share = (np.arange(len(source)) - ahead[source]) / pieces[source]
    return paths.points[source] + way[source] * share[:, None], ahead[paths.start], source


def _capped(paths: Paths, points: Floats, start: Ints, source: Ints, depth: Floats, wide: Floats,
            settings: PrintSettings, sliced: Sliced) -> Paths:
    line = np.repeat(np.arange(len(paths)), np.diff(start))
    after = np.arange(1, len(points) + 1)
    after[start[1:] - 1] = np.where(paths.closed, start[:-1], start[1:] - 1)
    earliest = np.asarray([_from_mm(sliced, k, settings) for k in range(len(sliced.distinct))])
    earliest = earliest[np.asarray(sliced.which)[paths.layer]][line]
    # A piece hangs over as much as its two ends do on average.
    reach = wide / 2.0 - (depth + depth[after]) / 2.0
    degree = np.clip((reach - earliest) / (wide - earliest), 0.0, 1.0)
    degree = np.ceil(degree * STEPS - 1e-9) / STEPS
    full = np.asarray([settings.speed_mm_s(r) for r in range(12)])[paths.role[line]]
    cap = np.where(degree > 0.0, full - (full - min(settings.overhang_mm_s, float(full.min()))) * degree, np.inf)
    cap = np.minimum(cap, paths.speed_mm_s[source])
    length = np.hypot(*(points[after] - points).T)
    hanging = np.add.reduceat(np.where(depth + depth[after] < -wide, length, 0.0), start[:-1])
    mostly = (hanging > MOSTLY * np.add.reduceat(length, start[:-1])) & (paths.role != GAP)
    # Points that were added stay only where the cap changes.
    before = np.concatenate([[0], np.arange(len(points) - 1)])
    added = np.concatenate([[False], source[1:] == source[:-1]])
    keep = ~added | (cap != cap[before])
    columns = {name: getattr(paths, name)[source[keep]] for name in POINT_COLUMNS}
    columns.update(points=points[keep], speed_mm_s=cap[keep])
    return replace(paths, start=np.concatenate([[0], np.cumsum(keep)])[start], **columns,
                   **{name: getattr(paths, name) for name in PATH_COLUMNS if name != "role"},
                   role=np.where(mostly, OVERHANG, paths.role))
