"""Supports as trees: branches that join on their way down, under a roof close below what hangs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fabwright.geometry.regions import Region, nothing, region_of, united
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.supports.branches import grown_branches
from fabwright.machines.fdm.supports.outline import Outline
from fabwright.machines.fdm.supports.sections import Sections
from fabwright.machines.fdm.supports.tips import tip_points
from fabwright.model import Floats

SIDES = 16
SMOOTH_MM = 0.01
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
        near = [roofs[k] for k in range(layer, layer + count) if k in roofs]
        away: list[Region] = []
        clear = sections.clear_of(layer, settings.support_gap_xy_mm)[1]
        if layer in discs:
            centre, radius = discs[layer]
            touches = _touch(centre, radius, Outline.of(clear))
            near += [_round(centre[touches], radius[touches])] if touches.any() else []
            away += [_round(centre[~touches], radius[~touches])] if not touches.all() else []
        if near:
            # What the bodies cut off may be narrow. Opening can fill small chamfers, so it is cut back.
            cut = united(near) - clear
            away.append((cut.opened(NARROW / 2.0 * settings.line_width_mm) & cut).simplified(SMOOTH_MM))
        if away:
            result[layer] = away[0] if len(away) == 1 else united(away)
    return result


def _touch(centre: Floats, radius_mm: Floats, clear: Outline) -> np.ndarray:
    """Which discs reach into a region."""
    edge = clear.nearest(centre)
    away = np.hypot(*(edge - centre).T) if len(clear.start) else np.full(len(centre), np.inf)
    return np.asarray((away < radius_mm) | clear.contains(centre))


def _round(centre: Floats, radius_mm: Floats) -> Region:
    """Union of discs."""
    turn = np.arange(SIDES) * (2.0 * np.pi / SIDES)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return region_of(list(centre[:, None, :] + radius_mm[:, None, None] * ring[None]))
