"""Thinned height grids: the same surface within the tolerance, from as few lines as it needs."""

from __future__ import annotations

import numpy as np
import pytest

from fabwright.geometry.height_field import thin_grid
from fabwright.geometry.spline_face import height_spline

X, Y = np.linspace(0.0, 200.0, 101), np.linspace(-40.0, 40.0, 41)


def test_a_plane_needs_hardly_any_lines() -> None:
    z = 3.0 + 0.1 * X[:, None] - 0.2 * Y[None, :]
    x, y, thin = thin_grid(X, Y, z, 1e-6)
    assert thin.shape == (len(x), len(y))
    assert len(x) <= 14
    assert len(y) <= 6
    assert np.allclose(height_spline(x, y, thin)(X, Y), z, atol=1e-9)


@pytest.mark.parametrize("tolerance", [0.05, 0.005, 0.0005])
def test_a_bump_is_restored_within_the_tolerance(tolerance: float) -> None:
    z = 2.0 + 6.0 * np.exp(-((X[:, None] - 50.0) ** 2 + Y[None, :] ** 2) / 150.0)
    x, y, thin = thin_grid(X, Y, z, tolerance)
    assert np.abs(height_spline(x, y, thin)(X, Y) - z).max() <= tolerance
    assert (x[0], x[-1], y[0], y[-1]) == (0.0, 200.0, -40.0, 40.0)
    # Lines gather at the bump, not over the flat.
    assert np.sum(x < 100.0) > 1.5 * np.sum(x > 100.0)


def test_a_grid_that_needs_all_its_lines_keeps_them() -> None:
    z = np.random.default_rng(5).uniform(1.0, 2.0, (101, 41))
    x, y, thin = thin_grid(X, Y, z, 1e-6)
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y)
    assert np.array_equal(thin, z)


def test_the_smallest_grid_stays_whole() -> None:
    x, y, thin = thin_grid(X[:4], Y[:5], np.ones((4, 5)), 0.1)
    assert thin.shape == (4, len(y))
    assert len(x) == 4
    assert len(y) >= 4
