"""Dense polylines turned into few lines and arcs within a tolerance.

Greedy: from each kept point, the longest run that one line or one arc through its first, middle and last point
represents; every point and every connection's midpoint of the run stays within the tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from fabwright.errors import InternalError
from fabwright.model import Contour, Floats

#: An arc is worth it from this many points on: three always lie on some circle.
ARC_POINTS_MIN = 5
#: Largest included angle of one fitted arc, radians; larger ones are split. Chosen, clear of the half turn's ends.
ARC_ANGLE_MAX = 1.5 * math.pi
#: A turn above this is a corner, radians. Chosen.
CORNER = math.radians(20.0)


def fit_arcs(points: Floats, tolerance_mm: float, closed: bool = True) -> Contour:
    """Contour through (n, 2) points that stays within `tolerance_mm` of the polyline through them.

    A closed polyline does not repeat its first point; its fit starts at its sharpest corner, where it has one.
    A full circle becomes two half arcs. Raises InternalError for fewer than two points.
    """
    if len(points) < 2:
        raise InternalError(f"{len(points)} points make no contour")
    if closed:
        whole = _whole_circle(points, tolerance_mm)
        if whole is not None:
            return whole
        points = np.roll(points, -_start(points), axis=0)
        points = np.concatenate([points, points[:1]])
    rows: list[tuple[float, float, float]] = []
    at, last = 0, len(points) - 1
    while at < last:
        line = _longest(points, at, lambda run: _line_error(run) <= tolerance_mm, 1)
        arc = _longest(points, at, lambda run: _arc_error(run) <= tolerance_mm, ARC_POINTS_MIN - 1)
        bulge = _bulge(points[at:arc + 1]) if arc > line else 0.0
        rows.append((points[at, 0], points[at, 1], bulge))
        at = max(line, arc)
    if not closed:
        rows.append((points[-1, 0], points[-1, 1], 0.0))
    return Contour(np.array(rows), closed)


def _longest(points: Floats, at: int, fits: Callable[[Floats], bool], least: int) -> int:
    """Last index of the longest run from `at` that fits: doubled while it holds, then halved in between."""
    last = len(points) - 1
    if at + least > last or not fits(points[at:at + least + 1]):
        return at
    good, step = at + least, least
    while good < last:
        end = min(good + step, last)
        if not fits(points[at:end + 1]):
            break
        good, step = end, step * 2
    bad = min(good + step, last + 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if fits(points[at:middle + 1]) else (good, middle)
    return good


def _line_error(run: Floats) -> float:
    chord = run[-1] - run[0]
    size = math.hypot(*chord)
    if len(run) == 2:
        return 0.0
    if size == 0.0:
        return math.inf
    offset = run - run[0]
    along = offset @ chord / size
    if (np.diff(along) < 0).any():
        return math.inf
    return float(np.abs(offset[:, 0] * chord[1] - offset[:, 1] * chord[0]).max() / size)


def _bulge(run: Floats) -> float:
    """Bulge of the arc from first to last point through the middle one."""
    a, b, m = run[0], run[-1], run[len(run) // 2]
    u, v = a - m, b - m
    cross, dot = u[0] * v[1] - u[1] * v[0], float(u @ v)
    # The angle subtended at the middle point is pi less half the included angle.
    return -math.tan((math.pi - abs(math.atan2(cross, dot))) / 2) * math.copysign(1.0, cross)


def _circle(run: Floats) -> tuple[Floats, float, float]:
    """Centre, radius and signed included angle of that arc; radius infinite for points in line."""
    bulge = _bulge(run)
    if abs(bulge) < 1e-9:
        return run[0], math.inf, 0.0
    chord = run[-1] - run[0]
    centre = (run[0] + run[-1]) / 2 + np.array([-chord[1], chord[0]]) * ((1 - bulge**2) / (4 * bulge))
    return centre, math.dist(centre, run[0]), 4 * math.atan(bulge)


def _arc_error(run: Floats) -> float:
    centre, radius, angle = _circle(run)
    if not math.isfinite(radius) or abs(angle) > ARC_ANGLE_MAX:
        return math.inf
    middles = (run[1:] + run[:-1]) / 2
    around = np.unwrap(np.arctan2(run[:, 1] - centre[1], run[:, 0] - centre[0]))
    if (np.diff(around) * math.copysign(1.0, angle) <= 0).any() or abs(around[-1] - around[0] - angle) > 0.1:
        return math.inf
    every = np.concatenate([run, middles])
    return float(np.abs(np.hypot(every[:, 0] - centre[0], every[:, 1] - centre[1]) - radius).max())


def _start(points: Floats) -> int:
    """The sharpest corner, or without any the beginning of the longest straight piece."""
    ahead = np.roll(points, -1, axis=0) - points
    behind = points - np.roll(points, 1, axis=0)
    cross = behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0]
    turn = np.abs(np.arctan2(cross, (behind * ahead).sum(axis=1)))
    return int(np.argmax(turn if turn.max() > CORNER else np.hypot(ahead[:, 0], ahead[:, 1])))


def _whole_circle(points: Floats, tolerance_mm: float) -> Contour | None:
    if len(points) < 12:
        return None
    centre = (points.max(axis=0) + points.min(axis=0)) / 2
    middles = (points + np.roll(points, -1, axis=0)) / 2
    distance = np.hypot(points[:, 0] - centre[0], points[:, 1] - centre[1])
    radius = float(distance.mean())
    inner = np.hypot(middles[:, 0] - centre[0], middles[:, 1] - centre[1])
    if np.abs(distance - radius).max() > tolerance_mm or np.abs(inner - radius).max() > tolerance_mm:
        return None
    around = np.unwrap(np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0]))
    bulge = math.copysign(1.0, around[-1] - around[0])
    arm = radius * np.array([math.cos(around[0]), math.sin(around[0])])
    return Contour(np.array([[*(centre + arm), bulge], [*(centre - arm), bulge]]))
