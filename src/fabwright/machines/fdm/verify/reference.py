"""What the nominal solid asks of every layer: its section, what of it must be solid, and what may be sparse.

Worked out from the mesh alone, not with the planner's regions: solid is whatever is nearer to the side than the
walls are thick, or has fewer layers of material above or below than the declared skins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, Windows, nothing, united
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.layers import Sliced, cut_layers, layer_tops_mm
from fabwright.machines.fdm.settings import PrintSettings, bead_spacing_mm
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


def nominal_layers(nominal: Nominal, setup: Setup, settings: PrintSettings) -> Reference:
    """Cut the nominal meshes where they stand."""
    placed = [placed_solid(nominal.meshes[p.of], p.rotation_deg, p.offset_mm) for p in setup.placements if not p.sheet]
    tops = layer_tops_mm(max(p.height_mm for p in placed), settings)
    section: list[list[Region]] = [[] for _ in tops]
    required: list[list[Region]] = [[] for _ in tops]
    areas = np.zeros((3, len(tops)))
    for body in placed:
        sliced = cut_layers(body, layer_tops_mm(body.height_mm, settings))
        for layer, (whole, solid, asked) in enumerate(_body_layers(sliced, settings)):
            section[layer].append(whole)
            required[layer].append(asked)
            areas[:, layer] += whole.area_mm2, solid.area_mm2, whole.area_mm2 - solid.area_mm2
    wholes = tuple(united(r) for r in section)
    return Reference(wholes, tuple(united(r) for r in required), areas[0], areas[1],
                     areas[2],
                     tops, sum(p.volume_mm3 for p in placed),
                     tuple(r.opened(REACHABLE_MM) for r in wholes))


def _body_layers(sliced: Sliced, settings: PrintSettings) -> list[tuple[Region, Region, Region]]:
    """Section, solid part and reachable solid part of each layer of one body; equal neighbourhoods once."""
    windows = Windows(sliced.distinct)
    spacing = bead_spacing_mm(settings.line_width_mm, settings.layer_height_mm)
    band = settings.line_width_mm + (settings.walls - 1) * spacing - BAND_MM
    known: dict[tuple[int, int, int, int], tuple[Region, Region, Region]] = {}
    result = []
    for layer, own in enumerate(sliced.which):
        low, high = layer - settings.bottom_layers, layer + settings.top_layers
        inside = low >= 0 and high < len(sliced) and settings.infill_density < 1.0
        foot = settings.elephant_foot_mm if layer == 0 else 0.0
        key = (own, int(layer == 0), sliced.which[low] if inside else -1, sliced.which[high] if inside else -1)
        if key not in known:
            whole = sliced.distinct[own].grown(-foot)
            core = whole.grown(-band) & windows.common(key[2], key[3]) if inside else nothing()
            solid = whole - core
            known[key] = (whole, solid, (solid & whole.opened(REACHABLE_MM)).opened(REACHABLE_MM / 2.0))
        result.append(known[key])
    return result
