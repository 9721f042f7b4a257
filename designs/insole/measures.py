"""What the hub measures on a finished insole: nominal values taken from the built surface, with tolerances.

Heights are over the flat underside, without the cover. Tolerances are what the fit of an insole in a shoe is taken to
need (chosen by this design).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from fabwright.design import CriticalDimension, Datum

from .dimensions import Dimensions
from .field import ARCH_APEX, Surface

LENGTH_MM, WIDTH_MM, CUP_MM, ARCH_MM, POST_DEG, THICKNESS_MM = 1.0, 1.0, 0.5, 0.75, 0.5, 0.3
HEEL_AT = 0.13
# Where the ball is measured, and how far either side of the centreline (of ball width): behind any thinned front.
BALL_AT = {"full": 0.72, "sulcus": 0.68}
BALL_SPAN = {"full": 0.30, "sulcus": 0.22}
# The arch is measured this far inside its edge, on material.
EDGE_INSET_MM = 2.0


def critical_dimensions(d: Dimensions, surface: Surface, body: str) -> Iterator[CriticalDimension]:
    """The dimensions of one insole; `surface` is that of a right one, whose figures the left shares."""
    low, high = surface.outline.ring.min(axis=0), surface.outline.ring.max(axis=0)
    widest = "ball width" if d.length_class != "three_quarter" else "greatest width"

    def dimension(name: str, value: float, tolerance: float, unit: str, method: str) -> CriticalDimension:
        return CriticalDimension(name, round(value, 3) + 0.0, tolerance, tolerance, unit, method, body)

    yield dimension("length", float(high[0] - low[0]), LENGTH_MM, "mm", "Caliper, heel to front along the centreline.")
    yield dimension(widest, float(high[1] - low[1]), WIDTH_MM, "mm", "Caliper across the widest place.")
    if d.cup_mm:
        yield dimension("heel cup", heel_cup_mm(d, surface), CUP_MM, "mm",
                        f"Depth gauge: rim at the back of the heel over the heel seat, {_at(d, HEEL_AT)} in front of "
                        "it on the centreline.")
    yield dimension("arch height", arch_height_mm(d, surface), ARCH_MM, "mm",
                    f"Height gauge on the table, {_at(d, ARCH_APEX)} from the heel, {EDGE_INSET_MM:.0f} mm inside the "
                    "medial edge.")
    yield dimension("rearfoot post", rearfoot_post_deg(d, surface), POST_DEG, "deg",
                    f"Heights {heel_span_mm(d):.1f} mm either side of the centreline, {_at(d, HEEL_AT)} from the heel; "
                    "positive is medial side up.")
    if d.length_class not in BALL_AT:
        return
    ball_mm = ball_at_mm(d)
    yield dimension("forefoot post", forefoot_post_deg(d, surface), POST_DEG, "deg",
                    f"Heights {ball_span_mm(d):.1f} mm either side of the centreline, {ball_mm:.1f} mm from the heel; "
                    "positive is medial side up.")
    yield dimension("forefoot thickness", height_mm(surface, ball_mm, 0.0), THICKNESS_MM, "mm",
                    f"Thickness gauge on the centreline, {ball_mm:.1f} mm from the heel.")


def datums(d: Dimensions, body: str, shift_mm: float) -> tuple[Datum, ...]:
    """The heel point, whose x axis is the centreline, and the ball point on it, both on the underside."""
    heel = Datum(f"{body} heel point, x along the centreline", (0.0, shift_mm, 0.0))
    if d.length_class not in BALL_AT:
        return (heel,)
    return (heel, Datum(f"{body} ball point", (ball_at_mm(d), shift_mm, 0.0)))


def heel_cup_mm(d: Dimensions, surface: Surface) -> float:
    """Rim at the back over the heel seat."""
    back = surface.outline.ring[surface.outline.ring[:, 0].argmin()]
    return height_mm(surface, back[0], back[1]) - height_mm(surface, HEEL_AT * d.full_length_mm, 0.0)


def arch_height_mm(d: Dimensions, surface: Surface) -> float:
    """Height over the table near the medial edge, at the top of the arch."""
    x = ARCH_APEX * d.full_length_mm
    ring = surface.outline.ring
    medial = ring[ring[:, 1] > 0.0]
    edge = medial[abs(medial[:, 0] - x).argmin()]
    return height_mm(surface, x, float(edge[1]) - EDGE_INSET_MM)


def rearfoot_post_deg(d: Dimensions, surface: Surface) -> float:
    """Tilt of the heel seat."""
    return _tilt_deg(surface, HEEL_AT * d.full_length_mm, heel_span_mm(d))


def forefoot_post_deg(d: Dimensions, surface: Surface) -> float:
    """Tilt under the ball."""
    return _tilt_deg(surface, ball_at_mm(d), ball_span_mm(d))


def heel_span_mm(d: Dimensions) -> float:
    """Half the width over which the heel seat is flat, inside the rising cup."""
    return 0.8 * (d.heel_half_mm - (d.cup_band_mm if d.cup_mm else 0.0))


def ball_at_mm(d: Dimensions) -> float:
    """Distance from the heel at which the ball is measured."""
    return BALL_AT[d.length_class] * d.full_length_mm


def ball_span_mm(d: Dimensions) -> float:
    """Half the width over which the ball is measured."""
    return BALL_SPAN[d.length_class] * d.ball_width_mm


def height_mm(surface: Surface, x_mm: float, y_mm: float) -> float:
    """Height of the built surface over the table."""
    return float(surface.spline.ev(x_mm, y_mm))


def _tilt_deg(surface: Surface, x_mm: float, span_mm: float) -> float:
    rise = height_mm(surface, x_mm, span_mm) - height_mm(surface, x_mm, -span_mm)
    return math.degrees(math.atan2(rise, 2.0 * span_mm))


def _at(d: Dimensions, share: float) -> str:
    return f"{share * d.full_length_mm:.1f} mm"
