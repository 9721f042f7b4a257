"""Checked part to plan: place the bodies, cut them, lay out every bead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabwright.errors import PlanError
from fabwright.geometry.regions import nothing
from fabwright.geometry.slices import PlacedSolid, placed_solid
from fabwright.machines.fdm.beads import Paths, joined, layer_beads
from fabwright.machines.fdm.layers import cut_layers, layer_tops_mm
from fabwright.machines.fdm.layout import Layout, arrange
from fabwright.machines.fdm.settings import PrintSettings, bead_spacing_mm, print_settings
from fabwright.machines.fdm.skins import Fill, find_skins
from fabwright.machines.fdm.skirt import skirt_paths, skirt_reach_mm
from fabwright.machines.fdm.walls import build_walls
from fabwright.model import CheckedPart, Floats, Machine, Material, Mesh, Plan, Setup


@dataclass(frozen=True, slots=True)
class Prime:
    """Fill the nozzle along a line inside the bed."""

    start_mm: tuple[float, float]
    end_mm: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class LayBeads:
    """Lay every bead of the skirt and the bodies, layer by layer; `tops_mm` (layers,)."""

    paths: Paths
    tops_mm: Floats


@dataclass(frozen=True, slots=True)
class Finish:
    """Retract, rise, park, everything off."""

    park_mm: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class PrintJob:
    """What the toolpath needs besides the operations."""

    settings: PrintSettings
    machine: Machine
    material: Material
    meshes: tuple[Mesh, ...]
    placed: tuple[PlacedSolid, ...]


def plan_print(checked: CheckedPart, machine: Machine, material: Material, parameters: Mapping[str, Any]) -> Plan:
    """Plan one program for all bodies of a part.

    Raises PlanError for a part without solids or larger than the machine, UsageError for wrong parameters.
    """
    meshes = checked.nominal.meshes
    if not meshes:
        raise PlanError("the part has no solid to print; flat parts are for a machine that cuts sheet")
    settings = print_settings(machine, material, parameters)
    layout, settings, notes = _layout(meshes, machine, settings)
    placed = tuple(placed_solid(meshes[p.of], p.rotation_deg, p.offset_mm) for p in layout.placements)
    tops = layer_tops_mm(max(p.height_mm for p in placed), settings)
    if not len(tops):
        raise PlanError(f"{placed[0].name} is {placed[0].height_mm:.3f} mm high, less than half a layer of "
                        f"{settings.first_layer_height_mm} mm; it cannot be printed, but could be cut from sheet")
    paths = _all_paths(placed, settings)
    # The topmost sections may be too thin for any bead.
    tops = tops[:int(paths.layer.max()) + 1]
    bed = machine.profile.bed
    setup = Setup(
        placements=layout.placements,
        zero="the machine homes itself; zero is the front left corner of the bed, z = 0 its surface",
        parameters={**settings.as_json(), "filament_declared_mm": _declared_mm(paths, settings),
                    "layers": len(tops), "top_mm": float(tops[-1])},
        notes=notes)
    operations = (Prime(*layout.prime_mm), LayBeads(paths, tops), Finish(tuple(bed.park_mm)))
    return Plan("fdm", setup, operations, PrintJob(settings, machine, material, meshes, placed))


def _layout(meshes: tuple[Mesh, ...], machine: Machine, settings: PrintSettings
            ) -> tuple[Layout, PrintSettings, tuple[str, ...]]:
    """Place the bodies with their skirt; where that is what does not fit, without it."""
    bed = machine.profile.bed
    try:
        return arrange(meshes, bed, machine.id, settings.spacing_mm, skirt_reach_mm(settings)), settings, ()
    except PlanError:
        if settings.skirt_loops == 0:
            raise
    bare = replace(settings, skirt_loops=0)
    layout = arrange(meshes, bed, machine.id, settings.spacing_mm, skirt_reach_mm(bare))
    return layout, bare, ("The skirt was left out: the part fills the bed.",)


def _all_paths(placed: tuple[PlacedSolid, ...], settings: PrintSettings) -> Paths:
    blocks: list[Paths] = []
    first_layers = []
    for body, solid in enumerate(placed):
        sliced = cut_layers(solid, layer_tops_mm(solid.height_mm, settings))
        bottom_section = sliced.at(0).grown(-settings.elephant_foot_mm)
        spacing = [bead_spacing_mm(settings.width_mm(k), settings.height_mm(k)) for k in (0, 1)]
        first = build_walls(bottom_section, settings.walls, settings.width_mm(0), spacing[0],
                            settings.infill_overlap_mm)
        walled = tuple(build_walls(region, settings.walls, settings.width_mm(1), spacing[1], settings.infill_overlap_mm)
                       for region in sliced.distinct)
        fills = find_skins(sliced, walled, settings.top_layers, settings.bottom_layers, settings.infill_density,
                           spacing[1])
        bottom = Fill(first.hatched, nothing()) if settings.bottom_layers or fills[0].sparse.empty else fills[0]
        blocks += layer_beads(sliced, walled, first, (bottom, *fills[1:]), body, settings)
        first_layers.append(bottom_section)
    if not blocks:
        raise PlanError(f"{placed[0].name} is thinner everywhere than one bead of {settings.line_width_mm} mm; "
                        "nothing of it can be printed")
    skirt = skirt_paths(first_layers, settings)
    paths = joined(blocks if skirt is None else [skirt, *blocks])
    return replace(paths, points=np.round(paths.points, 3))


def _declared_mm(paths: Paths, settings: PrintSettings) -> float:
    """Filament that the beads of skirt and bodies take, mm: the figure the file's own sum is held against."""
    step = np.hypot(*np.diff(paths.points, axis=0).T) if len(paths.points) > 1 else np.empty(0)
    step = np.concatenate([step, [0.0]])
    step[paths.start[1:] - 1] = 0.0
    first, last = paths.points[paths.start[:-1]], paths.points[paths.start[1:] - 1]
    length = np.add.reduceat(step, paths.start[:-1]) + np.where(paths.closed, np.hypot(*(first - last).T), 0.0)
    height = np.where(paths.layer == 0, settings.first_layer_height_mm, settings.layer_height_mm)
    return float((length * paths.spacing_mm * height).sum() / settings.filament_area_mm2)
