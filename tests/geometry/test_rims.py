"""Depth of points in regions, against the exact distance and against ray crossings."""

from __future__ import annotations

import numpy as np
import pytest

from fabwright.geometry.regions import loops_of, nothing, rectangle, region_of
from fabwright.geometry.rims import depth_mm


def test_depth_is_the_distance_to_the_nearest_edge() -> None:
    ring = rectangle(0, 0, 10, 10) - rectangle(4, 4, 6, 6)
    points = np.array([(5, 3.5), (5, 4.2), (-0.3, -0.4), (20, 20), (0.25, 5)])
    depth = depth_mm(loops_of([ring]), points, np.zeros(5, dtype=np.int64), 1.5)
    assert depth == pytest.approx([0.5, -0.2, -0.5, -1.5, 0.25])


@pytest.mark.parametrize("seed", range(3))
def test_the_sign_tells_inside_from_outside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 30))
    star = region_of([np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(2, 9, (30, 1))])
    points = rng.uniform(-10, 10, (4000, 2))
    owner = rng.integers(0, 3, 4000)
    depth = depth_mm(loops_of([nothing(), star, star.moved(3, 0)]), points, owner, 2.0)
    expected = np.where(owner == 1, star.contains(points), star.moved(3, 0).contains(points)) & (owner > 0)
    assert ((depth > 0) == expected).all()
    for grown in (-0.7, 0.7):
        inside = star.grown(grown, round_corners=True).contains(points[owner == 1])
        assert (inside == (depth[owner == 1] > -grown)).mean() > 0.999


def test_nothing_has_no_depth() -> None:
    assert depth_mm(loops_of([]), np.zeros((2, 2)), np.zeros(2, dtype=np.int64), 1.0).tolist() == [-1.0, -1.0]
    assert len(depth_mm(loops_of([rectangle(0, 0, 1, 1)]), np.empty((0, 2)), np.empty(0, dtype=np.int64), 1.0)) == 0
