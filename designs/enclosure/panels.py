"""The six panels of a finger-jointed box as plane figures, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapely import set_precision
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.ops import unary_union

from fabwright.design import Board, BuildError, Making

from .fingers import Row, row_along
from .openings import Opening, openings_of

if TYPE_CHECKING:
    from .design import Enclosure

SIDES = {"-y": "front", "+y": "back", "-x": "left", "+x": "right"}
# Bridges of sheet: SendCutSend asks for half the thickness at least, SnapCut for 1 mm, doubled here.
LEAST_BRIDGE_MM = 2.0
BRIDGE_TO_THICKNESS = 0.5
# Corners of panels lie on this grid: sums of fingers and clearances differ in their last bits.
GRID_MM = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SheetBox:
    """Inside of the box: x and y bounds and height over the base's upper face (z = 0), mm, with all that it takes.

    `glued_mm` and `lid_mm` are the clearances across a finger of the glued joints and of the lid's.
    """

    board: Board
    thickness: float
    low_x: float
    low_y: float
    high_x: float
    high_y: float
    inside: float
    bottom: float
    top: float
    openings: tuple[Opening, ...]
    along_x: Row
    along_y: Row
    along_z: Row
    glued_mm: float
    lid_mm: float

    @property
    def bridge(self) -> float:
        """The least width of sheet between an opening and an edge."""
        return max(LEAST_BRIDGE_MM, BRIDGE_TO_THICKNESS * self.thickness)

    @property
    def outside(self) -> tuple[float, float, float, float]:
        """The base seen from above."""
        t = self.thickness
        return self.low_x - t, self.low_y - t, self.high_x + t, self.high_y + t

    def ends(self, side: str) -> tuple[float, float]:
        """Inner ends of the wall on a side, along it."""
        return (self.low_x, self.high_x) if side[1] == "y" else (self.low_y, self.high_y)

    def row(self, side: str) -> Row:
        """Fingers along the base on a side."""
        return self.along_x if side[1] == "y" else self.along_y


def lay_out_sheet(board: Board, options: Enclosure, making: Making) -> SheetBox:
    """Size of the box and its joints; BuildError where the sheet is too thick for them."""
    t = making.stock_thickness_mm
    if t is None or not t > 0.0:
        raise BuildError("a box of panels needs the measured thickness of the sheet; give it with the "
                         "material")
    if making.min_inner_radius_mm > 0.0:
        raise BuildError(f"the panels' fingers need sharp inside corners, this machine leaves "
                         f"{making.min_inner_radius_mm:g} mm; have the box cut with a beam")
    bottom = options.standoff_mm
    top = bottom + board.thickness_mm
    inside = top + options.height_above_board_mm
    bridge = max(LEAST_BRIDGE_MM, BRIDGE_TO_THICKNESS * t)
    openings = openings_of(board, bottom, top, options.connector_clearance_mm, inside - bridge, bridge)
    width, depth = board.size_mm
    low_x, low_y, high_x, high_y = -options.gap_mm, -options.gap_mm, width + options.gap_mm, depth + options.gap_mm
    for o in openings:
        if o.side[1] == "y":
            low_x, high_x = min(low_x, o.low_mm - bridge), max(high_x, o.high_mm + bridge)
        else:
            low_y, high_y = min(low_y, o.low_mm - bridge), max(high_y, o.high_mm + bridge)
    return SheetBox(board, t, low_x, low_y, high_x, high_y, inside, bottom, top, openings,
                    row_along(low_x, high_x, t, "box's length"), row_along(low_y, high_y, t, "box's width"),
                    row_along(0.0, inside, t, "box's inner height"), making.fits.press_mm, making.fits.snug_mm)


def opening_in_wall(plan: SheetBox, opening: Opening) -> tuple[float, float, float, float]:
    """The opening in its wall (along, up); strips too narrow to hold go with it."""
    low = opening.z_low_mm if opening.z_low_mm >= plan.bridge else -plan.thickness
    high = opening.z_high_mm if opening.z_high_mm <= plan.inside - plan.bridge else plan.inside + plan.thickness
    return opening.low_mm, low, opening.high_mm, high


def kept_fingers(plan: SheetBox, side: str, upper: bool) -> list[int]:
    """Indices of a wall's fingers into base or lid that no opening takes away."""
    row = plan.row(side)
    kept = []
    for index in row.odd():
        start, end = row.span(index)
        strips = [opening_in_wall(plan, o) for o in plan.openings if o.side == side]
        cut = any(low < end + plan.bridge and high > start - plan.bridge
                  and (top > plan.inside if upper else bottom < 0.0) for low, bottom, high, top in strips)
        if not cut:
            kept.append(index)
    return kept


def wall(plan: SheetBox, side: str) -> Polygon:
    """A wall in its own plane: x along it (in the board's coordinates), y up from the base's upper face."""
    start, end = plan.ends(side)
    t = plan.thickness
    pieces = [box(start, 0.0, end, plan.inside)]
    row = plan.row(side)
    for upper, clearance in ((False, plan.glued_mm), (True, plan.lid_mm)):
        for index in kept_fingers(plan, side, upper):
            low, high = row.span(index)
            base = (plan.inside, plan.inside + t) if upper else (-t, 0.0)
            pieces.append(box(low + clearance / 2, base[0], high - clearance / 2, base[1]))
    fingers = plan.along_z.even() if side[1] == "y" else plan.along_z.odd()
    for index in fingers:
        low, high = plan.along_z.span(index)
        # Both walls of an upright edge give half of the clearance, but none at base and lid.
        low += plan.glued_mm / 4 if index > 0 else 0.0
        high -= plan.glued_mm / 4 if index < plan.along_z.count - 1 else 0.0
        pieces += [box(start - t, low, start, high), box(end, low, end + t, high)]
    cuts = [box(*opening_in_wall(plan, o)) for o in plan.openings if o.side == side]
    return _one(unary_union(pieces).difference(unary_union(cuts)), f"{SIDES[side]} wall")


def plate(plan: SheetBox, upper: bool, holes: Sequence[Any]) -> Polygon:
    """Base or lid seen from above, in the board's coordinates, less `holes` (shapely polygons)."""
    t = plan.thickness
    cuts = list(holes)
    for side in SIDES:
        row = plan.row(side)
        for index in kept_fingers(plan, side, upper):
            low, high = row.span(index)
            cuts.append({"-y": box(low, plan.low_y - t, high, plan.low_y),
                         "+y": box(low, plan.high_y, high, plan.high_y + t),
                         "-x": box(plan.low_x - t, low, plan.low_x, high),
                         "+x": box(plan.high_x, low, plan.high_x + t, high)}[side])
    far = (plan.low_x - 40.0, plan.low_y - 40.0, plan.high_x + 40.0, plan.high_y + 40.0)
    cuts += [box(*o.rect(far)) for o in plan.openings if ((o.z_high_mm > plan.inside) if upper else (o.z_low_mm < 0.0))]
    return _one(box(*plan.outside).difference(unary_union(cuts)), "lid" if upper else "base")


def _one(shape: Any, name: str) -> Polygon:
    if isinstance(shape, MultiPolygon) or shape.is_empty:
        count = len(getattr(shape, "geoms", []))
        raise BuildError(f"{name}: the openings cut it into {count} pieces; raise height_above_board_mm or standoff_mm")
    return set_precision(shape, GRID_MM)
