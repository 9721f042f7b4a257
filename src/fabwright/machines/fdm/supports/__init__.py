"""What holds up overhangs while they are printed."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.zones import PlacedZone


@dataclass(frozen=True, slots=True, eq=False)
class Supports:
    """Per layer (all empty where there are none): sparse `regions`, dense `interface` regions, and the areas of the
    bodies that they carry; None where nothing is carried."""

    regions: tuple[Region, ...] = ()
    interface: tuple[Region, ...] = ()
    carried: tuple[Region, ...] | None = None


def plan_supports(sliced: tuple[Sliced, ...], grid: LayerGrid, zones: tuple[tuple[PlacedZone, ...], ...],
                  settings: PrintSettings) -> Supports:
    """Where supports stand."""
    forced = any(zone.settings.get("supports") == "forced" for body in zones for zone in body)
    if settings.supports == "none" and not forced:
        return Supports()
    raise PlanError(f"supports {settings.supports!r} are not made yet")


def support_paths(supports: Supports, grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """Beads of the supports."""
    return []
