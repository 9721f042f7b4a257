"""Sets of stretches on scanlines as packed integers: union, difference, lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.scanlines import X_STEP_MM, line_key, pack, turned
from fabwright.model import Floats, Ints

LINE_BITS = 17


def sums(index: Ints, values: Floats, count: int) -> Floats:
    """Sum of the values of each index (count,); indices past the end are left out."""
    return np.asarray(np.bincount(index, values, count)[:count], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Disjoint stretches in ascending order: packed positions `low`, `high` (n,) (see scanlines.pack)."""

    low: Ints
    high: Ints

    @property
    def owner(self) -> Ints:
        """Layer of each stretch."""
        return np.asarray(line_key(self.low) >> LINE_BITS)

    @property
    def length_mm(self) -> Floats:
        """Length of each stretch."""
        return np.asarray((self.high - self.low) * X_STEP_MM)

    def area_mm2(self, layers: int, pitch_mm: float) -> Floats:
        """Area per layer (layers,), by the rule of midpoints over scanlines `pitch_mm` apart."""
        return sums(self.owner, self.length_mm, layers) * pitch_mm


def merged(low: Ints, high: Ints) -> Runs:
    """Union of stretches in any order, overlapping or not."""
    if not len(low):
        return Runs(low, high)
    order = np.argsort(low, kind="stable")
    low, reach = low[order], np.maximum.accumulate(high[order])
    first = np.concatenate([[True], low[1:] > reach[:-1]])
    last = np.concatenate([np.flatnonzero(first)[1:] - 1, [len(low) - 1]])
    return Runs(low[first], reach[last])


def combined(a: Runs, b: Runs, in_a: bool, in_b: bool) -> Runs:
    """Where being in `a` equals `in_a` and being in `b` equals `in_b` (at least one must be True)."""
    position = np.concatenate([a.low, a.high, b.low, b.high])
    step = np.concatenate([np.ones(len(a.low)), -np.ones(len(a.low)), np.full(len(b.low), 4), np.full(len(b.low), -4)])
    order = np.argsort(position, kind="stable")
    position, depth = position[order], np.cumsum(step[order].astype(np.int64))
    wanted = (1 if in_a else 0) + (4 if in_b else 0)
    inside = np.flatnonzero((depth[:-1] == wanted) & (position[1:] > position[:-1])) if len(depth) else np.empty(0, int)
    return Runs(position[inside], position[inside + 1])


def shifted_layers(runs: Runs, by: int) -> Runs:
    """The same stretches, said to belong to a layer further up."""
    step = np.int64(by) << np.int64(LINE_BITS + 28)
    return Runs(runs.low + step, runs.high + step)


def bead_runs(a: Floats, b: Floats, radius_mm: Floats, layer: Ints, angle_deg: float, pitch_mm: float) -> Runs:
    """Union of round-ended beads from `a` to `b` (n, 2) along scanlines of one direction.

    A bead meets a line in one stretch, because it is convex: its ends are the outermost of the two end discs and of
    the straight flanks.
    """
    angle = np.radians(angle_deg)
    ax, ay = turned(a, np.cos(angle), np.sin(angle))
    bx, by = turned(b, np.cos(angle), np.sin(angle))
    first = np.ceil((np.minimum(ay, by) - radius_mm) / pitch_mm).astype(np.int64)
    last = np.floor((np.maximum(ay, by) + radius_mm) / pitch_mm).astype(np.int64)
    count = np.maximum(last - first + 1, 0)
    bead = np.repeat(np.arange(len(ax)), count)
    line = first[bead] + np.arange(len(bead)) - np.repeat(np.cumsum(count) - count, count)
    low, high = _ends(ax[bead], ay[bead], bx[bead], by[bead], radius_mm[bead], line * pitch_mm)
    good = high > low
    owner = layer[bead][good]
    return merged(pack(owner, line[good], low[good]), pack(owner, line[good], high[good]))


def _ends(ax: Floats, ay: Floats, bx: Floats, by: Floats, r: Floats, y: Floats) -> tuple[Floats, Floats]:
    low, high = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for x, centre in ((ax, ay), (bx, by)):
        half = r ** 2 - (y - centre) ** 2
        hit = half >= 0.0
        reach = np.sqrt(np.where(hit, half, 0.0))
        low = np.where(hit, np.minimum(low, x - reach), low)
        high = np.where(hit, np.maximum(high, x + reach), high)
    dx, dy = bx - ax, by - ay
    length = np.hypot(dx, dy)
    safe = np.where(length > 0.0, length, 1.0)
    for side in (1.0, -1.0):
        # Flank: the segment moved sideways by r.
        sx, sy = -dy / safe * r * side, dx / safe * r * side
        rise = np.where(np.abs(dy) > 1e-12, dy, 1.0)
        along = (y - ay - sy) / rise
        hit = (np.abs(dy) > 1e-12) & (along >= 0.0) & (along <= 1.0)
        x = ax + sx + along * dx
        low = np.where(hit, np.minimum(low, x), low)
        high = np.where(hit, np.maximum(high, x), high)
    return low, high
