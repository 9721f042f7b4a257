"""Whether a flat part is drawn so that it can be cut: closed, simple, wound right, nested, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fabwright.geometry.contours import discretise, segments, signed_area_mm2
from fabwright.geometry.distances import densified, nearest, pieces_of
from fabwright.model import Contour, Finding, FlatPart, Severity

CHORD_MM = 0.005
#: Vertices nearer than this count as one point twice; contours within it of each other all along as drawn twice.
SAME_MM = 0.001
_REMEDY = "Report the design: its flat part is drawn wrong."


def flat_findings(part: FlatPart) -> tuple[Finding, ...]:
    """Every fault of the drawing as an ERROR finding that names part and contour; () for a sound part."""
    named = list(_named(part))
    faults = [f for name, contour, cut in named for f in _contour_faults(part, name, contour, cut)]
    if faults:
        return tuple(faults)
    return (*_winding(part), *_nesting(part), *_duplicates(part, named))


def _named(part: FlatPart) -> Iterator[tuple[str, Contour, bool]]:
    """Every contour with a name for messages, and whether it is cut through."""
    yield "outline", part.outline, True
    for kind, contours, cut in (("hole", part.holes, True), ("engraving", part.engravings, False),
                                ("score", part.scores, False)):
        for number, contour in enumerate(contours, 1):
            yield f"{kind} {number}", contour, cut


def _fault(part: FlatPart, check: str, message: str, measured: float | None = None, limit: float | None = None,
           unit: str = "") -> Finding:
    return Finding(check, Severity.ERROR, part.name, message, measured, limit, unit, _REMEDY)


def _contour_faults(part: FlatPart, name: str, contour: Contour, cut: bool) -> Iterator[Finding]:
    v = contour.vertices
    if v.ndim != 2 or v.shape[1] != 3 or len(v) < 2 or not np.isfinite(v).all():
        yield _fault(part, "contour-finite", f"The {name} is not a list of at least two finite vertices.")
        return
    if cut and not contour.closed:
        gap = float(np.hypot(*(v[-1, :2] - v[0, :2])))
        yield _fault(part, "contour-closed", f"The {name} is open: its ends are {gap:.3f} mm apart.", gap, 0.0, "mm")
        return
    table = segments(contour)
    short = np.hypot(table[:, 2] - table[:, 0], table[:, 3] - table[:, 1])
    if short.min() < SAME_MM:
        at = v[int(np.argmin(short)), :2]
        yield _fault(part, "contour-segments", f"The {name} repeats a vertex at ({at[0]:.3f}, {at[1]:.3f}).",
                     float(short.min()), SAME_MM, "mm")
        return
    if cut:
        yield from _crossings(part, name, contour)


def _crossings(part: FlatPart, name: str, contour: Contour) -> Iterator[Finding]:
    import shapely
    from shapely.validation import explain_validity

    points = discretise(contour, CHORD_MM)
    if len(points) < 3 or abs(signed_area_mm2(contour)) < SAME_MM:
        yield _fault(part, "contour-area", f"The {name} encloses no area.", abs(signed_area_mm2(contour)), 0.0, "mm2")
        return
    shape = shapely.Polygon(points)
    if not shape.is_valid:
        where = explain_validity(shape).partition("[")[2].rstrip("]").replace(" ", ", ")
        yield _fault(part, "contour-simple", f"The {name} crosses or touches itself near ({where}).")


def _winding(part: FlatPart) -> Iterator[Finding]:
    if signed_area_mm2(part.outline) < 0:
        yield _fault(part, "contour-winding", "The outline runs clockwise; it must run counter-clockwise.")
    for number, hole in enumerate(part.holes, 1):
        if signed_area_mm2(hole) > 0:
            yield _fault(part, "contour-winding", f"Hole {number} runs counter-clockwise; it must run clockwise.")


def _nesting(part: FlatPart) -> Iterator[Finding]:
    import shapely

    outline = shapely.Polygon(discretise(part.outline, CHORD_MM))
    holes = [shapely.Polygon(discretise(h, CHORD_MM)) for h in part.holes]
    shapely.prepare(outline)
    for number, hole in enumerate(holes, 1):
        if not outline.contains_properly(hole):
            yield _fault(part, "contour-nesting", f"Hole {number} is not inside the outline.")
    pairs = shapely.STRtree(holes).query(holes, predicate="intersects").T.tolist() if holes else []
    for a, b in sorted((a, b) for a, b in pairs if a < b):
        yield _fault(part, "contour-overlap", f"Holes {a + 1} and {b + 1} overlap or touch.")
    for kind, contours in (("engraving", part.engravings), ("score", part.scores)):
        for number, contour in enumerate(contours, 1):
            if not outline.covers(_line(contour)):
                yield _fault(part, "contour-nesting", f"The {kind} {number} leaves the outline.")


def _line(contour: Contour) -> Any:
    import shapely

    points = discretise(contour, CHORD_MM)
    return shapely.LinearRing(points) if contour.closed and len(points) > 2 else shapely.LineString(points)


def _duplicates(part: FlatPart, named: list[tuple[str, Contour, bool]]) -> Iterator[Finding]:
    """Contours that lie on one another all along: they would be worked twice."""
    lines = [pieces_of(discretise(c, CHORD_MM), c.closed) for _, c, _ in named]
    boxes = np.array([[*p.min(axis=(0, 1)), *p.max(axis=(0, 1))] for p in lines])
    for a in range(len(named)):
        near = np.flatnonzero((np.abs(boxes[a + 1:] - boxes[a]) < 2 * CHORD_MM).all(axis=1)) + a + 1
        for b in near.tolist():
            points = densified(lines[a], 0.5)[0][:, 0]
            if nearest(points, lines[b])[0].max() < 2 * CHORD_MM:
                yield _fault(part, "contour-duplicate",
                             f"The {named[a][0]} and the {named[b][0]} are the same line twice.")
