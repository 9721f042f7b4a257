"""The last slot of a cut-out: to the bottom everywhere but at the tabs that hold the part."""

from __future__ import annotations

import math

import numpy as np

from fabwright.machines.mill.cutter import Speeds
from fabwright.machines.mill.path import Path
from fabwright.model import Floats

#: A part hangs from at least this many tabs where its outline has room for them.
TABS_MIN = 3
#: So many places are tried for each tab, to find a straight one.
SHIFTS = 17


def tab_spans(ring: Floats, span_mm: float, spacing_mm: float) -> list[tuple[float, float]]:
    """Start and end, along a closed ring (n, 2), of where the cutter's centre stays up, evenly spread.

    The first is half before the ring's start, so that a lap begins and ends on it. `span_mm` is the tab's width and
    the cutter's diameter.
    """
    girth = girth_mm(ring)
    count = max(TABS_MIN, math.ceil(girth / spacing_mm))
    count = max(1, min(count, int(girth / (1.5 * span_mm))))
    pitch = girth / count
    middle = [0.0, *(_straightest(ring, k * pitch, max(0.0, (pitch - 1.5 * span_mm) / 2), span_mm)
                     for k in range(1, count))]
    return [(m - span_mm / 2, m + span_mm / 2) for m in middle]


def _straightest(ring: Floats, place: float, slack: float, span_mm: float) -> float:
    """The place within `slack` of one where the ring turns least over a span, the nearest of equals: off corners."""
    shifts = slack * np.linspace(-1.0, 1.0, SHIFTS)
    turns = []
    for shift in shifts:
        way = np.diff(_along(ring, place + shift - span_mm / 2, place + shift + span_mm / 2, 0.0)[:, :2], axis=0)
        way = way[np.hypot(way[:, 0], way[:, 1]) > 1e-9]
        angle = np.unwrap(np.arctan2(way[:, 1], way[:, 0]))
        turns.append(float(np.ptp(angle)) + 1e-3 * abs(float(shift)) / max(slack, 1e-9))
    return place + float(shifts[int(np.argmin(turns))])


def middles(ring: Floats, spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The middle of each span, (x, y)."""
    points = [_along(ring, (a + b) / 2, (a + b) / 2, 0.0)[0] for a, b in spans]
    return [(float(p[0]), float(p[1])) for p in points]


def cut_between_tabs(path: Path, ring: Floats, spans: list[tuple[float, float]], levels: Floats, up_mm: float,
                     ramp_deg: float, speeds: Speeds) -> None:
    """From the ring's start at height `up_mm`, cut each stretch between spans down the levels, climbing along it.

    Every descent is a ramp to and fro at the head of the stretch, so no wedge of it is left.
    """
    girth = girth_mm(ring)
    ends = [(a[1], b[0]) for a, b in zip(spans, [*spans[1:], (spans[0][0] + girth, 0.0)], strict=True)]
    for start, stop in ends:
        stock = up_mm
        for z in levels:
            path.feed(_along(ring, _position(path, ring, girth), start, up_mm), speeds)
            path.feed(_along(ring, start, start, stock), speeds)
            _ramp(path, ring, start, stop, stock, float(z), ramp_deg, speeds)
            path.feed(_along(ring, start, stop, float(z)), speeds)
            path.feed(_along(ring, stop, stop, up_mm), speeds)
            stock = float(z)
    path.feed(_along(ring, ends[-1][1], girth, up_mm), speeds)


def _position(path: Path, ring: Floats, girth: float) -> float:
    """Where along the ring the tool is now."""
    assert path.at is not None
    closed = np.vstack([ring, ring[:1]])
    run = _run(closed)
    side = np.diff(closed, axis=0)
    length2 = np.maximum((side**2).sum(axis=1), 1e-18)
    share = np.clip(((path.at[:2] - closed[:-1]) * side).sum(axis=1) / length2, 0.0, 1.0)
    off = np.hypot(*(closed[:-1] + share[:, None] * side - path.at[:2]).T)
    k = int(np.argmin(off))
    place = float(run[k] + share[k] * math.sqrt(length2[k]))
    return 0.0 if place > girth - 1e-6 else place


def _ramp(path: Path, ring: Floats, start: float, stop: float, top: float, z: float, ramp_deg: float,
          speeds: Speeds) -> None:
    """To and fro from `start`, falling at the ramp's slope, and back at `start` when down."""
    length = (top - z) / math.tan(math.radians(ramp_deg))
    legs = 2 * max(1, math.ceil(length / 2 / (stop - start)))
    leg = length / legs
    for k in range(legs):
        a, b = (start, start + leg) if k % 2 == 0 else (start + leg, start)
        points = _along(ring, a, b, 0.0)
        run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points[:, :2], axis=0).T))])
        points[:, 2] = top + (z - top) * (k + run / max(float(run[-1]), 1e-12)) / legs
        path.feed(points, speeds)


def _run(closed: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])


def girth_mm(ring: Floats) -> float:
    """Length of a closed ring (n, 2)."""
    return float(_run(np.vstack([ring, ring[:1]]))[-1])


def _along(ring: Floats, start: float, stop: float, z: float) -> Floats:
    """Points (n, 3) of the ring from one length to another, either way, at height z."""
    closed = np.vstack([ring, ring[:1]])
    run = _run(closed)
    low, high = min(start, stop), max(start, stop)
    where = np.concatenate([[low], run[(run > low) & (run < high)], [high]])
    if stop < start:
        where = where[::-1]
    return np.column_stack([np.interp(where, run, closed[:, 0]), np.interp(where, run, closed[:, 1]),
                            np.full(len(where), z)])
