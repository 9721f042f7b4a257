"""Welding: closedness and volume survive any order of the input."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.weld import open_edges, signed_volume_mm3, weld

CORNERS = np.array([(x, y, z) for x in (0.0, 10.0) for y in (0.0, 20.0) for z in (0.0, 30.0)])
FACES = np.array([
    (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4),
    (1, 5, 7), (1, 7, 3),
])


def soup(order: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """The box as unconnected triangles in some order."""
    corners = CORNERS[FACES[order]].reshape(-1, 3)
    return corners, np.arange(len(corners)).reshape(-1, 3)


@given(st.permutations(list(range(12))))
@settings(max_examples=20, deadline=None)
def test_any_order_gives_the_same_closed_box(order: list[int]) -> None:
    vertices, triangles = weld(*soup(order), 0.0)
    reference_vertices, reference_triangles = weld(*soup(list(range(12))), 0.0)
    assert open_edges(triangles) == 0
    assert signed_volume_mm3(vertices, triangles) == 6000.0
    assert np.array_equal(vertices, reference_vertices)
    assert np.array_equal(triangles, reference_triangles)


def test_a_missing_triangle_leaves_three_open_edges() -> None:
    _, triangles = weld(*soup(list(range(11))), 0.0)
    assert open_edges(triangles) == 3


def test_near_points_merge_only_within_the_tolerance() -> None:
    points, triangles = soup(list(range(12)))
    points = points.copy()
    points[0] += 5e-5
    assert open_edges(weld(points, triangles, 0.0)[1]) > 0
    assert open_edges(weld(points, triangles, 1e-3)[1]) == 0


def test_a_flipped_triangle_is_not_closed() -> None:
    points, triangles = soup(list(range(12)))
    triangles = triangles.copy()
    triangles[0] = triangles[0][::-1]
    assert open_edges(weld(points, triangles, 0.0)[1]) > 0
