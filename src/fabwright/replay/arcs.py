"""Centres of arcs in the XY plane, from either form, and whether their two radii agree."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArcCentre:
    """Centre in mm with the radius at the start and at the end of the arc."""

    x: float
    y: float
    radius_start_mm: float
    radius_end_mm: float

    @property
    def mismatch_mm(self) -> float:
        """How far the end point is off the circle through the start point."""
        return abs(self.radius_start_mm - self.radius_end_mm)


def centre_from_offset(start: list[float], end: list[float], i: float, j: float) -> ArcCentre:
    """I and J are relative to the start."""
    x, y = start[0] + i, start[1] + j
    return ArcCentre(x, y, math.hypot(i, j), math.hypot(end[0] - x, end[1] - y))


def centre_from_radius(start: list[float], end: list[float], radius: float, clockwise: bool,
                       slack_mm: float) -> ArcCentre | None:
    """R form: the shorter arc, or the longer one for a negative radius; None when no such circle exists.

    `slack_mm` is how much shorter than the half chord a radius may be through rounding.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    chord = math.hypot(dx, dy)
    size = abs(radius)
    if chord == 0.0 or size == 0.0 or chord / 2 > size + slack_mm:
        return None
    rise = math.sqrt(max(size * size - chord * chord / 4, 0.0))
    # The centre lies left of the chord on the shorter counter-clockwise arc, right of it on the clockwise one.
    side = rise if clockwise == (radius < 0) else -rise
    x = (start[0] + end[0]) / 2 - side * dy / chord
    y = (start[1] + end[1]) / 2 + side * dx / chord
    return ArcCentre(x, y, math.hypot(start[0] - x, start[1] - y), math.hypot(end[0] - x, end[1] - y))
