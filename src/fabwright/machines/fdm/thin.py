"""Walls in thin strips: where two of them run side by side they share the strip's width, each with half of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.medial import Medial
from fabwright.geometry.regions import Loops, Region, loops_of
from fabwright.machines.fdm.gapfill import Bead, Lines, thinned
from fabwright.model import Floats, Ints

# Loops are looked at this often where a strip is near; strips' middles are sorted into cells of this size.
STEP_MM = 0.5
CELL_MM = 1.0
# A loop's point belongs to a strip whose middle is at half its width, and this much more.
REACH, REACH_MM = 1.15, 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the beads of one layer, mm: nominal `spacing_mm`; `round_mm` by which a bead is wider than its spacing;
    `closest_mm` that centre lines of two walls come to each other, `pair_mm` up to which they share the width between
    them; `widest_mm` spacing of a bead."""

    spacing_mm: float
    round_mm: float
    closest_mm: float
    pair_mm: float
    widest_mm: float


def widened_loops(lines: Sequence[Region], strips: Medial, limits: Sequence[Limits]) -> list[tuple[Bead, ...]]:
    """Outlines of the lines as beads; where a strip inside its owner, the line, is narrow, moved and widened.

    Where centre lines are c apart and beads nominally s wide, both beads get (c + s) / 2 and move by (c - s) / 4 into
    the strip, so that their outer edges stay.
    """
    loops = loops_of(lines)
    spacing = np.asarray([x.spacing_mm for x in limits])
    line = np.repeat(strips.owner, np.diff(strips.start))
    pair, closest = (np.asarray([getattr(x, name) for x in limits] or [0.0]) for name in ("pair_mm", "closest_mm"))
    near = (strips.width_mm < pair[line]) & (strips.width_mm > 0.8 * closest[line])
    plain = Lines(loops.points, np.repeat(spacing[loops.owner], np.diff(loops.start)), loops.start,
                  np.ones(len(loops.owner), dtype=bool), loops.owner)
    beads: list[list[Bead]] = [[] for _ in lines]
    busy = np.zeros(len(lines), dtype=bool)
    busy[line[near]] = True
    moved = busy[loops.owner]
    _add(beads, plain.chosen(~moved))
    if moved.any():
        some = plain.chosen(moved)
        _add(beads, _moved(Loops(some.points, some.start, some.owner), spacing, strips.points[near],
                           strips.width_mm[near], line[near]))
    return [tuple(b) for b in beads]


def _add(beads: list[list[Bead]], loops: Lines) -> None:
    """Sort loops to their lines; a piece's spacing is the mean of its ends'."""
    flow = (loops.value + loops.value[loops.after]) / 2.0
    start = loops.start.tolist()
    for index, owner in enumerate(loops.owner.tolist()):
        low, high = start[index], start[index + 1]
        beads[owner].append(Bead(loops.points[low:high], True, flow[low:high]))


def _moved(loops: Loops, spacing: Floats, middles: Floats, width_mm: Floats, owner: Ints) -> Lines:
    """The loops with points added near the strips, moved, and with spacings as values."""
    points, start, spare, close = _sampled(loops, middles, owner)
    line = np.repeat(loops.owner, np.diff(start))
    apart = np.zeros(len(points))
    apart[close] = _apart(points[close], line[close], middles, width_mm, owner)
    found = apart > 0.0
    # What was added and belongs to no strip goes again.
    keep = found | ~spare
    start = np.concatenate([[0], np.cumsum(keep)])[start]
    points, spare, apart, line = points[keep], spare[keep], np.where(found, apart, spacing[line])[keep], line[keep]
    shift = (apart - spacing[line]) / 4.0
    value = (apart + spacing[line]) / 2.0
    inward = _inward(points, start)
    closed = np.ones(len(loops.owner), dtype=bool)
    return thinned(Lines(points + inward * shift[:, None], value, start, closed, loops.owner), spare)


def _sampled(loops: Loops, middles: Floats, owner: Ints) -> tuple[Floats, Ints, np.ndarray, np.ndarray]:
    """Points of the loops, with more of them near the middles of strips; offsets; which of the points are additional
    and which are near."""
    after = np.arange(1, len(loops.points) + 1)
    after[loops.start[1:] - 1] = loops.start[:-1]
    edge = loops.points[after] - loops.points
    line = np.repeat(loops.owner, np.diff(loops.start))
    # Edges beyond all middles of their line stay whole.
    low, high = np.full((2, int(line.max()) + 1, 2), np.inf)
    np.minimum.at(low, owner, middles - CELL_MM)
    np.minimum.at(high, owner, -middles - CELL_MM)
    ends = loops.points, loops.points[after]
    beside = (np.maximum(*ends) >= low[line]) & (np.minimum(*ends) <= -high[line])
    pieces = np.ceil(np.where(beside.all(axis=1), np.hypot(edge[:, 0], edge[:, 1]), 0.0) / STEP_MM)
    pieces = pieces.clip(1.0).astype(np.int64)
    source = np.repeat(np.arange(len(pieces)), pieces)
    ahead = np.concatenate([[0], np.cumsum(pieces)])
    place = np.arange(len(source)) - ahead[source]
    points = loops.points[source] + edge[source] * (place / pieces[source])[:, None]
    spare = place > 0
    cells = _cells(middles, owner)
    around = np.unique(np.concatenate([cells + (dx << 20) + dy for dx in (-1, 0, 1) for dy in (-1, 0, 1)]))
    own = _cells(points, line[source])
    slot = np.minimum(np.searchsorted(around, own), len(around) - 1)
    close = around[slot] == own
    keep = ~spare | close
    return points[keep], np.concatenate([[0], np.cumsum(keep)])[ahead[loops.start]], spare[keep], close[keep]


def _cells(points: Floats, owner: Ints) -> Ints:
    """One number for the owner and the square in which each point lies."""
    column, row = (np.floor(points[:, k] / CELL_MM).astype(np.int64) + (1 << 19) for k in (0, 1))
    return np.asarray((owner << 40) | (column << 20) | row)


def _apart(points: Floats, line: Ints, middles: Floats, width_mm: Floats, owner: Ints) -> Floats:
    """Width of the strip on whose rim each point lies, from the middles nearby; 0 where it lies on none."""
    cells = _cells(middles, owner)
    order = np.argsort(cells, kind="stable")
    cells, middles, width_mm = cells[order], middles[order], width_mm[order]
    own = _cells(points, line)
    weight, total = np.zeros(len(points)), np.zeros(len(points))
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            low, high = (np.searchsorted(cells, own + (dx << 20) + dy, side) for side in ("left", "right"))
            for turn in range(int((high - low).max(initial=0))):
                at = np.flatnonzero(low + turn < high)
                middle = low[at] + turn
                away = np.hypot(*(points[at] - middles[middle]).T)
                fits = away <= width_mm[middle] / 2.0 * REACH + REACH_MM
                at, middle = at[fits], middle[fits]
                share = (away[fits] + 0.01) ** -8.0
                weight[at] += share
                total[at] += share * width_mm[middle]
    return np.where(weight > 0.0, total / np.where(weight > 0.0, weight, 1.0), 0.0)


def _inward(points: Floats, start: Ints) -> Floats:
    """At every point of closed loops the way into the region that moves both its edges by 1."""
    after = np.arange(1, len(points) + 1)
    after[start[1:] - 1] = start[:-1]
    step = points[after] - points
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / length[:, None]
    before = np.empty(len(points), dtype=np.int64)
    before[after] = np.arange(len(points))
    both = normal + normal[before]
    # The mitre of two unit normals; sharper than 60 degrees it is cut short.
    return np.asarray(both * (2.0 / np.maximum((both ** 2).sum(axis=1), 1.0))[:, None])
