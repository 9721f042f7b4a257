"""Level floors: a flat cutter finishes each at its exact height and the foot of the walls around it."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.machines.mill.cutter import Cutter, Speeds
from fabwright.machines.mill.operations.clearing import RING_MM, ROUND_MM, Entry, clear
from fabwright.machines.mill.path import Path
from fabwright.machines.mill.shape import SAME_LEVEL_MM, Shape

#: The centre goes beyond a floor's edge by this share of the radius, so that its corners are covered.
BEYOND_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Floors:
    """All level floors of a body; roughing left at most `allowance_mm + stepdown_mm` on them."""

    shape: int
    cutter: Cutter
    speeds: Speeds
    top_mm: float
    stepdown_mm: float
    step_mm: float
    allowance_mm: float
    ramp_deg: float
    title: str = "level floors"


def cut_floors(path: Path, operation: Floors, shape: Shape) -> None:
    """Clear each floor from the highest down, keeping the radius away from everything higher."""
    from fabwright.geometry.silhouettes import offset_round
    from fabwright.geometry.slices import section

    radius = operation.cutter.radius_mm
    for floor in shape.floors:
        higher = section(shape.solid, floor.z_mm + 2 * SAME_LEVEL_MM)
        region = offset_round(floor.region, BEYOND_SHARE * radius, ROUND_MM) - offset_round(higher, radius, ROUND_MM)
        left = min(floor.z_mm + operation.allowance_mm + operation.stepdown_mm + 0.01, operation.top_mm)
        clear(path, region, floor.z_mm, operation.step_mm, Entry(left, operation.ramp_deg, RING_MM), operation.speeds)
