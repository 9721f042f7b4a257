"""Where supports, hold-downs and lid screws go: searched along an outline, away from what is in the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

STEP_MM = 2.0


def spread(candidates: Sequence[tuple[float, float]], count: int, apart_mm: float) -> list[tuple[float, float]]:
    """Up to `count` of the points, each as far from those before it as can be, at least `apart_mm`.

    The first is the one farthest from the middle of all; ties go to the earlier point.
    """
    if not candidates:
        return []
    points = np.array(candidates)
    first = int(np.argmax(np.round(np.hypot(*(points - points.mean(axis=0)).T), 6)))
    chosen = [first]
    distance = np.hypot(*(points - points[first]).T)
    while len(chosen) < count:
        best = int(np.argmax(np.round(distance, 6)))
        if distance[best] < apart_mm:
            break
        chosen.append(best)
        distance = np.minimum(distance, np.hypot(*(points - points[best]).T))
    return [candidates[k] for k in chosen]


def along_edges(polygon: Any, end_mm: float, out_mm: float) -> list[tuple[float, float]]:
    """Points every STEP_MM beside the straight edges of a shapely polygon, `out_mm` outside them, `end_mm` or more from
    either end of an edge."""
    ring = np.asarray(polygon.exterior.coords)[:, :2]
    if not polygon.exterior.is_ccw:
        ring = ring[::-1]
    points: list[tuple[float, float]] = []
    for start, end in pairwise(ring):
        length = math.dist(start, end)
        room = length - 2.0 * end_mm
        if room < 0.0:
            continue
        along = (end - start) / length
        outward = np.array([along[1], -along[0]])
        steps = max(1, math.floor(room / STEP_MM))
        for k in range(steps + 1):
            at = start + along * (end_mm + room * k / steps) + outward * out_mm
            # Rounded, since the last bits of array sums vary from run to run.
            points.append((round(float(at[0]), 9), round(float(at[1]), 9)))
    return points


def supports(board: Any, ring: Any, blocked: Any, half_mm: float, count: int) -> list[Any]:
    """Pieces of `ring` (the strip at the board's edge, a shapely geometry) within squares of half width `half_mm`
    around points of the board's edge, as convex pieces that do not touch `blocked`."""
    from shapely.geometry import box

    boundary = board.exterior
    steps = max(8, math.ceil(boundary.length / STEP_MM))
    pieces: dict[tuple[float, float], Any] = {}
    corners = [(float(x), float(y)) for x, y in np.asarray(board.exterior.coords)[:-1, :2]]
    between = [boundary.interpolate(k / steps, normalized=True) for k in range(steps)]
    for x, y in [*corners, *((p.x, p.y) for p in between)]:
        piece = ring.intersection(box(x - half_mm, y - half_mm, x + half_mm, y + half_mm))
        whole = piece.geom_type == "Polygon" and not piece.interiors and piece.area > half_mm
        if whole and not piece.intersects(blocked) and piece.intersection(board).area > half_mm:
            pieces[(x, y)] = piece
    return [pieces[at] for at in spread(list(pieces), count, 6.0 * half_mm)]
