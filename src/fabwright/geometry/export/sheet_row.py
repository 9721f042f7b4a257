"""Flat parts side by side in one drawing, with the layers that cutters expect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabwright.errors import InternalError
from fabwright.geometry.contours import bounds_mm, length_mm, place_part, signed_area_mm2
from fabwright.model import Contour, FlatPart

#: Layers, with their colour as ACI number (DXF) and as RGB (SVG): red is cut, blue engraved, green scored.
LAYERS: tuple[tuple[str, int, str], ...] = (("CUT", 1, "#ff0000"), ("ENGRAVE", 5, "#0000ff"), ("SCORE", 3, "#00ff00"))
#: Said in every drawing: two owners of the kerf ruin a part.
KERF_NOTE = "nominal geometry, kerf not compensated"

Layered = dict[str, tuple[Contour, ...]]


def in_a_row(sheets: Sequence[FlatPart], spacing_mm: float) -> tuple[FlatPart, ...]:
    """The parts from left to right, each standing on y = 0, `spacing_mm` apart, the first at x = 0."""
    out, at = [], 0.0
    for part in sheets:
        x0, y0, x1, _ = bounds_mm(part.outline)
        out.append(place_part(part, at - x0, -y0))
        at += x1 - x0 + spacing_mm
    return tuple(out)


def layered(parts: Sequence[FlatPart]) -> Iterator[tuple[str, Contour]]:
    """Every contour with its layer, in drawing order."""
    for part in parts:
        for contour in (part.outline, *part.holes):
            yield "CUT", contour
        for contour in part.engravings:
            yield "ENGRAVE", contour
        for contour in part.scores:
            yield "SCORE", contour


def drawing_bounds_mm(contours: Sequence[Contour]) -> tuple[float, float, float, float]:
    """x low, y low, x high, y high of all contours; zeros without any."""
    boxes = [bounds_mm(c) for c in contours]
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def require_same(title: str, file_format: str, written: Layered, read: Layered, tolerance_mm: float) -> None:
    """InternalError unless both hold the same contours: count, closedness, length, area and bounds of each."""
    for layer, _, _ in LAYERS:
        want, have = written.get(layer, ()), read.get(layer, ())
        if len(want) != len(have):
            raise InternalError(f"{title}: the {file_format} reads back with {len(have)} contours on {layer}, "
                                f"{len(want)} were written")
        for number, (a, b) in enumerate(zip(want, have, strict=True), 1):
            size = length_mm(a)
            apart = max(abs(p - q) for p, q in zip(bounds_mm(a), bounds_mm(b), strict=True))
            area = abs(signed_area_mm2(a) - signed_area_mm2(b)) if a.closed else 0.0
            if (a.closed != b.closed or apart > tolerance_mm or area > tolerance_mm * size
                    or abs(size - length_mm(b)) > tolerance_mm * (4 + len(a.vertices))):
                raise InternalError(f"{title}: contour {number} on {layer} does not read back from the {file_format} "
                                    "as it was written")
