"""What the nominal solid asks of every layer: its section, what of it must be solid, and how dense the rest is.

Worked out from the mesh alone, not with the planner's regions: solid is whatever is nearer to the side than the
walls are thick, or has fewer layers of material above or below than the declared skins. Of a foreign slicer's file
only one wall and what lies open to above or below is asked for, since slicers differ in the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabwright.geometry.regions import Region, Windows, loops_of, nothing, united
from fabwright.geometry.slices import FACE_CLEARANCE_MM, PlacedSolid, clear_of_faces, placed_solid
from fabwright.machines.fdm.layers import LayerGrid, Sliced, cut_layers
from fabwright.machines.fdm.scanlines import scan
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.verify.runs import ANGLE_DEG, Runs, of_layers, runs_of
from fabwright.model import Floats, Ints, Nominal, Setup

# Parts of a section narrower than twice this are not asked for: no bead lies in them with certainty.
REACHABLE_MM = 0.15
# A layer that holds nothing wider than twice this need not be there.
PRINTABLE_MM = 0.25
# The wall band is taken this much narrower than its beads, so that a bead's own edge is not called missing.
BAND_MM = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One kind of layer: its `section`, what of it is `required` to be solid (less what is too thin to ask for), what
    `may` be printed, and whose `edges` are compared; these are the section but in doubt."""

    section: Region
    required: Region
    may: Region
    edges: Region


@dataclass(frozen=True, slots=True, eq=False)
class ZoneLayers:
    """A zone with another infill: its section in every layer, its density and pattern."""

    sections: tuple[Region, ...]
    density: float
    pattern: str


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """`distinct` kinds of layers and `which` of them each layer is; the `grid`; volume of the meshes; zones, the later
    winning over the earlier; `tied` (layers,) bool, cut where a horizontal face lies."""

    distinct: tuple[Asked, ...]
    which: Ints
    grid: LayerGrid
    volume_mm3: float
    zones: tuple[ZoneLayers, ...]
    tied: np.ndarray

    def __len__(self) -> int:
        return len(self.which)

    @property
    def section_mm2(self) -> Floats:
        """Area of every layer's section."""
        return np.array([a.section.area_mm2 for a in self.distinct])[self.which]

    def printable_mm2(self, layers: Ints) -> Floats:
        """Area of these layers that is wide enough to be asked for."""
        return np.array([self.distinct[self.which[k]].section.opened(PRINTABLE_MM).area_mm2 for k in layers])

    @property
    def outline_mm(self) -> Floats:
        """Length of every layer's outlines."""
        return np.array([sum(_length(p) for p in a.section.polygons()) for a in self.distinct])[self.which]

    def runs(self, regions: list[Region], pitch_mm: float) -> Runs:
        """Stretches of every layer inside the regions given for `distinct`."""
        spans = scan(loops_of(regions), np.full(len(regions), ANGLE_DEG), pitch_mm)
        return of_layers(runs_of(spans), self.which)


def declared_grid(parameters: Mapping[str, Any]) -> LayerGrid:
    """The layers that the setup declares."""
    return LayerGrid(np.asarray(parameters["tops_mm"], dtype=np.float64),
                     np.asarray(parameters["heights_mm"], dtype=np.float64), int(parameters["raft_layers"]))


def nominal_layers(nominal: Nominal, setup: Setup, grid: LayerGrid, settings: PrintSettings, native: bool,
                   lift_mm: float = 0.0, only: np.ndarray | None = None) -> Reference:
    """Cut the nominal meshes where they stand, or `lift_mm` higher; layers that are not in `only` (layers,) are left
    empty."""
    placements = [p for p in setup.placements if not p.sheet]
    placed = [placed_solid(nominal.meshes[p.of], p.rotation_deg, (*p.offset_mm[:2], p.offset_mm[2] + lift_mm))
              for p in placements]
    sliced = [cut_layers(body, grid, settings) for body in placed]
    asked = settings if native else replace(settings, walls=1, top_layers=1, bottom_layers=1)
    bodies = [_body_layers(s, grid, asked, only) for s in sliced]
    known: dict[tuple[int, ...], int] = {}
    distinct: list[Asked] = []
    which = np.zeros(len(grid), dtype=np.int64)
    for layer in range(len(grid)):
        here = [kinds[layer] for kinds in bodies if layer < len(kinds) and (only is None or only[layer])]
        key = tuple(id(kind) for kind in here)
        if key not in known:
            known[key] = len(distinct)
            distinct.append(_together(here))
        which[layer] = known[key]
    tied = np.zeros(len(grid), dtype=bool)
    for body in placed:
        tied |= clear_of_faces(body, grid.middles_mm) != grid.middles_mm
    return Reference(tuple(distinct), which, grid, sum(p.volume_mm3 for p in placed),
                     _zones(nominal, setup, grid, settings), tied)


def either_layers(nominal: Nominal, setup: Setup, grid: LayerGrid, settings: PrintSettings) -> Reference:
    """The layers of a foreign slicer's file.

    A horizontal face that lies just where a layer is cut belongs to one side or the other, or in part to both, by the
    slicer's rounding: of such a layer, what both cuts have is asked for, and what either has is allowed. So it is with
    the first layer with and without its elephant's foot, which slicers leave to narrow parts.
    """
    under = nominal_layers(nominal, setup, grid, settings, False)
    lowest = np.arange(len(grid)) == grid.raft_layers
    loose = [(under.tied, settings, -2.0 * FACE_CLEARANCE_MM)]
    if settings.elephant_foot_mm > 0.0:
        loose.append((lowest, replace(settings, elephant_foot_mm=0.0), 0.0))
    distinct, which = list(under.distinct), under.which.copy()
    for layers, otherwise, lift_mm in loose:
        if not layers.any():
            continue
        over = nominal_layers(nominal, setup, grid, otherwise, False, lift_mm, layers)
        for layer in np.flatnonzero(layers):
            one, other = distinct[which[layer]], over.distinct[over.which[layer]]
            which[layer] = len(distinct)
            distinct.append(Asked(one.section & other.section, one.required & other.required,
                                  one.may | other.may, nothing()))
    return replace(under, distinct=tuple(distinct), which=which)


def _together(kinds: list[Asked]) -> Asked:
    if len(kinds) == 1:
        return kinds[0]
    whole = united([k.section for k in kinds])
    return Asked(whole, united([k.required for k in kinds]), whole, united([k.edges for k in kinds]))


def _body_layers(sliced: Sliced, grid: LayerGrid, settings: PrintSettings, only: np.ndarray | None) -> list[Asked]:
    """What one body asks of each layer; equal neighbourhoods once, as one object."""
    windows = Windows(sliced.distinct)
    known: dict[tuple[int, ...], Asked] = {}
    result = []
    nowhere = Asked(nothing(), nothing(), nothing(), nothing())
    for layer, own in enumerate(sliced.which):
        if only is not None and not only[layer]:
            result.append(nowhere)
            continue
        low, high = layer - settings.bottom_layers, layer + settings.top_layers
        inside = low >= grid.raft_layers and high < len(sliced) and settings.infill_density < 1.0
        key = (own, sliced.which[low], sliced.which[high]) if inside else (own,)
        if key not in known:
            whole = sliced.distinct[own]
            band = sliced.width_mm[own] + (settings.walls - 1) * sliced.spacing_mm(own) - BAND_MM
            core = whole.grown(-band) & windows.common(*key[1:]) if inside else nothing()
            required = nothing() if settings.vase else (whole - core).opened(REACHABLE_MM)
            known[key] = Asked(whole, required, whole, whole)
        result.append(known[key])
    return result


def _zones(nominal: Nominal, setup: Setup, grid: LayerGrid, settings: PrintSettings) -> tuple[ZoneLayers, ...]:
    """Zones that change the infill, where their bodies stand."""
    bare = replace(settings, elephant_foot_mm=0.0, contour_growth_mm=0.0, hole_growth_mm=0.0)
    found = []
    for zone in nominal.zones:
        if not {"infill_density", "infill_pattern"} & set(zone.settings):
            continue
        for p in setup.placements:
            if p.of == zone.body and not p.sheet:
                sections = _cut(placed_solid(zone.mesh, p.rotation_deg, p.offset_mm), grid, bare)
                found.append(ZoneLayers(sections, float(zone.settings.get("infill_density", settings.infill_density)),
                                        str(zone.settings.get("infill_pattern", settings.infill_pattern))))
    return tuple(found)


def _cut(placed: PlacedSolid, grid: LayerGrid, settings: PrintSettings) -> tuple[Region, ...]:
    sliced = cut_layers(placed, grid, settings)
    return tuple(sliced.at(k) for k in range(len(grid)))


def _length(ring: Floats) -> float:
    return float(np.hypot(*(ring - np.roll(ring, 1, axis=0)).T).sum())
