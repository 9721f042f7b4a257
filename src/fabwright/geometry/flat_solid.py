"""A flat part as the solid it will be: its outline less its holes, as thick as the sheet."""

from __future__ import annotations

import numpy as np

from fabwright.errors import BuildError
from fabwright.geometry.contours import discretise
from fabwright.geometry.weld import weld
from fabwright.model import FlatPart, Mesh

CHORD_MM = 0.02


def flat_solid(part: FlatPart, chord_mm: float = CHORD_MM) -> Mesh:
    """Closed mesh of a flat part from z = 0 to its thickness; BuildError when its contours enclose nothing."""
    import manifold3d

    loops = [discretise(c, chord_mm) for c in (part.outline, *part.holes)]
    section = manifold3d.CrossSection(loops, manifold3d.FillRule.EvenOdd)
    if section.is_empty():
        raise BuildError(f"{part.name}: the outline encloses no area")
    mesh = manifold3d.Manifold.extrude(section, part.thickness_mm).to_mesh64()
    points = np.asarray(mesh.vert_properties[:, :3], dtype=np.float64)
    vertices, triangles = weld(points, np.asarray(mesh.tri_verts, dtype=np.int64), 0.0)
    return Mesh(part.name, vertices, triangles)
