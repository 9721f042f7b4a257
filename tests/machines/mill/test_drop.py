"""The drop cutter against dense sampling of the triangles, which can only miss contact, never invent it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.machines.mill.kernels.drop import upward
from fabwright.machines.mill.probes import dropped, probes_at

SHARES = np.array([(i / 60, j / 60) for i in range(61) for j in range(61 - i)])


def sampled_tip(triangles: np.ndarray, x: np.ndarray, y: np.ndarray, radius: float, ball: bool) -> np.ndarray:
    """Highest tip forced by any of many points of the triangles; -50 where none is under the cutter."""
    u, v = SHARES[:, :1], SHARES[:, 1:]
    points = np.concatenate([t[0] + u * (t[1] - t[0]) + v * (t[2] - t[0]) for t in triangles])
    away = np.hypot(points[None, :, 0] - x[:, None], points[None, :, 1] - y[:, None])
    lift = radius - np.sqrt(np.maximum(radius**2 - away**2, 0.0)) if ball else 0.0
    return np.where(away <= radius, points[None, :, 2] - lift, -50.0).max(axis=1)


@given(seed=st.integers(0, 10_000), ball=st.booleans(), radius=st.floats(0.4, 3.0))
@settings(max_examples=25, deadline=None)
def test_rests_on_random_triangles(seed: int, ball: bool, radius: float) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 6, (4, 3, 3)) * (1, 1, 0.4)
    triangles, normals = upward(np.concatenate([corners, corners[:, ::-1]]))
    x, y = rng.uniform(-1, 7, 40), rng.uniform(-1, 7, 40)
    probes = probes_at(x, y, 1.0)
    tip = probes.as_given(dropped(triangles, normals, probes, radius, ball, -50.0))
    assert (tip >= sampled_tip(triangles, x, y, radius, ball) - 1e-9).all()
    # Samples are at most 0.13 apart: a cutter that much larger, resting on samples alone, is at least as high.
    step = np.abs(np.diff(triangles[:, [0, 1, 2, 0]], axis=1)).max() / 60 * 1.5
    larger = sampled_tip(triangles, x, y, radius + step, False) if not ball else \
        sampled_tip(triangles, x, y, radius + step, True) + step
    steep = np.abs(normals[:, :2]).max() / max(normals[:, 2].min(), 1e-3)
    assert (tip <= larger + step * (1.0 + steep) + 1e-9).all()


@pytest.mark.parametrize("ball", [True, False])
def test_a_cone_is_touched_where_geometry_says(ball: bool) -> None:
    slope = np.tan(np.radians(40))
    angle = np.linspace(0, 2 * np.pi, 721)
    rim = np.column_stack([20 * np.cos(angle), 20 * np.sin(angle), np.full(721, -20 * slope)])
    triangles, normals = upward(np.stack([np.zeros((720, 3)), rim[:-1], rim[1:]], axis=1))
    probes = probes_at(np.array([0.0, 8.0]), np.array([0.0, 0.0]), 1.0)
    tip = probes.as_given(dropped(triangles, normals, probes, 3.0, ball, -99.0))
    away = 3.0 / np.cos(np.radians(40)) - 3.0 if ball else 3.0 * slope
    assert tip[0] == pytest.approx(0.0, abs=1e-12)
    assert tip[1] == pytest.approx(-8.0 * slope + away, abs=1e-3)


def test_radius_zero_gives_the_surface_and_the_floor_beside_it() -> None:
    triangles, normals = upward(np.array([[[0, 0, 1], [4, 0, 3], [0, 4, 1]]], dtype=float))
    probes = probes_at(np.array([1.0, 5.0]), np.array([1.0, 5.0]), 0.5)
    assert probes.as_given(dropped(triangles, normals, probes, 0.0, False, 0.25)) == pytest.approx([1.5, 0.25])
