"""Spiral vase: one wall whose height rises without a step."""

from __future__ import annotations

from fabwright.errors import PlanError
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import PrintSettings


def spiral_walls(paths: Paths, sliced: Sliced, grid: LayerGrid, settings: PrintSettings) -> Paths:
    """Refused until the spiral is there."""
    raise PlanError("vase: not made yet")
