"""Checked part to plan: place the bodies, cut them, lay out every bead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, united
from fabwright.geometry.slices import PlacedSolid, placed_solid
from fabwright.machines.fdm.adhesion import adhesion_paths, adhesion_reach_mm
from fabwright.machines.fdm.fills import fill_paths
from fabwright.machines.fdm.inspection.overhangs import refuse_unsupported
from fabwright.machines.fdm.layers import LayerGrid, Sliced, cut_layers, layer_grid, raft_height_mm
from fabwright.machines.fdm.layout import Layout, arrange
from fabwright.machines.fdm.overhangs import slow_overhangs
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.seams import place_seams
from fabwright.machines.fdm.sequence import spacing_between_mm
from fabwright.machines.fdm.settings import PrintSettings, print_settings
from fabwright.machines.fdm.supports import Supports, plan_supports, support_paths
from fabwright.machines.fdm.wall_paths import wall_paths
from fabwright.machines.fdm.walls import build_all_walls
from fabwright.machines.fdm.zones import PlacedZone, place_zones
from fabwright.model import CheckedPart, Machine, Material, Mesh, Plan, Setup


@dataclass(frozen=True, slots=True)
class Prime:
    """Fill the nozzle along a line inside the bed."""

    start_mm: tuple[float, float]
    end_mm: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class LayBeads:
    """Lay every bead of the bodies and of what stands round them, layer by layer; `sliced` are the bodies' sections."""

    paths: Paths
    grid: LayerGrid
    sliced: tuple[Sliced, ...]


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

    Raises PlanError for a part without solids, larger than the machine or that cannot be printed as ordered,
    UsageError for wrong parameters.
    """
    meshes = checked.nominal.meshes
    if not meshes:
        raise PlanError("the part has no solid to print; flat parts are for a machine that cuts sheet")
    settings = consistent(print_settings(machine, material, parameters), len(meshes))
    layout, settings, notes = _layout(meshes, machine, settings)
    placed = tuple(placed_solid(meshes[p.of], p.rotation_deg, p.offset_mm) for p in layout.placements)
    grid = layer_grid(placed, settings)
    if len(grid) <= grid.raft_layers:
        raise PlanError(f"{placed[0].name} is {placed[0].height_mm:.3f} mm high, less than half a layer of "
                        f"{settings.first_layer_height_mm} mm; it cannot be printed, but could be cut from sheet")
    sliced = tuple(cut_layers(p, grid, settings) for p in placed)
    zones = place_zones(checked.nominal.zones, layout.placements, grid)
    refuse_unsupported(placed, sliced, grid, zones, machine, settings)
    turns = tuple(p.rotation_deg for p in layout.placements)
    paths = all_paths(placed, sliced, zones, grid, settings, turns)
    # The topmost sections may be too thin for any bead.
    grid = grid.first(int(paths.layer.max()) + 1)
    setup = Setup(
        placements=layout.placements,
        zero="the machine homes itself; zero is the front left corner of the bed, z = 0 its surface",
        parameters=setup_parameters(settings, grid, paths), notes=(*notes, *machine_notes(machine)))
    operations = (Prime(*layout.prime_mm), LayBeads(paths, grid, sliced), Finish(tuple(machine.profile.bed.park_mm)))
    return Plan("fdm", setup, operations, PrintJob(settings, machine, material, meshes, placed))


def machine_notes(machine: Machine) -> tuple[str, ...]:
    """What the person at the machine must know of its profile."""
    if not machine.profile.controller.get("experimental"):
        return ()
    return ("Experimental: no machine of this kind has run our files yet. The filament must be loaded and the nozzle "
            "clean; stay with the first layers, ready to stop.",)


def setup_parameters(settings: PrintSettings, grid: LayerGrid, paths: Paths) -> dict[str, Any]:
    """What travels with the job besides the settings: the layers and the filament that the beads take."""
    return {**settings.as_json(), "engine": "native",
            "filament_declared_mm": paths.volume_mm3() / settings.filament_area_mm2,
            "length_declared_mm": float(paths.bead_mm().sum()), "layers": len(grid),
            "top_mm": float(grid.tops_mm[-1]), "tops_mm": [round(float(z), 6) for z in grid.tops_mm],
            "heights_mm": [round(float(h), 6) for h in grid.heights_mm], "raft_layers": grid.raft_layers}


def consistent(settings: PrintSettings, bodies: int) -> PrintSettings:
    """Settings with what a spiral vase rules out taken back: one wall, nothing inside, nothing on top, and several
    bodies one after the other."""
    if not settings.vase:
        return settings
    return replace(settings, walls=1, top_layers=0, infill_density=0.0, supports="none", raft_layers=0,
                   adaptive_layers=False, z_hop_mm=0.0,
                   sequence="one-at-a-time" if bodies > 1 else settings.sequence)


def _layout(meshes: tuple[Mesh, ...], machine: Machine, settings: PrintSettings
            ) -> tuple[Layout, PrintSettings, tuple[str, ...]]:
    """Place the bodies with their skirt; where that is what does not fit, without it."""
    bed, apart = machine.profile.bed, spacing_between_mm(meshes, settings)
    notes: tuple[str, ...] = ()
    try:
        layout = arrange(meshes, bed, machine.id, apart, adhesion_reach_mm(settings))
    except PlanError:
        if settings.skirt_loops == 0 or settings.brim != "none" or settings.raft_layers:
            raise
        settings = replace(settings, skirt_loops=0)
        layout = arrange(meshes, bed, machine.id, apart, adhesion_reach_mm(settings))
        notes = ("The skirt was left out: the part fills the bed.",)
    foot = raft_height_mm(settings)
    if foot:
        placements = tuple(replace(p, offset_mm=(*p.offset_mm[:2], round(foot, 6))) for p in layout.placements)
        layout = replace(layout, placements=placements)
    return layout, settings, notes


def all_paths(placed: tuple[PlacedSolid, ...], sliced: tuple[Sliced, ...], zones: tuple[tuple[PlacedZone, ...], ...],
              grid: LayerGrid, settings: PrintSettings,
              turns_deg: tuple[float, ...] = ()) -> Paths:
    """Every bead of every body, its supports and its adhesion; points rounded to three decimals. `turns_deg` is how far
    each body is turned on the bed."""
    supports = plan_supports(sliced, grid, zones, settings)
    blocks: list[Paths] = []
    for body, sections in enumerate(sliced):
        walled = build_all_walls(sections, settings)
        walls = joined(wall_paths(sections, walled, grid, body, settings))
        blocks.append(slow_overhangs(place_seams(walls, settings), sections, grid, body, settings,
                                     supports.carried))
        # Lines keep their angle to the body however it lies: along its straight walls they would leave a strip open.
        angle = (settings.infill_angle_deg + turns_deg[body]) % 360.0 if turns_deg else settings.infill_angle_deg
        blocks += fill_paths(sections, grid, walled, zones[body], body, replace(settings, infill_angle_deg=angle),
                             supports.carried)
    if not any(len(b) for b in blocks):
        raise PlanError(f"{placed[0].name} is thinner everywhere than one bead of {settings.line_width_mm} mm; "
                        "nothing of it can be printed")
    around = [*support_paths(supports, grid, settings),
              *adhesion_paths(_footing(sliced, supports, grid), grid, settings)]
    paths = joined([*around, *blocks])
    return replace(paths, points=np.round(paths.points, 3))


def _footing(sliced: tuple[Sliced, ...], supports: Supports, grid: LayerGrid) -> list[Region]:
    """What stands on the bed, or on the raft: the bodies and their supports."""
    bottom = grid.raft_layers
    regions = [s.at(bottom) for s in sliced]
    if supports.regions:
        regions.append(united([supports.regions[bottom], supports.interface[bottom]]))
    return regions
