"""Supports as trees: branches that join on their way down, under a roof close below what hangs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fabwright.geometry.regions import Region, nothing, region_of, united
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.supports.branches import grown_branches
from fabwright.machines.fdm.supports.sections import Sections
from fabwright.machines.fdm.supports.tips import tip_points
from fabwright.model import Floats

SIDES = 16
SMOOTH_MM, SAME_MM2 = 0.01, 1e-4
# The roof reaches this many bead widths beyond what hangs; what is narrower than so many of them is left out.
ROOF, NARROW = 1.0, 1.4


def trees(hanging: Mapping[int, Region], sections: Sections, grid: LayerGrid, settings: PrintSettings
          ) -> list[Region]:
    """Region of roofs and branches in each layer; `hanging` holds by layer of support what it must carry.

    The roof is as thick as the dense layers ordered, and the tips stand under it.
    """
    count, foot = settings.support_interface_layers, grid.raft_layers
    roofs = {layer: region.grown(ROOF * settings.line_width_mm) for layer, region in hanging.items()}
    tips: dict[int, list[Floats]] = {}
    for layer, points in tip_points(hanging, grid.tops_mm).items():
        if layer - count >= foot:
            tips.setdefault(layer - count, []).append(points)
    discs = grown_branches({k: np.concatenate(p) for k, p in tips.items()}, sections, grid, settings) if tips else {}
    result = [nothing()] * len(sections)
    for layer in range(foot, max(hanging) + 1):
        over = [roofs[k] for k in range(layer, layer + max(count, 0)) if k in roofs]
        if layer in discs:
            over.append(_round(*discs[layer]))
        if not over:
            continue
        region = over[0] if len(over) == 1 else united(over)
        cut = region - sections.clear_of(layer, settings.support_gap_xy_mm)[1]
        # Whole discs are wide enough; what the bodies cut off may not be.
        if cut.area_mm2 < region.area_mm2 - SAME_MM2 or layer not in discs:
            # Opening can fill small chamfers, so it is cut back.
            cut = (cut.opened(NARROW / 2.0 * settings.line_width_mm) & cut).simplified(SMOOTH_MM)
        result[layer] = cut
    return result


def _round(centre: Floats, radius_mm: Floats) -> Region:
    """Union of discs."""
    turn = np.arange(SIDES) * (2.0 * np.pi / SIDES)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return region_of(list(centre[:, None, :] + radius_mm[:, None, None] * ring[None]))
