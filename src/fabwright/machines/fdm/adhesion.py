"""What holds the print to the bed and starts the flow: the skirt."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.regions import Region, hull_of, loops_of, united
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.paths import Paths, columns
from fabwright.machines.fdm.settings import SKIRT, PrintSettings, bead_spacing_mm


def adhesion_paths(first_layer: list[Region], grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """Skirt around the convex hull of everything that stands on the bed."""
    everything = united([r for r in first_layer if not r.empty])
    if settings.skirt_loops == 0 or everything.empty:
        return []
    hull = hull_of(np.concatenate(everything.polygons()))
    width, height = settings.width_mm(0), float(grid.heights_mm[0])
    spacing = bead_spacing_mm(width, height)
    rings = [hull.grown(settings.skirt_distance_mm + width / 2.0 + k * spacing, round_corners=True).simplified(0.02)
             for k in reversed(range(settings.skirt_loops))]
    loops = loops_of(rings)
    return [columns(loops.points, loops.start, True, SKIRT, 0, -1, height, spacing)]


def adhesion_reach_mm(settings: PrintSettings) -> float:
    """How far it reaches beyond the bodies."""
    if settings.skirt_loops == 0:
        return settings.first_layer_width_mm
    spacing = bead_spacing_mm(settings.first_layer_width_mm, settings.first_layer_height_mm)
    return settings.skirt_distance_mm + settings.first_layer_width_mm + spacing * (settings.skirt_loops - 1)
