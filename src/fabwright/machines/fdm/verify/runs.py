"""Sets of stretches on scanlines as packed integers: union, difference, lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.scanlines import X_STEP_MM, Spans, line_key, pack, turned
from fabwright.model import Floats, Ints

LINE_BITS, LAYER_BITS = 17, 45
# Neither along walls of a box nor along its hatching: every edge is crossed, at 22.5 degrees or more.
ANGLE_DEG = 22.5


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


def runs_of(spans: Spans) -> Runs:
    """Spans as runs, those that touch joined."""
    return merged(pack(spans.owner, spans.line, spans.low), pack(spans.owner, spans.line, spans.high))


def of_layers(runs: Runs, which: Ints) -> Runs:
    """Runs of kinds laid out over layers: layer k takes those of owner `which[k]`."""
    owner = runs.owner
    first, last = np.searchsorted(owner, which, "left"), np.searchsorted(owner, which, "right")
    count = last - first
    layer = np.repeat(np.arange(len(which)), count)
    at = np.arange(len(layer)) - np.repeat(np.cumsum(count) - count, count) + first[layer]
    step = (layer - which[layer]) << LAYER_BITS
    return Runs(runs.low[at] + step, runs.high[at] + step)


def shifted_layers(runs: Runs, by: int) -> Runs:
    """The same stretches, said to belong to a layer further up."""
    step = np.int64(by) << np.int64(LAYER_BITS)
    return Runs(runs.low + step, runs.high + step)


def holds(runs: Runs, points: Floats, layer: Ints, pitch_mm: float) -> np.ndarray:
    """For each of the points (n, 2) whether the nearest scanline of its layer is covered there: bool (n,)."""
    if not len(runs.low):
        return np.zeros(len(points), dtype=bool)
    angle = np.radians(ANGLE_DEG)
    x, y = turned(points, np.cos(angle), np.sin(angle))
    at = pack(layer, np.rint(y / pitch_mm).astype(np.int64), x)
    slot = np.searchsorted(runs.low, at, "right") - 1
    return np.asarray((slot >= 0) & (at < runs.high[slot]))


def bead_runs(a: Floats, b: Floats, radius_mm: Floats, layer: Ints, pitch_mm: float) -> Runs:
    """Union of round-ended beads from `a` to `b` (n, 2) along scanlines at ANGLE_DEG.

    A bead meets a line in one stretch, because it is convex: the hull of the stretches of its two end discs and of the
    strip between its flanks.
    """
    angle = np.radians(ANGLE_DEG)
    ax, ay = turned(a, np.cos(angle), np.sin(angle))
    bx, by = turned(b, np.cos(angle), np.sin(angle))
    first = np.ceil((np.minimum(ay, by) - radius_mm) / pitch_mm).astype(np.int64)
    last = np.floor((np.maximum(ay, by) + radius_mm) / pitch_mm).astype(np.int64)
    count = np.maximum(last - first + 1, 0)
    bead = np.repeat(np.arange(len(ax)), count)
    line = np.arange(len(bead)) + np.repeat(first - np.cumsum(count) + count, count)
    low, high = _ends(ax, ay, bx, by, radius_mm, bead, line * pitch_mm)
    good = high > low
    owner, line = layer[bead[good]], line[good]
    return merged(pack(owner, line, low[good]), pack(owner, line, high[good]))


def _ends(ax: Floats, ay: Floats, bx: Floats, by: Floats, r: Floats, bead: Ints, y: Floats) -> tuple[Floats, Floats]:
    """Where the line at height `y` enters and leaves each bead.

    With s the distance of a foot point along the bead's axis, the lower end lies on the flank where its foot falls
    between the ends, else on an end disc.
    """
    dx, dy = bx - ax, by - ay
    length = np.hypot(dx, dy)
    safe = np.where(length > 0.0, length, 1.0)
    ux, uy = dx / safe, dy / safe
    steep = np.where(np.abs(uy) > 1e-9, uy, 1e-9)
    # Flanks: axis moved sideways by r; x grows along the axis by ux / uy per unit of y.
    slope, shift = ux / steep, r / np.abs(steep)
    rx, ry = y - ay[bead], y - by[bead]
    half_a, half_b = r[bead] ** 2 - rx ** 2, r[bead] ** 2 - ry ** 2
    reach_a, reach_b = np.sqrt(np.maximum(half_a, 0.0)), np.sqrt(np.maximum(half_b, 0.0))
    low = np.minimum(np.where(half_a >= 0.0, ax[bead] - reach_a, np.inf),
                     np.where(half_b >= 0.0, bx[bead] - reach_b, np.inf))
    high = np.maximum(np.where(half_a >= 0.0, ax[bead] + reach_a, -np.inf),
                      np.where(half_b >= 0.0, bx[bead] + reach_b, -np.inf))
    middle, wide = ax[bead] + rx * slope[bead], shift[bead]
    for x, outer in ((middle - wide, True), (middle + wide, False)):
        foot = (x - ax[bead]) * ux[bead] + rx * uy[bead]
        on = (foot > 0.0) & (foot < length[bead])
        if outer:
            low = np.where(on & (x < low), x, low)
        else:
            high = np.where(on & (x > high), x, high)
    return low, high
