"""Meshes of solids: closed, of the right volume, exact in single precision, the same each time."""

from __future__ import annotations

import math

import cadquery as cq
import numpy as np
import pytest

from fabwright.errors import BuildError
from fabwright.geometry.inspect import brep_volume_mm3, inspect_solids, mesh_volume_mm3, nominal_of
from fabwright.geometry.tessellate import rotation_matrix, tessellate
from fabwright.geometry.weld import open_edges
from fabwright.model import Body, Part, Severity


@pytest.fixture(scope="module")
def washer() -> cq.Shape:
    return cq.Workplane().circle(20).circle(8).extrude(5).val()


def test_volume_agrees_with_the_formula(washer: cq.Shape) -> None:
    mesh = tessellate(washer, "washer", tolerance_mm=0.02)
    exact = math.pi * (20**2 - 8**2) * 5
    assert mesh_volume_mm3(mesh) == pytest.approx(exact, rel=2e-3)
    assert brep_volume_mm3(washer) == pytest.approx(exact, rel=1e-6)
    assert open_edges(mesh.triangles) == 0


def test_vertices_are_exact_in_single_precision(washer: cq.Shape) -> None:
    vertices = tessellate(washer, "washer").vertices
    assert np.array_equal(vertices, vertices.astype(np.float32).astype(np.float64))


def test_meshing_twice_gives_the_same_mesh(washer: cq.Shape) -> None:
    first, second = tessellate(washer, "washer"), tessellate(washer, "washer")
    assert np.array_equal(first.vertices, second.vertices)
    assert np.array_equal(first.triangles, second.triangles)


def test_making_attitude_turns_the_body_and_stands_it_on_the_table(washer: cq.Shape) -> None:
    (mesh,) = nominal_of(Part(bodies=(Body("washer", washer, (180.0, 0.0, 0.0)),))).meshes
    low, high = mesh.bounds_mm
    assert low[2] == 0.0
    assert high[2] == pytest.approx(5.0)


def test_quarter_turns_are_exact() -> None:
    assert np.array_equal(rotation_matrix((90.0, 0.0, 0.0)) @ np.array([0.0, 1.0, 0.0]), [0.0, 0.0, 1.0])
    assert np.array_equal(rotation_matrix((0.0, 90.0, 0.0)) @ np.array([0.0, 0.0, 1.0]), [1.0, 0.0, 0.0])
    assert np.array_equal(rotation_matrix((0.0, 0.0, 90.0)) @ np.array([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0])


def test_two_solids_in_one_body_are_refused() -> None:
    pair = cq.Workplane().pushPoints([(0, 0), (50, 0)]).box(10, 10, 10).vals()
    with pytest.raises(BuildError, match="twins: expected one solid, the options give 2"):
        nominal_of(Part(bodies=(Body("twins", cq.Compound.makeCompound(pair)),)))


def test_an_empty_part_is_refused() -> None:
    with pytest.raises(BuildError, match="empty part"):
        nominal_of(Part())


def test_bounds_that_disagree_with_the_options_are_an_error(washer: cq.Shape) -> None:
    part = Part(bodies=(Body("washer", washer, expected_bounds_mm=(40.0, 40.0, 6.0)),))
    (finding,) = inspect_solids(part, nominal_of(part))
    assert finding.severity is Severity.ERROR
    assert finding.measured == pytest.approx(5.0)
    assert "along z" in finding.message


def test_two_pieces_of_one_name_are_an_error(washer: cq.Shape) -> None:
    part = Part(bodies=(Body("washer", washer), Body("washer", washer)))
    assert [f.check for f in inspect_solids(part, nominal_of(part))] == ["name-unique"]
