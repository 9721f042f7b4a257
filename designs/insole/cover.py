"""The top cover as a flat part: the insole's outline in plan, as arcs."""

from __future__ import annotations

import numpy as np

from fabwright.design import BuildError, Contour, CriticalDimension, Finding, FlatPart, Making, Part, Severity

from .dimensions import Dimensions
from .field import Surface, surface_of
from .measures import HEEL_AT, LENGTH_MM, WIDTH_MM
from .outline import Floats
from .solid import NO_MEDICAL_CLAIM, shift_mm

# How far the arcs may stray from the outline.
FIT_MM = 0.01
FEWEST_ARCS, MOST_ARCS = 32, 1024
# Sheet may be this much thicker or thinner than the cover that the solid made room for.
THICKNESS_LIMIT_MM = 0.2


def make_covers(d: Dimensions, sides: tuple[str, ...], making: Making) -> Part:
    """One cover for each side, laid out as the solids are. Raises BuildError when no cover was ordered."""
    if not d.cover_mm:
        raise BuildError("the options order no cover (cover_mm is 0), and the cover is all of an insole that is cut "
                         "from sheet; order cover_mm of 0.5 mm or more, or a machine that makes solids")
    surface = surface_of(d)
    thickness = making.stock_thickness_mm or d.cover_mm
    sheets = tuple(FlatPart(f"cover-{side}", thickness, cover_contour(surface, side, shift_mm(surface, sides, side)))
                   for side in sides)
    low, high = surface.outline.ring.min(axis=0), surface.outline.ring.max(axis=0)
    sizes = (("length", high[0] - low[0], LENGTH_MM), ("width", high[1] - low[1], WIDTH_MM))
    return Part(
        sheets=sheets,
        critical_dimensions=tuple(CriticalDimension(name, round(float(value), 3), tolerance, tolerance, "mm",
                                                    "Caliper, cover lying flat.", sheet.name)
                                  for sheet in sheets for name, value, tolerance in sizes),
        findings=(*_thickness(d, making), _stretch(d, surface)),
        assembly=("Glue the cover on heel first, working it down into the heel cup.", NO_MEDICAL_CLAIM),
    )


def cover_contour(surface: Surface, side: str, shift: float) -> Contour:
    """The outline of a side as a closed chain of arcs, counter-clockwise, within `FIT_MM` of the spline."""
    spline = surface.outline.spline if side == "right" else surface.outline.spline.mirrored()
    spline = spline.moved(0.0, shift)
    count = FEWEST_ARCS
    while True:
        # Each arc runs through three points of the spline and is judged at four more.
        parameters = np.linspace(spline.knots[0], spline.knots[-1], 6 * count, endpoint=False)
        points = spline.points(parameters).reshape(count, 6, 2)
        start, middle = points[:, 0], points[:, 3]
        end = np.roll(start, -1, axis=0)
        bulge = _bulge(start, middle, end)
        if _stray(start, end, bulge, points[:, (1, 2, 4, 5)]) <= FIT_MM:
            return Contour(np.column_stack([start, bulge]))
        count *= 2
        if count > MOST_ARCS:
            raise BuildError(f"{MOST_ARCS} arcs do not follow the outline within {FIT_MM} mm; report the design")


def _bulge(start: Floats, middle: Floats, end: Floats) -> Floats:
    """Bulges (n,) of the arcs through three points each: tan of a quarter of the included angle.

    The angle between the chords at the middle point is 180 degrees less half the included angle (inscribed angle).
    """
    back, ahead = start - middle, end - middle
    cross = back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]
    dot = (back * ahead).sum(axis=1)
    half = np.pi - np.arctan2(np.abs(cross), dot)
    return np.asarray(-np.sign(cross) * np.tan(half / 2.0))


def _stray(start: Floats, end: Floats, bulge: Floats, points: Floats) -> float:
    """Largest distance in mm of points (n, k, 2) from their arcs."""
    chord = end - start
    flat = np.abs(bulge) < 1e-9
    safe = np.where(flat, 1.0, bulge)
    left = np.column_stack([-chord[:, 1], chord[:, 0]])
    centre = (start + end) / 2.0 + left * ((1.0 - safe**2) / (4.0 * safe))[:, None]
    radius = np.hypot(*(start - centre).T)
    round_off = np.abs(np.linalg.norm(points - centre[:, None], axis=2) - radius[:, None])
    line_off = np.abs(((points - start[:, None]) * left[:, None]).sum(axis=2)) / np.hypot(*chord.T)[:, None]
    return float(np.where(flat[:, None], line_off, round_off).max())


def _thickness(d: Dimensions, making: Making) -> tuple[Finding, ...]:
    if making.stock_thickness_mm is None or abs(making.stock_thickness_mm - d.cover_mm) <= THICKNESS_LIMIT_MM:
        return ()
    off = making.stock_thickness_mm - d.cover_mm
    return (Finding("cover-thickness", Severity.WARNING, "cover",
                    f"The sheet measures {making.stock_thickness_mm:.2f} mm, but the insole makes room for a cover of "
                    f"{d.cover_mm:.2f} mm: the finished insole will be {abs(off):.2f} mm too "
                    f"{'thick' if off > 0 else 'thin'} (limit {THICKNESS_LIMIT_MM} mm).",
                    making.stock_thickness_mm, d.cover_mm, "mm",
                    "Order cover_mm as measured on the sheet, or take another sheet.", "chosen by the design"),)


def _stretch(d: Dimensions, surface: Surface) -> Finding:
    """How much longer the way over the heel cup is than the flat cover is wide."""
    half = d.heel_half_mm
    y = np.linspace(-half, half, 201)
    z = surface.spline.ev(np.full_like(y, HEEL_AT * d.full_length_mm), y)
    over = float(np.hypot(np.diff(y), np.diff(z)).sum())
    return Finding("cover-stretch", Severity.NOTE, "cover",
                   f"Across the heel the top measures {over:.1f} mm along its surface and the flat cover "
                   f"{2 * half:.1f} mm: the cover must stretch by {over - 2 * half:.1f} mm to reach the rim.",
                   over - 2 * half, None, "mm", "Warm a foam cover before pressing it into the cup.")
