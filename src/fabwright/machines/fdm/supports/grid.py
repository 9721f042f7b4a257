"""Supports as upright towers under everything that hangs."""

from __future__ import annotations

from collections.abc import Mapping

from fabwright.geometry.regions import Region, nothing, united
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.supports.cells import snapped
from fabwright.machines.fdm.supports.sections import Sections

# Side of the cells that towers are made of, in bead widths, and the least area that stands by itself.
CELL_LINES = 3.0
STANDING_MM2 = 9.0
SLIVER_MM = 0.03
# What is left between bodies is printed where it is wider than this many bead widths and larger than this.
NARROW, LEAST_MM2 = 1.6, 1.5


def towers(hanging: Mapping[int, Region], sections: Sections, foot: int, settings: PrintSettings) -> list[Region]:
    """Region of the towers in each layer.

    `hanging` holds by layer of support what it must carry. Towers reach straight down to the layer `foot` or to a body
    below, and keep the gaps beside, above and below.
    """
    cell = CELL_LINES * settings.line_width_mm
    layers = sorted(hanging)
    heads = {layer: _standing(head, cell) for layer, head in zip(
        layers, snapped([hanging[k].grown(settings.line_width_mm / 2.0) for k in layers], cell), strict=True)}
    result = [nothing()] * len(sections)
    tower, version = nothing(), 0
    cut = -1
    known: tuple[int, tuple[object, ...], Region] = (-1, (), nothing())
    for layer in range(max(heads, default=-1), foot - 1, -1):
        if layer in heads:
            tower, version, cut = tower | heads[layer], version + 1, -1
        if cut != sections.key[layer]:
            cut = sections.key[layer]
            if not (tower & sections.at(layer)).empty:
                tower, version = (tower - sections.at(layer)).opened(SLIVER_MM), version + 1
        key, forbidden = sections.clear_of(layer, settings.support_gap_xy_mm)
        if known[:2] != (version, key):
            known = (version, key, _printable(tower - forbidden, settings))
        result[layer] = known[2]
    return result


def _printable(region: Region, settings: PrintSettings) -> Region:
    # Opening can fill small chamfers, so it is cut back.
    region = region.opened(NARROW / 2.0 * settings.line_width_mm) & region
    parts = region.parts()
    kept = [p for p in parts if p.area_mm2 >= LEAST_MM2]
    return region if len(kept) == len(parts) else united(kept)


def _standing(head: Region, cell_mm: float) -> Region:
    """Heads with the small ones widened by a cell."""
    parts = head.parts()
    small = [p for p in parts if p.area_mm2 < STANDING_MM2]
    return united([*(p for p in parts if p.area_mm2 >= STANDING_MM2), *(p.grown(cell_mm) for p in small)]
                  ) if small else head
