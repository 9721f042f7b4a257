"""What is cut into the lid's face in both forms: lettering and vents, as plane figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from shapely.geometry import LineString, box
from shapely.ops import unary_union

from fabwright.design import BuildError, Contour

from .design import LARGEST_TEXT_MM, SMALLEST_TEXT_MM
from .lettering import text_strokes, text_width_mm

# Protolabs asks 0.6 mm for printed lettering; two beads of 0.4 mm.
STROKE_WIDTH_MM = 0.8
VENT_WIDTH_MM, VENT_PITCH_MM, LONGEST_VENT_MM, SHORTEST_VENT_MM = 2.0, 5.0, 40.0, 8.0
MOST_VENTS = 24


def lettering(face: Any, label: str) -> tuple[list[np.ndarray], Any]:
    """Strokes (n, 2) of the label where it fits best, along the face's longer side, and the rectangle they take.

    BuildError when it fits nowhere even in the smallest letters.
    """
    if not label.strip():
        return [], box(0, 0, 0, 0)
    low_x, low_y, high_x, high_y = face.bounds
    upright = high_y - low_y > high_x - low_x
    for height in np.arange(LARGEST_TEXT_MM, SMALLEST_TEXT_MM - 0.5, -1.0):
        size = (text_width_mm(label, float(height)) + 2.0, float(height) + 2.0)
        for x, y in _spots(face.bounds, size[::-1] if upright else size):
            wide, high = size[::-1] if upright else size
            taken = box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if face.contains(taken):
                turn = np.array([[0.0, 1.0], [-1.0, 0.0]]) if upright else np.eye(2)
                return [s @ turn + np.array([x, y]) for s in text_strokes(label, float(height))], taken
    raise BuildError(f"the label '{label}' finds no room on the lid in letters {SMALLEST_TEXT_MM:g} mm high "
                     f"({text_width_mm(label, SMALLEST_TEXT_MM):.1f} mm long); shorten it")


def _spots(bounds: tuple[float, float, float, float], size: tuple[float, float]) -> list[tuple[float, float]]:
    """Centres to try for a rectangle: middle of the long side, near the front edge first."""
    low_x, low_y, high_x, high_y = bounds
    xs = np.linspace(low_x + size[0] / 2 + 0.01, high_x - size[0] / 2 - 0.01, 9)
    ys = np.linspace(low_y + size[1] / 2 + 0.01, high_y - size[1] / 2 - 0.01, 9)
    if xs[0] > xs[-1] or ys[0] > ys[-1]:
        return []
    along_x = high_x - low_x >= high_y - low_y
    spots = [(float(x), float(y)) for x in xs for y in ys]
    middle = ((low_x + high_x) / 2, (low_y + high_y) / 2)
    return sorted(spots, key=lambda p: ((round(p[1], 6), round(abs(p[0] - middle[0]), 6), p[0]) if along_x
                                        else (-round(p[0], 6), round(abs(p[1] - middle[1]), 6), p[1])))


def grooves(strokes: list[np.ndarray]) -> list[Any]:
    """What the label's strokes take off, as shapely polygons that do not touch."""
    if not strokes:
        return []
    lines = [LineString(s).buffer(STROKE_WIDTH_MM / 2.0, cap_style="square", join_style="mitre", mitre_limit=2.0)
             for s in strokes]
    whole = unary_union(lines).simplify(0.01)
    return list(getattr(whole, "geoms", [whole]))


def vents(face: Any) -> list[Contour]:
    """Slots with round ends across the shorter side of the free part of a face."""
    if face.is_empty:
        return []
    low_x, low_y, high_x, high_y = face.bounds
    along_x = high_x - low_x >= high_y - low_y
    span, low = (high_x - low_x, low_x) if along_x else (high_y - low_y, low_y)
    pitch = max(VENT_PITCH_MM, span / MOST_VENTS)
    count = int(span // pitch)
    first = low + (span - pitch * count) / 2.0 + pitch / 2.0
    slots: list[Contour] = []
    for k in range(count):
        at = first + k * pitch
        half = VENT_WIDTH_MM / 2.0
        strip = (at - half, low_y, at + half, high_y) if along_x else (low_x, at - half, high_x, at + half)
        piece = face.intersection(box(*strip))
        for g in getattr(piece, "geoms", [piece]):
            slots += _slot(g, along_x)
    return slots


def _slot(piece: Any, upright: bool) -> list[Contour]:
    """The longest slot in one piece of a strip, none where it is not a whole rectangle or too short."""
    if piece.is_empty or piece.geom_type != "Polygon":
        return []
    low_x, low_y, high_x, high_y = piece.bounds
    wide, long_ = (high_x - low_x, high_y - low_y) if upright else (high_y - low_y, high_x - low_x)
    if long_ < SHORTEST_VENT_MM or piece.area < 0.999 * wide * long_ or wide < VENT_WIDTH_MM - 1e-6:
        return []
    half, middle = VENT_WIDTH_MM / 2.0, ((low_x + high_x) / 2, (low_y + high_y) / 2)
    reach = min(long_, LONGEST_VENT_MM) / 2.0 - half
    if upright:
        x, y = middle
        corners = [(x + half, y - reach, 0.0), (x + half, y + reach, 1.0), (x - half, y + reach, 0.0),
                   (x - half, y - reach, 1.0)]
    else:
        x, y = middle
        corners = [(x - reach, y - half, 0.0), (x + reach, y - half, 1.0), (x + reach, y + half, 0.0),
                   (x - reach, y + half, 1.0)]
    return [Contour(np.array(corners))] if math.isfinite(reach) and reach > 0.0 else []
