"""A body as the cutters see it: its surface from above, its shadow, its level floors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fabwright.machines.mill.kernels.drop import upward
from fabwright.model import Floats, Mesh, Placement

if TYPE_CHECKING:
    from fabwright.geometry.regions import Region
    from fabwright.geometry.slices import PlacedSolid

#: A facet this level belongs to a floor that a flat-ended cutter leaves exactly (1 - cos of 0.03 degrees).
LEVEL = 1.5e-7
#: A facet steeper than this is a wall: the side of a cutter makes it.
WALL_NZ = 0.005
#: Heights nearer than this are one floor, mm.
SAME_LEVEL_MM = 0.002
#: Smaller floors are left to the ball, mm2.
FLOOR_AREA_MM2 = 10.0
#: Half the width below which a level strip is no floor, mm.
NARROW_MM = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """A level part of the top surface: height and extent, mm."""

    z_mm: float
    region: Region


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One body in program coordinates.

    `triangles` (m, 3, 3) and `normals` (m, 3) are the facets that face up, highest first; `sloped` (m,) marks those
    that are neither floor nor wall; `shadow` is its silhouette.
    """

    name: str
    solid: PlacedSolid
    triangles: Floats
    normals: Floats
    sloped: np.ndarray
    shadow: Region
    floors: tuple[Floor, ...]

    @property
    def top_mm(self) -> float:
        """Highest point."""
        return self.solid.height_mm


def shape_of(mesh: Mesh, placement: Placement) -> Shape:
    """Place a mesh; BuildError where it is not a closed body."""
    from fabwright.geometry.silhouettes import silhouette
    from fabwright.geometry.slices import placed_solid

    solid = placed_solid(mesh, placement.rotation_deg, placement.offset_mm)
    triangles, normals = upward(solid.vertices[solid.triangles])
    floors, on_floor = _floors(triangles, normals)
    return Shape(mesh.name, solid, triangles, normals, ~on_floor & (normals[:, 2] > WALL_NZ), silhouette(solid), floors)


def _floors(triangles: Floats, normals: Floats) -> tuple[tuple[Floor, ...], np.ndarray]:
    """Level facets grouped by height where they are wide enough for a cutter's pass, and which facets (m,) they are."""
    from fabwright.geometry.regions import region_of

    level = np.flatnonzero(normals[:, 2] > 1.0 - LEVEL)
    taken = np.zeros(len(triangles), dtype=np.bool_)
    floors: list[Floor] = []
    z = triangles[level][:, :, 2].mean(axis=1)
    while len(level):
        near = np.abs(z - z.max()) < SAME_LEVEL_MM
        facets, height = level[near], float(z[near].max())
        level, z = level[~near], z[~near]
        # What is narrower is a facet that happens to be level on a slope.
        region = region_of(list(triangles[facets][:, :, :2])).opened(NARROW_MM)
        if region.area_mm2 >= FLOOR_AREA_MM2:
            floors.append(Floor(height, region))
            taken[facets] = region.contains(triangles[facets][:, :, :2].mean(axis=1))
    return tuple(floors), taken
