"""What a plan is made of: contours to mark and to cut, each ready for the beam."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.model import Contour


@dataclass(frozen=True, slots=True, eq=False)
class MarkContour:
    """A contour followed once at low energy; `role` is "Engrave" or "Score"."""

    sheet: int
    label: str
    role: str
    path: Contour
    power_w: float
    feed_mm_min: float


@dataclass(frozen=True, slots=True, eq=False)
class CutContour:
    """A closed contour cut through: `path` is the beam's own, already half a kerf into the waste.

    The beam comes by `lead` (None: it starts on the path), runs the path `passes` times and `overcut_mm` beyond.
    `role` is "Inner cut" or "Outer cut".
    """

    sheet: int
    label: str
    role: str
    path: Contour
    lead: Contour | None
    power_w: float
    feed_mm_min: float
    passes: int
    overcut_mm: float
    air_assist: bool


@dataclass(frozen=True, slots=True)
class BeamContext:
    """What the toolpath needs of the machine and the job: rates for the time estimate, a title, how many sheets."""

    title: str
    sheets: int
    rapid_mm_min: float
    acceleration_mm_s2: float
    junction_deviation_mm: float
