"""Beads of varying width down the middle of strips too narrow for a wall or for hatching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.medial import Medial
from fabwright.model import Floats, Ints

# Shorter beads and smaller ones are left out: they would be blobs.
MIN_LENGTH_MM = 0.3
MIN_AREA_MM2 = 0.04
# A point is dropped where the bead without it stays within these of its place and its width.
TOLERANCE_MM = 0.006
WIDTH_TOLERANCE_MM = 0.01
# A bead has one width between two points: it may differ by this much from one to the other.
WIDTH_STEP_MM = 0.03
PASSES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Bead:
    """One bead: `points` (n, 2), closed or open; `spacing_mm` (n,) is its area over the layer height from each on."""

    points: Floats
    closed: bool
    spacing_mm: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Polylines as columns: `points` (n, 2), `value` (n,), offsets `start` (k + 1,), `closed` and `owner` (k,)."""

    points: Floats
    value: Floats
    start: Ints
    closed: np.ndarray
    owner: Ints

    @property
    def line_of(self) -> Ints:
        """Line of each point (n,)."""
        return np.repeat(np.arange(len(self.owner)), np.diff(self.start))

    @property
    def after(self) -> Ints:
        """Following point of each point (n,); itself at the end of an open line."""
        after = np.arange(1, len(self.points) + 1)
        last = self.start[1:] - 1
        after[last] = np.where(self.closed, self.start[:-1], last)
        return after

    def kept(self, keep: np.ndarray) -> Lines:
        """The same lines without some of their points."""
        start = np.concatenate([[0], np.cumsum(keep)])[self.start]
        return Lines(self.points[keep], self.value[keep], start, self.closed, self.owner)

    def chosen(self, which: np.ndarray) -> Lines:
        """Some of the lines: bool (k,)."""
        keep = which[self.line_of]
        start = np.concatenate([[0], np.cumsum(np.diff(self.start)[which])])
        return Lines(self.points[keep], self.value[keep], start, self.closed[which], self.owner[which])


def fill_strips(strips: Medial, taken_mm: Floats, from_mm: Floats, widest_mm: Floats) -> list[tuple[Bead, ...]]:
    """Beads for each owner of strips, where a strip is at least `from_mm` wide.

    The walls beside it take `taken_mm` of its width, and the bead the rest, up to `widest_mm`; one of each per owner.
    """
    beads: list[list[Bead]] = [[] for _ in taken_mm]
    if not len(strips):
        return [tuple(b) for b in beads]
    lines = Lines(strips.points, strips.width_mm, strips.start, strips.closed, strips.owner)
    lines = _where_wide(lines, from_mm[strips.owner])
    if len(lines.owner):
        owner = lines.owner[lines.line_of]
        value = np.minimum(lines.value - taken_mm[owner], widest_mm[owner])
        lines = thinned(Lines(lines.points, value, lines.start, lines.closed, lines.owner),
                        np.ones(len(value), dtype=bool))
        after = lines.after
        length = np.hypot(*(lines.points[after] - lines.points).T)
        flow = (lines.value + lines.value[after]) / 2.0
        total, area = (np.add.reduceat(v, lines.start[:-1]) for v in (length, length * flow))
        lines = Lines(lines.points, flow, lines.start, lines.closed, lines.owner).chosen(
            (total >= MIN_LENGTH_MM) & (area >= MIN_AREA_MM2))
    for index, owner_ in enumerate(lines.owner.tolist()):
        low, high = lines.start[index], lines.start[index + 1]
        beads[owner_].append(Bead(lines.points[low:high], bool(lines.closed[index]), lines.value[low:high]))
    return [tuple(b) for b in beads]


def _where_wide(lines: Lines, from_value: Floats) -> Lines:
    """The stretches of lines whose value is at least one number per line, cut where they cross it."""
    bound = from_value[lines.line_of]
    over = lines.value >= bound
    whole = np.logical_and.reduceat(over, lines.start[:-1])
    if whole.all():
        return lines
    after = lines.after
    cross = np.flatnonzero(over != over[after])
    rise = lines.value[after[cross]] - lines.value[cross]
    part = (bound[cross] - lines.value[cross]) / rise
    points = np.insert(lines.points, cross + 1,
                       lines.points[cross] + (lines.points[after[cross]] - lines.points[cross]) * part[:, None], axis=0)
    value = np.insert(lines.value, cross + 1, bound[cross])
    keep = np.insert(over, cross + 1, True)
    added = np.concatenate([[0], np.cumsum(np.bincount(lines.line_of[cross], minlength=len(lines.owner)))])
    start = lines.start + added
    # A ring that is cut begins behind a piece that is not kept, so that no stretch runs over its seam.
    count = np.diff(start)
    line = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(line)) - start[line]
    gap = np.minimum.reduceat(np.where(keep, len(line), place), start[:-1])
    turn = np.where(lines.closed & ~whole & (gap < len(line)), gap, 0)
    order = start[line] + (place + turn[line]) % count[line]
    points, value, keep = points[order], value[order], keep[order]
    first = keep & (np.concatenate([[False], ~keep[:-1]]) | (place == 0))
    run = np.cumsum(first)[keep] - 1
    sizes = np.bincount(run, minlength=int(first.sum()))
    head = line[first]
    return Lines(points[keep], value[keep], np.concatenate([[0], np.cumsum(sizes)]), lines.closed[head] & whole[head],
                 lines.owner[head])


def thinned(lines: Lines, spare: np.ndarray) -> Lines:
    """The lines without those of their `spare` points (n,) that lie on the way between their neighbours."""
    for turn in range(PASSES):
        before = np.arange(-1, len(lines.points) - 1)
        before[lines.start[:-1]] = np.where(lines.closed, lines.start[1:] - 1, lines.start[:-1])
        after = lines.after
        place = np.arange(len(lines.points)) - lines.start[:-1][lines.line_of]
        inner = (place % 2 == (turn + 1) % 2) & spare & (before != np.arange(len(before))) & (
            after != np.arange(len(after))) & (np.diff(lines.start)[lines.line_of] > 4)
        # The last of an odd ring has its first as neighbour: both may not go.
        inner[lines.start[:-1]] = False
        at = np.flatnonzero(inner)
        a, b, c = lines.points[before[at]], lines.points[at], lines.points[after[at]]
        chord = c - a
        length = np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-9)
        off = np.abs(chord[:, 0] * (b[:, 1] - a[:, 1]) - chord[:, 1] * (b[:, 0] - a[:, 0])) / length
        along = np.clip(((b - a) * chord).sum(axis=1) / length ** 2, 0.0, 1.0)
        flow = lines.value[before[at]] * (1.0 - along) + lines.value[after[at]] * along
        drop = at[(off < TOLERANCE_MM) & (np.abs(lines.value[at] - flow) < WIDTH_TOLERANCE_MM)
                  & (np.abs(lines.value[before[at]] - lines.value[after[at]]) < WIDTH_STEP_MM)]
        if not len(drop):
            continue
        keep = np.ones(len(lines.points), dtype=bool)
        keep[drop] = False
        lines, spare = lines.kept(keep), spare[keep]
    return lines
