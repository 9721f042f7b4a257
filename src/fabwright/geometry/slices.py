"""Plane sections of closed meshes: one per layer, off coplanar faces, and which of them repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.errors import BuildError
from fabwright.geometry.regions import Region, nothing
from fabwright.model import Floats, Ints, Mesh

# A section's own noise: chained offsets on raw contours lose area and run eight times slower.
SECTION_TOLERANCE_MM = 0.005
# A plane this close to a horizontal face moves below it: which side of the face it shows is then defined. A layer cut
# in two by a face belongs to what lies below, as PrusaSlicer has it.
FACE_CLEARANCE_MM = 0.002
# A facet steeper than this changes its outline by less than 0.5 micrometre per millimetre of height. Facets of upright
# round walls lean up to 0.0004 by the rounding of their corners.
VERTICAL_SLOPE = 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class PlacedSolid:
    """A closed body standing somewhere: `vertices` (n, 3) mm, `triangles` (m, 3); `solid` is the kernel's, opaque."""

    name: str
    vertices: Floats
    triangles: Ints
    solid: Any

    @property
    def height_mm(self) -> float:
        """Highest point."""
        return float(self.vertices[:, 2].max())

    @property
    def volume_mm3(self) -> float:
        """Volume enclosed."""
        return float(self.solid.volume())


def placed_solid(mesh: Mesh, rotation_deg: float = 0.0, offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
                 ) -> PlacedSolid:
    """Turn a mesh about z, move it, and hand it to the kernel.

    Raises BuildError naming the body where the mesh is not one closed body with volume (an inverted mesh is accepted
    by the kernel and cuts to nothing, so the volume is asked for too).
    """
    import manifold3d

    vertices = mesh.vertices @ turn_about_z(rotation_deg).T + np.asarray(offset_mm)
    solid = manifold3d.Manifold(manifold3d.Mesh64(np.ascontiguousarray(vertices), mesh.triangles.astype(np.uint64)))
    if solid.status() != manifold3d.Error.NoError:
        raise BuildError(f"{mesh.name}: the mesh is not a closed body ({solid.status().name}); report the design")
    if solid.volume() <= 0.0:
        raise BuildError(f"{mesh.name}: the mesh encloses {solid.volume():.3f} mm3; it is empty or inside out; "
                         "report the design")
    return PlacedSolid(mesh.name, vertices, mesh.triangles, solid)


def turn_about_z(rotation_deg: float) -> Floats:
    """Rotation matrix (3, 3) about z, exact for multiples of 90 degrees."""
    c, s = np.cos(np.radians(rotation_deg)), np.sin(np.radians(rotation_deg))
    if rotation_deg % 90.0 == 0.0:
        c, s = np.rint(c), np.rint(s)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def section(placed: PlacedSolid, z_mm: float) -> Region:
    """Section at a height, simplified to SECTION_TOLERANCE_MM; empty above and below the body."""
    if not placed.vertices[:, 2].min() < z_mm < placed.height_mm:
        return nothing()
    return Region(placed.solid.slice(float(z_mm)).simplify(SECTION_TOLERANCE_MM))


def clear_of_faces(placed: PlacedSolid, planes_mm: Floats) -> Floats:
    """The planes (n,), each moved down by twice FACE_CLEARANCE_MM where a horizontal face lies within that of it."""
    z = placed.vertices[:, 2][placed.triangles]
    flat = np.unique(z[(z.max(axis=1) - z.min(axis=1)) < FACE_CLEARANCE_MM].mean(axis=1)) if len(z) else np.empty(0)
    if not len(flat):
        return planes_mm.copy()
    after = np.clip(np.searchsorted(flat, planes_mm), 0, len(flat) - 1)
    before = np.clip(after - 1, 0, len(flat) - 1)
    near = np.minimum(np.abs(flat[after] - planes_mm), np.abs(flat[before] - planes_mm)) < FACE_CLEARANCE_MM
    return np.asarray(planes_mm - np.where(near, 2.0 * FACE_CLEARANCE_MM, 0.0))


def repeats_below(placed: PlacedSolid, planes_mm: Floats) -> np.ndarray:
    """For each ascending plane (n,) whether its section equals the one before it: bool (n,), the first is False.

    True where no facet that leans by more than VERTICAL_SLOPE lies in the gap between the two planes.
    """
    corners = placed.vertices[placed.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1)
    leaning = np.abs(normal[:, 2]) > VERTICAL_SLOPE * np.where(length > 0.0, length, 1.0)
    low, high = corners[leaning, :, 2].min(axis=1), corners[leaning, :, 2].max(axis=1)
    # Gap k lies between planes k - 1 and k; a facet spoils every gap its height range touches.
    first = np.searchsorted(planes_mm, low, "left")
    last = np.searchsorted(planes_mm, high, "right")
    change = np.zeros(len(planes_mm) + 2, dtype=np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, last + 1, -1)
    same = np.cumsum(change)[: len(planes_mm)] == 0
    if len(same):
        same[0] = False
    return np.asarray(same)
