"""Exact material removal: the swept lower envelope of a cutter along straight moves, at given places."""

from __future__ import annotations

import math
from typing import Any

import numba


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def sweep(begin: Any, end: Any, radius: float, ball: bool, x: Any, y: Any, start: Any, grid: Any, columns: int,
          rows: int, cut: bool, z: Any, met: Any, deep: Any) -> None:
    """Lower the stock `z` (n,) to the envelope of a cutter that moves from `begin` to `end` ((k, 3) tip, mm) in turn.

    Places as in `Probes`. Per move, `met` (k,) receives the greatest height taken off anywhere and `deep` (k,) the
    greatest height of stock above the tip where some was taken. With `cut` false nothing is removed: the sweep only
    asks what it would meet.
    """
    square = radius * radius
    for k in range(begin.shape[0]):
        ax, ay, az = begin[k, 0], begin[k, 1], begin[k, 2]
        ex, ey, ez = end[k, 0] - ax, end[k, 1] - ay, end[k, 2] - az
        length2 = ex * ex + ey * ey
        length = math.sqrt(length2)
        low = min(az, end[k, 2])
        i0 = max(0, math.floor((min(ax, end[k, 0]) - radius - grid[0]) / grid[2]))
        i1 = min(columns - 1, math.floor((max(ax, end[k, 0]) + radius - grid[0]) / grid[2]))
        j0 = max(0, math.floor((min(ay, end[k, 1]) - radius - grid[1]) / grid[2]))
        j1 = min(rows - 1, math.floor((max(ay, end[k, 1]) + radius - grid[1]) / grid[2]))
        if i1 < i0:
            continue
        for j in range(j0, j1 + 1):
            for p in range(start[j * columns + i0], start[j * columns + i1 + 1]):
                height = z[p]
                if height <= low:
                    continue
                if length2 < 1e-16:
                    s, gap = (0.0 if az < end[k, 2] else 1.0), (x[p] - ax) ** 2 + (y[p] - ay) ** 2
                    if gap > square:
                        continue
                else:
                    foot = ((x[p] - ax) * ex + (y[p] - ay) * ey) / length2
                    off = (ax + foot * ex - x[p]) ** 2 + (ay + foot * ey - y[p]) ** 2
                    if off > square:
                        continue
                    half = math.sqrt(square - off) / length
                    first, last = max(0.0, foot - half), min(1.0, foot + half)
                    if first > last:
                        continue
                    if ball:
                        # The lowest point of the tip height plus the ball's profile along the chord of the place.
                        slope = ez / length
                        s = foot - half * slope / math.sqrt(1.0 + slope * slope)
                        s = min(max(s, first), last)
                        gap = off + ((s - foot) * length) ** 2
                    else:
                        s, gap = (first if ez > 0.0 else last), 0.0
                tip = az + s * ez
                floor = tip + (radius - math.sqrt(max(0.0, square - gap)) if ball else 0.0)
                if floor < height:
                    if cut:
                        z[p] = floor
                    met[k] = max(met[k], height - floor)
                    deep[k] = max(deep[k], height - tip)
