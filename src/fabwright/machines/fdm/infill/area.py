"""What every infill pattern is given."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.geometry.regions import Loops
from fabwright.model import Floats, Ints

# A line turns back into its neighbour over at most this many pitches; shorter lines than this are left out.
JOINT = 1.6
SHORTEST_MM = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """Sparse regions to fill, as outlines of owners 0..n-1.

    `turn` (n,) is 0 or 1 where a pattern alternates from layer to layer; `z_mm` (n,) the height that the pattern is
    cut at. `spacing_mm` is the bead's cross-section over its height: lines `spacing_mm / density` apart fill the share
    `density`. Where `border` is given, neighbouring lines are joined along it alone (a boundary to another zone gets
    no bead along it). With `skip` n every n-th line of a straight pattern is left out: a neighbouring zone's lines run
    through here.
    """

    loops: Loops
    turn: Ints
    z_mm: Floats
    spacing_mm: float
    density: float
    angle_deg: float
    border: Loops | None = None
    skip: int = 1

    def __len__(self) -> int:
        return len(self.turn)
