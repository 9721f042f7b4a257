"""The steepest place of the top surface, and how little of an option makes it gentle enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from .dimensions import Dimensions
from .field import surface_of
from .outline import inside_distance

PITCH_MM = 2.0

def steepest_deg(d: Dimensions) -> float:
    """Largest slope of the built surface against the horizontal, at points of the insole `PITCH_MM` apart."""
    surface = surface_of(d)
    low, high = surface.outline.ring.min(axis=0), surface.outline.ring.max(axis=0)
    at_x, at_y = np.arange(low[0], high[0], PITCH_MM), np.arange(low[1], high[1], PITCH_MM)
    x, y = np.meshgrid(at_x, at_y, indexing="ij")
    inside = (inside_distance(surface.outline, x.ravel(), y.ravel()) > 0.0).reshape(x.shape)
    along, across = surface.spline(at_x, at_y, dx=1), surface.spline(at_x, at_y, dy=1)
    return math.degrees(math.atan(float(np.hypot(along, across)[inside].max())))


def largest_gentle(values: Sequence[float], order: Callable[[float], Dimensions], limit_deg: float) -> float | None:
    """The last of ascending `values` whose order is no steeper than the limit, None when not even the first is."""
    if steepest_deg(order(values[0])) > limit_deg:
        return None
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if steepest_deg(order(values[middle])) <= limit_deg else (low, middle)
    return values[low]
