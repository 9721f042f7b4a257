"""Ribs that grow out of the walls towards what must be held from below, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill.area import SHORTEST_MM, Area
from fabwright.machines.fdm.scanlines import Spans, scan
from fabwright.model import Floats, Ints

# A rib's end this close to where the infill ends below is brought there: the wall holds it.
CATCH_MM = 1.0
_WIDE = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class _Ribs:
    """Stretches on the lines of one layer, sorted: line number, low and high end, mm."""

    line: Ints
    low: Floats
    high: Floats


def lightning(area: Area, rise_mm: Floats) -> list[Strokes]:
    """Ribs along parallel lines, `spacing / density` apart under what they hold; owners are layers from the bottom up,
    `rise_mm` (n,) is how far each rib may reach beyond the one below it.

    From the top down, a layer has ribs under all of its infill that is not infill in the layer above (a skin or a wall
    lies on it) and under the ribs above, whose free ends draw back by the rise. An end at the edge of the infill is
    held there; a rib held nowhere is taken to the nearest edge.
    """
    pitch = area.spacing_mm / area.density
    spans = scan(area.loops, np.full(len(area), area.angle_deg), pitch)
    offsets = np.searchsorted(spans.owner, np.arange(len(area) + 1))
    room = [_Ribs(spans.line[a:b], spans.low[a:b], spans.high[a:b])
            for a, b in pairwise(offsets.tolist())]
    above = _Ribs(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    held: list[_Ribs] = []
    for layer in reversed(range(len(area))):
        over = room[layer + 1] if layer + 1 < len(area) else _Ribs(above.line[:0], above.low[:0], above.high[:0])
        above = _layer(room[layer], over, above, float(rise_mm[layer]))
        held.append(above)
    return [_strokes(held[::-1], area, pitch)]


def _layer(room: _Ribs, over: _Ribs, above: _Ribs, rise: float) -> _Ribs:
    """Ribs of one layer: under what is no longer infill above, and under the ribs above."""
    if not len(room.line):
        return room
    wanted = _union(_less(room, over), _drawn_back(_both(above, room), room, rise))
    return _rooted(wanted, room)


def _keys(ribs: _Ribs, base: int) -> tuple[Floats, Floats]:
    row = (ribs.line - base) * _WIDE
    return row + ribs.low, row + ribs.high


def _events(low: Floats, high: Floats, up: int) -> tuple[Floats, Ints]:
    return np.concatenate([low, high]), np.concatenate([np.full(len(low), up), np.full(len(high), -up)])


def _swept(pieces: list[tuple[_Ribs, int]], level: int) -> _Ribs:
    """Stretches where the weighted number of overlapping pieces is at least `level`."""
    base = min((int(r.line.min()) for r, _ in pieces if len(r.line)), default=0)
    at, step = (np.concatenate(c) for c in zip(*(_events(*_keys(r, base), w) for r, w in pieces), strict=True))
    order = np.lexsort((-step, at))
    depth = np.cumsum(step[order])
    inside = depth >= level
    change = np.flatnonzero(np.diff(np.concatenate([[False], inside])))
    ends = at[order][change]
    low, high = ends[0::2], ends[1::2]
    keep = high - low > 1e-6
    low, high = low[keep], high[keep]
    line = np.floor((low + _WIDE / 2.0) / _WIDE).astype(np.int64)
    return _Ribs(line + base, low - line * _WIDE, high - line * _WIDE)


def _less(one: _Ribs, other: _Ribs) -> _Ribs:
    return _swept([(one, 1), (other, -1)], 1)


def _both(one: _Ribs, other: _Ribs) -> _Ribs:
    return _swept([(one, 1), (other, 1)], 2)


def _union(one: _Ribs, other: _Ribs) -> _Ribs:
    return _swept([(one, 1), (other, 1)], 1)


def _host(ribs: _Ribs, room: _Ribs) -> Ints:
    """The stretch of room (m,) that each rib (n,) lies in."""
    base = int(room.line.min())
    middle = (ribs.line - base) * _WIDE + (ribs.low + ribs.high) / 2.0
    return np.maximum(np.searchsorted(_keys(room, base)[0], middle, "right") - 1, 0)


def _drawn_back(ribs: _Ribs, room: _Ribs, rise: float) -> _Ribs:
    """Ribs with their free ends drawn back; those held at both ends part in the middle."""
    if not len(ribs.line):
        return ribs
    host = _host(ribs, room)
    low_held = ribs.low - room.low[host] < CATCH_MM
    high_held = room.high[host] - ribs.high < CATCH_MM
    middle = (ribs.low + ribs.high) / 2.0
    both = low_held & high_held
    low = np.where(low_held, room.low[host], ribs.low + rise)
    high = np.where(high_held, room.high[host], ribs.high - rise)
    line = np.concatenate([ribs.line[~both], ribs.line[both], ribs.line[both]])
    start = np.concatenate([low[~both], low[both], middle[both] + rise])
    end = np.concatenate([high[~both], middle[both] - rise, high[both]])
    keep = end - start > SHORTEST_MM / 2.0
    line, start, end = line[keep], start[keep], end[keep]
    order = np.lexsort((start, line))
    return _Ribs(line[order], start[order], end[order])


def _rooted(ribs: _Ribs, room: _Ribs) -> _Ribs:
    """Ribs that are held at no end taken to the nearest edge of the infill; overlapping ones united."""
    if not len(ribs.line):
        return ribs
    host = _host(ribs, room)
    below, beyond = ribs.low - room.low[host], room.high[host] - ribs.high
    free = (below >= CATCH_MM) & (beyond >= CATCH_MM)
    low = np.where((below < CATCH_MM) | (free & (below <= beyond)), room.low[host], ribs.low)
    high = np.where((beyond < CATCH_MM) | (free & (below > beyond)), room.high[host], ribs.high)
    rooted = _Ribs(ribs.line, low, high)
    return _union(rooted, _Ribs(ribs.line[:0], ribs.low[:0], ribs.high[:0]))


def _strokes(layers: list[_Ribs], area: Area, pitch: float) -> Strokes:
    owner = np.repeat(np.arange(len(layers)), [len(r.line) for r in layers])
    spans = Spans(owner, np.concatenate([r.line for r in layers]), np.concatenate([r.low for r in layers]),
                  np.concatenate([r.high for r in layers]))
    keep = spans.high - spans.low >= SHORTEST_MM / 2.0
    owner, across = owner[keep], spans.line[keep] * pitch
    angle = np.radians(area.angle_deg)
    points = np.empty((len(owner), 2, 2))
    for side, along in enumerate((spans.low[keep], spans.high[keep])):
        points[:, side, 0] = along * np.cos(angle) - across * np.sin(angle)
        points[:, side, 1] = along * np.sin(angle) + across * np.cos(angle)
    return Strokes(points.reshape(-1, 2), np.arange(len(owner) + 1) * 2, owner)
