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
    floors = _floors(solid, triangles, normals)
    z = triangles[:, :, 2]
    level = normals[:, 2] > 1.0 - LEVEL
    on_floor = np.zeros(len(triangles), dtype=np.bool_)
    for floor in floors:
        on_floor |= level & (np.abs(z.mean(axis=1) - floor.z_mm) < SAME_LEVEL_MM)
    return Shape(mesh.name, solid, triangles, normals, ~on_floor & (normals[:, 2] > WALL_NZ), silhouette(solid), floors)


def _floors(solid: PlacedSolid, triangles: Floats, normals: Floats) -> tuple[Floor, ...]:
    """Level facets grouped by height; the part of each group that is large enough to be worth a cutter's pass."""
    from fabwright.geometry.slices import section

    level = normals[:, 2] > 1.0 - LEVEL
    if not level.any():
        return ()
    corners = triangles[level]
    area = 0.5 * np.abs(np.cross(corners[:, 1, :2] - corners[:, 0, :2], corners[:, 2, :2] - corners[:, 0, :2]))
    z = corners[:, :, 2].mean(axis=1)
    floors: list[Floor] = []
    for height in np.unique(np.round(z / SAME_LEVEL_MM) * SAME_LEVEL_MM)[::-1]:
        near = np.abs(z - height) < SAME_LEVEL_MM
        if floors and floors[-1].z_mm - height < 2 * SAME_LEVEL_MM or area[near].sum() < FLOOR_AREA_MM2:
            continue
        at = float(np.average(z[near], weights=area[near]))
        region = section(solid, at - 2 * SAME_LEVEL_MM) - section(solid, at + 2 * SAME_LEVEL_MM)
        # A steep slope that ends here shows as a hairline; floors are wider.
        region = region.opened(0.1)
        if region.area_mm2 >= FLOOR_AREA_MM2:
            floors.append(Floor(at, region))
    return tuple(floors)
