"""Z-level roughing: a flat cutter clears everything above the part and a trench around it, leaving an allowance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fabwright.machines.mill.cutter import Cutter, Speeds
from fabwright.machines.mill.operations.clearing import ROUND_MM, Entry, clear, signed_area_mm2
from fabwright.machines.mill.path import Path
from fabwright.machines.mill.shape import Shape
from fabwright.model import Floats

if TYPE_CHECKING:
    from fabwright.geometry.regions import Region

#: The trench is wider than the cutter by this share of its diameter, so that nothing rubs behind it.
TRENCH_SHARE = 0.3
#: Roughing follows outlines no closer than this: the allowance takes it, and the file stays short, mm.
ROUGH_RING_MM = 0.02


@dataclass(frozen=True, slots=True)
class Rough:
    """Levels from `top_mm` (the block's) to `bottom_mm`; through holes go on to `hole_bottom_mm`.

    The centre goes up to `trench_mm` outside the part's shadow.
    """

    shape: int
    cutter: Cutter
    speeds: Speeds
    top_mm: float
    bottom_mm: float
    hole_bottom_mm: float
    stepdown_mm: float
    step_mm: float
    allowance_mm: float
    ramp_deg: float
    trench_mm: float
    title: str = "roughing"


def levels_mm(top: float, bottom: float, stepdown: float) -> Floats:
    """Even levels below `top` down to `bottom`, at most `stepdown` apart."""
    count = max(1, int(np.ceil((top - bottom) / stepdown - 1e-9)))
    return np.linspace(top, bottom, count + 1)[1:]


def cut_rough(path: Path, operation: Rough, shape: Shape) -> None:
    """Clear level by level; at each, the section of the part just below the level is kept away from."""
    from fabwright.geometry.regions import nothing
    from fabwright.geometry.silhouettes import offset_round
    from fabwright.geometry.slices import section

    reach = offset_round(shape.shadow, operation.trench_mm, ROUND_MM)
    away = operation.cutter.radius_mm + operation.allowance_mm
    spared, stock = nothing(), operation.top_mm
    for z in levels_mm(operation.top_mm, operation.bottom_mm, operation.stepdown_mm):
        below = max(float(z) - operation.allowance_mm - 0.005, 0.01)
        spared = spared | section(shape.solid, below)
        region = reach - offset_round(spared, away, ROUND_MM)
        clear(path, region, float(z), operation.step_mm, Entry(stock, operation.ramp_deg, ROUGH_RING_MM),
              operation.speeds)
        stock = float(z)
    if operation.hole_bottom_mm < operation.bottom_mm:
        inside = _holes(shape.shadow) - offset_round(shape.shadow, away, ROUND_MM)
        for z in levels_mm(operation.bottom_mm, operation.hole_bottom_mm, operation.stepdown_mm):
            clear(path, inside, float(z), operation.step_mm, Entry(stock, operation.ramp_deg, ROUGH_RING_MM),
                  operation.speeds)
            stock = float(z)


def _holes(region: Region) -> Region:
    """What a region's holes enclose."""
    from fabwright.geometry.regions import region_of

    filled = region_of([ring for ring in region.polygons() if signed_area_mm2(ring) > 0])
    return filled - region
