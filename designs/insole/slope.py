"""The steepest place of the top surface, and how little of an option makes it gentle enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from .dimensions import Dimensions
from .field import surface_of
from .outline import inside_distance


def steepest_deg(d: Dimensions) -> float:
    """Largest slope against the horizontal at any node of the built surface that lies on the insole."""
    surface = surface_of(d)
    x, y = np.meshgrid(surface.x, surface.y, indexing="ij")
    inside = (inside_distance(surface.outline, x.ravel(), y.ravel()) > 0.0).reshape(x.shape)
    along = surface.spline(surface.x, surface.y, dx=1)
    across = surface.spline(surface.x, surface.y, dy=1)
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
