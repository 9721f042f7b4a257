"""What holds up overhangs while they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fabwright.geometry.regions import Region, nothing, rectangle, united
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.zones import PlacedZone

# Supports reach at most this far beyond a body's extent, and those that only zones ask for not at all.
REACH_MM = 3.0
# An area counts as carried this many bead widths beyond the support under it.
CARRIED = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Supports:
    """Per layer (all empty where there are none): sparse `regions`, dense `interface` regions, and the areas of the
    bodies that they carry; None where nothing is carried."""

    regions: tuple[Region, ...] = ()
    interface: tuple[Region, ...] = ()
    carried: tuple[Region, ...] | None = None


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
    whole = standing(_within(whole, _room(sliced, settings)), sections, grid, settings)
    sparse, dense = split_interface(whole, hanging, sections, settings)
    carried = [nothing()] * len(grid)
    for layer, region in by_layer.items():
        head = int(sections.contact[layer])
        if head >= 0 and not whole[head].empty:
            reach = settings.support_gap_xy_mm + CARRIED * settings.line_width_mm
            carried[layer] = region & whole[head].grown(reach)
    return Supports(tuple(sparse), tuple(dense), tuple(carried))


def support_paths(supports: Supports, grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """Beads of the supports: SUPPORT in the sparse regions, INTERFACE in the dense ones; they belong to no body."""
    if not supports.regions:
        return []
    from fabwright.machines.fdm.supports.support_lines import dense_paths, sparse_paths

    return [*sparse_paths(supports.regions, grid, settings), *dense_paths(supports.interface, grid, settings)]


def _room(sliced: tuple[Sliced, ...], settings: PrintSettings) -> Region:
    """Where supports may stand: the extents of the bodies, and a little beyond."""
    reach = REACH_MM if settings.supports != "none" else 0.0
    boxes: list[Region] = []
    for body in sliced:
        bounds = [r.bounds_mm for r in body.distinct if not r.empty]
        if bounds:
            low_x, low_y, high_x, high_y = zip(*bounds, strict=True)
            boxes.append(rectangle(min(low_x), min(low_y), max(high_x), max(high_y)).grown(reach))
    return united(boxes)


def _within(whole: Sequence[Region], room: Region) -> list[Region]:
    """Regions cut to the room where they leave it; equal ones stay one object."""
    known: dict[int, Region] = {}
    result: list[Region] = []
    for region in whole:
        if id(region) not in known:
            known[id(region)] = region if region.empty or (region - room).empty else region & room
        result.append(known[id(region)])
    return result
