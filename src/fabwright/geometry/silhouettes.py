"""Shadows of bodies along z, and offsets with corners as round as asked."""

from __future__ import annotations

import math

from fabwright.geometry.regions import Region
from fabwright.geometry.slices import PlacedSolid

# Vertices of a shadow come from mesh vertices: drop only what rounding made.
SHADOW_TOLERANCE_MM = 0.001


def silhouette(placed: PlacedSolid) -> Region:
    """The body's shadow on the xy plane, through holes left open."""
    return Region(placed.solid.project().simplify(SHADOW_TOLERANCE_MM))


def offset_round(region: Region, distance_mm: float, tolerance_mm: float) -> Region:
    """Every point within a distance of the region (or, negative, at least so far inside), corners as arcs.

    An arc is a polygon whose sides are at most `tolerance_mm` inside it: sides = pi / acos(1 - tolerance / distance).
    """
    from manifold3d import JoinType

    if distance_mm == 0.0 or region.empty:
        return region
    share = min(tolerance_mm / abs(distance_mm), 0.5)
    sides = max(12, math.ceil(math.pi / math.acos(1.0 - share)))
    return Region(region.shape.offset(distance_mm, JoinType.Round, 2.0, sides))
