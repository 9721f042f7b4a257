"""Supports without what would begin in the air."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fabwright.geometry.regions import Region, nothing
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.supports.sections import Sections

# A layer reaches this many bead widths further beyond what it stands on than a branch may lean.
BEYOND = 0.75
# The narrowest piece of support, in bead widths.
NARROW = 1.3


def standing(whole: Sequence[Region], sections: Sections, grid: LayerGrid, settings: PrintSettings) -> list[Region]:
    """Each layer of supports cut to what stands on the bed, on the layer of support below or, over the gap, on a body;
    equal neighbours stay one object."""
    foot = grid.raft_layers
    result = list(whole)
    lean = math.tan(math.radians(settings.support_branch_deg))
    known: tuple[int, int, tuple[int, ...], Region] = (0, 0, (), nothing())
    for layer in range(foot + 1, len(whole)):
        region, below = whole[layer], result[layer - 1]
        if region is below or region.empty:
            continue
        reach = float(grid.heights_mm[layer]) * lean + BEYOND * settings.line_width_mm
        # What lies beyond in a strip that narrow stands; no piece of support by itself is.
        if (region - below).grown(-min(reach, NARROW * settings.line_width_mm) / 2.0).empty:
            continue
        key, bodies = sections.between(int(sections.contact[layer]) - 1, layer - 1)
        if known[:3] != (id(region), id(below), key):
            stands = region & (below | bodies).grown(reach)
            whole_stands = stands.area_mm2 > region.area_mm2 - 0.01
            stands = region if whole_stands else stands.opened(settings.line_width_mm / 2.0)
            known = (id(region), id(below), key, stands)
        result[layer] = known[3]
    return result
