"""Exact drop cutter: how far a cutter falls onto triangles at given places."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

# Below this the projection of a facet is a line: only its edges can be touched from above.
_SLIVER = 1e-14


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def drop(triangles: Any, normals: Any, x: Any, y: Any, start: Any, grid: Any, columns: int, rows: int,
         radius: float, ball: bool, z: Any) -> None:
    """Raise `z` (n,) to the tip height at which the cutter rests on the triangles.

    `triangles` (m, 3, 3) mm with unit `normals` (m, 3) pointing up (nz >= 0), best sorted by descending top; `x`, `y`
    (n,) places binned as in `Probes` (`start`, `grid` = low x, low y, bin size). Cutter of `radius` mm, flat-ended or
    ball-ended with the tip as reference. Radius 0 gives the surface height itself. Contact with a facet, an edge or a
    corner is solved in closed form: ball on an edge maximises p + s e + sqrt(q^2 - w^2) along the edge.
    """
    for t in range(triangles.shape[0]):
        ax, ay, az = triangles[t, 0, 0], triangles[t, 0, 1], triangles[t, 0, 2]
        bx, by, bz = triangles[t, 1, 0], triangles[t, 1, 1], triangles[t, 1, 2]
        cx, cy, cz = triangles[t, 2, 0], triangles[t, 2, 1], triangles[t, 2, 2]
        top = max(az, bz, cz)
        i0 = max(0, math.floor((min(ax, bx, cx) - radius - grid[0]) / grid[2]))
        i1 = min(columns - 1, math.floor((max(ax, bx, cx) + radius - grid[0]) / grid[2]))
        j0 = max(0, math.floor((min(ay, by, cy) - radius - grid[1]) / grid[2]))
        j1 = min(rows - 1, math.floor((max(ay, by, cy) + radius - grid[1]) / grid[2]))
        if i1 < i0:
            continue
        nx, ny, nz = normals[t, 0], normals[t, 1], normals[t, 2]
        tilt = math.sqrt(nx * nx + ny * ny)
        twice_area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        ox, oy, lift = 0.0, 0.0, 0.0
        if ball:
            ox, oy, lift = -radius * nx, -radius * ny, radius * (1.0 - nz)
        elif tilt > 1e-12:
            ox, oy = -radius * nx / tilt, -radius * ny / tilt
        for j in range(j0, j1 + 1):
            for p in range(start[j * columns + i0], start[j * columns + i1 + 1]):
                if z[p] >= top:
                    continue
                px, py = x[p], y[p]
                if abs(twice_area) > _SLIVER:
                    qx, qy = px + ox, py + oy
                    u = ((qx - ax) * (cy - ay) - (cx - ax) * (qy - ay)) / twice_area
                    v = ((bx - ax) * (qy - ay) - (qx - ax) * (by - ay)) / twice_area
                    if u >= -1e-12 and v >= -1e-12 and u + v <= 1.0 + 1e-12:
                        tip = az + u * (bz - az) + v * (cz - az) - lift
                        if tip > z[p]:
                            z[p] = tip
                        continue
                if radius > 0.0:
                    tip = _edge(ax, ay, az, bx, by, bz, px, py, radius, ball, z[p])
                    tip = _edge(bx, by, bz, cx, cy, cz, px, py, radius, ball, tip)
                    z[p] = _edge(cx, cy, cz, ax, ay, az, px, py, radius, ball, tip)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _edge(ax: float, ay: float, az: float, bx: float, by: float, bz: float, px: float, py: float, radius: float,
          ball: bool, best: float) -> float:
    """Tip height resting on corner a and on the inside of edge a-b, at least `best`."""
    square = radius * radius
    ex, ey, ez = bx - ax, by - ay, bz - az
    corner = (ax - px) ** 2 + (ay - py) ** 2
    if corner <= square:
        tip = az - (radius - math.sqrt(square - corner) if ball else 0.0)
        if tip > best:
            best = tip
    length2 = ex * ex + ey * ey
    if length2 < 1e-18:
        return best
    foot = ((px - ax) * ex + (py - ay) * ey) / length2
    off = (ax + foot * ex - px) ** 2 + (ay + foot * ey - py) ** 2
    if off >= square:
        return best
    half = math.sqrt(square - off)
    length = math.sqrt(length2)
    if ball:
        slope = ez / length
        along = half * slope / math.sqrt(1.0 + slope * slope)
        s = foot + along / length
        if 0.0 < s < 1.0:
            best = max(best, az + s * ez + math.sqrt(half * half - along * along) - radius)
    else:
        for end in (foot - half / length, foot + half / length):
            if 0.0 < end < 1.0:
                best = max(best, az + end * ez)
    return best


def upward(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles (m, 3, 3) that face up and their unit normals, highest first: what `drop` wants."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1)
    normal = normal / np.where(length > 0.0, length, 1.0)[:, None]
    keep = normal[:, 2] > 1e-9
    corners, normal = corners[keep], normal[keep]
    order = np.argsort(-corners[:, :, 2].max(axis=1), kind="stable")
    return np.ascontiguousarray(corners[order]), np.ascontiguousarray(normal[order])
