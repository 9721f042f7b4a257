"""What is ordered, as plain lengths and angles: the one value that outline, field and measures are computed from.

The proportions are this design's choices, made to look and fit like common insole blanks. They are not clinical
facts and nothing here is a medical claim.
"""

from __future__ import annotations

from dataclasses import dataclass

# Room in the shoe beyond the longest toe.
TOE_ROOM_MM = 8.0
# Of foot length: width across the ball of the insole (an insole is narrower than the foot that stands on it).
BALL_SHARE = 0.365
# Of ball width: half the width of the heel.
HEEL_HALF_SHARE = 0.335
# Of the full insole's length: how far each length class reaches.
LENGTH_SHARE = {"full": 1.0, "sulcus": 0.80, "three_quarter": 0.70}

# The thinnest the made body may be, below the cover; a feathered front edge runs out to this.
FLOOR_MM = 1.2
STEEPEST_DEG = 65.0
CUP_OF_HEEL_WIDTH = 0.3

# The band along the edge in which the heel cup rises.
CUP_BAND_PER_HEIGHT = 1.25
CUP_BAND_LEAST_MM = 12.0
CUP_BAND_OF_HALF_HEEL = 0.8


@dataclass(frozen=True, slots=True)
class Dimensions:
    """An order in millimetres and degrees; posts are positive where they raise the medial (big toe) side."""

    foot_length_mm: float
    width_class: float
    length_class: str
    arch_mm: float
    cup_mm: float
    rearfoot_post_deg: float
    forefoot_post_deg: float
    pad_mm: float
    lift_mm: float
    base_mm: float
    cover_mm: float

    @property
    def full_length_mm(self) -> float:
        """Length of the full insole, heel to toe, whatever length class is made of it."""
        return self.foot_length_mm + TOE_ROOM_MM

    @property
    def length_mm(self) -> float:
        """Length of the insole as made."""
        return self.full_length_mm * LENGTH_SHARE[self.length_class]

    @property
    def ball_width_mm(self) -> float:
        """Width across the ball."""
        return self.foot_length_mm * BALL_SHARE * self.width_class

    @property
    def heel_half_mm(self) -> float:
        """Half the width of the heel."""
        return self.ball_width_mm * HEEL_HALF_SHARE

    @property
    def floor_mm(self) -> float:
        """Thickness of the made body where nothing is added: the ordered base less the cover that is glued on."""
        return self.base_mm - self.cover_mm

    @property
    def highest_cup_mm(self) -> float:
        """The deepest heel cup that this heel can take."""
        return CUP_OF_HEEL_WIDTH * 2.0 * self.heel_half_mm

    @property
    def cup_band_mm(self) -> float:
        """How far from the edge the heel cup begins to rise."""
        wanted = max(CUP_BAND_LEAST_MM, CUP_BAND_PER_HEIGHT * self.cup_mm)
        return min(wanted, CUP_BAND_OF_HALF_HEEL * self.heel_half_mm)
