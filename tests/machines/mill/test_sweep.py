"""The swept envelope against stamping the cutter densely along each move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.machines.mill.probes import axis_mm, probes_at, swept

X, Y = (a.ravel() for a in np.meshgrid(axis_mm(-4, 14, 0.3), axis_mm(-4, 14, 0.3)))


def stamped(begin: np.ndarray, end: np.ndarray, radius: float, ball: bool, stock: np.ndarray) -> np.ndarray:
    z = stock.copy()
    for a, b in zip(begin, end, strict=True):
        for share in np.linspace(0, 1, 1500):
            p = a + share * (b - a)
            away2 = (X - p[0]) ** 2 + (Y - p[1]) ** 2
            floor = p[2] + (radius - np.sqrt(np.maximum(radius**2 - away2, 0)) if ball else 0.0)
            z = np.where((away2 <= radius**2) & (floor < z), floor, z)
    return z


@given(seed=st.integers(0, 10_000), ball=st.booleans())
@settings(max_examples=8, deadline=None)
def test_equals_dense_stamping(seed: int, ball: bool) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 10, (3, 3)) * (1, 1, 0.5)
    probes = probes_at(X, Y, 0.7)
    z = np.full(len(probes), 6.0)
    swept(points[:-1], points[1:], 2.0, ball, probes, z)
    exact, dense = probes.as_given(z), stamped(points[:-1], points[1:], 2.0, ball, np.full(len(X), 6.0))
    assert (exact <= dense + 1e-9).all()
    # Stamps 0.01 apart miss at most the slope of the move between two of them, and the rim of the disc.
    differ = dense - exact > 0.02
    assert differ.mean() < 0.003


def test_a_plunge_and_a_look_that_cuts_nothing() -> None:
    probes = probes_at(X, Y, 0.7)
    z = np.full(len(probes), 6.0)
    begin, end = np.array([[5.0, 5.0, 8.0]]), np.array([[5.0, 5.0, 2.0]])
    met, deep = swept(begin, end, 1.5, False, probes, z, cut=False)
    assert met[0] == deep[0] == pytest.approx(4.0)
    assert (z == 6.0).all()
    swept(begin, end, 1.5, False, probes, z)
    inside = np.hypot(probes.x - 5, probes.y - 5) <= 1.5
    assert (z[inside] == 2.0).all()
    assert (z[~inside] == 6.0).all()


def test_one_probe_is_removed_once() -> None:
    probes = probes_at(np.array([1.0]), np.array([1.0]), 1.0)
    z = np.array([5.0])
    way = np.array([[0.0, 1.0, 3.0], [2.0, 1.0, 3.0], [0.0, 1.0, 3.0]])
    met, _ = swept(way[:-1], way[1:], 0.5, False, probes, z)
    assert met.tolist() == [2.0, 0.0]
