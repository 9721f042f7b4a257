"""Triangle soup to a closed indexed mesh whose vertices are exact in single precision."""

from __future__ import annotations

import numpy as np

from fabwright.model import Floats, Ints


def weld(points: Floats, triangles: Ints, tolerance_mm: float) -> tuple[Floats, Ints]:
    """Merge points closer than `tolerance_mm` and drop the triangles that collapse.

    `points` (n, 3), `triangles` (m, 3). Coordinates are first rounded to single precision, so that a binary STL holds
    them without loss; merged points take the coordinates of the lowest index. Vertices come out in lexicographic
    order, triangles with their lowest vertex first, sorted: the result depends on the shape, not on the input's order.
    """
    exact = points.astype(np.float32).astype(np.float64) + 0.0
    unique, inverse = np.unique(exact, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    if tolerance_mm > 0.0:
        inverse = _merge_near(unique, tolerance_mm)[inverse]
    faces = inverse[triangles]
    alive = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    return _canonical(unique, faces[alive])


def _merge_near(points: Floats, tolerance_mm: float) -> Ints:
    """For each point the index of the lowest-indexed point of its cluster."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    pairs = cKDTree(points).query_pairs(tolerance_mm, output_type="ndarray")
    count = len(points)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    first = np.full(int(label.max()) + 1, count, dtype=np.int64)
    np.minimum.at(first, label, np.arange(count))
    return np.asarray(first[label], dtype=np.int64)


def _canonical(points: Floats, faces: Ints) -> tuple[Floats, Ints]:
    used = np.unique(faces)
    renumber = np.full(len(points), -1, dtype=np.int64)
    renumber[used] = np.arange(len(used))
    faces = renumber[faces]
    turn = np.argmin(faces, axis=1)
    rows = np.arange(len(faces))[:, None]
    faces = faces[rows, (turn[:, None] + np.arange(3)) % 3]
    order = np.lexsort((faces[:, 2], faces[:, 1], faces[:, 0]))
    return points[used], faces[order]


def open_edges(triangles: Ints) -> int:
    """Number of directed edges without exactly one opposite partner: 0 for a closed, oriented 2-manifold."""
    start = triangles.reshape(-1)
    end = np.roll(triangles, -1, axis=1).reshape(-1)
    size = int(triangles.max()) + 1 if len(triangles) else 1
    forward, backward = np.sort(start * size + end), np.sort(end * size + start)
    duplicates = int(np.count_nonzero(forward[1:] == forward[:-1]))
    missing = len(np.setdiff1d(forward, backward, assume_unique=False))
    return duplicates + missing


def signed_volume_mm3(points: Floats, triangles: Ints) -> float:
    """Volume enclosed by an oriented mesh (divergence theorem); negative when the normals point inwards."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)
