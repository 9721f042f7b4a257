"""Walls of one section: centre lines from outside to inside, the gaps they leave and the room that remains."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.geometry.regions import Region, nothing, united
from fabwright.machines.fdm.gapfill import Bead, fill_gaps
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.settings import PrintSettings

# Centre lines may leave the exact offset by this much: fewer, longer moves.
PATH_TOLERANCE_MM = 0.0125
SLIVER_MM = 0.05
HATCH_MIN = 0.4
# A wall is laid where both its sides fit side by side, but for this much; narrower places get beads of their width.
FIT_MM = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Walled:
    """`walls` from the outside in: regions whose outlines are centre lines; `room` is what is left for infill, up to
    the innermost walls' edges; `hatched` is where hatch lines may run; `gaps` fill the rest."""

    section: Region
    walls: tuple[Region, ...]
    room: Region
    hatched: Region
    gaps: tuple[Bead, ...]


def build_all_walls(sliced: Sliced, settings: PrintSettings) -> tuple[Walled, ...]:
    """Walls of every distinct section of a body."""
    return tuple(build_walls(region, settings.walls, sliced.width_mm[k], sliced.spacing_mm(k),
                             settings.infill_overlap_mm) for k, region in enumerate(sliced.distinct))


def build_walls(section: Region, count: int, width_mm: float, spacing_mm: float, overlap_mm: float) -> Walled:
    """Inset the section `count` times; widths and spacings in mm.

    Each inset is followed by an opening, so that a wall is laid only where both its sides fit.
    """
    margin = spacing_mm / 2.0 - FIT_MM
    walls: list[Region] = []
    gaps: list[Region] = []
    room = section
    for index in range(count):
        half = width_mm / 2.0 if index == 0 else spacing_mm / 2.0
        line = room.grown(-(half + margin)).grown(margin)
        gaps.append(room if line.empty else room - line.grown(half + SLIVER_MM / 10.0))
        walls.append(line)
        room = line.grown(-spacing_mm / 2.0)
        if line.empty:
            room = nothing()
            break
    inset = spacing_mm / 2.0 - overlap_mm
    # Strips narrower than this hold no proper hatch line and get a bead down their middle.
    hatched = room.grown(-inset).opened(HATCH_MIN * spacing_mm) if not room.empty else room
    if not room.empty:
        gaps.append(room - hatched.grown(inset + SLIVER_MM / 10.0) if not hatched.empty else room)
    beads = fill_gaps(united([g.opened(SLIVER_MM) for g in gaps if not g.empty]))
    return Walled(section, tuple(w.simplified(PATH_TOLERANCE_MM) for w in walls if not w.empty), room, hatched,
                  tuple(beads))
