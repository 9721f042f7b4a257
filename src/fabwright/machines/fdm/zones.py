"""Modifier solids of the design as sections: where in each layer other settings hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabwright.geometry.regions import Region, nothing
from fabwright.geometry.slices import clear_of_faces, placed_solid, repeats_below, section
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.model import NominalZone, Placement


@dataclass(frozen=True, slots=True, eq=False)
class PlacedZone:
    """A zone on the bed: `sections` holds its region in each layer of the grid (equal neighbours share one object),
    `settings` what holds there."""

    sections: tuple[Region, ...]
    settings: Mapping[str, str | float]


def place_zones(zones: Sequence[NominalZone], placements: Sequence[Placement], grid: LayerGrid
                ) -> tuple[tuple[PlacedZone, ...], ...]:
    """The zones of each placed body, in the order of the design: later ones win over earlier ones."""
    return tuple(tuple(_placed(zone, placement, grid) for zone in zones if zone.body == placement.of)
                 for placement in placements)


def _placed(zone: NominalZone, placement: Placement, grid: LayerGrid) -> PlacedZone:
    solid = placed_solid(zone.mesh, placement.rotation_deg, placement.offset_mm)
    planes = clear_of_faces(solid, grid.middles_mm)
    low, high = float(solid.vertices[:, 2].min()), solid.height_mm
    same = repeats_below(solid, planes)
    empty = nothing()
    sections: list[Region] = []
    for layer, z in enumerate(planes.tolist()):
        if not low < z < high or layer < grid.raft_layers:
            sections.append(empty)
        elif same[layer] and layer and sections[-1] is not empty:
            sections.append(sections[-1])
        else:
            sections.append(section(solid, z))
    return PlacedZone(tuple(sections), dict(zone.settings))

