import manifold3d
import numpy as np
import pytest

from fabwright.errors import BuildError
from fabwright.geometry.slices import (
    SECTION_TOLERANCE_MM,
    clear_of_faces,
    placed_solid,
    repeats_below,
    section,
    turn_about_z,
)
from fabwright.model import Mesh


def mesh(solid, name="body"):
    raw = solid.to_mesh64()
    return Mesh(name, np.asarray(raw.vert_properties)[:, :3], np.asarray(raw.tri_verts).astype(np.int64))


def test_sections_of_a_cone_have_their_area():
    cone = placed_solid(mesh(manifold3d.Manifold.cylinder(10.0, 10.0, 0.0, 256)))
    for z in (1.0, 5.0, 9.0):
        radius = 10.0 - z
        noise = SECTION_TOLERANCE_MM * 2.0 * np.pi * radius
        assert section(cone, z).area_mm2 == pytest.approx(np.pi * radius ** 2, abs=noise)
    assert section(cone, -1.0).empty
    assert section(cone, 11.0).empty


def test_a_body_is_turned_and_moved():
    box = placed_solid(mesh(manifold3d.Manifold.cube((20, 10, 4))), 90.0, (50.0, 60.0, 0.0))
    assert section(box, 2.0).bounds_mm == pytest.approx((40.0, 60.0, 50.0, 80.0))
    assert box.volume_mm3 == pytest.approx(800.0)
    assert np.array_equal(turn_about_z(90.0), [[0, -1, 0], [1, 0, 0], [0, 0, 1]])


def test_planes_leave_coplanar_faces():
    step = manifold3d.Manifold.cube((10, 10, 2)) + manifold3d.Manifold.cube((5, 10, 4))
    placed = placed_solid(mesh(step))
    planes = clear_of_faces(placed, np.array([1.0, 2.0, 3.0]))
    assert planes[[0, 2]] == pytest.approx([1.0, 3.0])
    assert planes[1] < 2.0
    assert section(placed, float(planes[1])).area_mm2 == pytest.approx(100.0)


def test_equal_sections_are_known_without_cutting():
    planes = np.arange(0.1, 4.0, 0.2)
    step = placed_solid(mesh(manifold3d.Manifold.cube((10, 10, 2)) + manifold3d.Manifold.cube((5, 10, 4))))
    same = repeats_below(step, planes)
    areas = [section(step, float(z)).area_mm2 for z in planes]
    assert not same[0]
    for k in range(1, len(planes)):
        assert same[k] == (abs(areas[k] - areas[k - 1]) < 1e-9)
    cone = placed_solid(mesh(manifold3d.Manifold.cylinder(4.0, 5.0, 2.0, 32)))
    assert not repeats_below(cone, planes).any()


def test_open_and_inverted_meshes_are_refused_by_name():
    box = mesh(manifold3d.Manifold.cube((1, 1, 1)), "lid")
    with pytest.raises(BuildError, match="lid: the mesh is not a closed body"):
        placed_solid(Mesh("lid", box.vertices, box.triangles[:-1]))
    with pytest.raises(BuildError, match=r"lid: the mesh encloses -1.000 mm3; it is empty or inside out"):
        placed_solid(Mesh("lid", box.vertices, box.triangles[:, ::-1]))
