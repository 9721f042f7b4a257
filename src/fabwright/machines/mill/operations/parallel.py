"""Parallel finishing: a ball cutter in straight lines over the surface, closer together where it is steep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.mill.cutter import Cutter, Speeds
from fabwright.machines.mill.operations.clearing import ABOVE_MM
from fabwright.machines.mill.path import Path
from fabwright.machines.mill.probes import Probes, axis_mm, dropped, probes_at
from fabwright.machines.mill.shape import Shape
from fabwright.model import Floats

#: Lines of a chord between two samples stay within this of the true path of the cutter, mm.
SAG_MM = 0.004
#: The centre goes past the surface's edge by this share of the radius: beyond, the ball only rubs along the wall.
BEYOND_SHARE = 0.95
#: Between samples that differ in height by more than this times their distance, the cutter crosses at the higher one.
CLIFF = 3.0
#: Lines are added between two until their distance in space is at most this times the stepover.
SPREAD = 1.15
#: Added lines are never closer than this, mm.
FINEST_MM = 0.12
#: A gap up to this is crossed over the surface instead of by a retract; the way is sampled so closely, mm.
LINK_MM = 40.0
LINK_SAMPLE_MM = 0.25
#: A height that no part has: a cutter dropped here met nothing.
NOWHERE_MM = -1e9


@dataclass(frozen=True, slots=True)
class Parallel:
    """Lines `step_mm` apart along the longer side; `floor_mm` is the lowest the tip goes.

    `rough_mm` are roughing's levels from the block's top down, `rough_away_mm` how far from the surface its stairs may
    still stand beside the cutter.
    """

    shape: int
    cutter: Cutter
    speeds: Speeds
    step_mm: float
    floor_mm: float
    rough_mm: tuple[float, ...]
    rough_away_mm: float
    allowance_mm: float
    title: str = "parallel finishing"


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Tip heights on a grid of lines (rows, `v`) and samples (columns, `u`), NaN where the cutter has no business.

    `turned` tells that u runs along y. `inside` marks samples that belong to the surface's lines.
    """

    u: Floats
    v: Floats
    z: Floats
    inside: np.ndarray
    turned: bool
    every: int


def surface_lines(operation: Parallel, shape: Shape) -> Lines:
    """Where the ball rests along every line, the added ones included."""
    cutter, step = operation.cutter, operation.step_mm
    beyond = BEYOND_SHARE * cutter.radius_mm
    sloped = shape.triangles[shape.sloped]
    low, high = sloped.min(axis=(0, 1))[:2] - beyond, sloped.max(axis=(0, 1))[:2] + beyond
    turned = bool(high[1] - low[1] > high[0] - low[0])
    a, b = (1, 0) if turned else (0, 1)
    every = 1
    while step / (2 * every) >= FINEST_MM and every < 8:
        every *= 2
    u = axis_mm(low[a], high[a], float(np.sqrt(8.0 * cutter.radius_mm * SAG_MM)))
    mains = max(1, int(np.ceil((high[b] - low[b]) / step)))
    v = np.linspace(low[b], high[b], mains * every + 1)
    uu, vv = np.meshgrid(u, v)
    x, y = (vv, uu) if turned else (uu, vv)
    everywhere = probes_at(x.ravel(), y.ravel(), 1.0)
    inside = _near(shape, everywhere, beyond).reshape(uu.shape)
    z = np.full(uu.shape, np.nan)
    chosen = probes_at(x[inside], y[inside], 1.0)
    tip = dropped(shape.triangles, shape.normals, chosen, cutter.radius_mm, True, operation.floor_mm)
    z[inside] = chosen.as_given(tip)
    return Lines(u, v, z, inside, turned, every)


def _near(shape: Shape, probes: Probes, distance: float) -> np.ndarray:
    """Which probes lie within a distance, in plan, of a sloped facet: a flat disc dropped on those facets meets one."""
    sloped = shape.sloped
    met = dropped(shape.triangles[sloped], shape.normals[sloped], probes, distance, False, NOWHERE_MM)
    return np.asarray(probes.as_given(met) > NOWHERE_MM)


def chosen_lines(lines: Lines, step_mm: float) -> np.ndarray:
    """Which samples are visited (rows, columns): every main line, and added ones where neighbours lie too far apart."""
    use = np.zeros(lines.inside.shape, dtype=np.bool_)
    use[:: lines.every] = lines.inside[:: lines.every]
    gap = lines.every
    while gap > 1:
        half = gap // 2
        rows = np.arange(half, len(lines.v) - half, gap)
        above, below = lines.z[rows + half], lines.z[rows - half]
        apart = np.hypot(np.abs(above - below), (lines.v[1] - lines.v[0]) * gap)
        # At the surface's edge a neighbour is missing (NaN, never greater): the other line covers the edge.
        wanted = (apart > SPREAD * step_mm) & lines.inside[rows]
        if gap < lines.every:
            wanted &= use[rows - half] | use[rows + half]
        wide = wanted.copy()
        for shift in (1, 2):
            wide[:, shift:] |= wanted[:, :-shift]
            wide[:, :-shift] |= wanted[:, shift:]
        use[rows] = wide & lines.inside[rows]
        gap = half
    return use


def cut_parallel(path: Path, operation: Parallel, shape: Shape) -> None:
    """Main lines to and fro, then the added ones, each time going on to the nearest end."""
    if not shape.sloped.any():
        return
    lines = surface_lines(operation, shape)
    use = chosen_lines(lines, operation.step_mm)
    main = np.zeros_like(use)
    main[:: lines.every] = use[:: lines.every]
    for chosen in (main, use & ~main):
        runs = _runs(chosen)
        for row, first, last in _ordered(lines, runs):
            _cut_run(path, operation, shape, lines, row, first, last)
    path.retract()


def _runs(chosen: np.ndarray) -> list[tuple[int, int, int]]:
    """Row, first and last column of every stretch of chosen samples."""
    padded = np.zeros((chosen.shape[0], chosen.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = chosen
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    _, ends = np.nonzero(change == -1)
    return [(int(r), int(a), int(b) - 1) for r, a, b in zip(rows, starts, ends, strict=True) if b - a >= 2]


def _ordered(lines: Lines, runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Runs in the order of the nearest next end, turned about (first > last) where the far end is nearer."""
    if not runs:
        return []
    table = np.asarray(runs)
    ends = np.stack([np.stack([lines.u[table[:, 1]], lines.v[table[:, 0]]], axis=1),
                     np.stack([lines.u[table[:, 2]], lines.v[table[:, 0]]], axis=1)], axis=1)
    left = np.ones(len(runs), dtype=np.bool_)
    order: list[tuple[int, int, int]] = []
    at = ends[0, 0]
    for _ in range(len(runs)):
        # A step across the lines counts double: the next line beats a leap along this one.
        away = np.abs(ends[:, :, 0] - at[0]) + 2.0 * np.abs(ends[:, :, 1] - at[1])
        away[~left] = np.inf
        k, side = divmod(int(np.argmin(away)), 2)
        left[k] = False
        row, first, last = runs[k]
        order.append((row, first, last) if side == 0 else (row, last, first))
        at = ends[k, 1 - side]
    return order


def _cut_run(path: Path, operation: Parallel, shape: Shape, lines: Lines, row: int, first: int, last: int) -> None:
    columns = np.arange(first, last + 1) if last >= first else np.arange(first, last - 1, -1)
    points = _stepped(_points(lines, row, columns))
    link = _link(path, operation, shape, points[0])
    if link is None:
        path.approach(float(points[0, 0]), float(points[0, 1]), _clear_height(operation, shape, points[0]))
        path.feed(points[:1], operation.speeds)
    else:
        path.feed(link, operation.speeds)
    path.feed(points[1:], operation.speeds)


def _points(lines: Lines, row: int, columns: np.ndarray) -> Floats:
    u, z = lines.u[columns], lines.z[row, columns]
    v = np.full(len(columns), lines.v[row])
    return np.column_stack([v, u, z] if lines.turned else [u, v, z])


def _stepped(points: Floats) -> Floats:
    """Where the height jumps between samples, cross at the higher of the two: a chord would cut the edge's corner."""
    step = np.diff(points[:, 2])
    reach = np.hypot(*np.diff(points[:, :2], axis=0).T)
    falls, rises = np.flatnonzero(step < -CLIFF * reach), np.flatnonzero(step > CLIFF * reach)
    extra = np.concatenate([np.column_stack([points[falls + 1, :2], points[falls, 2]]),
                            np.column_stack([points[rises, :2], points[rises + 1, 2]])])
    return np.insert(points, np.concatenate([falls + 1, rises + 1]), extra, axis=0)


def _link(path: Path, operation: Parallel, shape: Shape, to: Floats) -> Floats | None:
    """A straight way over the surface from where the tool is, at the height at which the ball clears all of it.

    None where it is long or leaves the part's surroundings, which roughing has not cleared.
    """
    if path.at is None or path.at[2] >= path.safe_mm:
        return None
    start = path.at
    length = float(np.hypot(to[0] - start[0], to[1] - start[1]))
    if length > LINK_MM:
        return None
    share = np.linspace(0.0, 1.0, max(2, int(np.ceil(length / LINK_SAMPLE_MM)) + 1))
    way = probes_at(start[0] + share * (to[0] - start[0]), start[1] + share * (to[1] - start[1]), 1.0)
    radius = operation.cutter.radius_mm
    near = dropped(shape.triangles, shape.normals, way, BEYOND_SHARE * radius + LINK_SAMPLE_MM, False, NOWHERE_MM)
    if near.min() <= NOWHERE_MM:
        return None
    tip = dropped(shape.triangles, shape.normals, way, radius, True, operation.floor_mm)
    over = max(float(tip.max()) + SAG_MM, float(start[2]), float(to[2]))
    return np.array([[start[0], start[1], over], [to[0], to[1], over], to])


def _clear_height(operation: Parallel, shape: Shape, point: Floats) -> float:
    """Just above the stairs that roughing left within the ball's reach of a point."""
    probe = probes_at(point[None, 0], point[None, 1], 1.0)
    away = operation.rough_away_mm + operation.cutter.radius_mm
    resting = dropped(shape.triangles, shape.normals, probe, away, False, operation.floor_mm)
    need = float(resting[0]) + operation.allowance_mm + 0.01
    stair = min((z for z in operation.rough_mm if z >= need), default=operation.rough_mm[0])
    return stair + ABOVE_MM
