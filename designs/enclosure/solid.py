"""The printed form: base and lid, checked against the board they hold."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from shapely.geometry import Point
from shapely.ops import unary_union

from fabwright.design import (
    Board,
    Body,
    BuildError,
    CriticalDimension,
    Datum,
    Finding,
    Hardware,
    Making,
    Part,
    Severity,
    contour_area_mm2,
    polygon_of,
    rounded,
)

from .base import SKIN_MM, bored, make_base
from .fasteners import Fastening, screw_length_mm
from .layout import HOLD_DOWN_AIR_MM, Layout, contour_points, lay_out
from .lid import make_lid, pierced
from .openings import connector_heights
from .prisms import block, common_volume_mm3, fused, polygon_prism

if TYPE_CHECKING:
    from .design import Enclosure

# Contact shares no volume; a tenth of a cubic millimetre is far below what a caliper finds.
CLEAR_MM3 = 0.1


def make(board: Board, options: Enclosure, making: Making) -> Part:
    """Base and lid for a board; BuildError when either is not one sound solid or touches the board."""
    layout = lay_out(board, options, making)
    base, lid = make_base(layout, options.chamfer_mm), make_lid(layout, options)
    # Bores, vents and label only take off material: what is clear without them stays clear.
    check_clear(base, lid, board_solid(board, layout.bottom, layout.top))
    base, lid = bored(base, layout, making), pierced(lid, layout, options, making)
    check_volumes(layout, base, lid)
    low_x, low_y, high_x, high_y = _extent(layout)
    hangs = layout.split - layout.top - HOLD_DOWN_AIR_MM if layout.hold_downs else layout.lip_mm
    bodies = (
        Body("base", base, (0.0, 0.0, 0.0), "main",
             (high_x - low_x, high_y - low_y, layout.split) if _whole_floor(layout) else None),
        Body("lid", lid, (180.0, 0.0, 0.0), "main",
             (high_x - low_x, high_y - low_y, layout.height - layout.split + hangs) if _plain_lid(layout) else None),
    )
    return Part(bodies, (), _datums(layout), _dimensions(layout), _hardware(layout, options),
                tuple(_findings(layout)), _assembly(layout))


def board_solid(board: Board, bottom_mm: float, top_mm: float) -> Any:
    """The board and its edge connectors as one shape: what must stay clear of the box."""
    plate = polygon_prism(polygon_of(board.outline), bottom_mm, top_mm - bottom_mm)
    blocks = [block(c.rect_mm, *connector_heights(c, bottom_mm, top_mm)) for c in board.connectors]
    return fused(plate, blocks)


def check_clear(base: Any, lid: Any, board: Any) -> None:
    """BuildError naming the pair that shares volume."""
    for name, a, b in (("base and board", base, board), ("lid and board", lid, board), ("base and lid", base, lid)):
        shared = common_volume_mm3(a, b)
        if shared > CLEAR_MM3:
            raise BuildError(f"{name} overlap by {shared:.2f} mm3 (limit {CLEAR_MM3} mm3); raise gap_mm or "
                             "connector_clearance_mm, and report the design")


def check_volumes(layout: Layout, base: Any, lid: Any) -> None:
    """BuildError when a solid's volume is not what its outlines and heights allow: a measure that needs no solid."""
    lug_area = math.pi / 4.0 * layout.lug_diameter_mm ** 2
    outside = contour_area_mm2(layout.outer_contour())
    inside = contour_area_mm2(rounded(layout.inner, layout.inner_radius_mm))
    standing = sum(math.pi / 4 * b.diameter_mm ** 2 for b in layout.bosses) + sum(p.area for p in layout.pillars)
    most = (outside * layout.split - inside * (layout.split - layout.floor) + standing * (layout.bottom - layout.floor)
            + len(layout.lugs) * lug_area * layout.split)
    lid_most = (outside + len(layout.lugs) * lug_area) * (layout.height - layout.split) + outside * 0.25 * layout.split
    for name, solid, limit, share in (("base", base, most, 0.5), ("lid", lid, lid_most, 0.1)):
        volume = solid.Volume()
        if not share * limit < volume <= 1.001 * limit:
            raise BuildError(f"{name}: its volume is {volume:.0f} mm3, but its outlines and heights allow "
                             f"{share * limit:.0f} to {limit:.0f} mm3; report the design")


def _extent(layout: Layout) -> tuple[float, float, float, float]:
    plan = unary_union([polygon_of(contour_points(layout.outer_contour())),
                        *(Point(at).buffer(layout.lug_diameter_mm / 2.0, 64) for at in layout.lugs)])
    low_x, low_y, high_x, high_y = plan.bounds
    return low_x, low_y, high_x, high_y


def _whole_floor(layout: Layout) -> bool:
    """Whether no opening cuts the floor's edge, which spans the box."""
    return all(o.z_low_mm >= SKIN_MM for o in layout.openings)


def _plain_lid(layout: Layout) -> bool:
    """Whether no opening may have cut away the lid's lowest parts or its edge."""
    return not layout.openings


def _datums(layout: Layout) -> tuple[Datum, ...]:
    return (Datum("board, lower left corner of its underside", (0.0, 0.0, layout.bottom)),
            Datum("base, underside", (0.0, 0.0, 0.0)),
            Datum("lid, top face", (0.0, 0.0, layout.height)))


def _dimensions(layout: Layout) -> tuple[CriticalDimension, ...]:
    found: list[CriticalDimension] = []
    for k, (a, b) in enumerate(pairwise(layout.bosses), start=1):
        found.append(CriticalDimension(f"hole pattern, boss {k} to {k + 1}",
                                       math.hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm), 0.2, 0.2, "mm",
                                       "caliper across the bores, less one bore", "base"))
    bores = {(f.thread.name, f.bore_mm): f for f in (*(b.fastening for b in layout.bosses), layout.lug_fastening)}
    for (thread, bore), f in bores.items():
        what = "insert bore" if f.insert else "tapping bore"
        found.append(CriticalDimension(f"{what} {thread}", bore, 0.1, 0.0, "mm", "pin gauge", "base"))
    found.append(CriticalDimension("lid gap, per side", layout.lid_gap_mm, 0.1, 0.1, "mm", "feeler gauge, lid in place",
                                   "lid"))
    found += [CriticalDimension(f"opening for {o.title}, width", o.high_mm - o.low_mm, 0.3, 0.0, "mm", "caliper",
                                "base") for o in layout.openings]
    return tuple(found)


def _hardware(layout: Layout, options: Enclosure) -> tuple[Hardware, ...]:
    counted: dict[tuple[str, str], int] = {}

    def add(name: str, use: str, quantity: int) -> None:
        if quantity:
            counted[(name, use)] = counted.get((name, use), 0) + quantity

    for use, clamped, fastening, quantity in (
            *(("board", layout.board.thickness_mm, b.fastening, 1) for b in layout.bosses),
            ("lid", options.floor_mm, layout.lug_fastening, len(layout.lugs))):
        add(_screw(fastening, clamped), f"{use} screw", quantity)
        if fastening.insert is not None:
            add(f"heat-set insert {fastening.insert.sku}", f"in the base, for the {use}", quantity)
    return tuple(Hardware(name, quantity, use) for (name, use), quantity in counted.items())


def _screw(fastening: Fastening, clamped_mm: float) -> str:
    length = screw_length_mm(clamped_mm, fastening.grip_mm)
    kind = "pan head machine screw" if fastening.insert else "thread-forming screw for plastics, pan head"
    size = fastening.thread.name
    return (f"{kind} {size} x {length:g}" if length is not None
            else f"{kind} {size}, {clamped_mm + 1.5:.1f} to {clamped_mm + fastening.grip_mm:.1f} mm long")


def _findings(layout: Layout) -> list[Finding]:
    found = [Finding("board-read", Severity.WARNING, layout.board.name, f"{w[:1].upper()}{w[1:]}.")
             for w in layout.board.warnings]
    found += [Finding("board-held", Severity.WARNING, layout.board.name, d) for d in layout.doubts]
    room = layout.split - layout.top
    for o in layout.openings:
        if o.z_high_mm > layout.height - 0.8:
            found.append(Finding("lid-open", Severity.NOTE, o.title, f"Reaches {o.z_high_mm - layout.top:.1f} mm above "
                                 f"the board with its clearance, {room:.1f} mm are inside; the lid is open there.",
                                 o.z_high_mm - layout.top, room, "mm",
                                 f"A height above the board of {o.z_high_mm - layout.top:.1f} mm closes it."))
        if o.z_low_mm < 0.8:
            found.append(Finding("floor-open", Severity.NOTE, o.title, "Reaches through the floor, which is open "
                                 "there.",
                                 remedy="A greater standoff closes it."))
    found.append(Finding("parts-not-modelled", Severity.NOTE, layout.board.name,
                         f"Only connectors at the edges are modelled: check that no other part stands more than "
                         f"{room:.1f} mm above the board.", None, room, "mm"))
    sources = sorted({c.source for c in layout.board.connectors if c.source})
    found += [Finding("connector-heights", Severity.NOTE, layout.board.name, "Sizes of connectors are taken from a "
                      "table.",
                      source=s) for s in sources]
    return found


def _assembly(layout: Layout) -> tuple[str, ...]:
    inserts = layout.lug_fastening.insert is not None
    steps = []
    if inserts:
        steps.append("Set the inserts with a soldering iron, flush with the bosses and with the rim.")
    if layout.bosses:
        steps.append("Lower the board onto its bosses and screw it down; do not tighten more than the head seats.")
    if layout.pillars:
        steps.append("Lower the board onto the supports at its edge; " +
                     ("the lid holds it down." if layout.hold_downs else "they carry the side without screws."))
    steps.append("Lay the lid on, its tongues over the connectors, and screw it down.")
    return tuple(steps)
