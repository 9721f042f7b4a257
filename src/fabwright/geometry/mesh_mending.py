"""Small damage of foreign meshes: facets laid twice, facets turned over, holes of a few facets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabwright.model import Floats, Ints

#: A hole of at most this part of the body's diagonal is closed; a larger one is for its author to close.
HOLE_PART = 0.03
#: More open edges than this are no small damage.
OPEN_EDGES_MAX = 2000


def without_doubles(faces: Ints) -> Ints:
    """Facets (m, 3) of which equal ones are kept once and pairs of opposite ones, which enclose nothing, not at all."""
    low = np.argmin(faces, axis=1)
    turned = np.take_along_axis(faces, (low[:, None] + np.arange(3)) % 3, axis=1)
    up = turned[:, 1] < turned[:, 2]
    alike = np.sort(turned, axis=1)
    _, which = np.unique(alike, axis=0, return_inverse=True)
    which = which.reshape(-1)
    count = int(which.max()) + 1 if len(which) else 0
    ups, downs = (np.bincount(which[mask], minlength=count) for mask in (up, ~up))
    first = np.zeros(len(faces), dtype=bool)
    first[np.unique(which * 2 + up, return_index=True)[1]] = True
    kept: Ints = faces[first & ~((ups > 0) & (downs > 0))[which]]
    return kept


def without_slivers(vertices: Floats, faces: Ints) -> Ints:
    """Facets (m, 3) but those without area that hang by one edge or none: they close nothing."""
    corners = vertices[faces]
    flat = ~np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).any(axis=1)
    if not flat.any():
        return faces
    table = _edge_table(faces, len(vertices))
    loose = np.bincount(table.order[table.first[table.count == 1]] // 3, minlength=len(faces))
    kept: Ints = faces[~(flat & (loose >= 2))]
    return kept


def facing_alike(faces: Ints, vertices: int) -> Ints | None:
    """Facets (m, 3) turned so that neighbours agree which side is out, as most of each shell has it; None where that
    cannot be (a Moebius strip).

    Facets are neighbours across an edge that exactly two of them share; there are `vertices` corners.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    table = _edge_table(faces, vertices)
    left, right = table.order[table.first[table.count == 2]], table.order[table.first[table.count == 2] + 1]
    a, b = left // 3, right // 3
    apart = table.forward[left] == table.forward[right]
    count = len(faces)
    # Each facet stands for itself and for itself turned over; states that agree hang together.
    rows = np.concatenate([a, a + count])
    columns = np.concatenate([np.where(apart, b + count, b), np.where(apart, b, b + count)])
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(2 * count, 2 * count))
    _, label = connected_components(graph, directed=False)
    if bool((label[:count] == label[count:]).any()):
        return None
    shell = np.minimum(label[:count], label[count:])
    over = label[:count] != shell
    size, turned = (np.bincount(some, minlength=2 * count) for some in (shell, shell[over]))
    turn = over ^ (turned * 2 > size)[shell]
    return np.where(turn[:, None], faces[:, ::-1], faces)


def small_holes_closed(vertices: Floats, faces: Ints) -> tuple[Floats, Ints, float] | None:
    """The mesh with each small hole closed by a fan about its middle, and the largest one's size.

    The size of a hole is the root of its area, mm. None where a hole is too large, or a rim is not one plain loop. A
    seam where one side has a corner that the other has not is a hole without area.
    """
    table = _edge_table(faces, len(vertices))
    loose = table.order[table.first[table.count == 1]]
    if not len(loose) or len(loose) > OPEN_EDGES_MAX:
        return None
    low, high = table.edge[loose] // len(vertices), table.edge[loose] % len(vertices)
    forward = table.forward[loose]
    begin, end = np.where(forward, low, high), np.where(forward, high, low)
    following = dict(zip(end.tolist(), begin.tolist(), strict=True))
    if len(following) != len(loose) or len(set(following.values())) != len(loose):
        return None
    limit = float(np.linalg.norm(np.ptp(vertices, axis=0))) * HOLE_PART
    middles, fans, widest = [vertices], [faces], 0.0
    for k, loop in enumerate(_loops(following)):
        rim = vertices[loop]
        middle = rim.mean(axis=0).astype(np.float32).astype(np.float64)
        area = 0.5 * np.linalg.norm(np.cross(rim - middle, np.roll(rim, -1, axis=0) - middle), axis=1).sum()
        widest = max(widest, float(np.sqrt(area)))
        if widest > limit:
            return None
        middles.append(middle[None, :])
        fans.append(np.stack([loop, np.roll(loop, -1), np.full(len(loop), len(vertices) + k)], axis=1))
    return np.concatenate(middles), np.concatenate(fans), widest


def _loops(following: dict[int, int]) -> list[Ints]:
    """Rims as corner numbers in the order of the missing facets, each from its lowest corner on."""
    loops, left = [], dict(following)
    for start in sorted(following):
        loop, at = [], start
        while at in left:
            loop.append(at)
            at = left.pop(at)
        if loop:
            loops.append(np.asarray(loop, dtype=np.int64))
    return loops


@dataclass(frozen=True, slots=True)
class _EdgeTable:
    """Undirected edges as one number each (3 m,), whether each runs from its lower corner to its higher, and runs of
    equal ones: edges in that order, where each run begins (k,) and how long it is (k,). Edge e is triangle e // 3's.
    """

    edge: Ints
    forward: NDArray[np.bool_]
    order: Ints
    first: Ints
    count: Ints


def _edge_table(faces: Ints, vertices: int) -> _EdgeTable:
    a, b = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    edge = np.minimum(a, b) * vertices + np.maximum(a, b)
    order = np.argsort(edge, kind="stable")
    _, first, count = np.unique(edge[order], return_index=True, return_counts=True)
    return _EdgeTable(edge, a < b, order, first, count)
