"""Loops around everything on the first layer, which fill the nozzle before the part begins."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.regions import Region, hull_of, loops_of, united
from fabwright.machines.fdm.beads import Paths
from fabwright.machines.fdm.settings import SKIRT, PrintSettings, bead_spacing_mm


def skirt_paths(first_layers: list[Region], settings: PrintSettings) -> Paths | None:
    """Skirt around the convex hull of all bodies' first layers; None where the settings ask for none."""
    everything = united([r for r in first_layers if not r.empty])
    if settings.skirt_loops == 0 or everything.empty:
        return None
    hull = hull_of(np.concatenate(everything.polygons()))
    width, height = settings.width_mm(0), settings.height_mm(0)
    spacing = bead_spacing_mm(width, height)
    rings = [hull.grown(settings.skirt_distance_mm + width / 2.0 + k * spacing, round_corners=True).simplified(0.02)
             for k in reversed(range(settings.skirt_loops))]
    loops = loops_of(rings)
    count = len(loops.owner)
    zeros = np.zeros(count, dtype=np.int64)
    return Paths(loops.points, loops.start, np.ones(count, dtype=bool), np.full(count, SKIRT), zeros, zeros - 1,
                 np.full(count, spacing))


def skirt_reach_mm(settings: PrintSettings) -> float:
    """How far the skirt reaches beyond the bodies."""
    if settings.skirt_loops == 0:
        return settings.first_layer_width_mm
    spacing = bead_spacing_mm(settings.width_mm(0), settings.height_mm(0))
    return settings.skirt_distance_mm + settings.width_mm(0) + spacing * (settings.skirt_loops - 1)
