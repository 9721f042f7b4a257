"""Drawn lines, arcs, rectangles, circles, polygons and curves of any KiCad version as polylines."""

from __future__ import annotations

import math

import numpy as np

from fabwright.geometry.kicad.sexpr import Node
from fabwright.geometry.kicad.source import Source
from fabwright.model import Floats

# Largest distance between an arc and its chords: a quarter of the tightest tolerance a board house gives (0.05 mm).
CHORD_MM = 0.01
SHAPES = ("line", "arc", "rect", "circle", "poly", "curve")


def stroke_of(node: Node, source: Source) -> Floats | None:
    """The polyline (n, 2) of a `gr_...` or `fp_...` list in file coordinates (mm, y down); closed ones repeat their
    first point. None for what is no line (text, dimensions). InputFileError with the line where figures are missing.
    """
    shape = node.name[3:]
    if shape == "line":
        return np.array([_point(node, "start", source), _point(node, "end", source)])
    if shape == "rect":
        (ax, ay), (bx, by) = _point(node, "start", source), _point(node, "end", source)
        return np.array([(ax, ay), (bx, ay), (bx, by), (ax, by), (ax, ay)])
    if shape == "circle":
        centre, rim = _point(node, "center", source), _point(node, "end", source)
        return _swept(centre, rim, 2.0 * math.pi, closed=True)
    if shape == "arc":
        return _arc(node, source)
    if shape == "poly":
        points = _chain(node, source)
        return np.vstack([points, points[:1]])
    if shape == "curve":
        return _bezier(_chain(node, source), node, source)
    return None


def position_of(node: Node, source: Source) -> tuple[float, float, float]:
    """x, y in mm and rotation in degrees of a list's `(at x y [rotation])`."""
    at = node.first("at")
    if at is None:
        raise source.refusal(node.at, f"'({node.name}' has no position; the file is damaged")
    words = [w for w in at.words() if w != "unlocked"]
    if len(words) < 2:
        raise source.refusal(at.at, "'(at' needs two coordinates; the file is damaged")
    turn = source.number(words[2], at.at) if len(words) > 2 else 0.0
    return source.number(words[0], at.at), source.number(words[1], at.at), turn


def _point(node: Node, name: str, source: Source) -> tuple[float, float]:
    found = node.first(name)
    words = found.words() if found is not None else ()
    if found is None or len(words) < 2:
        raise source.refusal(node.at, f"'({node.name}' has no '({name} x y)'; the file is damaged")
    return source.number(words[0], found.at), source.number(words[1], found.at)


def _arc(node: Node, source: Source) -> Floats:
    """An arc by three points (KiCad 6 and later), or by centre, start and angle (KiCad 5)."""
    if node.first("mid") is not None:
        return _through(_point(node, "start", source), _point(node, "mid", source), _point(node, "end", source))
    angle = node.first("angle")
    if angle is None or not angle.words():
        raise source.refusal(node.at, f"'({node.name}' has neither '(mid' nor '(angle'; the file is damaged")
    turn = math.radians(source.number(angle.words()[0], angle.at))
    return _swept(_point(node, "start", source), _point(node, "end", source), turn)


def _through(start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]) -> Floats:
    """Arc through three points; a straight line where they lie on one."""
    (ax, ay), (bx, by), (cx, cy) = start, middle, end
    twice = 2.0 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
    if abs(twice) < 1e-9:
        return np.array([start, middle, end])
    a2, b2, c2 = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    centre = ((a2 * (by - cy) + b2 * (cy - ay) + c2 * (ay - by)) / twice,
              (a2 * (cx - bx) + b2 * (ax - cx) + c2 * (bx - ax)) / twice)
    first, mid, last = (math.atan2(p[1] - centre[1], p[0] - centre[0]) for p in (start, middle, end))
    turn = (last - first) % (2.0 * math.pi)
    if (mid - first) % (2.0 * math.pi) > turn:
        turn -= 2.0 * math.pi
    points = _swept(centre, start, turn)
    points[-1] = end
    return points


def _swept(centre: tuple[float, float], start: tuple[float, float], turn_rad: float, closed: bool = False) -> Floats:
    radius = math.dist(centre, start)
    if radius < 1e-9:
        return np.array([start])
    step = 2.0 * math.acos(max(0.0, 1.0 - CHORD_MM / radius))
    count = max(4, min(720, math.ceil(abs(turn_rad) / max(step, 1e-3))))
    begin = math.atan2(start[1] - centre[1], start[0] - centre[0])
    angles = begin + np.linspace(0.0, turn_rad, count + 1)
    points = np.column_stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)])
    points[0] = start
    if closed:
        points[-1] = start
    return points


def _chain(node: Node, source: Source) -> Floats:
    """The points of `(pts (xy ..) ..)`, arcs of KiCad 7 and later among them."""
    points = node.first("pts")
    parts: list[Floats] = []
    for item in points.lists("xy", "arc") if points is not None else []:
        if item.name == "arc":
            parts.append(_arc(item, source))
            continue
        words = item.words()
        if len(words) < 2:
            raise source.refusal(item.at, "'(xy' needs two coordinates; the file is damaged")
        parts.append(np.array([(source.number(words[0], item.at), source.number(words[1], item.at))]))
    if not parts:
        raise source.refusal(node.at, f"'({node.name}' has no points; the file is damaged")
    return np.vstack(parts)


def _bezier(control: Floats, node: Node, source: Source) -> Floats:
    if len(control) != 4:
        raise source.refusal(node.at, f"a curve has 4 control points, this one {len(control)}; the file is damaged")
    span = float(np.abs(np.diff(control, axis=0)).sum())
    t = np.linspace(0.0, 1.0, max(8, min(400, math.ceil(math.sqrt(span / CHORD_MM)) + 1)))[:, None]
    a, b, c, d = control
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t ** 3 * d)
