"""Distances between many points and many straight pieces, through a spatial index."""

from __future__ import annotations

import numpy as np

from fabwright.model import Floats, Ints


def pieces_of(points: Floats, closed: bool) -> Floats:
    """(m, 2, 2) straight pieces between consecutive (n, 2) points."""
    ends = np.roll(points, -1, axis=0) if closed else points[1:]
    starts = points if closed else points[:-1]
    return np.stack([starts, ends], axis=1)


def densified(pieces: Floats, step_mm: float) -> tuple[Floats, Ints]:
    """Pieces cut to at most `step_mm`, and for each the index of the piece that it came from."""
    size = np.hypot(*(pieces[:, 1] - pieces[:, 0]).T)
    counts = np.maximum(np.ceil(size / step_mm - 1e-9).astype(np.int64), 1)
    origin = np.repeat(np.arange(len(pieces)), counts)
    place = np.arange(len(origin)) - np.repeat(np.cumsum(counts) - counts, counts)
    low = (place / counts[origin])[:, None]
    high = ((place + 1) / counts[origin])[:, None]
    start, step = pieces[origin, 0], (pieces[:, 1] - pieces[:, 0])[origin]
    return np.stack([start + low * step, start + high * step], axis=1), origin


def nearest(points: Floats, pieces: Floats) -> tuple[Floats, Ints]:
    """For each of (n, 2) points: distance to the nearest of (m, 2, 2) pieces, and which (the first of equals)."""
    import shapely

    if not len(points) or not len(pieces):
        return np.full(len(points), np.inf), np.full(len(points), -1, dtype=np.int64)
    tree = shapely.STRtree(shapely.linestrings(pieces))
    (which, piece), distance = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=True)
    order = np.lexsort((piece, which))
    which, piece, distance = which[order], piece[order], distance[order]
    first = np.r_[True, which[1:] != which[:-1]]
    return np.asarray(distance[first], dtype=np.float64), piece[first].astype(np.int64)


def within(points: Floats, pieces: Floats, distance_mm: float) -> tuple[Ints, Ints]:
    """Every pair of a point and a piece not further apart than `distance_mm`: two index columns, ordered."""
    import shapely

    if not len(points) or not len(pieces):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    tree = shapely.STRtree(shapely.linestrings(pieces))
    which, piece = tree.query(shapely.points(points), predicate="dwithin", distance=distance_mm)
    order = np.lexsort((piece, which))
    return which[order].astype(np.int64), piece[order].astype(np.int64)
