"""Which layers a print has, where each body is cut, and which sections repeat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, nothing
from fabwright.geometry.slices import PlacedSolid, clear_of_faces, repeats_below, section
from fabwright.machines.fdm.settings import PrintSettings, bead_spacing_mm
from fabwright.model import Floats

ROUNDING_MM = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class LayerGrid:
    """The layers of a print, common to all bodies: `tops_mm` and `heights_mm` (layers,); the first `raft_layers` of
    them are the raft's, and the bodies stand above it."""

    tops_mm: Floats
    heights_mm: Floats
    raft_layers: int = 0

    def __len__(self) -> int:
        return len(self.tops_mm)

    @property
    def middles_mm(self) -> Floats:
        """Heights at which the layers are cut: the middle of each."""
        return np.asarray(self.tops_mm - self.heights_mm / 2.0)

    def first(self, count: int) -> LayerGrid:
        """The lowest layers only."""
        return LayerGrid(self.tops_mm[:count], self.heights_mm[:count], self.raft_layers)


@dataclass(frozen=True, slots=True, eq=False)
class Sliced:
    """Sections of one body, compensated as the settings say: `distinct` regions and, for each layer of the grid up to
    the body's highest, `which` of them it is. Each distinct one has one `height_mm` and one bead `width_mm`; the bottom
    layer shares its section with no other."""

    distinct: tuple[Region, ...]
    which: tuple[int, ...]
    height_mm: tuple[float, ...]
    width_mm: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.which)

    def at(self, layer: int) -> Region:
        """Section of a layer; empty above the body."""
        return self.distinct[self.which[layer]] if layer < len(self.which) else nothing()

    def spacing_mm(self, distinct: int) -> float:
        """Distance between beads of a distinct section."""
        return bead_spacing_mm(self.width_mm[distinct], self.height_mm[distinct])


def layer_grid(placed: tuple[PlacedSolid, ...], settings: PrintSettings) -> LayerGrid:
    """Layers for bodies that stand at their place: a layer exists where its middle lies inside the highest body.

    Bodies above z = 0 stand on a raft of `settings.raft_layers`. With `adaptive_layers` the thickness follows the
    slopes (see adaptive.py).
    """
    height = max(p.height_mm for p in placed)
    raft = _raft(settings) if settings.raft_layers else LayerGrid(np.empty(0), np.empty(0))
    foot = float(raft.tops_mm[-1]) + settings.raft_gap_mm if len(raft) else 0.0
    if settings.adaptive_layers and not settings.vase:
        from fabwright.machines.fdm.adaptive import adaptive_heights_mm

        heights = adaptive_heights_mm(placed, foot, settings)
    else:
        heights = _even_heights_mm(height - foot, settings)
    tops = np.round(foot + np.cumsum(heights), 6)
    return LayerGrid(np.concatenate([raft.tops_mm, tops]), np.concatenate([raft.heights_mm, heights]), len(raft))


def raft_height_mm(settings: PrintSettings) -> float:
    """How high the bodies stand above the bed."""
    if not settings.raft_layers:
        return 0.0
    return float(_raft(settings).tops_mm[-1]) + settings.raft_gap_mm


def _raft(settings: PrintSettings) -> LayerGrid:
    heights = np.full(settings.raft_layers, settings.layer_height_mm)
    heights[0] = settings.first_layer_height_mm
    return LayerGrid(np.round(np.cumsum(heights), 6), heights)


def _even_heights_mm(height_mm: float, settings: PrintSettings) -> Floats:
    first, step = settings.first_layer_height_mm, settings.layer_height_mm
    if height_mm <= first / 2.0 + ROUNDING_MM:
        return np.empty(0)
    more = int(np.floor((height_mm - first - step / 2.0 - ROUNDING_MM) / step)) + 1
    return np.concatenate([[first], np.full(max(more, 0), step)])


def cut_layers(placed: PlacedSolid, grid: LayerGrid, settings: PrintSettings) -> Sliced:
    """Sections of one body at the middle of every layer, compensated; equal neighbours of equal height share one
    region."""
    inside = int(np.searchsorted(grid.middles_mm, placed.height_mm - ROUNDING_MM))
    planes = clear_of_faces(placed, grid.middles_mm[:inside])
    same = repeats_below(placed, planes)
    heights = grid.heights_mm[:inside]
    same[1:] &= np.abs(np.diff(heights)) < ROUNDING_MM
    same[:2] = False
    same[:grid.raft_layers + 1] = False
    first = np.flatnonzero(~same)
    distinct = tuple(compensated(section(placed, float(planes[k])), int(k) == grid.raft_layers == 0, settings)
                     for k in first)
    return Sliced(distinct, tuple(int(w) for w in np.cumsum(~same) - 1), tuple(float(heights[k]) for k in first),
                  tuple(settings.width_mm(int(k)) for k in first))


def compensated(region: Region, on_bed: bool, settings: PrintSettings) -> Region:
    """A section with the machine's calibration applied: outlines grown by `contour_growth_mm`, holes widened by
    `hole_growth_mm`, and drawn in by `elephant_foot_mm` where it lies on the bed, which squashes it wider."""
    out, holes = settings.contour_growth_mm, settings.hole_growth_mm
    if (out or holes) and not region.empty:
        from fabwright.geometry.regions import region_of

        solid = region_of([p for p in region.polygons() if _signed_area(p) > 0.0])
        voids = solid - region
        region = solid.grown(out) - voids.grown(holes)
    if on_bed and settings.elephant_foot_mm > 0.0:
        # Thin parts keep at least a bead: they would vanish.
        drawn = region.grown(-settings.elephant_foot_mm)
        kept = region - drawn.opened(settings.line_width_mm / 2.0 - ROUNDING_MM).grown(settings.elephant_foot_mm + 0.01)
        region = drawn | kept.opened(0.05) if not kept.empty else drawn
    return region


def _signed_area(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0
