"""Ordered beads to rows of moves: travel, retraction, lift and extrusion, with speeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.order import Executed, Ordered, executed
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import ROLES, PrintSettings
from fabwright.model import Floats, Ints

TRAVEL, LIFT, PUSH, LAY = range(4)
AXIS_DECIMALS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Moves as columns of length n: targets `x`, `y`, `z`, pushed `e_mm`, `speed_mm_s`, `kind` (TRAVEL, LIFT, PUSH,
    LAY), `path` index into the order; `first` (k,) row of each path."""

    x: Floats
    y: Floats
    z: Floats
    e_mm: Floats
    speed_mm_s: Floats
    kind: Ints
    path: Ints
    first: Ints

    def __len__(self) -> int:
        return len(self.x)


def lay_out(paths: Paths, ordered: Ordered, tops_mm: Floats, start_mm: tuple[float, float], settings: PrintSettings
            ) -> Rows:
    """Rows for all paths. The nozzle comes from `start_mm` with the filament pushed forward, and ends likewise.

    Per path: pull back, lift, travel, lower, push forward (the first four where they apply), then the bead. A travel
    pulls back when it is longer than the settings' minimum, or changes the layer.
    """
    run = executed(paths, ordered)
    points, start = run.points, run.start
    layer = paths.layer[ordered.path]
    z = tops_mm[layer]
    begin, end = points[start[:-1]], points[start[1:] - 1]
    previous = np.concatenate([[start_mm], end[:-1]])
    rises = np.concatenate([[True], layer[1:] != layer[:-1]])
    travel = np.hypot(*(begin - previous).T)
    pulls = (rises | (travel > settings.min_travel_mm)) & (settings.retraction_mm > 0.0)
    hops = pulls & (settings.z_hop_mm > 0.0)
    flags = np.stack([pulls, hops | rises, travel > 0.0, hops, pulls], axis=1)
    extra = flags.sum(axis=1)
    bead = np.diff(start) - 1
    first = np.cumsum(extra + bead) - (extra + bead)
    rows = _Table(int((extra + bead).sum()))
    slot = first[:, None] + np.cumsum(flags, axis=1) - flags
    _approach(rows, flags, slot, previous, begin, z, hops, settings)
    _beads(rows, run, first + extra, paths, ordered, z, settings)
    rows.path[:] = np.repeat(np.arange(len(first)), extra + bead)
    return Rows(rows.x, rows.y, rows.z, rows.e, rows.speed, rows.kind, rows.path, first)


class _Table:
    """Columns being filled."""

    def __init__(self, count: int) -> None:
        self.x, self.y, self.z, self.e, self.speed = (np.zeros(count) for _ in range(5))
        self.kind, self.path = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)

    def put(self, at: Ints, xy: Floats, z: Floats, e: float, speed: float, kind: int) -> None:
        self.x[at], self.y[at], self.z[at] = xy[:, 0], xy[:, 1], z
        self.e[at], self.speed[at], self.kind[at] = e, speed, kind


def _approach(rows: _Table, flags: np.ndarray, slot: Ints, previous: Floats, begin: Floats, z: Floats,
              hops: np.ndarray, settings: PrintSettings) -> None:
    before = np.concatenate([z[:1], z[:-1]])
    high = np.round(z + np.where(hops, settings.z_hop_mm, 0.0), AXIS_DECIMALS)
    travels_at = np.where(flags[:, 1], high, before)
    pull, lift, travel, lower, push = (np.flatnonzero(flags[:, k]) for k in range(5))
    rows.put(slot[pull, 0], previous[pull], before[pull], -settings.retraction_mm, settings.retraction_mm_s, PUSH)
    rows.put(slot[lift, 1], previous[lift], high[lift], 0.0, settings.travel_z_mm_s, LIFT)
    rows.put(slot[travel, 2], begin[travel], travels_at[travel], 0.0, settings.travel_mm_s, TRAVEL)
    rows.put(slot[lower, 3], begin[lower], z[lower], 0.0, settings.travel_z_mm_s, LIFT)
    rows.put(slot[push, 4], begin[push], z[push], settings.retraction_mm, settings.deretraction_mm_s, PUSH)


def _beads(rows: _Table, run: Executed, row: Ints, paths: Paths, ordered: Ordered, z: Floats, settings: PrintSettings
           ) -> None:
    points, start = run.points, run.start
    count = np.diff(start) - 1
    which = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    at_point = start[:-1][which] + step
    length = np.hypot(*(points[at_point + 1] - points[at_point]).T)
    at, path, source = row[which] + step, ordered.path[which], run.source[at_point]
    area = paths.spacing_mm[source] * paths.height_mm[path]
    role = paths.role[path]
    speed = np.minimum(np.asarray([settings.speed_mm_s(k) for k in range(len(ROLES))])[role], paths.speed_mm_s[source])
    speed = np.where(paths.layer[path] == 0, np.minimum(settings.first_layer_mm_s, speed), speed)
    speed = np.minimum(speed, settings.max_flow_mm3_s / np.maximum(area, 1e-9))
    rows.x[at], rows.y[at], rows.z[at] = points[at_point + 1, 0], points[at_point + 1, 1], z[which]
    rows.e[at] = length * area / settings.filament_area_mm2
    rows.speed[at], rows.kind[at] = speed, LAY
