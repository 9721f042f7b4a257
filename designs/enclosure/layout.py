"""The printed box before any solid is built: outlines in the plane, heights, and what stands where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely.geometry import Point, box
from shapely.ops import unary_union

from fabwright.design import Board, BuildError, Contour, Making, envelope, grown, polygon_of, rounded

from .design import BORE_FLOOR_MM
from .fasteners import Fastening, fastening_in, thread_named, threads_through
from .openings import LEAST_STRIP_MM, Opening, openings_of
from .places import along_edges, spread, supports

if TYPE_CHECKING:
    from .design import Enclosure

# A strip of wall lower than this above an opening would break: the opening goes up to the rim.
RIM_MM = 1.5
# Notches in the board narrower than this are spanned by the wall; curves are followed to the tolerance.
NOTCH_MM, FOLLOW_MM = 12.0, 0.25
# Board corners rounded or cut by less are square to the wall, which has its own radius.
SQUARED_MM = 3.0
LIP_HEIGHT_MM, LIP_THICKNESS_MM = 3.0, 1.2
# Plastic around a bore: three beads of 0.4 mm and a little; Protolabs asks for 0.8 mm at least.
BORE_WALL_MM, BORE_LEAST_MM = 1.6, 0.8
# A boss this near a wall (from overlap to gap, mm) would touch it along a line: it grows into the wall instead.
TOUCH_LOW_MM, TOUCH_HIGH_MM, GROW_MM = -0.4, 0.5, 0.4
# How far a support or hold-down reaches over the board's edge, and its half width.
REACH_MM, SUPPORT_HALF_MM = 1.4, 2.5
HOLD_DOWN_AIR_MM = 0.3
LID_SCREW = "M3"
LUG_END_MM, LUG_OUT_MM = 1.5, 0.2
ENOUGH_HOLES = 3


@dataclass(frozen=True, slots=True)
class Boss:
    """A standoff under a hole of the board."""

    x_mm: float
    y_mm: float
    diameter_mm: float
    fastening: Fastening


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Polygons are shapely's; heights in mm over the base's underside.

    `floor`: top of the floor; `bottom`, `top`: faces of the board; `split`: rim of the base; `height`: top of the lid.
    `lid_gap_mm` is the air between lip and wall, per side. `lugs` are (x, y) of the lid screws.
    """

    board: Board
    outline: Any
    inner: Any
    outer: Any
    inner_radius_mm: float
    outer_radius_mm: float
    floor: float
    bottom: float
    top: float
    split: float
    height: float
    lip_mm: float
    lid_gap_mm: float
    openings: tuple[Opening, ...]
    bosses: tuple[Boss, ...]
    pillars: tuple[Any, ...]
    hold_downs: tuple[Any, ...]
    lugs: tuple[tuple[float, float], ...]
    lug_diameter_mm: float
    lug_fastening: Fastening
    doubts: tuple[str, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Extent of the whole box seen from above, lugs included."""
        plan = [self.outer, *(Point(at).buffer(self.lug_diameter_mm / 2.0, 32) for at in self.lugs)]
        low_x, low_y, high_x, high_y = unary_union(plan).bounds
        return low_x, low_y, high_x, high_y

    @property
    def beyond(self) -> tuple[float, float, float, float]:
        """A rectangle well outside the box, to which openings are cut."""
        low_x, low_y, high_x, high_y = self.bounds
        return low_x - 40.0, low_y - 40.0, high_x + 40.0, high_y + 40.0

    def outer_contour(self, inset_mm: float = 0.0) -> Contour:
        """The box's outside, moved inwards by `inset_mm`."""
        polygon = grown(self.outer, -inset_mm) if inset_mm else self.outer
        contour: Contour = rounded(polygon, max(0.0, self.outer_radius_mm - inset_mm))
        return contour


def lay_out(board: Board, options: Enclosure, making: Making) -> Layout:
    """Everything that is decided in the plane; BuildError where lid screws find no place."""
    outline = polygon_of(board.outline)
    follow = envelope(board.outline, NOTCH_MM, FOLLOW_MM, SQUARED_MM)
    inner = grown(follow, options.gap_mm)
    outer = grown(inner, options.wall_mm)
    floor = options.floor_mm
    bottom = floor + options.standoff_mm
    top = bottom + board.thickness_mm
    split = top + options.height_above_board_mm
    openings = openings_of(board, bottom, top, options.connector_clearance_mm, split - RIM_MM)
    gap = making.fits.slide_mm / 2.0
    blocked = _blocked(openings, outer, LEAST_STRIP_MM)
    below = _blocked([o for o in openings if o.z_low_mm < bottom], outer, 0.0)
    bosses, doubts = _bosses(board, options, making, inner, below)
    pillars: list[Any] = []
    hold_downs: list[Any] = []
    if len(bosses) < ENOUGH_HOLES:
        pillars, low_doubts = _along_edge(board, follow, grown(inner, GROW_MM), [blocked, *_around(bosses)], top=False)
        doubts += low_doubts
    if len(bosses) < 2:
        # The base's inside corners are round: what hangs from the lid keeps clear of them.
        radius = max(0.0, options.corner_radius_mm - options.wall_mm - gap)
        within = polygon_of(contour_points(rounded(grown(inner, -gap), radius), 4))
        hold_downs, high_doubts = _along_edge(board, follow, within, [blocked], top=True)
        doubts += high_doubts
    lug = _lug_fastening(options, split)
    lug_diameter = max(lug.bore_mm + making.hole_compensation_mm + 2 * BORE_WALL_MM, lug.thread.head_mm + 1.0)
    more = making.hole_compensation_mm
    stand_off = lug_stand_off_mm((lug_diameter, lug.bore_mm + more, lug.thread.medium_mm + more),
                                 (options.wall_mm, options.wall_mm - options.chamfer_mm))
    lugs = _lugs(inner, outer, blocked, lug_diameter, stand_off)
    return Layout(
        board, outline, inner, outer, max(0.0, options.corner_radius_mm - options.wall_mm), options.corner_radius_mm,
        floor, bottom, top, split, split + options.floor_mm, min(LIP_HEIGHT_MM, options.height_above_board_mm - 1.5),
        gap, openings, tuple(bosses), tuple(pillars), tuple(hold_downs), tuple(lugs), lug_diameter, lug, tuple(doubts))


def _bosses(board: Board, options: Enclosure, making: Making, inner: Any, below: Any
            ) -> tuple[list[Boss], list[str]]:
    """A boss under each hole that takes a screw, clear of the openings `below` the board; and what was left out."""
    depth = options.floor_mm + options.standoff_mm - BORE_FLOOR_MM
    bosses: list[Boss] = []
    doubts: list[str] = []
    for hole in board.holes:
        at = f"the {hole.diameter_mm:.2f} mm hole at ({hole.x_mm:.1f}, {hole.y_mm:.1f})"
        found = [f for t in threads_through(hole.diameter_mm)
                 for f in [fastening_in(t, options.fastening == "heat-set", depth)] if f is not None]
        if not found:
            doubts.append(f"No screw of the table goes through {at}; it gets no boss.")
            continue
        bore = found[0].bore_mm + making.hole_compensation_mm
        to_wall = inner.exterior.distance(Point(hole.x_mm, hole.y_mm))
        diameter = max(bore + 2 * BORE_WALL_MM, hole.diameter_mm + 2.4)
        if TOUCH_LOW_MM < to_wall - diameter / 2.0 < TOUCH_HIGH_MM:
            diameter = 2.0 * (to_wall + GROW_MM)
        # A boss may not come out of the wall's far side.
        diameter = min(diameter, 2.0 * (to_wall + options.wall_mm - GROW_MM))
        to_opening = below.distance(Point(hole.x_mm, hole.y_mm)) if not below.is_empty else math.inf
        if diameter < bore + 2 * BORE_LEAST_MM or to_opening < bore / 2.0 + BORE_LEAST_MM:
            doubts.append(f"The boss for {at} has no room beside the wall or an opening and is left out.")
            continue
        if abs(to_opening - diameter / 2.0) < 0.1:
            diameter += 0.3
        bosses.append(Boss(hole.x_mm, hole.y_mm, diameter, found[0]))
    return bosses, doubts


def _blocked(openings: Sequence[Opening], outer: Any, margin_mm: float) -> Any:
    low_x, low_y, high_x, high_y = outer.bounds
    far = (low_x - 40.0, low_y - 40.0, high_x + 40.0, high_y + 40.0)
    return unary_union([box(*o.rect(far)).buffer(margin_mm, join_style="mitre") for o in openings])


def _around(bosses: Sequence[Boss]) -> list[Any]:
    return [Point(b.x_mm, b.y_mm).buffer(b.diameter_mm / 2.0 + 1.0) for b in bosses]


def _along_edge(board: Board, follow: Any, out_to: Any, blocked: Sequence[Any], top: bool
                ) -> tuple[list[Any], list[str]]:
    """Supports below (or hold-downs above) the board's edge, clear of its parts where there is room."""
    parts = [box(*k.rect_mm).buffer(0.3, join_style="mitre") for k in board.keepouts if (k.top if top else k.bottom)]
    ring = out_to.difference(follow.buffer(-REACH_MM, join_style="mitre"))
    clear = supports(follow, ring, unary_union([*blocked, *parts]), SUPPORT_HALF_MM, 4)
    if len(clear) >= 3:
        return clear, []
    what = "lid's hold-downs" if top else "supports"
    forced = supports(follow, ring, unary_union(list(blocked)), SUPPORT_HALF_MM, 4)
    if len(forced) <= len(clear):
        return clear, [f"Only {len(clear)} places at the board's edge are free for the {what}."]
    return forced, [f"The {what} touch the board's edge where parts or leads are; check them before assembly."]


def _lug_fastening(options: Enclosure, split: float) -> Fastening:
    found = fastening_in(thread_named(LID_SCREW), options.fastening == "heat-set", split - BORE_FLOOR_MM)
    if found is None:
        raise BuildError(f"the base is {split:.1f} mm high, too low for a lid screw of {LID_SCREW}; raise "
                         "height_above_board_mm")
    return found


def lug_stand_off_mm(diameters: Sequence[float], planes: Sequence[float]) -> float:
    """How far from the cavity a lug's middle stands: the lug stays out of the cavity, and none of its cylinders
    (`diameters`, the lug's own first) touches along a line one of the `planes` that lie so far outside the cavity (the
    wall's outside, the chamfer's edge)."""
    stand_off = diameters[0] / 2.0 + LUG_OUT_MM
    while any(abs(abs(stand_off - plane) - d / 2.0) < LUG_OUT_MM for plane in planes for d in diameters):
        stand_off += LUG_OUT_MM
    return stand_off


def _lugs(inner: Any, outer: Any, blocked: Any, diameter: float, stand_off: float) -> list[tuple[float, float]]:
    """Centres of the lid screws: outside the cavity, clear of openings, spread around the box."""
    radius = diameter / 2.0
    cavity = inner.buffer(0.1, join_style="mitre")
    free = [at for at in along_edges(inner, radius + LUG_END_MM, stand_off)
            if not Point(at).buffer(radius).intersects(blocked) and not Point(at).buffer(radius).intersects(cavity)]
    wanted = 4 if outer.area > 1500.0 else 2
    chosen = spread(free, wanted, 2.0 * diameter)
    if len(chosen) < 2:
        raise BuildError("the lid finds no two places for its screws beside the openings; raise gap_mm, or use a "
                         "smaller connector_clearance_mm")
    return chosen


def contour_points(contour: Contour, steps: int = 16) -> np.ndarray:
    """Points (n, 2) on a contour, arcs in `steps` chords."""
    points = []
    v = contour.vertices
    for (ax, ay, bulge), (bx, by, _) in zip(v, np.roll(v, -1, axis=0), strict=True):
        points.append((ax, ay))
        if bulge:
            turn = 4.0 * np.arctan(bulge)
            middle = np.array([(ax + bx) / 2, (ay + by) / 2])
            centre = middle + np.array([-(by - ay), bx - ax]) / (2.0 * np.tan(turn / 2.0))
            for k in range(1, steps):
                c, s = np.cos(turn * k / steps), np.sin(turn * k / steps)
                dx, dy = ax - centre[0], ay - centre[1]
                points.append((centre[0] + c * dx - s * dy, centre[1] + s * dx + c * dy))
    return np.array(points)
