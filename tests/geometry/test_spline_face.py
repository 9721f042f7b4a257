"""Spline surfaces and outlines handed to the kernel: the same on both sides, volumes as integrated."""

from __future__ import annotations

import math

import cadquery as cq
import numpy as np
import pytest
from OCP.BRep import BRep_Tool
from OCP.BRepAdaptor import BRepAdaptor_Curve
from OCP.gp import gp_Pnt
from OCP.ShapeAnalysis import ShapeAnalysis_Surface

from fabwright.errors import BuildError
from fabwright.geometry.inspect import brep_volume_mm3, mesh_volume_mm3
from fabwright.geometry.spline_face import (
    PeriodicSpline,
    height_field_solid,
    height_spline,
    periodic_edge,
    periodic_spline,
    spline_face,
)
from fabwright.geometry.tessellate import tessellate
from fabwright.model import Floats

X, Y = np.linspace(-35.0, 35.0, 36), np.linspace(-25.0, 25.0, 26)


def ellipse(semi_x: float = 30.0, semi_y: float = 20.0, count: int = 24) -> PeriodicSpline:
    angle = np.linspace(0.0, 2 * math.pi, count + 1)
    return periodic_spline(np.column_stack([semi_x * np.cos(angle), semi_y * np.sin(angle)])[:-1], angle)


def waves() -> Floats:
    return 8.0 + 2.0 * np.sin(X / 9.0)[:, None] * np.cos(Y / 7.0)[None, :]


def test_the_face_is_the_spline_that_was_computed_with() -> None:
    spline = height_spline(X, Y, waves())
    surface = ShapeAnalysis_Surface(BRep_Tool.Surface_s(spline_face(X, Y, waves()).wrapped))
    rng = np.random.default_rng(2)
    for x, y in zip(rng.uniform(-34, 34, 50), rng.uniform(-24, 24, 50), strict=True):
        z = float(spline.ev(x, y))
        assert surface.Value(surface.ValueOfUV(gp_Pnt(x, y, z), 1e-9)).Distance(gp_Pnt(x, y, z)) < 1e-7


def test_the_face_passes_through_every_node() -> None:
    spline = height_spline(X, Y, waves())
    assert np.allclose(spline(X, Y), waves(), atol=1e-12)


def test_the_edge_is_the_spline_that_was_computed_with() -> None:
    outline = ellipse()
    curve = BRepAdaptor_Curve(periodic_edge(outline, 3.0).wrapped)
    parameters = np.linspace(outline.knots[0], outline.knots[-1], 57)
    points = np.array([[(p := curve.Value(float(t))).X(), p.Y(), p.Z()] for t in parameters])
    assert np.allclose(points[:, :2], outline.points(parameters), atol=1e-12)
    assert np.all(points[:, 2] == 3.0)


def test_the_outline_is_smooth_where_it_closes() -> None:
    outline = ellipse()
    ends = np.array([outline.knots[0] + 1e-9, outline.knots[-1] - 1e-9])
    for order in (0, 1, 2):
        first, last = outline.points(ends, order)
        assert np.allclose(first, last, atol=1e-5)


def test_volume_under_a_plane_is_exact() -> None:
    z = 10.0 + 0.1 * X[:, None] + 0.2 * Y[None, :]
    solid = height_field_solid(X, Y, z, ellipse(count=48))
    assert solid.isValid()
    # The plane's linear terms cancel over an ellipse centred on the origin.
    assert brep_volume_mm3(solid) == pytest.approx(math.pi * 30 * 20 * 10, rel=1e-4)


def test_volume_under_waves_agrees_with_an_integral_and_the_mesh() -> None:
    outline = ellipse()
    solid = height_field_solid(X, Y, waves(), outline)
    step = 0.25
    a, b = np.meshgrid(np.arange(-35, 35, step) + step / 2, np.arange(-25, 25, step) + step / 2, indexing="ij")
    inside = (a / 30) ** 2 + (b / 20) ** 2 <= 1.0
    integral = (8.0 + 2.0 * np.sin(a / 9.0) * np.cos(b / 7.0))[inside].sum() * step**2
    assert brep_volume_mm3(solid) == pytest.approx(integral, rel=2e-3)
    assert mesh_volume_mm3(tessellate(solid, "waves")) == pytest.approx(integral, rel=3e-3)
    assert len(solid.Faces()) == 3


def test_the_mirror_image_is_the_same_curve_run_backwards() -> None:
    egg = periodic_spline(np.array([[30.0, 0.0], [3.0, 21.0], [-26.0, 2.0], [-8.0, -15.0], [11.0, -18.0]]),
                          np.array([0.0, 1.1, 2.3, 3.1, 3.9, 5.2]))
    mirrored = egg.mirrored()
    at = np.linspace(0.0, 5.2, 29)
    assert np.allclose(mirrored.points(-at), egg.points(at) * [1.0, -1.0], atol=1e-12)
    assert np.allclose(egg.moved(2.0, -3.0).points(at), egg.points(at) + np.array([2.0, -3.0]), atol=1e-12)


def test_mirrored_points_give_the_mirrored_solid() -> None:
    z = 8.0 + 0.05 * Y[None, :] + 0.0 * X[:, None]
    one = height_field_solid(X, Y, z, ellipse())
    other = height_field_solid(X, -Y[::-1], z[:, ::-1], ellipse())
    assert brep_volume_mm3(one) == pytest.approx(brep_volume_mm3(other), rel=1e-6)
    assert one.Center().y == pytest.approx(-other.Center().y, abs=1e-3)
    assert isinstance(one, cq.Solid)


def test_an_outline_beyond_its_grid_is_refused() -> None:
    with pytest.raises(BuildError, match=r"the outline \(-39\.99, -20\.00\) to .* reaches beyond its height grid"):
        height_field_solid(X, Y, waves(), ellipse(40.0))


def test_a_field_below_the_floor_is_refused() -> None:
    with pytest.raises(BuildError, match=r"falls to -1\.000 mm on the outline; it must stay above 0"):
        height_field_solid(X, Y, np.full((36, 26), -1.0), ellipse())


def test_a_grid_that_is_no_grid_is_refused() -> None:
    with pytest.raises(BuildError, match="four nodes or more each way, but is 3 by 26"):
        spline_face(X[:3], Y, waves()[:3])
    with pytest.raises(BuildError, match="finite heights"):
        spline_face(X, Y, np.full((36, 26), np.nan))
    with pytest.raises(BuildError, match="ascend strictly"):
        spline_face(X[::-1].copy(), Y, waves())
