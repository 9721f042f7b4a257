"""What every infill pattern is given."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabwright.geometry.regions import Loops
from fabwright.model import Floats, Ints

# A line turns back into its neighbour where its end lies at most so many pitches ahead of the other's and the joint
# is no longer than this; shorter lines than this are left out.
JOINT, LONGEST_JOINT_MM = 1.6, 12.0
SHORTEST_MM = 0.8


def joint_reach_mm(pitch_mm: float) -> float:
    """How far along the lines a joint between two of them may reach."""
    return math.sqrt(max(min((JOINT * pitch_mm) ** 2, LONGEST_JOINT_MM ** 2 - pitch_mm ** 2), 0.0))


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
