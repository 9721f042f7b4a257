"""The dense layers of a support next to what it carries and next to what it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fabwright.geometry.regions import Region, nothing, united
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.supports.sections import Sections

# A rest of sparse support narrower than this many bead widths, or smaller than this, becomes dense too.
NARROW, LEAST_MM2 = 2.0, 6.0


def split_interface(whole: Sequence[Region], hanging: Mapping[int, Region], sections: Sections,
                    settings: PrintSettings) -> tuple[list[Region], list[Region]]:
    """Sparse and dense regions of each layer of supports.

    Dense are the topmost `support_interface_layers` under everything that is carried, which reach a bead beyond it,
    and as many over a body that the support stands on.
    """
    count = settings.support_interface_layers
    sparse, dense = list(whole), [nothing()] * len(whole)
    if not count:
        return sparse, dense
    line = settings.line_width_mm
    heads = {layer: region.grown(line) for layer, region in hanging.items()}
    known: dict[tuple[object, ...], tuple[Region, Region]] = {}
    for layer, region in enumerate(whole):
        if region.empty:
            continue
        over = [k for k in range(layer, layer + count) if k in heads]
        key, below = sections.between(layer - count - sections.gap_layers(layer), layer - 1)
        if not over and below.empty:
            continue
        memo = (id(region), tuple(over), key)
        if memo not in known:
            area = united([*(heads[k] for k in over), below]) & region
            if area.empty:
                known[memo] = (region, area)
            else:
                rest = united([p for p in (region - area).opened(NARROW / 2.0 * line).parts()
                               if p.area_mm2 >= LEAST_MM2])
                known[memo] = (rest, (region - rest).opened(0.5 * line) if not rest.empty else region)
        sparse[layer], dense[layer] = known[memo]
    return sparse, dense
