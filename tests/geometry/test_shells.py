import manifold3d
import numpy as np
import pytest

from fabwright.geometry.shells import shells
from fabwright.geometry.slices import placed_solid
from fabwright.model import Mesh


def placed(solid):
    raw = solid.to_mesh64()
    vertices = np.asarray(raw.vert_properties)[:, :3].astype(np.float32).astype(np.float64)
    return placed_solid(Mesh("thing", vertices, np.asarray(raw.tri_verts).astype(np.int64)))


def test_skins_and_cavities_are_told_apart():
    cube = manifold3d.Manifold.cube
    solid = (cube((10, 10, 10)) - cube((2, 3, 4)).translate((1, 1, 1)) - manifold3d.Manifold.sphere(2, 40).translate(
        (7, 7, 7))) + cube((1, 1, 1)).translate((20, 0, 0))
    found = shells(placed(solid))
    ball = 4.0 / 3.0 * np.pi * 8.0
    assert [s.volume_mm3 for s in found] == pytest.approx([-ball, -24.0, 1.0, 1000.0], rel=0.02)
    assert np.allclose(found[1].low_mm, (1, 1, 1))
    assert np.allclose(found[1].high_mm, (3, 4, 5))
    assert sum(s.volume_mm3 for s in found) == pytest.approx(solid.volume(), rel=1e-6)


def test_a_plain_body_is_one_shell():
    rod = manifold3d.Manifold.cylinder(50, 1, 1, 12)
    (shell,) = shells(placed(rod))
    assert shell.volume_mm3 == pytest.approx(rod.volume(), rel=1e-6)
    assert shell.high_mm[2] - shell.low_mm[2] == pytest.approx(50.0)
