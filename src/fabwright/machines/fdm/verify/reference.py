"""What the nominal solid asks of every layer: its section, what of it must be solid, and what may be sparse.

Worked out from the mesh alone, not with the planner's regions: solid is whatever is nearer to the side than the
walls are thick, or has fewer layers of material above or below than the declared skins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.geometry.regions import Region, Windows, nothing, united
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.layers import LayerGrid, Sliced, cut_layers
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Floats, Nominal, Setup

# Parts of a section narrower than twice this are not asked for: no bead lies in them with certainty.
REACHABLE_MM = 0.2
# The wall band is taken this much narrower than its beads, so that a bead's own edge is not called missing.
BAND_MM = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Per layer: `section`, `required` (must be solid, reachable), `printable` (less what is too thin to ask for),
    areas of the section, of its solid and its sparse part, mm2; `tops_mm`; `volume_mm3` of the meshes."""

    section: tuple[Region, ...]
    required: tuple[Region, ...]
    section_mm2: Floats
    solid_mm2: Floats
    sparse_mm2: Floats
    tops_mm: Floats
    volume_mm3: float
    printable: tuple[Region, ...]


def declared_grid(parameters: Mapping[str, Any]) -> LayerGrid:
    """The layers that the setup declares."""
    return LayerGrid(np.asarray(parameters["tops_mm"], dtype=np.float64),
                     np.asarray(parameters["heights_mm"], dtype=np.float64), int(parameters["raft_layers"]))


def nominal_layers(nominal: Nominal, setup: Setup, grid: LayerGrid, settings: PrintSettings) -> Reference:
    """Cut the nominal meshes where they stand."""
    placed = [placed_solid(nominal.meshes[p.of], p.rotation_deg, p.offset_mm) for p in setup.placements if not p.sheet]
    section: list[list[Region]] = [[] for _ in range(len(grid))]
    required: list[list[Region]] = [[] for _ in range(len(grid))]
    areas = np.zeros((3, len(grid)))
    for body in placed:
        sliced = cut_layers(body, grid, settings)
        for layer, (whole, solid, asked) in enumerate(_body_layers(sliced, grid, settings)):
            section[layer].append(whole)
            required[layer].append(asked)
            areas[:, layer] += whole.area_mm2, solid.area_mm2, whole.area_mm2 - solid.area_mm2
    wholes = tuple(united(r) for r in section)
    return Reference(wholes, tuple(united(r) for r in required), areas[0], areas[1], areas[2], grid.tops_mm,
                     sum(p.volume_mm3 for p in placed), tuple(r.opened(REACHABLE_MM) for r in wholes))


def _body_layers(sliced: Sliced, grid: LayerGrid, settings: PrintSettings) -> list[tuple[Region, Region, Region]]:
    """Section, solid part and reachable solid part of each layer of one body; equal neighbourhoods once."""
    windows = Windows([sliced.distinct[k] for k in sliced.which])
    known: dict[tuple[int, int, int], tuple[Region, Region, Region]] = {}
    result = []
    for layer, own in enumerate(sliced.which):
        low, high = layer - settings.bottom_layers, layer + settings.top_layers
        inside = low >= grid.raft_layers and high < len(sliced) and settings.infill_density < 1.0
        key = (own, sliced.which[low] if inside else -1, sliced.which[high] if inside else -1)
        if key not in known:
            whole = sliced.distinct[own]
            band = sliced.width_mm[own] + (settings.walls - 1) * sliced.spacing_mm(own) - BAND_MM
            core = whole.grown(-band) & windows.common(low, high) if inside else nothing()
            solid = whole - core
            known[key] = (whole, solid, (solid & whole.opened(REACHABLE_MM)).opened(REACHABLE_MM / 2.0))
        result.append(known[key])
    return result
