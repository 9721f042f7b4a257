"""Parallel contours that keep their lines and arcs.

Each segment is moved by itself, corners that open are closed by an arc about the corner (or, where the turn is small,
by a mitre), corners that overlap are trimmed at the crossing. The result counts only when shapely's polygon offset of
the same contour agrees with it; otherwise (a slot closes, a segment vanishes) that polygon is taken, with arcs fitted.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabwright.geometry.arc_fitting import fit_arcs
from fabwright.geometry.contours import (
    STRAIGHT_BULGE,
    discretise,
    length_mm,
    segments,
    signed_area_mm2,
    wound,
)
from fabwright.model import Contour

#: How far the exact offset may be from the polygon offset, mm: twice the chord tolerance of the latter.
AGREEMENT_MM = 0.002
CHORD_MM = 0.001
#: Tolerance of fitted arcs, mm.
FIT_MM = 0.002
#: Turns up to this are mitred: the tip then lies 0.9 % of the distance too far out.
MITRE_TURN = math.radians(15.0)
#: Ends nearer than this meet, mm.
MEETING_MM = 1e-6


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment in complex coordinates; `centre` and `sense` (+1 counter-clockwise) for arcs."""

    start: complex
    end: complex
    centre: complex | None = None
    sense: int = 0

    def tangent(self, at: complex) -> complex:
        if self.centre is None:
            return (self.end - self.start) / abs(self.end - self.start)
        radial = at - self.centre
        return self.sense * 1j * radial / abs(radial)

    def angle(self) -> float:
        """Signed included angle of an arc, in (0, 2 pi] times its sense."""
        if self.centre is None:
            return 0.0
        turn = cmath.phase((self.end - self.centre) / (self.start - self.centre)) * self.sense
        return self.sense * (turn if turn > 1e-12 else turn + 2 * math.pi)


def offset_contour(contour: Contour, distance_mm: float) -> tuple[Contour, ...]:
    """Every closed contour at `distance_mm` outside the area that `contour` encloses (inside where negative).

    The sense of running is kept. Inwards there may be several or none; outwards only the outer boundary is given.
    """
    if distance_mm == 0.0:
        return (contour,)
    rings = _polygon_offset(contour, distance_mm)
    if len(rings) == 1:
        exact = _exact_offset(contour, distance_mm)
        if exact is not None and _agree(exact, rings[0]):
            return (exact,)
    clockwise = signed_area_mm2(contour) < 0
    return tuple(wound(fit_arcs(np.asarray(ring.exterior.coords)[:-1, :2], FIT_MM), clockwise) for ring in rings)


def _polygon_offset(contour: Contour, distance_mm: float) -> list[Any]:
    """Shapely polygons of the offset, largest first (ties by position), without holes."""
    import shapely

    shape = shapely.Polygon(discretise(contour, CHORD_MM))
    sides = max(8, math.ceil(math.pi / 4 / math.acos(max(1 - CHORD_MM / abs(distance_mm), 0.0))))
    grown = shape.buffer(distance_mm, quad_segs=sides, join_style="round")
    parts = [shapely.Polygon(p.exterior) for p in shapely.get_parts(grown) if not p.is_empty]
    return sorted(parts, key=lambda p: (-p.area, p.bounds))


def _agree(exact: Contour, ring: Any) -> bool:
    import shapely

    mine = shapely.Polygon(discretise(exact, CHORD_MM))
    if not mine.is_valid or abs(abs(signed_area_mm2(exact)) - ring.area) > AGREEMENT_MM * length_mm(exact):
        return False
    return bool(shapely.hausdorff_distance(mine.exterior, ring.exterior, densify=0.5) <= AGREEMENT_MM
                if len(exact.vertices) <= 16 else _near(mine.exterior, ring.exterior))


def _near(a: Any, b: Any) -> bool:
    """Every vertex of either line lies within the agreement of the other."""
    import shapely

    for line, other in ((a, b), (b, a)):
        shapely.prepare(other)
        points = shapely.points(shapely.get_coordinates(line))
        if shapely.distance(points, other).max() > AGREEMENT_MM:
            return False
    return True


def _pieces(contour: Contour) -> list[_Piece]:
    out = []
    for x0, y0, x1, y1, bulge in segments(contour).tolist():
        start, end = complex(x0, y0), complex(x1, y1)
        if abs(end - start) < 1e-9:
            continue
        if abs(bulge) <= STRAIGHT_BULGE:
            out.append(_Piece(start, end))
        else:
            centre = (start + end) / 2 + 1j * (end - start) * (1 - bulge**2) / (4 * bulge)
            out.append(_Piece(start, end, centre, 1 if bulge > 0 else -1))
    return out


def _exact_offset(contour: Contour, distance_mm: float) -> Contour | None:
    """The trimmed offset, or None where a piece vanishes or neighbours do not meet."""
    to_right = distance_mm if signed_area_mm2(contour) > 0 else -distance_mm
    original = _pieces(contour)
    shifted = [_shift(piece, to_right) for piece in original]
    ends: list[complex] = []
    starts: list[complex] = []
    joins: list[tuple[_Piece, ...]] = []
    for k, before in enumerate(original):
        after, a, b = original[(k + 1) % len(original)], shifted[k], shifted[(k + 1) % len(original)]
        if a is None or b is None:
            return None
        turn = cmath.phase(after.tangent(after.start) / before.tangent(before.end))
        joined = _join(a, b, before.end, turn, to_right)
        if joined is None:
            return None
        ends.append(joined[0])
        joins.append(joined[1])
        starts.append(joined[2])
    pieces: list[_Piece] = []
    for k, before in enumerate(original):
        piece = shifted[k]
        if piece is None:
            return None
        piece = replace(piece, start=starts[k - 1], end=ends[k])
        if not _forward(before, piece):
            return None
        pieces += [piece, *joins[k]]
    return _contour(pieces)


def _shift(piece: _Piece, to_right: float) -> _Piece | None:
    if piece.centre is None:
        step = -1j * piece.tangent(piece.start) * to_right
        return _Piece(piece.start + step, piece.end + step)
    radius = abs(piece.start - piece.centre)
    scale = (radius + piece.sense * to_right) / radius
    if scale * radius < 1e-6:
        return None
    return replace(piece, start=piece.centre + (piece.start - piece.centre) * scale,
                   end=piece.centre + (piece.end - piece.centre) * scale)


def _join(a: _Piece, b: _Piece, corner: complex, turn: float, to_right: float
          ) -> tuple[complex, tuple[_Piece, ...], complex] | None:
    """Where `a` ends and `b` starts, and the arc between them where the corner opens; None when they never meet."""
    if abs(a.end - b.start) < MEETING_MM:
        return a.end, (), a.end
    opens = turn * to_right > 0
    if opens and not (a.centre is None and b.centre is None and abs(turn) <= MITRE_TURN):
        return a.end, (_Piece(a.end, b.start, corner, 1 if turn > 0 else -1),), b.start
    crossings = _crossings(a, b)
    if not crossings:
        return None
    meeting = min(crossings, key=lambda p: abs(p - corner))
    return meeting, (), meeting


def _crossings(a: _Piece, b: _Piece) -> list[complex]:
    """Where the line or circle of `a` meets that of `b`."""
    if a.centre is None and b.centre is None:
        u, v = a.end - a.start, b.end - b.start
        cross = (u.conjugate() * v).imag
        if abs(cross) < 1e-12 * abs(u) * abs(v):
            return []
        return [a.start + u * ((b.start - a.start).conjugate() * v).imag / cross]
    if a.centre is None or b.centre is None:
        line, arc = (a, b) if a.centre is None else (b, a)
        return _line_circle(line, arc)
    between = b.centre - a.centre
    r, s, d = abs(a.start - a.centre), abs(b.start - b.centre), abs(between)
    if d < 1e-12:
        return []
    along = (d * d + r * r - s * s) / (2 * d)
    square = r * r - along * along
    if square < -1e-9 * r:
        return []
    unit, rise = between / d, math.sqrt(max(square, 0.0))
    return [a.centre + unit * (along + 1j * rise), a.centre + unit * (along - 1j * rise)]


def _line_circle(line: _Piece, arc: _Piece) -> list[complex]:
    assert arc.centre is not None
    unit = line.tangent(line.start)
    foot = line.start + unit * ((arc.centre - line.start) * unit.conjugate()).real
    radius = abs(arc.start - arc.centre)
    square = radius * radius - abs(arc.centre - foot) ** 2
    if square < -1e-9 * radius:
        return []
    half = math.sqrt(max(square, 0.0))
    return [foot + unit * half, foot - unit * half]


def _forward(before: _Piece, after: _Piece) -> bool:
    """True when trimming has left something of the piece, run the same way."""
    if abs(after.end - after.start) < 1e-9 and before.centre is None:
        return False
    if before.centre is None:
        return ((after.end - after.start) / (before.end - before.start)).real > 0
    return abs(after.angle()) <= abs(before.angle()) + 1e-6


def _contour(pieces: list[_Piece]) -> Contour:
    rows = [(p.start.real, p.start.imag, math.tan(p.angle() / 4) if p.centre is not None else 0.0) for p in pieces]
    return Contour(np.array(rows))
