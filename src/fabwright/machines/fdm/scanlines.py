"""Parallel lines across many regions at once: where each line is inside, as sorted columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Loops
from fabwright.model import Floats, Ints

# One crossing is one int64, so that a single sort orders all layers: owner | line | x.
_X_BITS, _LINE_BITS = 28, 17
X_STEP_MM = 1e-5
_X_BIAS, _LINE_BIAS = 1 << (_X_BITS - 1), 1 << (_LINE_BITS - 1)
REACH_MM = _X_BIAS * X_STEP_MM


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Stretches of scanlines, sorted by owner, line and x: columns of length n.

    `owner` int64, `line` int64 (the line lies at y = (line + phase) * pitch in the turned frame), `low`, `high` mm
    along it.
    """

    owner: Ints
    line: Ints
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.owner)


def turned(points: Floats, cos: Floats | float, sin: Floats | float) -> tuple[Floats, Floats]:
    """Coordinates of points (n, 2) along and across lines of direction (cos, sin)."""
    return points[:, 0] * cos + points[:, 1] * sin, points[:, 1] * cos - points[:, 0] * sin


def scan(loops: Loops, angle_deg: Floats, pitch_mm: Floats | float, phase: float = 0.0) -> Spans:
    """Stretches inside each owner's loops along parallel lines; `angle_deg` holds one direction per owner, `pitch_mm`
    one pitch per owner or one for all.

    Even-odd crossings with the half-open rule, so that a line through a vertex counts once. Coordinates reach
    REACH_MM from the origin.
    """
    key, _ = _crossings(loops, angle_deg, pitch_mm, phase)
    key.sort()
    return _unpacked(key[0::2], key[1::2])


def scan_edges(loops: Loops, angle_deg: Floats, pitch_mm: float) -> tuple[Ints, Floats]:
    """Sorted crossings as packed positions (n,), even ones entering, and the sine of the angle between line and edge
    (n,): a shift along the line times that sine is a shift across the edge."""
    key, edge = _crossings(loops, angle_deg, pitch_mm, 0.0)
    order = np.argsort(key, kind="stable")
    count = np.diff(loops.start)
    after = np.arange(1, len(loops.points) + 1)
    if len(loops.start) > 1:
        after[loops.start[1:] - 1] = loops.start[:-1]
    step = loops.points[after % max(len(loops.points), 1)] - loops.points if len(loops.points) else loops.points
    owner = np.repeat(loops.owner, count)
    angle = np.radians(angle_deg)[owner] if len(owner) else np.empty(0)
    length = np.hypot(step[:, 0], step[:, 1])
    sine = np.abs(step[:, 1] * np.cos(angle) - step[:, 0] * np.sin(angle)) / np.where(length > 0.0, length, 1.0)
    return key[order], sine[edge[order]]


def _crossings(loops: Loops, angle_deg: Floats, pitch_mm: Floats | float, phase: float) -> tuple[Ints, Ints]:
    """Packed position of every crossing, unsorted, and the edge that it lies on."""
    count = np.diff(loops.start)
    owner = np.repeat(loops.owner, count)
    if not len(owner):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    angle = np.radians(angle_deg)
    along, across = turned(loops.points, np.cos(angle)[owner], np.sin(angle)[owner])
    level = across / (pitch_mm[owner] if isinstance(pitch_mm, np.ndarray) else pitch_mm) - phase
    after = np.arange(1, len(owner) + 1)
    after[loops.start[1:] - 1] = loops.start[:-1]
    first = np.ceil(level)
    last = first[after]
    crossings = np.abs(last - first).astype(np.int64)
    edge = np.repeat(np.arange(len(owner)), crossings)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(crossings) - crossings, crossings)
    line = np.minimum(first, last)[edge] + step
    rise = level[after] - level
    slope = (along[after] - along) / np.where(rise == 0.0, 1.0, rise)
    x = along[edge] + (line - level[edge]) * slope[edge]
    return pack(owner[edge], line.astype(np.int64), x), edge


def pack(owner: Ints, line: Ints, x_mm: Floats) -> Ints:
    """One sortable int64 per crossing."""
    x = np.rint(x_mm / X_STEP_MM).astype(np.int64) + _X_BIAS
    return np.asarray((owner << (_X_BITS + _LINE_BITS)) | ((line + _LINE_BIAS) << _X_BITS) | x)


def unpack_x(key: Ints) -> Floats:
    """Position along the line, mm."""
    return np.asarray(((key & ((1 << _X_BITS) - 1)) - _X_BIAS) * X_STEP_MM)


def line_key(key: Ints) -> Ints:
    """Owner and line together: equal for crossings on one line."""
    return np.asarray(key >> _X_BITS)


def line_number(key: Ints) -> Ints:
    """Line of a packed position."""
    return np.asarray((line_key(key) & ((1 << _LINE_BITS) - 1)) - _LINE_BIAS)


def _unpacked(low: Ints, high: Ints) -> Spans:
    row = line_key(low)
    return Spans(np.asarray(row >> _LINE_BITS), np.asarray((row & ((1 << _LINE_BITS) - 1)) - _LINE_BIAS),
                 unpack_x(low), unpack_x(high))
