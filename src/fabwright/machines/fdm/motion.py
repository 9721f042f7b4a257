"""Ordered beads to rows of moves: wipe, retraction, lift, travel and extrusion, with speeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.crossing import DRY_MM, Detours, Insets, detours, either, with_stops
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.order import Executed, Ordered, executed
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.pauses import Stops
from fabwright.machines.fdm.settings import EXTERNAL, ROLES, TOP, PrintSettings
from fabwright.machines.fdm.wipe import Wipes, wipes
from fabwright.model import Floats, Ints

TRAVEL, LIFT, PUSH, LAY, WIPE = range(5)
AXIS_DECIMALS = 3
# Above everything printed so far, when the nozzle goes down to begin the next body.
CLEAR_MM = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Moves as columns of length n: targets `x`, `y`, `z`, pushed `e_mm`, `speed_mm_s`, `kind` (TRAVEL, LIFT, PUSH,
    LAY, WIPE), `path` index into the order; `first` (k,) row of each path; `stop` the rows before which it pauses."""

    x: Floats
    y: Floats
    z: Floats
    e_mm: Floats
    speed_mm_s: Floats
    kind: Ints
    path: Ints
    first: Ints
    stop: Ints

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, eq=False)
class _Approach:
    """How the nozzle gets to each path (k,): where from and to, at which heights, and what it does on the way."""

    previous: Floats
    begin: Floats
    before_z: Floats
    z: Floats
    high_z: Floats
    pulls: np.ndarray
    hops: np.ndarray
    wipe: Wipes
    around: Detours


def lay_out(paths: Paths, ordered: Ordered, heights_mm: Floats, sliced: tuple[Sliced, ...], stops: Stops,
            ends_mm: tuple[tuple[float, float], tuple[float, float]], settings: PrintSettings) -> Rows:
    """Rows for all paths; `heights_mm` (n,) is the nozzle's height at every point of the paths.

    `ends_mm` are where the nozzle comes from, with the filament pushed forward as it ends, and where it waits at
    stops. Per path: wipe over what was laid last and pull back, lift, travel, lower, push forward (those that apply),
    then the bead. A travel pulls back when it is longer than the settings' minimum or changes the height, but not where
    it stays inside the body (see `_may_drip`). Down to a lower layer, and to stops, it goes above all that is printed.
    """
    run = executed(paths, ordered)
    z_at = np.round(heights_mm[run.source], 6)
    z = z_at[run.start[:-1]]
    before_z = np.concatenate([z[:1], z_at[run.start[1:] - 1][:-1]])
    begin, end = run.points[run.start[:-1]], run.points[run.start[1:] - 1]
    previous = np.concatenate([[ends_mm[0]], end[:-1]])
    rises = np.concatenate([[True], np.abs(z[1:] - before_z[1:]) > 1e-6])
    insets = Insets(sliced)
    over = _over(paths, ordered, settings)
    direct, inside = detours(previous, begin, paths.layer[ordered.path], np.where(
        _may_drip(previous, begin, over, paths, ordered, settings), over, -1), insets)
    stays = inside & ~rises
    pulls = (rises | (np.hypot(*(begin - previous).T) > settings.min_travel_mm)) & (settings.retraction_mm > 0.0)
    position = np.asarray(stops.position, dtype=np.int64)
    stays[position] = False
    pulls[position] = settings.retraction_mm > 0.0
    pulls &= ~stays
    wipe = wipes(run, paths.closed[ordered.path], pulls, settings)
    previous = np.where(wipe.moved[:, None], wipe.end, previous)
    around, _ = detours(previous, begin, paths.layer[ordered.path], np.where(stays, -1, over), insets, False)
    around = with_stops(either(direct, around, stays), position, ends_mm[1])
    climbs = z < before_z - 1e-6
    climbs[position] = True
    high = np.round(z + np.where(pulls, settings.z_hop_mm, 0.0), AXIS_DECIMALS)
    highest = np.maximum(np.maximum.accumulate(before_z), z)
    high = np.where(climbs, np.round(highest + CLEAR_MM, AXIS_DECIMALS), high)
    hops = (pulls & (settings.z_hop_mm > 0.0)) | climbs
    approach = _Approach(previous, begin, before_z, z, high, pulls, hops, wipe, around)
    return _rows(approach, run, z_at, paths, ordered, rises, position, settings)


def _over(paths: Paths, ordered: Ordered, settings: PrintSettings) -> Ints:
    """Body over which the nozzle comes to each path (k,), within one layer of it; -1 for the others."""
    body, layer = paths.body[ordered.path], paths.layer[ordered.path]
    over = np.full(len(body), -1, dtype=np.int64)
    same = (body[1:] == body[:-1]) & (layer[1:] == layer[:-1]) & settings.avoid_crossing
    over[1:][same] = body[1:][same]
    return over


def _may_drip(previous: Floats, begin: Floats, over: Ints, paths: Paths, ordered: Ordered, settings: PrintSettings
              ) -> np.ndarray:
    """Whether each path may be reached with the filament forward, if the way lies inside the outer walls: what drips
    there is covered by the next layer, and the path is no outer wall, which must begin clean."""
    role, layer = paths.role[ordered.path], paths.layer[ordered.path]
    away = np.hypot(*(begin - previous).T)
    place = layer * (int(paths.body.max(initial=0)) + 1) + over
    open_above = np.isin(place, place[(role == TOP) & (over >= 0)])
    return np.asarray((over >= 0) & ~open_above & (role != EXTERNAL) & (away > settings.min_travel_mm)
                      & (away < DRY_MM))


def _rows(go: _Approach, run: Executed, z_at: Floats, paths: Paths, ordered: Ordered, rises: np.ndarray, stops: Ints,
          settings: PrintSettings) -> Rows:
    travels = np.hypot(*(go.begin - go.previous).T) > 0.0
    travels[stops] = True
    around = np.where(travels, np.diff(go.around.start), 0)
    # Columns of rows before a bead: wipe, pull on the spot, lift, way round, travel, lower, push.
    counts = np.stack([np.diff(go.wipe.start), go.pulls & (go.wipe.rest_mm > 0.0), go.hops | rises, around, travels,
                       go.hops, go.pulls], axis=1).astype(np.int64)
    extra = counts.sum(axis=1)
    bead = np.diff(run.start) - 1
    first = np.cumsum(extra + bead) - (extra + bead)
    slot = first[:, None] + np.cumsum(counts, axis=1) - counts
    rows = _Table(int((extra + bead).sum()))
    _approach(rows, go, counts, slot, settings)
    _beads(rows, run, first + extra, paths, ordered, z_at, settings)
    rows.path[:] = np.repeat(np.arange(len(first)), extra + bead)
    return Rows(rows.x, rows.y, rows.z, rows.e, rows.speed, rows.kind, rows.path, first, slot[stops, 4])


class _Table:
    """Columns being filled."""

    def __init__(self, count: int) -> None:
        self.x, self.y, self.z, self.e, self.speed = (np.zeros(count) for _ in range(5))
        self.kind, self.path = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)

    def put(self, at: Ints, xy: Floats, z: Floats, e: float | Floats, speed: float | Floats, kind: int) -> None:
        self.x[at], self.y[at], self.z[at] = xy[:, 0], xy[:, 1], z
        self.e[at], self.speed[at], self.kind[at] = e, speed, kind


def _ragged(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Rows of groups that begin at `first` and have `count` each, and the group of each."""
    group = np.repeat(np.arange(len(count)), count)
    return first[group] + np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count), group


def _approach(rows: _Table, go: _Approach, counts: Ints, slot: Ints, settings: PrintSettings) -> None:
    travels_at = np.where(counts[:, 2] > 0, go.high_z, go.before_z)
    at, path = _ragged(slot[:, 0], counts[:, 0])
    rows.put(at, go.wipe.points, go.before_z[path], -go.wipe.pulled_mm, go.wipe.speed_mm_s, WIPE)
    pull, lift, travel, lower, push = (np.flatnonzero(counts[:, k]) for k in (1, 2, 4, 5, 6))
    rows.put(slot[pull, 1], go.previous[pull], go.before_z[pull], -go.wipe.rest_mm[pull], settings.retraction_mm_s,
             PUSH)
    rows.put(slot[lift, 2], go.previous[lift], go.high_z[lift], 0.0, settings.travel_z_mm_s, LIFT)
    at, path = _ragged(slot[:, 3], counts[:, 3])
    point = go.around.start[:-1][path] + at - slot[path, 3]
    rows.put(at, go.around.points[point], travels_at[path], 0.0, settings.travel_mm_s, TRAVEL)
    rows.put(slot[travel, 4], go.begin[travel], travels_at[travel], 0.0, settings.travel_mm_s, TRAVEL)
    rows.put(slot[lower, 5], go.begin[lower], go.z[lower], 0.0, settings.travel_z_mm_s, LIFT)
    rows.put(slot[push, 6], go.begin[push], go.z[push], settings.retraction_mm, settings.deretraction_mm_s, PUSH)


def _beads(rows: _Table, run: Executed, row: Ints, paths: Paths, ordered: Ordered, z_at: Floats,
           settings: PrintSettings) -> None:
    points, start = run.points, run.start
    at, which = _ragged(row, np.diff(start) - 1)
    at_point = start[:-1][which] + at - row[which]
    length = np.hypot(*(points[at_point + 1] - points[at_point]).T)
    path, source = ordered.path[which], run.source[at_point]
    area = paths.spacing_mm[source] * paths.height_mm[path]
    role = paths.role[path]
    speed = np.minimum(np.asarray([settings.speed_mm_s(k) for k in range(len(ROLES))])[role], paths.speed_mm_s[source])
    speed = np.where(paths.layer[path] == 0, np.minimum(settings.first_layer_mm_s, speed), speed)
    speed = np.minimum(speed, settings.max_flow_mm3_s / np.maximum(area, 1e-9))
    rows.put(at, points[at_point + 1], z_at[at_point + 1], length * area / settings.filament_area_mm2, speed, LAY)
