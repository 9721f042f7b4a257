"""Infill patterns, one a file; here the choice between them."""

from __future__ import annotations

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region
from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill.area import Area
from fabwright.model import Floats

# Patterns of straight lines that run on through a zone of a whole multiple of their density.
STRAIGHT = ("rectilinear", "grid", "triangles")


def repeats_after(pattern: str) -> int:
    """After how many layers a pattern over equal regions repeats; 0: it never does."""
    return {"rectilinear": 2, "gyroid": 0, "lightning": 0}.get(pattern, 1)


def infill_strokes(pattern: str, regions: list[Region], area: Area, rise_mm: Floats) -> list[Strokes]:
    """Centre lines of one pattern in regions, which `area` holds as outlines too.

    `rise_mm` (n,) is the height of each region's layer; lightning takes the owners for layers from the bottom up.
    """
    if pattern == "rectilinear":
        from fabwright.machines.fdm.infill.rectilinear import rectilinear

        return rectilinear(area)
    if pattern == "grid":
        from fabwright.machines.fdm.infill.grid import grid

        return grid(area)
    if pattern == "triangles":
        from fabwright.machines.fdm.infill.triangles import triangles

        return triangles(area)
    if pattern == "gyroid":
        from fabwright.machines.fdm.infill.gyroid import gyroid

        return gyroid(area)
    if pattern == "honeycomb":
        from fabwright.machines.fdm.infill.honeycomb import honeycomb

        return honeycomb(area)
    if pattern == "concentric":
        from fabwright.machines.fdm.infill.concentric import concentric

        return concentric(regions, area)
    if pattern == "lightning":
        from fabwright.machines.fdm.infill.lightning import lightning

        return lightning(area, rise_mm)
    raise PlanError(f"infill pattern {pattern!r} is unknown; choose another infill_pattern")
