"""What an enclosure must know of a circuit board."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.model import Floats

SIDES = ("-x", "+x", "-y", "+y")
Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class MountingHole:
    """A round hole for a screw: centre and diameter, mm."""

    x_mm: float
    y_mm: float
    diameter_mm: float


@dataclass(frozen=True, slots=True)
class EdgeConnector:
    """A connector that is reached through a wall.

    `rect_mm` is its body seen from above (x low, y low, x high, y high), which may overhang the board; `side` the side
    it faces ("-x", "+x", "-y", "+y"); `height_mm` how far it stands off the face it sits on; `back` true when that is
    the underside; `beyond_mm` how far it reaches past the other face (connectors that straddle the board's edge);
    `source` where the heights come from.
    """

    name: str
    rect_mm: Rect
    side: str
    height_mm: float
    back: bool = False
    beyond_mm: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Keepout:
    """A rectangle over the board that parts or their leads occupy, on the top, the underside or both."""

    rect_mm: Rect
    top: bool
    bottom: bool


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """A board seen from its top: x right, y up, mm, the lower left corner of the outline's bounds at (0, 0).

    `outline` and each of `cutouts` are rings (n, 2), counter-clockwise, not repeating the first point.
    `file_origin_mm` is where that corner lies in the file's own coordinates (y down). `warnings` are sentences on what
    the reader bridged or left out.
    """

    name: str
    outline: Floats
    cutouts: tuple[Floats, ...] = ()
    holes: tuple[MountingHole, ...] = ()
    connectors: tuple[EdgeConnector, ...] = ()
    keepouts: tuple[Keepout, ...] = ()
    thickness_mm: float = 1.6
    warnings: tuple[str, ...] = ()
    file_origin_mm: tuple[float, float] = (0.0, 0.0)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Extent of the outline along x and y."""
        return float(self.outline[:, 0].max()), float(self.outline[:, 1].max())
