"""Loose strokes become closed rings, and rings a board: an outer outline with cutouts inside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabwright.errors import InputFileError
from fabwright.model import Floats

# Ends this close are the same point: the step that KiCad's own outline check bridges.
JOIN_MM = 0.01
# Ends up to this far apart are joined with a warning; any board house's router radius hides the gap.
BRIDGE_MM = 0.1
MAX_STROKES = 20_000
SMALLEST_BOARD_MM2 = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """An outer ring and the rings inside it, each (n, 2), not repeating the first point, counter-clockwise."""

    outer: Floats
    inner: tuple[Floats, ...]
    warnings: tuple[str, ...]


def rings_of(strokes: Sequence[Floats], file: str) -> Rings:
    """Chain polylines (n, 2), in file coordinates, into the outline of a board.

    InputFileError naming the file, the place (x, y in file coordinates) and the measure for: no stroke at all, an
    open outline, one that crosses itself or another, and one that encloses less than SMALLEST_BOARD_MM2.
    """
    if not strokes:
        raise InputFileError(f"{file}: nothing is drawn on the layer Edge.Cuts, so the board has no outline; draw it "
                             "in KiCad as one closed line")
    if len(strokes) > MAX_STROKES:
        raise InputFileError(f"{file}: {len(strokes)} lines are drawn on the layer Edge.Cuts, the limit is "
                             f"{MAX_STROKES}; simplify the outline")
    warnings: list[str] = []
    closed, loose = _chain(_distinct(strokes), warnings)
    _check_loose(closed, loose, file, warnings)
    return _nested([_checked(ring, file) for ring in closed], file, warnings)


def _distinct(strokes: Sequence[Floats]) -> list[Floats]:
    """Strokes without points that repeat, without dots, and each only once."""
    kept: dict[tuple[object, ...], Floats] = {}
    for stroke in strokes:
        step = np.hypot(*np.diff(stroke, axis=0).T) if len(stroke) > 1 else np.zeros(0)
        points = stroke[np.concatenate([[True], step > 1e-6])]
        if len(points) < 2:
            continue
        ends = sorted([tuple(np.round(points[0], 3)), tuple(np.round(points[-1], 3))])
        kept.setdefault((*ends, tuple(np.round(points.mean(axis=0), 3)), len(points)), points)
    return list(kept.values())


def _chain(strokes: list[Floats], warnings: list[str]) -> tuple[list[Floats], list[Floats]]:
    """Join ends, nearest first, into closed rings; what stays open is returned apart."""
    ends = np.array([(s[0], s[-1]) for s in strokes]).reshape(-1, 2, 2)
    free = np.ones(len(strokes), dtype=bool)
    closed: list[Floats] = []
    loose: list[Floats] = []
    for first in range(len(strokes)):
        if not free[first]:
            continue
        free[first] = False
        chain = strokes[first]
        turned = False
        while True:
            own = float(np.hypot(*(chain[0] - chain[-1]))) if len(chain) > 2 else np.inf
            distance = np.where(free[:, None], np.hypot(*np.moveaxis(ends - chain[-1], -1, 0)), np.inf)
            best = int(np.argmin(distance))
            gap = float(distance.flat[best])
            if own <= max(JOIN_MM, min(gap, BRIDGE_MM)):
                _note_bridge(own, chain[-1], warnings)
                closed.append(chain[:-1] if own <= JOIN_MM else chain)
                break
            if gap <= BRIDGE_MM:
                _note_bridge(gap, chain[-1], warnings)
                free[best // 2] = False
                link = strokes[best // 2][:: -1 if best % 2 else 1]
                chain = np.vstack([chain, link[1:] if gap <= JOIN_MM else link])
            elif not turned:
                # The other end may still find a partner: go on from there.
                chain, turned = chain[::-1], True
            else:
                loose.append(chain)
                break
    return closed, loose


def _note_bridge(gap_mm: float, at: Floats, warnings: list[str]) -> None:
    if gap_mm > JOIN_MM:
        warnings.append(f"a gap of {gap_mm:.3f} mm in the outline at {_place(at)} was bridged")


def _check_loose(closed: list[Floats], loose: list[Floats], file: str, warnings: list[str]) -> None:
    """Refuse an open outline; lines that lead nowhere inside a closed one are only worth a warning."""
    if not loose:
        return
    spans = [float(np.prod(np.ptp(ring, axis=0))) for ring in closed]
    frame = closed[int(np.argmax(spans))] if closed else None
    for chain in sorted(loose, key=lambda c: -float(np.ptp(c, axis=0).sum())):
        inside = frame is not None and bool(
            (chain.min(axis=0) >= frame.min(axis=0) - BRIDGE_MM).all()
            and (chain.max(axis=0) <= frame.max(axis=0) + BRIDGE_MM).all())
        if not inside:
            gap, start, end = _nearest_gap(chain, [c for c in loose if c is not chain])
            raise InputFileError(f"{file}: the outline on the layer Edge.Cuts is open: {gap:.3f} mm are missing "
                                 f"between {_place(start)} and {_place(end)}; close it in KiCad")
        at = _place(_first(chain[0], chain[-1]))
        warnings.append(f"a line that leads nowhere on the layer Edge.Cuts at {at} was left out")


def _nearest_gap(chain: Floats, others: list[Floats]) -> tuple[float, Floats, Floats]:
    """The shortest way from either end of a chain to its own other end or to the end of another."""
    ways = [(chain[0], chain[-1])]
    for other in others:
        ways += [(mine, theirs) for mine in (chain[0], chain[-1]) for theirs in (other[0], other[-1])]
    start, end = min(ways, key=lambda way: float(np.hypot(*(way[0] - way[1]))))
    gap = float(np.hypot(*(start - end)))
    return (gap, start, end) if _first(start, end) is start else (gap, end, start)


def _first(a: Floats, b: Floats) -> Floats:
    """The point further left, or else further up: messages do not depend on how a line was drawn."""
    return a if tuple(a) <= tuple(b) else b


def _checked(ring: Floats, file: str) -> Floats:
    """The ring counter-clockwise, refused when it touches or crosses itself."""
    from shapely.geometry import Polygon
    from shapely.validation import explain_validity

    if len(ring) < 3:
        raise InputFileError(f"{file}: the outline on the layer Edge.Cuts runs back on itself at {_place(ring[0])} and "
                             "encloses nothing; draw it in KiCad as one closed line")
    polygon = Polygon(ring)
    if not polygon.is_valid:
        reason = explain_validity(polygon)
        found = re.search(r"\[(\S+) (\S+)\]", reason)
        at = _place(np.array([float(found.group(1)), float(found.group(2))])) if found else _place(ring[0])
        raise InputFileError(f"{file}: the outline on the layer Edge.Cuts crosses or touches itself at {at}; correct "
                             "it in KiCad")
    return ring if polygon.exterior.is_ccw else ring[::-1]


def _nested(rings: list[Floats], file: str, warnings: list[str]) -> Rings:
    """The largest ring as outline, those inside it as cutouts; what lies outside is a panel's other board."""
    from shapely.geometry import Polygon

    polygons = [Polygon(r) for r in rings]
    order = sorted(range(len(rings)), key=lambda k: -polygons[k].area)
    if not order or polygons[order[0]].area < SMALLEST_BOARD_MM2:
        area = polygons[order[0]].area if order else 0.0
        raise InputFileError(f"{file}: the outline on the layer Edge.Cuts encloses {area:.2f} mm2; a board has at "
                             f"least {SMALLEST_BOARD_MM2:.0f} mm2")
    frame = polygons[order[0]]
    inner: list[Floats] = []
    for k in order[1:]:
        if frame.contains(polygons[k]):
            inner.append(rings[k])
        elif frame.overlaps(polygons[k]):
            shared = frame.boundary.intersection(polygons[k].boundary)
            at = min(g.representative_point().coords[0] for g in getattr(shared, "geoms", [shared]))
            raise InputFileError(f"{file}: two outlines on the layer Edge.Cuts cross each other at "
                                 f"{_place(np.array(at))}; correct them in KiCad")
        else:
            warnings.append(f"a second outline at {_place(rings[k][0])}, outside the largest one, was left out")
    return Rings(rings[order[0]], tuple(inner), tuple(warnings))


def _place(at: Floats) -> str:
    return f"({at[0]:.3f}, {at[1]:.3f})"
