"""Polylines with the points that add nothing taken out."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

#: Longest run of points judged against one chord: bounds the work on long straight lines.
_WINDOW = 400


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def thin(points: Any, tolerance: float) -> Any:
    """Which of the points (n, 3) to keep so that each one dropped lies within `tolerance` of its chord: bool (n,)."""
    count = points.shape[0]
    keep = np.zeros(count, dtype=np.bool_)
    if count == 0:
        return keep
    keep[0] = keep[count - 1] = True
    anchor = 0
    end = 2
    while end < count:
        dx, dy, dz = (points[end, 0] - points[anchor, 0], points[end, 1] - points[anchor, 1],
                      points[end, 2] - points[anchor, 2])
        length2 = dx * dx + dy * dy + dz * dz
        fits = end - anchor < _WINDOW
        for k in range(anchor + 1, end):
            px, py, pz = (points[k, 0] - points[anchor, 0], points[k, 1] - points[anchor, 1],
                          points[k, 2] - points[anchor, 2])
            s = 0.0
            if length2 > 0.0:
                s = min(1.0, max(0.0, (px * dx + py * dy + pz * dz) / length2))
            if math.sqrt((px - s * dx) ** 2 + (py - s * dy) ** 2 + (pz - s * dz) ** 2) > tolerance:
                fits = False
                break
        if not fits:
            anchor = end - 1
            keep[anchor] = True
        end += 1
    return keep
