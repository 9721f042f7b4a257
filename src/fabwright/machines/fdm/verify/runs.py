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
    """Union of stretches in any order, overlapping or not.

    With both ends sorted by themselves, a stretch begins anew where as many have ended as had begun.
    """
    if not len(low):
        return Runs(low, high)
    low, high = np.sort(low), np.sort(high)
    first = np.concatenate([[True], low[1:] > high[:-1]])
    last = np.concatenate([np.flatnonzero(first)[1:] - 1, [len(low) - 1]])
    return Runs(low[first], high[last])


def combined(a: Runs, b: Runs, in_a: bool, in_b: bool) -> Runs:
    """Where being in `a` equals `in_a` and being in `b` equals `in_b` (at least one must be True)."""
    position = np.concatenate([a.low, a.high, b.low, b.high])
    step = np.concatenate([np.ones(len(a.low)), -np.ones(len(a.low)), np.full(len(b.low), 4), np.full(len(b.low), -4)])
    order = np.argsort(position)
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

    A bead meets a line in one stretch, because it is convex. Its disc of radius r with the centre a distance s along
    the axis (ux, uy) reaches furthest back along a line at height v above the start where s = (v - r ux sign(uy)) / uy,
    kept between the bead's ends; furthest forward likewise, with the other sign.
    """
    angle = np.radians(ANGLE_DEG)
    ax, ay = turned(a, np.cos(angle), np.sin(angle))
    bx, by = turned(b, np.cos(angle), np.sin(angle))
    first = np.ceil((np.minimum(ay, by) - radius_mm) / pitch_mm).astype(np.int64)
    last = np.floor((np.maximum(ay, by) + radius_mm) / pitch_mm).astype(np.int64)
    count = np.maximum(last - first + 1, 0)
    dx, dy = bx - ax, by - ay
    length = np.hypot(dx, dy)
    safe = np.where(length > 0.0, length, 1.0)
    ux, uy = dx / safe, dy / safe
    inverse = 1.0 / np.where(np.abs(uy) > FLAT, uy, FLAT)
    line = np.arange(int(count.sum())) + np.repeat(first - np.cumsum(count) + count, count)
    rise = line * pitch_mm - np.repeat(ay, count)
    foot, shift = rise * np.repeat(inverse, count), np.repeat(radius_mm * ux * np.abs(inverse), count)
    long, start = np.repeat(length, count), np.repeat(ax, count)
    across, along, square = np.repeat(uy, count), np.repeat(ux, count), np.repeat(radius_mm ** 2, count)
    ends = []
    for sign in (-1.0, 1.0):
        s = foot + sign * shift
        np.clip(s, 0.0, long, out=s)
        off = rise - s * across
        reach = np.sqrt(np.maximum(square - off * off, 0.0))
        s *= along
        s += start
        s += sign * reach
        ends.append(s)
    base = pack(np.repeat(layer, count), line, np.zeros(1))
    return merged(*(base + np.rint(s / X_STEP_MM).astype(np.int64) for s in ends))


# A bead along the lines meets each from its one end to its other.
FLAT = 1e-9
