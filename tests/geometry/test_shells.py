import manifold3d
import numpy as np
import pytest

from fabwright.geometry.shells import shells


def arrays(solid):
    raw = solid.to_mesh64()
    return np.asarray(raw.vert_properties)[:, :3], np.asarray(raw.tri_verts).astype(np.int64)


def test_skins_and_cavities_are_told_apart():
    cube = manifold3d.Manifold.cube
    solid = (cube((10, 10, 10)) - cube((2, 3, 4)).translate((1, 1, 1)) - manifold3d.Manifold.sphere(2, 40).translate(
        (7, 7, 7))) + cube((1, 1, 1)).translate((20, 0, 0))
    found = sorted(s.volume_mm3 for s in shells(*arrays(solid)))
    ball = 4.0 / 3.0 * np.pi * 8.0
    assert found == pytest.approx([-ball, -24.0, 1.0, 1000.0], rel=0.02)
    assert sum(found) == pytest.approx(solid.volume())


def test_a_long_strip_of_triangles_is_one_shell():
    rod = manifold3d.Manifold.cylinder(50, 1, 1, 12).refine(12)
    (shell,) = shells(*arrays(rod))
    assert shell.volume_mm3 == pytest.approx(rod.volume())
    assert shell.high_mm[2] - shell.low_mm[2] == pytest.approx(50.0)
