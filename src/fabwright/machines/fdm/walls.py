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
# How far about a strip its surroundings are looked at, in its own width at the most.
NEAR = 4.0
# Walls stay where they are beside less than this.
MIN_SHARED_MM2 = 0.15
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
        gap, shared = _open(room, inner, rest, half_mm, limits)
        found.gaps.append(gap)
        found.shared.append(shared.opened(settings.min_bead_mm / 2.0) if shared.area_mm2 >= MIN_SHARED_MM2
                            else nothing())
    else:
        found.gaps.append(nothing())
        found.shared.append(nothing())
    return inner


def _open(room: Region, inner: Region, rest: Region, half_mm: float, limits: Limits) -> tuple[Region, Region]:
    """What neither the walls along a room's rim nor the beads on the inner lines cover, where a bead fits in; and the
    parts of the rest where the room is so narrow that its walls share it."""
    beside = limits.spacing_mm / 2.0
    cut = not inner.empty and inner.pieces_less_holes == room.pieces_less_holes
    # The neck between two places with lines may be all within their reach up to the wall's middle; without necks what
    # is open lies about the rest.
    near = rest.grown(NEAR * (beside + half_mm)) if cut else room
    around, lines = (room & near, inner & near) if cut else (room, inner)
    gap = around.grown(-beside)
    if not lines.empty:
        gap = gap - lines.grown(half_mm + SLACK_MM)
    if cut:
        gap = gap - (near - rest.grown(beside + half_mm))
    least = limits.pair_mm - limits.spacing_mm
    gap = gap.opened(least / 2.0 - SLACK_MM) if gap.area_mm2 >= MIN_AREA_MM2 else nothing()
    if rest.area_mm2 < MIN_SHARED_MM2:
        return gap, nothing()
    wide = around.grown(-limits.pair_mm / 2.0)
    return gap, rest if wide.empty else rest - wide.grown(limits.pair_mm / 2.0 + SLACK_MM)
