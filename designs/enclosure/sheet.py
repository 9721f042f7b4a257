"""The sheet form: six panels with finger joints, checked as they stand together around the board."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import cadquery as cq
import numpy as np
from shapely.affinity import translate
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

from fabwright.design import (
    Board,
    BuildError,
    Contour,
    CriticalDimension,
    Datum,
    Finding,
    FlatPart,
    Hardware,
    Making,
    Part,
    Severity,
)

from .face import lettering, vents
from .fasteners import Thread, threads_through
from .layout import contour_points
from .panels import SIDES, SheetBox, kept_fingers, lay_out_sheet, plate, wall
from .prisms import common_volume_mm3, polygon_prism
from .solid import board_solid

if TYPE_CHECKING:
    from .design import Enclosure

CLEAR_MM3 = 0.1
# Rounding of panel corners, times the lengths of fingers.
AREA_MM2 = 0.001
# Sheet kept around vents and label, and how far from a wall a connector may end before a plug hardly reaches it.
FRAME_MM, FAR_MM = 4.0, 3.0
SCREW_LENGTHS_MM = (8.0, 10.0, 12.0, 14.0, 16.0, 20.0, 25.0, 30.0)


def make(board: Board, options: Enclosure, making: Making) -> Part:
    """Base, lid and four walls; BuildError where panels overlap, do not interlock, or touch the board."""
    plan = lay_out_sheet(board, options, making)
    screws = [(h.x_mm, h.y_mm, threads_through(h.diameter_mm)[0]) for h in board.holes
              if threads_through(h.diameter_mm)]
    face = box(plan.low_x, plan.low_y, plan.high_x, plan.high_y).buffer(-FRAME_MM, join_style="mitre")
    face = face.difference(unary_union([box(*o.rect(plan.outside)).buffer(plan.bridge, join_style="mitre")
                                        for o in plan.openings if o.z_high_mm > plan.inside]))
    strokes, taken = lettering(face, options.label)
    slots = vents(face.difference(taken.buffer(2.0, join_style="mitre"))) if options.vents else []
    bores = [_circle(x, y, t.medium_mm + making.hole_compensation_mm) for x, y, t in screws]
    polygons = {
        "base": plate(plan, False, []), "lid": plate(plan, True, []),
        **{SIDES[side]: wall(plan, side) for side in SIDES},
    }
    check_joints(plan, polygons)
    check_standing(plan, polygons)
    sheets = (
        _flat("base", polygons["base"], plan.thickness, bores),
        *(_flat(f"{SIDES[side]} wall", polygons[SIDES[side]], plan.thickness) for side in SIDES),
        _flat("lid", polygons["lid"], plan.thickness, slots,
              [Contour(np.column_stack([s, np.zeros(len(s))]), closed=False) for s in strokes]),
    )
    return Part((), sheets, (Datum("board, lower left corner of its underside", (0.0, 0.0, plan.bottom)),),
                _dimensions(plan, screws), _hardware(plan, screws), tuple(_findings(plan, bool(screws))),
                _assembly(screws))


def standing(plan: SheetBox, polygons: dict[str, Polygon]) -> dict[str, Any]:
    """Each panel as a solid where it stands in the assembled box."""
    t = plan.thickness
    up_y, up_x = (0, -1, 0), (1, 0, 0)
    planes = {
        "base": cq.Plane((0, 0, -t)), "lid": cq.Plane((0, 0, plan.inside)),
        "front": cq.Plane((0, plan.low_y, 0), (1, 0, 0), up_y),
        "back": cq.Plane((0, plan.high_y + t, 0), (1, 0, 0), up_y),
        "left": cq.Plane((plan.low_x - t, 0, 0), (0, 1, 0), up_x),
        "right": cq.Plane((plan.high_x, 0, 0), (0, 1, 0), up_x),
    }
    return {name: polygon_prism(polygons[name], 0.0, t).located(cq.Location(plane)) for name, plane in planes.items()}


def check_standing(plan: SheetBox, polygons: dict[str, Polygon]) -> None:
    """BuildError when two assembled panels, or a panel and the board, share volume."""
    solids = standing(plan, polygons)
    opposite = ({"base", "lid"}, {"front", "back"}, {"left", "right"})
    for a, b in combinations(solids, 2):
        if {a, b} not in opposite:
            shared = common_volume_mm3(solids[a], solids[b])
            if shared > CLEAR_MM3:
                raise BuildError(f"panels {a} and {b} overlap by {shared:.2f} mm3 (limit {CLEAR_MM3} mm3); report the "
                                 "design")
    board = board_solid(plan.board, plan.bottom, plan.top)
    for name, solid in solids.items():
        shared = common_volume_mm3(solid, board)
        if shared > CLEAR_MM3:
            raise BuildError(f"panel {name} and the board overlap by {shared:.2f} mm3 (limit {CLEAR_MM3} mm3); raise "
                             "gap_mm or connector_clearance_mm, and report the design")


def check_joints(plan: SheetBox, polygons: dict[str, Polygon]) -> None:
    """BuildError when a wall has a finger neither in the base nor in the lid, or one does not fill its slot."""
    t = plan.thickness
    for side, name in SIDES.items():
        row = plan.row(side)
        if not (kept_fingers(plan, side, False) or kept_fingers(plan, side, True)):
            raise BuildError(f"the {name} wall has no finger left in base or lid: its openings reach along the "
                             "whole of both edges; raise height_above_board_mm or standoff_mm")
        for upper, clearance in ((False, plan.glued_mm), (True, plan.lid_mm)):
            kept = kept_fingers(plan, side, upper)
            where = "lid" if upper else "base"
            for index in kept:
                low, high = row.span(index)
                rows = (plan.inside, plan.inside + t) if upper else (-t, 0.0)
                finger = polygons[name].intersection(box(low, rows[0], high, rows[1])).area
                slot = (high - low) * t
                if not slot - clearance * t - AREA_MM2 <= finger <= slot + AREA_MM2:
                    raise BuildError(f"finger {index} of the {name} wall fills {finger:.2f} of {slot:.2f} mm2 of its "
                                     f"slot in the {where}; report the design")


def _circle(x: float, y: float, diameter: float) -> Contour:
    """A clockwise circle."""
    return Contour(np.array([(x - diameter / 2, y, -1.0), (x + diameter / 2, y, -1.0)]))


def _flat(name: str, polygon: Polygon, thickness: float, holes: list[Contour] | None = None,
          engravings: list[Contour] | None = None) -> FlatPart:
    """A panel moved so that its lower left corner is at zero; openings inside it become holes."""
    low_x, low_y, _, _ = polygon.bounds
    shift = np.array([low_x, low_y, 0.0])
    moved = translate(polygon, -low_x, -low_y)
    inner = [_ring(r, clockwise=True) for r in moved.interiors]
    more = [Contour(_turned(c) - shift) for c in holes or []]
    lines = [Contour(c.vertices - shift, c.closed) for c in engravings or []]
    return FlatPart(name, thickness, _ring(moved.exterior, clockwise=False), (*inner, *more), tuple(lines))


def _ring(ring: Any, clockwise: bool) -> Contour:
    points = np.asarray(ring.coords)[:-1, :2]
    points = np.round(points[::-1] if ring.is_ccw == clockwise else points, 9) + 0.0
    return Contour(np.column_stack([points, np.zeros(len(points))]))


def _turned(contour: Contour) -> np.ndarray:
    """Vertices of a closed contour, clockwise."""
    v = contour.vertices
    if Polygon(contour_points(contour)).exterior.is_ccw:
        # A segment's bulge belongs to its start, which reversing moves by one, and its sense turns over.
        return np.column_stack([v[::-1, :2], -np.roll(v[::-1, 2], -1)])
    return v


def _dimensions(plan: SheetBox, screws: list[tuple[float, float, Thread]]) -> tuple[CriticalDimension, ...]:
    found = [CriticalDimension("sheet thickness", plan.thickness, 0.1, 0.1, "mm", "caliper, each sheet", "base"),
             CriticalDimension("lid fit, across a finger", plan.lid_mm, 0.1, 0.1, "mm", "feeler gauge", "lid")]
    for k, (a, b) in enumerate(pairwise(screws), start=1):
        found.append(CriticalDimension(f"hole pattern, hole {k} to {k + 1}", float(np.hypot(a[0] - b[0], a[1] - b[1])),
                                       0.2, 0.2, "mm", "caliper across the holes, less one hole", "base"))
    found += [CriticalDimension(f"opening for {o.title}, width", o.high_mm - o.low_mm, 0.3, 0.0, "mm", "caliper",
                                f"{SIDES[o.side]} wall") for o in plan.openings]
    return tuple(found)


def _hardware(plan: SheetBox, screws: list[tuple[float, float, Thread]]) -> tuple[Hardware, ...]:
    found: list[Hardware] = []
    for name in dict.fromkeys(t.name for _, _, t in screws):
        count = sum(t.name == name for _, _, t in screws)
        clamped = plan.thickness + plan.bottom + plan.board.thickness_mm
        needs = clamped + 0.8 * float(name[1:]) + 1.0
        length = next((n for n in SCREW_LENGTHS_MM if n >= needs), SCREW_LENGTHS_MM[-1])
        found += [Hardware(f"machine screw {name} x {length:g}", count, "up through base, spacer and board"),
                  Hardware(f"nut {name}", count, "on the board"),
                  Hardware(f"plain spacer for {name}, {plan.bottom:g} mm long", count, "between base and board")]
    if not screws:
        found.append(Hardware(f"self-adhesive board edge support, {plan.bottom:g} mm high", 4,
                              "on the base, at the edges"))
    found += [Hardware("self-adhesive rubber foot", 4, "under the base"), Hardware("glue for the sheet's material", 1)]
    return tuple(found)


def _findings(plan: SheetBox, screwed: bool) -> list[Finding]:
    name = plan.board.name
    found = [Finding("board-read", Severity.WARNING, name, f"{w[:1].upper()}{w[1:]}.") for w in plan.board.warnings]
    if not screwed:
        found.append(Finding("board-held", Severity.WARNING, name, "The board has no hole for a screw of the table: it "
                             "stands on adhesive supports.", remedy="Add mounting holes of 2.2 mm or more."))
    for side, wall_name in SIDES.items():
        for upper, where in ((False, "base"), (True, "lid")):
            if not kept_fingers(plan, side, upper):
                found.append(Finding("wall-held", Severity.WARNING, f"{wall_name} wall", f"Has no finger in the "
                                     f"{where}, because its openings reach along the whole edge.", 0.0, 1.0, "",
                                     "Raise height_above_board_mm." if upper else "Raise standoff_mm."))
    walls = {"-x": plan.low_x, "+x": plan.high_x, "-y": plan.low_y, "+y": plan.high_y}
    for o in plan.openings:
        short = (walls[o.side] - o.outer_mm) * (1.0 if o.side[0] == "+" else -1.0)
        if short > FAR_MM:
            found.append(Finding("connector-reach", Severity.WARNING, o.title, f"Ends {short:.1f} mm inside the wall; "
                                 "a plug may not reach it.", short, FAR_MM, "mm",
                                 "Choose the printed box, which follows the board."))
        if o.z_high_mm > plan.inside:
            found.append(Finding("lid-open", Severity.NOTE, o.title, "Stands through the lid, which is open there.",
                                 remedy=f"A height above the board of {o.z_high_mm - plan.top:.1f} mm closes it."))
        if o.z_low_mm < 0.0:
            found.append(Finding("floor-open", Severity.NOTE, o.title, "Reaches through the base, which is open there.",
                                 remedy=f"A standoff of {plan.bottom - o.z_low_mm:.1f} mm closes it."))
    found.append(Finding("parts-not-modelled", Severity.NOTE, name,
                         "Only connectors at the edges are modelled: check that no other part stands more than "
                         f"{plan.inside - plan.top:.1f} mm above the board.", None, plan.inside - plan.top, "mm"))
    return found


def _assembly(screws: list[tuple[float, float, Thread]]) -> tuple[str, ...]:
    held = ("Screw the board to the base on its spacers." if screws
            else "Stick the board supports to the base and press the board onto them.")
    return (held, "Glue front and back walls into the base over the connectors, then the side walls; keep them square.",
            "Press the lid onto the walls' upper fingers; it lifts off again.")
