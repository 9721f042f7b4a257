"""Solids from plane outlines: prisms, chamfered prisms, cylinders, and booleans that answer for their result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cadquery as cq
import numpy as np

from fabwright.design import BuildError, Contour, contour_wire

# Corners this close are one: the kernel makes no edge between them.
SAME_MM = 1e-6


def prism(contour: Contour, z_mm: float, height_mm: float, holes: Sequence[Contour] = ()) -> Any:
    """The outline from `z_mm` up by `height_mm`."""
    inner = [contour_wire(h, z_mm) for h in holes]
    return cq.Solid.extrudeLinear(contour_wire(contour, z_mm), inner, cq.Vector(0, 0, height_mm))


def polygon_prism(polygon: Any, z_mm: float, height_mm: float) -> Any:
    """A shapely polygon, holes and all, from `z_mm` up by `height_mm`."""
    def ring(coords: Any) -> Contour:
        # Rounded, since the last bits of an offset vary from run to run.
        points = np.round(np.asarray(coords)[:-1, :2], 9) + 0.0
        points = points[np.hypot(*(points - np.roll(points, 1, axis=0)).T) > SAME_MM]
        return Contour(np.column_stack([points, np.zeros(len(points))]))
    return prism(ring(polygon.exterior.coords), z_mm, height_mm, [ring(r.coords) for r in polygon.interiors])


def frustum(low: Contour, z_low_mm: float, high: Contour, z_high_mm: float) -> Any:
    """Ruled solid between two outlines with the same number of vertices."""
    return cq.Solid.makeLoft([contour_wire(low, z_low_mm), contour_wire(high, z_high_mm)], True)


def cylinder(x_mm: float, y_mm: float, z_mm: float, diameter_mm: float, height_mm: float) -> Any:
    """An upright cylinder standing on (x, y, z)."""
    return cq.Solid.makeCylinder(diameter_mm / 2.0, height_mm, cq.Vector(x_mm, y_mm, z_mm))


def block(rect: tuple[float, float, float, float], z_low_mm: float, z_high_mm: float) -> Any:
    """A box over a rectangle (x low, y low, x high, y high)."""
    return cq.Solid.makeBox(rect[2] - rect[0], rect[3] - rect[1], z_high_mm - z_low_mm,
                            cq.Vector(rect[0], rect[1], z_low_mm))


def fused(shape: Any, others: Sequence[Any]) -> Any:
    """Union; the shape itself where there is nothing to add."""
    return shape.fuse(*others) if others else shape


def without(shape: Any, others: Sequence[Any]) -> Any:
    """Difference; the shape itself where there is nothing to take off."""
    return shape.cut(*others) if others else shape


def one_solid(shape: Any, name: str) -> Any:
    """The single valid solid of a result; BuildError with the count otherwise."""
    solids = shape.Solids()
    if len(solids) != 1:
        raise BuildError(f"{name}: the options give {len(solids)} separate pieces instead of one; openings cut it "
                         "apart - use a smaller connector clearance or a greater height above the board")
    solid = solids[0]
    if not solid.isValid() or solid.Volume() <= 0.0:
        raise BuildError(f"{name}: the solid is not valid; change the options slightly and report the design")
    return solid


def common_volume_mm3(a: Any, b: Any) -> float:
    """Volume shared by two shapes."""
    return float(sum(s.Volume() for s in a.intersect(b).Solids()))
