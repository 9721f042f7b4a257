"""Soft and firm zones: the insole cut across into heel, arch and forefoot, each with an infill of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabwright.design import Zone

from .dimensions import Dimensions
from .outline import outline_of

# Of full length: where the heel pad ends, and where the ball of the foot begins.
HEEL_ENDS, FOREFOOT_BEGINS = 0.30, 0.62
# Share of the inside that is filled. Each is a whole multiple of the softer ones, and of 0.15 which printers here
# use anyway, so that straight infill lines run on from zone to zone without a ridge under the foot.
DENSITIES = {"soft": 0.075, "medium": 0.15, "firm": 0.30}
# How far the zones reach beyond the insole.
BEYOND_MM = 5.0
HIGHEST_MM = 120.0


def zones(d: Dimensions, firmness: Mapping[str, str], side: str, shift_mm: float) -> tuple[Zone, ...]:
    """Zones of one insole for those of "heel", "arch" and "forefoot" that are not left "usual": boxes across it.

    A three-quarter insole ends at the ball: its arch reaches to the front edge.
    """
    ring = outline_of(d).ring
    across = float(abs(ring[:, 1]).max()) + BEYOND_MM
    heel, ball = HEEL_ENDS * d.full_length_mm, FOREFOOT_BEGINS * d.full_length_mm
    end = d.length_mm + BEYOND_MM
    spans = {"heel": (-BEYOND_MM, heel), "arch": (heel, ball), "forefoot": (ball, end)}
    if d.length_class == "three_quarter":
        spans = {"heel": spans["heel"], "arch": (heel, end)}
    return tuple(Zone(f"{name}-{side}", _box(*spans[name], shift_mm - across, shift_mm + across), f"insole-{side}",
                      {"infill_density": DENSITIES[firmness[name]]})
                 for name in spans if firmness[name] in DENSITIES)


def _box(x0: float, x1: float, y0: float, y1: float) -> Any:
    import cadquery as cq

    return cq.Solid.makeBox(x1 - x0, y1 - y0, HIGHEST_MM + BEYOND_MM, cq.Vector(x0, y0, -BEYOND_MM))
