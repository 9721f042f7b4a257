"""Contours of lines and arcs: measures, places, polygons. All exact but `discretise`."""

from __future__ import annotations

import math

import numpy as np

from fabwright.errors import InternalError
from fabwright.model import Contour, FlatPart, Floats

#: A bulge smaller than this is a straight line: its sagitta on a chord of 1 m is 0.05 micrometres.
STRAIGHT_BULGE = 1e-7


def circle(x_mm: float, y_mm: float, radius_mm: float, clockwise: bool = False) -> Contour:
    """A closed circle as two half arcs, starting at its rightmost point."""
    bulge = -1.0 if clockwise else 1.0
    return Contour(np.array([[x_mm + radius_mm, y_mm, bulge], [x_mm - radius_mm, y_mm, bulge]]))


def rectangle(x_mm: float, y_mm: float, width_mm: float, height_mm: float, clockwise: bool = False) -> Contour:
    """A closed rectangle from its lower left corner."""
    points = [[x_mm, y_mm], [x_mm + width_mm, y_mm], [x_mm + width_mm, y_mm + height_mm], [x_mm, y_mm + height_mm]]
    return polyline(np.array(points[::-1] if clockwise else points))


def polyline(points: Floats, closed: bool = True) -> Contour:
    """Straight segments through (n, 2) points."""
    table = np.zeros((len(points), 3))
    table[:, :2] = points
    return Contour(table, closed)


def segments(contour: Contour) -> Floats:
    """(m, 5) rows x0, y0, x1, y1, bulge: m is n for a closed contour of n vertices, n - 1 for an open one."""
    v = contour.vertices
    ends = np.roll(v, -1, axis=0) if contour.closed else v[1:]
    starts = v if contour.closed else v[:-1]
    return np.column_stack([starts[:, :2], ends[:, :2], starts[:, 2]])


def arc_centres(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Of (m, 5) segments: centres (m, 2), radii (m,) and signed included angles (m,) in radians; NaN for lines.

    The included angle is 4 atan(bulge); the centre lies left of the chord by (1 - bulge^2) / (4 bulge) chords.
    """
    bulge = np.where(np.abs(table[:, 4]) > STRAIGHT_BULGE, table[:, 4], np.nan)
    chord = table[:, 2:4] - table[:, :2]
    left = np.column_stack([-chord[:, 1], chord[:, 0]])
    centres = (table[:, :2] + table[:, 2:4]) / 2 + left * ((1 - bulge**2) / (4 * bulge))[:, None]
    radii = np.hypot(chord[:, 0], chord[:, 1]) * (1 + bulge**2) / (4 * np.abs(bulge))
    return centres, radii, 4 * np.arctan(bulge)


def signed_area_mm2(contour: Contour) -> float:
    """Enclosed area of a closed contour, positive when counter-clockwise."""
    table = segments(contour)
    origin = contour.vertices[0, :2]
    a, b = table[:, :2] - origin, table[:, 2:4] - origin
    polygon = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / 2
    _, radii, angles = arc_centres(table)
    return polygon + float(np.nansum(radii**2 * (angles - np.sin(angles)))) / 2


def length_mm(contour: Contour) -> float:
    """Length along the contour."""
    table = segments(contour)
    chords = np.hypot(table[:, 2] - table[:, 0], table[:, 3] - table[:, 1])
    _, radii, angles = arc_centres(table)
    return float(np.where(np.isnan(radii), chords, radii * np.abs(angles)).sum())


def bounds_mm(contour: Contour) -> tuple[float, float, float, float]:
    """x minimum, y minimum, x maximum, y maximum; arcs bulge past their ends."""
    table = segments(contour)
    points = [contour.vertices[:, :2]]
    centres, radii, angles = arc_centres(table)
    for k in np.flatnonzero(~np.isnan(radii)):
        start = math.atan2(table[k, 1] - centres[k, 1], table[k, 0] - centres[k, 0])
        for quarter in range(4):
            turn = (quarter * math.pi / 2 - start) % (2 * math.pi)
            if turn < angles[k] or turn - 2 * math.pi > angles[k]:
                along = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)][quarter])
                points.append((centres[k] + radii[k] * along)[None])
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def discretise(contour: Contour, chord_mm: float) -> Floats:
    """(k, 2) points whose straight connections stay within `chord_mm` of the arcs; vertices are kept exactly.

    A closed contour does not repeat its first point.
    """
    table = segments(contour)
    centres, radii, angles = arc_centres(table)
    if np.isnan(radii).all():
        return contour.vertices[:, :2].copy()
    parts = [table[k, None, :2] if math.isnan(radii[k])
             else _arc_points(table[k, :2], centres[k], radii[k], angles[k], chord_mm) for k in range(len(table))]
    if not contour.closed:
        parts.append(contour.vertices[-1:, :2])
    return np.concatenate(parts)


def _arc_points(start: Floats, centre: Floats, radius: float, angle: float, chord_mm: float) -> Floats:
    """Points of one arc without its end; the sagitta of a step of t radians is radius (1 - cos(t / 2))."""
    step = 2 * math.acos(max(1 - chord_mm / radius, 0.0))
    count = max(math.ceil(abs(angle) / max(step, 1e-4)), 2)
    turned = angle * np.arange(count) / count
    dx, dy = start - centre
    points = np.column_stack([dx * np.cos(turned) - dy * np.sin(turned), dx * np.sin(turned) + dy * np.cos(turned)])
    points += centre
    points[0] = start
    return points


def reverse(contour: Contour) -> Contour:
    """The same contour run the other way; a closed one keeps its starting point."""
    v = contour.vertices
    if not contour.closed:
        bulges = np.concatenate([-v[-2::-1, 2], [0.0]])
        return Contour(np.column_stack([v[::-1, :2], bulges]), False)
    points = np.concatenate([v[:1, :2], v[:0:-1, :2]])
    return Contour(np.column_stack([points, -v[::-1, 2]]))


def wound(contour: Contour, clockwise: bool) -> Contour:
    """The closed contour run in the given sense."""
    return reverse(contour) if (signed_area_mm2(contour) < 0) != clockwise else contour


def placed(contour: Contour, x_mm: float, y_mm: float, rotation_deg: float = 0.0) -> Contour:
    """Turned about the origin counter-clockwise, then moved; quarter turns are exact."""
    quarter = rotation_deg / 90.0
    if quarter == round(quarter):
        c, s = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][round(quarter) % 4]
    else:
        c, s = math.cos(math.radians(rotation_deg)), math.sin(math.radians(rotation_deg))
    v = contour.vertices
    return Contour(np.column_stack([c * v[:, 0] - s * v[:, 1] + x_mm, s * v[:, 0] + c * v[:, 1] + y_mm, v[:, 2]]),
                   contour.closed)


def place_part(part: FlatPart, x_mm: float, y_mm: float, rotation_deg: float = 0.0) -> FlatPart:
    """The whole flat part, turned and moved as `placed`."""
    def moved(contours: tuple[Contour, ...]) -> tuple[Contour, ...]:
        return tuple(placed(c, x_mm, y_mm, rotation_deg) for c in contours)
    return FlatPart(part.name, part.thickness_mm, placed(part.outline, x_mm, y_mm, rotation_deg), moved(part.holes),
                    moved(part.engravings), moved(part.scores))


def as_circle(contour: Contour, tolerance_mm: float = 1e-6) -> tuple[float, float, float] | None:
    """Centre x, y and radius when every segment of the closed contour lies on one circle, else None."""
    if not contour.closed:
        return None
    centres, radii, angles = arc_centres(segments(contour))
    if np.isnan(radii).any() or abs(abs(float(angles.sum())) - 2 * math.pi) > 1e-6:
        return None
    if np.ptp(radii) > tolerance_mm or np.ptp(centres, axis=0).max() > tolerance_mm:
        return None
    x, y = centres.mean(axis=0)
    return float(x), float(y), float(radii.mean())


def split_segment(contour: Contour, index: int, fraction: float) -> Contour:
    """The closed contour started anew inside segment `index`, at `fraction` (0 to 1, both excluded) of its length."""
    if not contour.closed or not 0.0 < fraction < 1.0:
        raise InternalError("only a closed contour is split, strictly inside a segment")
    v = contour.vertices
    row = segments(contour)[index]
    point, bulge = _part_of_segment(row, fraction)
    remaining = math.tan(math.atan(row[4]) * (1 - fraction)) if abs(row[4]) > STRAIGHT_BULGE else 0.0
    first = np.array([[point[0], point[1], remaining]])
    rest = np.roll(v, -(index + 1), axis=0).copy()
    rest[-1, 2] = bulge
    return Contour(np.concatenate([first, rest]))


def head(contour: Contour, distance_mm: float) -> Contour:
    """The first `distance_mm` along a contour, as an open one (all of it, opened, when it is shorter)."""
    rows: list[list[float]] = []
    left = distance_mm
    end = contour.vertices[0, :2]
    table = segments(contour)
    _, radii, angles = arc_centres(table)
    for k in range(len(table)):
        straight = math.isnan(radii[k])
        size = math.dist(table[k, :2], table[k, 2:4]) if straight else radii[k] * abs(angles[k])
        if size >= left:
            end, bulge = _part_of_segment(table[k], left / size)
            rows.append([table[k, 0], table[k, 1], bulge])
            break
        rows.append([table[k, 0], table[k, 1], table[k, 4]])
        end, left = table[k, 2:4], left - size
    rows.append([end[0], end[1], 0.0])
    return Contour(np.array(rows), False)


def _part_of_segment(row: Floats, fraction: float) -> tuple[Floats, float]:
    """End point and bulge of the first `fraction` of a segment."""
    if abs(row[4]) <= STRAIGHT_BULGE:
        return row[:2] + fraction * (row[2:4] - row[:2]), 0.0
    angle = 4 * math.atan(row[4])
    centres, _, _ = arc_centres(row[None])
    dx, dy = row[:2] - centres[0]
    c, s = math.cos(angle * fraction), math.sin(angle * fraction)
    return centres[0] + np.array([dx * c - dy * s, dx * s + dy * c]), math.tan(angle * fraction / 4)
