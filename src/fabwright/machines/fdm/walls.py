"""Walls of sections: centre lines from outside to inside, the strips between them and the room that remains.

A strip of the section that is `t` wide gets as many beads side by side as come nearest to their nominal spacing `s`:
one up to 1.5 s, two up to 2.5 s, each with its share of the width (as Arachne does: Kuipers et al. 2020, "A framework
for adaptive width control of dense contour-parallel toolpaths in fused deposition modeling"). From there on the walls
have their nominal spacing and a bead of varying width fills what is left between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fabwright.geometry.medial import medial_lines
from fabwright.geometry.regions import Region, loops_of, nothing
from fabwright.machines.fdm.gapfill import MIN_AREA_MM2, Bead, fill_strips
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.settings import PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.thin import Limits, widened_loops

# Centre lines may leave the exact offset by this much: fewer, longer moves.
PATH_TOLERANCE_MM = 0.0125
# Offsets of offsets differ by less than this.
SLACK_MM = 0.005
# Hatch lines run where there is room for this many spacings beside their ends.
HATCH_MIN = 0.4
# Strips are measured this often along them.
STEP_MM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Walled:
    """`walls` from the outside in: regions whose outlines are centre lines of nominal walls; `loops` are the same walls
    as beads, by depth, moved and widened where two of them share a strip; `hatched` is where hatch lines may run, which
    end `inset_mm` inside the room; `gaps` fill the rest, by depth: those of depth 0 are a place's only bead."""

    section: Region
    walls: tuple[Region, ...]
    hatched: Region
    inset_mm: float
    loops: tuple[tuple[Bead, ...], ...]
    gaps: tuple[tuple[Bead, ...], ...]

    @property
    def room(self) -> Region:
        """What walls and gaps leave for infill, up to the innermost walls' edges."""
        return self.hatched.grown(self.inset_mm)


@dataclass(frozen=True, slots=True, eq=False)
class _Insets:
    """Centre lines of one section. Inside the section and inside each line: `gaps`, what no bead beside it covers, and
    `shared`, where that line comes close to itself, up to the line."""

    lines: list[Region]
    gaps: list[Region]
    shared: list[Region]
    hatched: Region
    inset_mm: float


def build_all_walls(sliced: Sliced, settings: PrintSettings) -> tuple[Walled, ...]:
    """Walls of every distinct section of a body."""
    limits = [limits_of(sliced.width_mm[k], sliced.height_mm[k], settings) for k in range(len(sliced.distinct))]
    insets = [_insets(region, settings.walls, sliced.width_mm[k], limits[k], settings)
              for k, region in enumerate(sliced.distinct)]
    # Gaps 0 of a section lie in the section itself, gaps k in its wall k - 1.
    at = [(k, depth) for k, inset in enumerate(insets) for depth in range(len(inset.gaps))]
    own = [limits[k] for k, _ in at]
    outermost = np.asarray([depth == 0 for _, depth in at], dtype=bool)
    nowhere = nothing()
    rims = loops_of([nowhere if depth else sliced.distinct[k] for k, depth in at])
    gaps = fill_strips(medial_lines([insets[k].gaps[depth] for k, depth in at], STEP_MM), rims,
                       np.where(outermost, [x.round_mm for x in own], 0.0),
                       np.where(outermost, settings.min_bead_mm, [x.pair_mm - x.spacing_mm for x in own]),
                       np.asarray([x.widest_mm for x in own]))
    lined = [(k, depth) for k, inset in enumerate(insets) for depth in range(len(inset.lines))]
    loops = widened_loops([insets[k].lines[depth] for k, depth in lined],
                          medial_lines([insets[k].shared[depth] for k, depth in lined], STEP_MM),
                          [limits[k] for k, _ in lined])
    number, line = ({place: i for i, place in enumerate(places)} for places in (at, lined))
    return tuple(
        Walled(region, tuple(inset.lines), inset.hatched, inset.inset_mm,
               tuple(loops[line[k, depth]] for depth in range(len(inset.lines))),
               tuple(gaps[number[k, depth]] for depth in range(len(inset.gaps))))
        for k, (region, inset) in enumerate(zip(sliced.distinct, insets, strict=True)))


def limits_of(width_mm: float, height_mm: float, settings: PrintSettings) -> Limits:
    """How wide and how narrow beads of one layer become, in spacings."""
    spacing = bead_spacing_mm(width_mm, height_mm)
    widest = max(bead_spacing_mm(settings.max_bead_mm, height_mm), spacing)
    return Limits(spacing, width_mm - spacing, max(min(1.5 * spacing, widest) - spacing, 0.04 * spacing),
                  max(min(1.5 * spacing, 2.0 * widest - spacing), spacing + settings.min_bead_mm), widest)


def _insets(section: Region, count: int, width_mm: float, limits: Limits, settings: PrintSettings) -> _Insets:
    """Inset a section `count` times; each inset is opened, so that a wall is laid only where both its sides fit."""
    spacing, margin = limits.spacing_mm, limits.closest_mm / 2.0
    inset = spacing / 2.0 - min(settings.infill_overlap_mm, spacing / 2.0)
    found = _Insets([], [], [], nothing(), inset)
    room = section.simplified(PATH_TOLERANCE_MM)
    for depth in range(count):
        inner = _laid(found, room, width_mm / 2.0 if depth == 0 else spacing / 2.0, margin, limits, settings)
        if inner.empty:
            return found
        found.lines.append(inner)
        room = inner
    return replace(found, hatched=_laid(found, room, inset, HATCH_MIN * spacing, limits, settings))


def _laid(found: _Insets, room: Region, half_mm: float, margin_mm: float, limits: Limits, settings: PrintSettings
          ) -> Region:
    """Where the next lines run in a room, half a bead from what bounds it; what they leave open is noted as found."""
    beside = limits.spacing_mm / 2.0 if found.lines else 0.0
    core = room.grown(-(beside + half_mm + margin_mm))
    inner = core.grown(margin_mm)
    rest = room if inner.empty else room - inner.grown(beside + half_mm + SLACK_MM)
    some = rest.area_mm2 >= MIN_AREA_MM2
    if not found.lines:
        found.gaps.append(rest.opened(settings.min_bead_mm / 2.0) if some else nothing())
    elif some or inner.pieces_less_holes != room.pieces_less_holes:
        # Between two places with lines the neck may be all within their reach up to the wall's middle.
        open_ = room.grown(-beside)
        open_ = open_ if inner.empty else open_ - inner.grown(half_mm + SLACK_MM)
        found.gaps.append(_wide(open_, limits.pair_mm - limits.spacing_mm))
        found.shared.append(_narrow(rest, limits.pair_mm, settings.min_bead_mm / 2.0))
    else:
        found.gaps.append(nothing())
        found.shared.append(nothing())
    return inner


def _wide(region: Region, least_mm: float) -> Region:
    """The places of a region that are at least so wide."""
    return region.opened(least_mm / 2.0 - SLACK_MM) if region.area_mm2 >= MIN_AREA_MM2 else nothing()


def _narrow(region: Region, most_mm: float, thinnest_mm: float) -> Region:
    """The places of a region that are narrower than that, slivers apart."""
    if region.area_mm2 < MIN_AREA_MM2:
        return nothing()
    rest = region - region.grown(-most_mm / 2.0).grown(most_mm / 2.0 + SLACK_MM)
    return rest.opened(thinnest_mm) if rest.area_mm2 >= MIN_AREA_MM2 else nothing()
