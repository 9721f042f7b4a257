"""Beads of varying width down the middle of strips too narrow for a wall or for hatching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.medial import Medial
from fabwright.geometry.regions import Loops
from fabwright.geometry.rims import depth_mm
from fabwright.model import Floats, Ints

# Shorter beads and smaller ones are left out: they would be blobs.
MIN_LENGTH_MM = 0.3
MIN_AREA_MM2 = 0.04
# A point is dropped where the bead without it stays within these of its place and its width.
TOLERANCE_MM = 0.006
WIDTH_TOLERANCE_MM = 0.01
# A bead has one width between two points: it may differ by this much from one to the other.
WIDTH_STEP_MM = 0.03
# Pieces shorter than this need not be as true.
SHORT_MM, SHORT_TOLERANCE_MM = 0.4, 0.02
PASSES = 10
# Whether a strip runs on is looked up this far behind its end.
END_LOOK_MM = 0.03


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

    def with_value(self, value: Floats) -> Lines:
        """The same lines with other values."""
        return Lines(self.points, value, self.start, self.closed, self.owner)

    def kept(self, keep: np.ndarray) -> Lines:
        """The same lines without some of their points."""
        start = np.concatenate([[0], np.cumsum(keep)])[self.start]
        return Lines(self.points[keep], self.value[keep], start, self.closed, self.owner)

    def chosen(self, which: np.ndarray) -> Lines:
        """Some of the lines: bool (k,)."""
        keep = which[self.line_of]
        start = np.concatenate([[0], np.cumsum(np.diff(self.start)[which])])
        return Lines(self.points[keep], self.value[keep], start, self.closed[which], self.owner[which])


def fill_strips(strips: Medial, rims: Loops, taken_mm: Floats, from_mm: Floats, widest_mm: Floats
                ) -> list[tuple[Bead, ...]]:
    """Beads for each owner of strips, where a strip is at least `from_mm` wide.

    The walls beside it have their middle lines on its `rims` and take `taken_mm` of its width; the bead gets the rest,
    up to `widest_mm`. One figure each per owner.
    """
    beads: list[list[Bead]] = [[] for _ in taken_mm]
    if not len(strips):
        return [tuple(b) for b in beads]
    lines, from_end = _fitted(strips, rims, taken_mm)
    wide = lines.value - from_mm[lines.owner][lines.line_of]
    lines = _where(lines, np.minimum(wide, from_end))
    if len(lines.owner):
        owner = lines.owner[lines.line_of]
        lines = thinned(lines.with_value(np.minimum(lines.value - taken_mm[owner], widest_mm[owner])),
                        np.ones(len(owner), dtype=bool))
        after = lines.after
        length = np.hypot(*(lines.points[after] - lines.points).T)
        flow = (lines.value + lines.value[after]) / 2.0
        total, area = (np.add.reduceat(v, lines.start[:-1]) for v in (length, length * flow))
        lines = lines.with_value(flow).chosen((total >= MIN_LENGTH_MM) & (area >= MIN_AREA_MM2))
    for index, line in enumerate(lines.owner.tolist()):
        low, high = lines.start[index], lines.start[index + 1]
        beads[line].append(Bead(lines.points[low:high], bool(lines.closed[index]), lines.value[low:high]))
    return [tuple(b) for b in beads]


def _fitted(strips: Medial, rims: Loops, taken_mm: Floats) -> tuple[Lines, Floats]:
    """Middle lines that end at the beads beside them, and for each point how far it lies behind such an end.

    A strip that ends at the wall that goes round it has half of that wall's bead on its end; one that runs into a wider
    place, or into another strip, ends half a bead before what is laid there.
    """
    half = taken_mm[strips.owner] / 2.0
    open_ = ~strips.closed & (np.diff(strips.start) > 1)
    points = strips.points.copy()
    lengths = np.hypot(*np.diff(strips.points, axis=0, append=strips.points[-1:]).T)
    lengths[strips.start[1:] - 1] = 0.0
    walked = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    line = np.repeat(np.arange(len(strips)), np.diff(strips.start))
    behind = np.full(len(points), np.inf)
    ends = np.stack([strips.start[:-1], strips.start[1:] - 1])
    way = strips.points[ends] - strips.points[np.where(open_, ends + np.array([[1], [-1]]), ends)]
    way /= np.maximum(np.hypot(way[..., 0], way[..., 1]), 1e-9)[..., None]
    look = (strips.points[ends] + way * END_LOOK_MM).reshape(-1, 2)
    ahead = depth_mm(rims, look, np.concatenate([strips.owner, strips.owner]), 1.0).reshape(2, -1) > 0.0
    for end, to, inside, meets in zip(ends, way, ahead, ~strips.ends.T, strict=True):
        runs_on = open_ & (inside | meets)
        points[end[runs_on]] += to[runs_on] * half[runs_on, None]
        stops = open_ & ~runs_on & (half > 0.0)
        # Sums over all lines end in other digits among other lines.
        gap = np.round(np.abs(walked - walked[end][line]), 9) - half[line]
        behind = np.where(stops[line], np.minimum(behind, gap), behind)
    return Lines(points, strips.width_mm, strips.start, strips.closed, strips.owner), behind


def _where(lines: Lines, more: Floats) -> Lines:
    """The stretches of lines where a number per point (n,) is not negative, cut where it would be 0."""
    over = more >= 0.0
    whole = np.logical_and.reduceat(over, lines.start[:-1])
    if whole.all():
        return lines
    after = lines.after
    cross = np.flatnonzero(over != over[after])
    ends = more[cross], more[after[cross]]
    part = np.where(np.isfinite(ends[0]) & np.isfinite(ends[1]), ends[0] / (ends[0] - ends[1]), 0.0)

    def at(column: Floats) -> Floats:
        return np.asarray(column[cross] + ((column[after[cross]] - column[cross]).T * part).T)

    points = np.insert(lines.points, cross + 1, at(lines.points), axis=0)
    value = np.insert(lines.value, cross + 1, at(lines.value))
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
    idle = 0
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
        wide = np.abs(lines.value[at] - flow)
        even = (off < TOLERANCE_MM) & (wide < WIDTH_TOLERANCE_MM) & (
            np.abs(lines.value[before[at]] - lines.value[after[at]]) < WIDTH_STEP_MM)
        drop = at[even | ((length < SHORT_MM) & (off < SHORT_TOLERANCE_MM) & (wide < SHORT_TOLERANCE_MM))]
        idle = 0 if len(drop) else idle + 1
        if idle == 2:
            break
        keep = np.ones(len(lines.points), dtype=bool)
        keep[drop] = False
        lines, spare = lines.kept(keep), spare[keep]
    return lines
