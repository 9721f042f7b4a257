"""Fill of regions by parallel lines, joined into zigzags, for all layers in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Loops
from fabwright.machines.fdm.scanlines import Spans, scan
from fabwright.model import Floats, Ints

# A joint between two lines is kept when these fractions of it lie inside the region.
JOINT_SAMPLES = (0.25, 0.5, 0.75)
EDGE_MM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Open polylines as columns: `points` (n, 2), `start` (k + 1,) offsets, `owner` (k,) region index."""

    points: Floats
    start: Ints
    owner: Ints


def hatch(loops: Loops, angle_deg: Floats, pitch_mm: float, reach_mm: float, min_length_mm: float) -> Strokes:
    """Fill every region with lines `pitch_mm` apart in its owner's direction.

    Neighbouring lines are joined end to end where each has the other as its only neighbour, the joint is no longer
    than `reach_mm` and it stays inside the region. Lines shorter than `min_length_mm` are left out.
    """
    spans = scan(loops, angle_deg, pitch_mm)
    keep = spans.high - spans.low >= min_length_mm
    spans = Spans(spans.owner[keep], spans.line[keep], spans.low[keep], spans.high[keep])
    following = _neighbours(spans)
    between = [scan(loops, angle_deg, pitch_mm, fraction) for fraction in JOINT_SAMPLES]
    joints = [_joinable(spans, ends, following, between, reach_mm) for ends in (spans.high, spans.low)]
    return _zigzag(spans, following, joints, angle_deg, pitch_mm)


def _row(spans: Spans) -> Ints:
    return np.asarray((spans.owner << 20) + spans.line + (1 << 19))


_WIDE = 1e4  # wider than any bed, mm: keeps rows apart in one sorted column


def _neighbours(spans: Spans) -> Ints:
    """For each span the only span of the next line that overlaps it and has it alone; -1 where there is none."""
    if not len(spans):
        return np.empty(0, dtype=np.int64)
    row = _row(spans) * _WIDE
    low, high = row + spans.low, row + spans.high
    first = np.searchsorted(high, low + _WIDE, "right")
    last = np.searchsorted(low, high + _WIDE, "left")
    before = np.searchsorted(low, high - _WIDE, "left") - np.searchsorted(high, low - _WIDE, "right")
    found = np.minimum(first, len(spans) - 1)
    return np.where((last - first == 1) & (before[found] == 1), found, -1)


def _joinable(spans: Spans, ends: Floats, following: Ints, between: list[Spans], reach_mm: float) -> np.ndarray:
    """Whether the straight joint from each span's end to its neighbour's is short enough and inside: bool (n,)."""
    result = np.zeros(len(spans), dtype=bool)
    here = np.flatnonzero(following >= 0)
    here = here[np.abs(ends[here] - ends[following[here]]) < reach_mm]
    row = _row(spans)[here] * _WIDE
    inside = np.ones(len(here), dtype=bool)
    for fraction, middle in zip(JOINT_SAMPLES, between, strict=True):
        edge = _row(middle) * _WIDE
        at = row + ends[here] + (ends[following[here]] - ends[here]) * fraction
        slot = np.searchsorted(edge + middle.low, at + EDGE_MM, "right") - 1
        inside &= slot >= 0
        if len(middle):
            inside &= (edge + middle.high)[np.maximum(slot, 0)] >= at - EDGE_MM
    result[here[inside]] = True
    return result


def _zigzag(spans: Spans, following: Ints, joints: list[np.ndarray], angle_deg: Floats, pitch_mm: float) -> Strokes:
    count = len(spans)
    if not count:
        return Strokes(np.empty((0, 2)), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))
    order, start = _chains(following, joints)
    flip = ((np.arange(count) - np.repeat(start[:-1], np.diff(start))) & 1) == 1
    enter = np.where(flip, spans.high[order], spans.low[order])
    leave = np.where(flip, spans.low[order], spans.high[order])
    owner = spans.owner[order]
    across = spans.line[order] * pitch_mm
    angle = np.radians(angle_deg)
    cos, sin = np.cos(angle)[owner], np.sin(angle)[owner]
    points = np.empty((count, 2, 2))
    points[:, 0, 0], points[:, 0, 1] = enter * cos - across * sin, enter * sin + across * cos
    points[:, 1, 0], points[:, 1, 1] = leave * cos - across * sin, leave * sin + across * cos
    return Strokes(points.reshape(-1, 2), start * 2, owner[start[:-1]])


def _chains(following: Ints, joints: list[np.ndarray]) -> tuple[Ints, Ints]:
    """Spans in travel order and the offset of each chain; `joints` tells for each end whether a chain may go on."""
    after = following.tolist()
    onward = [j.tolist() for j in joints]
    done = bytearray(len(after))
    order: list[int] = []
    start: list[int] = []
    for head in range(len(after)):
        if done[head]:
            continue
        start.append(len(order))
        at, end = head, 0
        while True:
            done[at] = 1
            order.append(at)
            if not onward[end][at] or done[after[at]]:
                break
            at, end = after[at], 1 - end
    return np.asarray(order, dtype=np.int64), np.asarray([*start, len(order)], dtype=np.int64)
