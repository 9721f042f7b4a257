"""What holds up overhangs while they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabwright.geometry.regions import Region, nothing, rectangle, united
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.zones import PlacedZone
from fabwright.model import Floats, Ints

# Supports reach at most this far beyond a body's extent, and those that only zones ask for not at all.
REACH_MM = 3.0
# An area counts as carried this many bead widths beyond the support under it.
CARRIED = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Supports:
    """Per layer (all empty where there are none): sparse `regions`, dense `interface` regions, and the areas of the
    bodies that they carry; None where nothing is carried. `extents_mm` of the bodies: x and y low, x and y high."""

    regions: tuple[Region, ...] = ()
    interface: tuple[Region, ...] = ()
    carried: tuple[Region, ...] | None = None
    extents_mm: tuple[tuple[float, float, float, float], ...] = ()


def plan_supports(sliced: tuple[Sliced, ...], grid: LayerGrid, zones: tuple[tuple[PlacedZone, ...], ...],
                  settings: PrintSettings) -> Supports:
    """Where supports stand: under every overhang that the settings or a zone of its body want carried."""
    forced = any(zone.settings.get("supports") == "forced" for body in zones for zone in body)
    if settings.supports == "none" and not forced:
        return Supports()
    from fabwright.machines.fdm.supports.grid import towers
    from fabwright.machines.fdm.supports.interface import split_interface
    from fabwright.machines.fdm.supports.overhangs import find_overhangs
    from fabwright.machines.fdm.supports.sections import Sections
    from fabwright.machines.fdm.supports.standing import standing

    overhangs = [find_overhangs(body, grid, zones[k] if k < len(zones) else (), settings)
                 for k, body in enumerate(sliced)]
    by_layer = {layer: united([o[layer] for o in overhangs if layer in o])
                for layer in sorted({k for o in overhangs for k in o})}
    sections = Sections(sliced, grid, settings.support_gap_z_mm)
    hanging: dict[int, Region] = {}
    for layer, region in by_layer.items():
        head = int(sections.contact[layer])
        if head >= grid.raft_layers:
            hanging[head] = hanging[head] | region if head in hanging else region
    if not hanging:
        return Supports()
    if settings.supports == "tree":
        from fabwright.machines.fdm.supports.tree import trees

        whole = trees(hanging, sections, grid, settings)
    else:
        whole = towers(hanging, sections, grid.raft_layers, settings)
    extents = tuple(_extent(body) for body in sliced)
    reach = REACH_MM if settings.supports != "none" else 0.0
    room = united([rectangle(*extent).grown(reach) for extent in extents])
    whole = standing(_within(whole, room), sections, grid, settings)
    sparse, dense = split_interface(whole, hanging, sections, settings)
    carried = [nothing()] * len(grid)
    for layer, region in by_layer.items():
        head = int(sections.contact[layer])
        if head >= 0 and not whole[head].empty:
            reach = settings.support_gap_xy_mm + CARRIED * settings.line_width_mm
            carried[layer] = region & whole[head].grown(reach)
    return Supports(tuple(sparse), tuple(dense), tuple(carried), extents)


def support_paths(supports: Supports, grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """Beads of the supports: SUPPORT in the sparse regions, INTERFACE in the dense ones.

    They belong to no body, except where bodies are printed one after the other: then to the nearest.
    """
    if not supports.regions:
        return []
    from fabwright.machines.fdm.supports.support_lines import dense_paths, sparse_paths

    blocks = [*sparse_paths(supports.regions, grid, settings), *dense_paths(supports.interface, grid, settings)]
    if settings.sequence == "together" or len(supports.extents_mm) < 2:
        return blocks
    return [replace(b, body=_nearest(b.points[b.start[:-1]], supports.extents_mm)) for b in blocks]


def _nearest(points: Floats, extents_mm: Sequence[tuple[float, float, float, float]]) -> Ints:
    """Which of the extents is nearest to each of the points (n, 2)."""
    box = np.asarray(extents_mm)[:, None, :]
    beyond = np.maximum(np.maximum(box[..., :2] - points, points - box[..., 2:]), 0.0)
    return np.asarray((beyond ** 2).sum(axis=2).argmin(axis=0), dtype=np.int64)


def _extent(body: Sliced) -> tuple[float, float, float, float]:
    bounds = np.asarray([r.bounds_mm for r in body.distinct if not r.empty] or [(0.0, 0.0, 0.0, 0.0)])
    low, high = bounds[:, :2].min(axis=0).tolist(), bounds[:, 2:].max(axis=0).tolist()
    return low[0], low[1], high[0], high[1]


def _within(whole: Sequence[Region], room: Region) -> list[Region]:
    """Regions cut to the room where they leave it; equal ones stay one object."""
    known: dict[int, Region] = {}
    result: list[Region] = []
    for region in whole:
        if id(region) not in known:
            known[id(region)] = region if region.empty or (region - room).empty else region & room
        result.append(known[id(region)])
    return result
