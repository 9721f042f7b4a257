from __future__ import annotations

import numpy as np

from fabwright.geometry.contours import circle, discretise, polyline, rectangle
from fabwright.machines._cut2d.order import containers, nearest_of


def test_containers_of_nested_rings() -> None:
    contours = [circle(0, 0, 30), circle(0, 0, 20, True), rectangle(-5, -5, 10, 10), circle(100, 0, 10)]
    assert containers([discretise(c, 0.05) for c in contours]) == ((), (0,), (0, 1), ())


def test_a_ring_in_the_box_but_not_in_the_shape() -> None:
    bracket = polyline(np.array([[0, 0], [60, 0], [60, 20], [20, 20], [20, 90], [0, 90.0]]))
    rings = [discretise(c, 0.05) for c in (bracket, circle(40, 60, 10), circle(10, 50, 5))]
    assert containers(rings) == ((), (), (0,))


def test_nearest_takes_the_first_of_equals() -> None:
    chains = [np.array([[10.0, 0.0]]), np.array([[0.0, 5.0], [50.0, 50.0]]), np.array([[5.0, 0.0]])]
    assert nearest_of((0.0, 0.0), chains) == 1
