"""A freeform top over a freeform outline: the bicubic surface of a height grid, cut to a periodic spline outline.

The splines are fitted by scipy and handed to the kernel knot by knot and pole by pole, so that what a design computes
with and what is made are the same surface. The kernel's own approximations were millimetres off on such surfaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.errors import BuildError
from fabwright.model import Floats

DEGREE = 3
FACE_TOLERANCE_MM = 1e-6
# How far the cutting shapes stick out below and above the solid, so that no two faces coincide.
OVERSHOOT_MM = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class PeriodicSpline:
    """A closed planar cubic spline, counter-clockwise, twice continuously differentiable all round.

    `poles` is (n, 2) mm, `knots` (n + 1,) strictly ascending; pole i belongs to the basis function over the knots
    i - 3 .. i + 1 of the periodic continuation.
    """

    poles: Floats
    knots: Floats

    def points(self, parameters: Floats, derivative: int = 0) -> Floats:
        """Points (m, 2) in mm at parameters (m,), or the derivative of that order."""
        from scipy.interpolate import BSpline

        period = self.knots[-1] - self.knots[0]
        flat = np.concatenate([self.knots[-1 - DEGREE:-1] - period, self.knots, self.knots[1:1 + DEGREE] + period])
        spline = BSpline(flat, np.concatenate([self.poles, self.poles[:DEGREE]]), DEGREE)
        at = self.knots[0] + np.mod(np.asarray(parameters) - self.knots[0], period)
        return np.asarray(spline(at, nu=derivative), dtype=np.float64)

    def moved(self, x_mm: float, y_mm: float) -> PeriodicSpline:
        """The same curve elsewhere."""
        return PeriodicSpline(self.poles + np.array([x_mm, y_mm]), self.knots)

    def mirrored(self) -> PeriodicSpline:
        """The mirror image in the x axis, counter-clockwise again."""
        # Run backwards, pole i trades places with pole 2 - i (mod n): its support then covers the negated knots.
        return PeriodicSpline(np.roll(self.poles[::-1], DEGREE, axis=0) * [1.0, -1.0], -self.knots[::-1])


def periodic_spline(points: Floats, parameters: Floats) -> PeriodicSpline:
    """The closed cubic spline through (n, 2) points at parameters (n + 1,), the last one closing the round.

    The poles depend linearly on the points: scaling or mirroring the points scales or mirrors the curve exactly.
    """
    from scipy.interpolate import make_interp_spline

    closed = np.concatenate([points, points[:1]])
    spline = make_interp_spline(np.asarray(parameters, dtype=np.float64), closed, k=DEGREE, bc_type="periodic")
    count = len(points)
    return PeriodicSpline(np.asarray(spline.c[:count], dtype=np.float64),
                          np.asarray(spline.t[DEGREE:DEGREE + count + 1], dtype=np.float64))


def periodic_edge(spline: PeriodicSpline, z_mm: float = 0.0) -> Any:
    """The spline as one closed CadQuery edge in the plane z = z_mm."""
    import cadquery as cq
    from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeEdge
    from OCP.Geom import Geom_BSplineCurve
    from OCP.gp import gp_Pnt
    from OCP.TColgp import TColgp_Array1OfPnt

    poles = TColgp_Array1OfPnt(1, len(spline.poles))
    for i, (x, y) in enumerate(spline.poles.tolist(), 1):
        poles.SetValue(i, gp_Pnt(x, y, z_mm))
    knots, multiplicities = _knot_arrays(spline.knots, np.ones(len(spline.knots), dtype=np.int64))
    curve = Geom_BSplineCurve(poles, knots, multiplicities, DEGREE, True)
    return cq.Edge(BRepBuilderAPI_MakeEdge(curve).Edge())


def spline_face(x_mm: Floats, y_mm: Floats, z_mm: Floats) -> Any:
    """The CadQuery face z(x, y) that passes through every node of a grid.

    `x_mm` (nx,) and `y_mm` (ny,) ascend strictly, `z_mm` is (nx, ny); each axis needs four nodes or more. The surface
    is scipy's interpolating `RectBivariateSpline` itself: over the Greville abscissae of its knots a spline surface
    reproduces x and y exactly (Farin, Curves and Surfaces for CAGD: linear precision).
    """
    import cadquery as cq
    from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeFace
    from OCP.Geom import Geom_BSplineSurface
    from OCP.gp import gp_Pnt
    from OCP.TColgp import TColgp_Array2OfPnt

    knots_x, knots_y, heights = height_spline(x_mm, y_mm, z_mm).tck
    along_x, along_y = _greville(knots_x), _greville(knots_y)
    grid = heights.reshape(len(along_x), len(along_y))
    poles = TColgp_Array2OfPnt(1, len(along_x), 1, len(along_y))
    for i, x in enumerate(along_x.tolist()):
        for j, (y, z) in enumerate(zip(along_y.tolist(), grid[i].tolist(), strict=True)):
            poles.SetValue(i + 1, j + 1, gp_Pnt(x, y, z))
    u_knots, u_multiplicities = _knot_arrays(*np.unique(knots_x, return_counts=True))
    v_knots, v_multiplicities = _knot_arrays(*np.unique(knots_y, return_counts=True))
    surface = Geom_BSplineSurface(poles, u_knots, v_knots, u_multiplicities, v_multiplicities, DEGREE, DEGREE)
    return cq.Face(BRepBuilderAPI_MakeFace(surface, FACE_TOLERANCE_MM).Face())


def height_spline(x_mm: Floats, y_mm: Floats, z_mm: Floats) -> Any:
    """scipy's `RectBivariateSpline` through the grid: the very surface that `spline_face` makes.

    Raises BuildError when the grid is too small, not ascending or not finite.
    """
    from scipy.interpolate import RectBivariateSpline

    if min(len(x_mm), len(y_mm)) <= DEGREE or z_mm.shape != (len(x_mm), len(y_mm)):
        raise BuildError(f"a height grid needs four nodes or more each way, but is {len(x_mm)} by {len(y_mm)} nodes "
                         f"with heights {z_mm.shape}")
    if not (np.all(np.diff(x_mm) > 0) and np.all(np.diff(y_mm) > 0) and np.all(np.isfinite(z_mm))):
        raise BuildError("a height grid needs finite heights over coordinates that ascend strictly")
    return RectBivariateSpline(x_mm, y_mm, z_mm, kx=DEGREE, ky=DEGREE, s=0)


def height_field_solid(x_mm: Floats, y_mm: Floats, z_mm: Floats, outline: PeriodicSpline) -> Any:
    """The solid inside an outline, from z = 0 up to the surface through a height grid, as a CadQuery solid.

    The grid (as for `spline_face`) must reach beyond the outline, and stay above z = 0 inside it. Raises BuildError
    when it does not, or when the kernel gives anything but one solid.
    """
    import cadquery as cq

    round_it = outline.points(np.linspace(outline.knots[0], outline.knots[-1], 8 * len(outline.poles)))
    low, high = round_it.min(axis=0), round_it.max(axis=0)
    if low[0] <= x_mm[0] or low[1] <= y_mm[0] or high[0] >= x_mm[-1] or high[1] >= y_mm[-1]:
        raise BuildError(f"the outline ({low[0]:.2f}, {low[1]:.2f}) to ({high[0]:.2f}, {high[1]:.2f}) reaches beyond "
                         f"its height grid ({x_mm[0]:.2f}, {y_mm[0]:.2f}) to ({x_mm[-1]:.2f}, {y_mm[-1]:.2f})")
    lowest = float(height_spline(x_mm, y_mm, z_mm).ev(round_it[:, 0], round_it[:, 1]).min())
    if lowest <= 0.0:
        raise BuildError(f"the height field falls to {lowest:.3f} mm on the outline; it must stay above 0")
    top = float(z_mm.max())
    wire = cq.Wire.assembleEdges([periodic_edge(outline)])
    column = cq.Solid.extrudeLinear(wire, [], cq.Vector(0, 0, top + OVERSHOOT_MM))
    below = cq.Solid.extrudeLinear(spline_face(x_mm, y_mm, z_mm), cq.Vector(0, 0, -(top + 2 * OVERSHOOT_MM)))
    solids = column.intersect(below).Solids()
    if len(solids) != 1:
        raise BuildError(f"cutting the outline to its height field gave {len(solids)} solids, expected 1")
    return solids[0]


def _greville(knots: Floats) -> Floats:
    """Mean of each pole's inner knots."""
    return np.asarray([knots[i + 1:i + 1 + DEGREE].mean() for i in range(len(knots) - DEGREE - 1)])


def _knot_arrays(knots: Floats, multiplicities: Any) -> tuple[Any, Any]:
    """The kernel's own arrays of knots and multiplicities."""
    from OCP.TColStd import TColStd_Array1OfInteger, TColStd_Array1OfReal

    values, counts = TColStd_Array1OfReal(1, len(knots)), TColStd_Array1OfInteger(1, len(knots))
    for i, (knot, count) in enumerate(zip(knots.tolist(), multiplicities.tolist(), strict=True), 1):
        values.SetValue(i, knot)
        counts.SetValue(i, count)
    return values, counts
