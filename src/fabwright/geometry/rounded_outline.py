"""Plane outlines with true arcs: envelopes, offsets and corners rounded on the polygon, not on the solid.

Offsets of polygons with mitred corners, rounded afterwards, hold on real outlines where shelling and filleting solids
fail. Arcs stay arcs, as bulges of a `Contour`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fabwright.errors import BuildError
from fabwright.model import Contour, Floats

MITRE_LIMIT = 3.0
# A corner flatter than this is part of a drawn curve and stays as it is.
FLAT_CORNER_DEG = 176.0
# Two arcs on one edge leave this share of it straight between them.
_EDGE_SHARE = 0.49
SMALLEST_ARC_MM = 0.02
# Rounding of coordinates, for tests of containment.
COVER_MM = 1e-6
# Sums over arrays differ in their last bits with where the arrays lie in memory: what is built from is rounded.
DECIMALS = 9


def polygon_of(ring: Floats) -> Any:
    """The shapely polygon of a ring (n, 2)."""
    from shapely.geometry import Polygon

    return Polygon(ring)


def grown(polygon: Any, distance_mm: float) -> Any:
    """A shapely polygon with every edge moved outwards (inwards where negative), corners mitred.

    BuildError when nothing or more than one piece is left.
    """
    moved = polygon.buffer(distance_mm, join_style="mitre", mitre_limit=MITRE_LIMIT)
    if moved.geom_type != "Polygon" or moved.is_empty:
        raise BuildError(f"the outline does not stay in one piece when moved by {distance_mm:g} mm")
    return moved


def envelope(ring: Floats, widest_notch_mm: float, tolerance_mm: float, squared_mm: float = 0.0) -> Any:
    """The board's outline (n, 2) as a shapely polygon for a wall to follow; it contains the ring.

    Notches narrower than `widest_notch_mm` are spanned, outward corners rounded or cut by less than `squared_mm` made
    square again, and what is left followed to `tolerance_mm`: a box follows the board's envelope, not its every nick.
    """
    from shapely.geometry import Point

    polygon = polygon_of(ring)
    half = widest_notch_mm / 2.0
    closed = polygon.buffer(half, join_style="mitre").buffer(-half, join_style="mitre").union(polygon)
    if closed.geom_type != "Polygon":
        closed = max(closed.geoms, key=lambda g: g.area)
    simple = polygon_of(np.asarray(closed.exterior.coords)[:-1]).simplify(tolerance_mm)
    if squared_mm > 0.0:
        square = polygon_of(_squared(_ring(simple.exterior), squared_mm))
        simple = square if square.is_valid and square.buffer(COVER_MM).covers(simple) else simple
    outside = max(simple.distance(Point(p)) for p in closed.exterior.coords)
    return grown(simple, outside) if outside > 0.0 else simple


def _squared(points: Floats, reach_mm: float) -> Floats:
    """A counter-clockwise ring with each outward run of edges shorter than `reach_mm` replaced by the point where the
    long edges around it meet, where that point is near."""
    count = len(points)
    edge = np.roll(points, -1, axis=0) - points
    length = np.hypot(*edge.T)
    long_ = [k for k in range(count) if length[k] >= reach_mm]
    if len(long_) < 3:
        return points
    kept: list[Floats] = []
    for here, after in zip(long_, [*long_[1:], long_[0] + count], strict=True):
        run = [points[k % count] for k in range(here + 1, after + 1)]
        u, v = edge[here] / length[here], edge[after % count] / length[after % count]
        turn = float(u[0] * v[1] - u[1] * v[0])
        if len(run) > 1 and turn > 0.1:
            # Cross products of the gap with the second edge give the way along the first to the meeting point.
            gap = run[-1] - run[0]
            ahead = float(gap[0] * v[1] - gap[1] * v[0]) / turn
            if 0.0 <= ahead <= reach_mm * 2.0:
                run = [run[0] + u * ahead]
        kept += run
    return np.array(kept)


def rounded(polygon: Any, radius_mm: float) -> Contour:
    """The outer ring of a shapely polygon, counter-clockwise, with its corners rounded where their edges have room.

    A corner whose edges are too short gets the largest arc that fits; flat corners (drawn curves) stay.
    """
    points = _ring(polygon.exterior)
    count = len(points)
    length = np.hypot(*(np.roll(points, -1, axis=0) - points).T)
    vertices: list[tuple[float, float, float]] = []
    for k in range(count):
        arc = _corner(points[k - 1], points[k], points[(k + 1) % count], radius_mm,
                      _EDGE_SHARE * min(length[k - 1], length[k]))
        vertices += arc if arc else [(float(points[k][0]), float(points[k][1]), 0.0)]
    return Contour(np.asarray(np.round(np.array(vertices), DECIMALS) + 0.0, dtype=np.float64))


def _corner(before: Floats, at: Floats, after: Floats, radius_mm: float, reach_mm: float
            ) -> list[tuple[float, float, float]]:
    """Start (with bulge) and end of the arc at one corner, empty where there is none."""
    u, v = before - at, after - at
    u, v = u / np.hypot(*u), v / np.hypot(*v)
    between = math.acos(float(np.clip(u @ v, -1.0, 1.0)))
    if radius_mm <= 0.0 or between > math.radians(FLAT_CORNER_DEG):
        return []
    tangent = min(radius_mm / math.tan(between / 2.0), reach_mm)
    if tangent * math.tan(between / 2.0) < SMALLEST_ARC_MM:
        return []
    turn = math.pi - between
    left = u[0] * v[1] - u[1] * v[0] < 0.0
    bulge = math.tan(turn / 4.0) * (1.0 if left else -1.0)
    start, end = at + u * tangent, at + v * tangent
    return [(float(start[0]), float(start[1]), bulge), (float(end[0]), float(end[1]), 0.0)]


def straight(polygon: Any) -> Contour:
    """The outer ring of a shapely polygon, counter-clockwise, without arcs."""
    points = _ring(polygon.exterior)
    vertices = np.column_stack([points, np.zeros(len(points))])
    return Contour(np.asarray(np.round(vertices, DECIMALS) + 0.0, dtype=np.float64))


def contour_area_mm2(contour: Contour) -> float:
    """Signed area of a closed contour, arcs exact: the polygon's plus one circular segment per bulge."""
    v = contour.vertices
    n = np.roll(v, -1, axis=0)
    area = 0.5 * float((v[:, 0] * n[:, 1] - n[:, 0] * v[:, 1]).sum())
    chord = np.hypot(n[:, 0] - v[:, 0], n[:, 1] - v[:, 1])
    for bulge, width in zip(v[:, 2], chord, strict=True):
        if bulge:
            turn = 4.0 * math.atan(abs(bulge))
            radius = width / (2.0 * math.sin(turn / 2.0))
            area += math.copysign(0.5 * radius * radius * (turn - math.sin(turn)), bulge)
    return area


def _ring(exterior: Any) -> Floats:
    points = np.asarray(exterior.coords, dtype=np.float64)[:-1, :2]
    points = points[np.hypot(*(points - np.roll(points, 1, axis=0)).T) > 1e-6]
    return np.asarray(points if exterior.is_ccw else points[::-1])
