"""Finger joints between panels of one thickness: who has material where along each of a box's twelve edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabwright.design import BuildError

# A finger is about three thicknesses wide, and never narrower than one: below that it breaks in the hand; chosen.
FINGER_TO_THICKNESS = 3.0
LEAST_FINGER_TO_THICKNESS = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """An odd number of equal fingers along an edge, from `start_mm`, each `pitch_mm` wide."""

    start_mm: float
    pitch_mm: float
    count: int

    def span(self, index: int) -> tuple[float, float]:
        """Both ends of a finger's place."""
        return self.start_mm + index * self.pitch_mm, self.start_mm + (index + 1) * self.pitch_mm

    def odd(self) -> range:
        """Indices of the places that begin and end away from the corners."""
        return range(1, self.count, 2)

    def even(self) -> range:
        """Indices of the places among which are both ends."""
        return range(0, self.count, 2)


def row_along(start_mm: float, end_mm: float, thickness_mm: float, edge: str) -> Row:
    """The row of fingers along an edge; BuildError naming the edge where it is too short for three."""
    length = end_mm - start_mm
    count = max(3, 2 * round((length / (FINGER_TO_THICKNESS * thickness_mm) - 1.0) / 2.0) + 1)
    while count > 3 and length / count < LEAST_FINGER_TO_THICKNESS * thickness_mm:
        count -= 2
    if length / count < LEAST_FINGER_TO_THICKNESS * thickness_mm - 1e-9:
        needs = math.ceil(3 * LEAST_FINGER_TO_THICKNESS * thickness_mm * 10.0) / 10.0
        raise BuildError(f"the {edge} is {length:.1f} mm long, too short for three fingers in sheet of "
                         f"{thickness_mm:g} mm, which take {needs:g} mm; raise height_above_board_mm or standoff_mm, "
                         "or use thinner sheet")
    return Row(start_mm, length / count, count)
