"""A plane contour as a closed wire of the B-rep kernel, lines and arcs exact, one vertex per corner."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabwright.errors import BuildError
from fabwright.model import Contour

# The kernel's own tolerance of a point.
COINCIDENT_MM = 1e-7


def contour_wire(contour: Contour, z_mm: float) -> Any:
    """CadQuery wire of a closed contour at a height.

    Raises BuildError where two corners coincide. Neighbouring edges share their vertex from the start: a wire joined
    afterwards keeps one of two almost equal vertices, and which one varies from run to run.
    """
    import cadquery as cq
    from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeEdge, BRepBuilderAPI_MakeVertex, BRepBuilderAPI_MakeWire
    from OCP.GC import GC_MakeArcOfCircle
    from OCP.gp import gp_Pnt

    v = contour.vertices
    apart = np.hypot(*(v[:, :2] - np.roll(v[:, :2], -1, axis=0)).T)
    if apart.min() < COINCIDENT_MM:
        x, y = v[int(apart.argmin()), :2]
        raise BuildError(f"two corners of an outline coincide at ({x:.3f}, {y:.3f}); change the options slightly and "
                         "report the design")
    points = [gp_Pnt(float(x), float(y), z_mm) for x, y, _ in v]
    corners = [BRepBuilderAPI_MakeVertex(p).Vertex() for p in points]
    wire = BRepBuilderAPI_MakeWire()
    for k, ((ax, ay, bulge), (bx, by, _)) in enumerate(zip(v, np.roll(v, -1, axis=0), strict=True)):
        after = (k + 1) % len(points)
        if bulge:
            # The middle of the arc lies half the chord times the bulge to the right of the chord's middle.
            middle = gp_Pnt(float((ax + bx) / 2 + bulge * (by - ay) / 2),
                            float((ay + by) / 2 - bulge * (bx - ax) / 2), z_mm)
            arc = GC_MakeArcOfCircle(points[k], middle, points[after]).Value()
            wire.Add(BRepBuilderAPI_MakeEdge(arc, corners[k], corners[after]).Edge())
        else:
            wire.Add(BRepBuilderAPI_MakeEdge(corners[k], corners[after]).Edge())
    return cq.Wire(wire.Wire())
