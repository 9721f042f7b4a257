"""Which footprints are connectors that a wall must open for, how tall they stand, and which side they face."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fabwright.geometry.kicad.boards import SIDES, EdgeConnector, Rect

HEIGHT_SOURCE = ("typical housing height of this connector family, chosen; makers differ by some tenths of a mm, check "
                 "the drawing of the part fitted")
# A body whose face ends this close to the board's edge, or beyond it, is meant to be reached from outside.
REACH_MM = 1.5
# Overhangs at a corner that differ by less do not tell which side a body faces; its longer side does.
CORNER_MM = 0.5
_STRADDLES = re.compile(r"EdgeMount|Edge_?Mount|Straddle", re.IGNORECASE)
_STRADDLED_BOARD_MM = 1.6


@dataclass(frozen=True, slots=True)
class Family:
    """Connectors told by their footprint's name, and their height over the board in mm."""

    pattern: re.Pattern[str]
    height_mm: float


def _family(pattern: str, height_mm: float) -> Family:
    return Family(re.compile(pattern, re.IGNORECASE), height_mm)


# First match wins: special forms stand before general ones.
FAMILIES: tuple[Family, ...] = (
    _family(r"USB_?3?_?A.*(stack|dual|double)|USB.*A.*x2", 16.0),
    _family(r"USB_?3?_?A(?![a-z])|USB-A", 7.2),
    _family(r"USB_?3?_?B(?![a-z])|USB-B", 11.2),
    _family(r"USB_?C|USB-C|Micro|USB_?Mini|USB.*Mini", 4.2),
    _family(r"D-?SUB|\bDB-?\d", 12.6),
    _family(r"RJ-?45|8P8C|RJ-?1[12]|RJ-?9", 13.7),
    _family(r"Mini_?HDMI|HDMI_?(C|D|Mini|Micro)", 4.0),
    _family(r"HDMI|DisplayPort", 6.4),
    _family(r"Barrel|DC_?Jack|Jack_?(DC|Alim)", 11.2),
    _family(r"Jack_?3\.5|Audio|PJ-?3|CUI_SJ|Jack", 6.5),
    _family(r"BNC", 16.0),
    _family(r"SMA(?![a-z])|MCX|MMCX", 9.0),
    _family(r"RCA|Cinch", 13.0),
    _family(r"DIN-?\d|Mini_?DIN", 13.0),
    _family(r"TerminalBlock|Terminal_?Block|bornier|Phoenix|MKDS|Screw_?Terminal", 14.0),
    _family(r"JST_SH", 3.2),
    _family(r"JST_(GH|ZH|PH)", 6.0),
    _family(r"JST", 8.0),
    _family(r"Molex|Microfit|Micro-Fit|KK", 10.0),
    _family(r"(PinHeader|PinSocket|IDC|HE10|Pin_?Header).*(Horizontal|Angled)", 9.0),
    _family(r"microSD|SD_?Card|micro_?SD", 2.2),
)
_UPRIGHT = re.compile(r"Vertical|Straight|TopEntry", re.IGNORECASE)
# Connectors made of the board itself: nothing stands on it, and its tongue has to leave the box.
_BOARD_EDGE = re.compile(r"PCB_?traces|CardEdge|Card_Edge|EdgeConn|BUS_?PCI|BUS_?ISA|GoldFinger", re.IGNORECASE)
_NO_CONNECTOR = re.compile(r"^(?:.*:)?(R|C|D|L|LED|Q|U|DIP|SO|SOT|TO|QFN|QFP|MountingHole|SolderJumper|Crystal)[-_]",
                           re.IGNORECASE)


def family_of(footprint: str) -> Family | None:
    """The family of a footprint's name, None for what is no connector, stands upright or is the board's own edge."""
    name = footprint.rpartition(":")[2]
    if _UPRIGHT.search(name) or _BOARD_EDGE.search(name) or _NO_CONNECTOR.match(footprint):
        return None
    if footprint.startswith(("Package_", "Resistor_", "Capacitor_", "Diode_", "LED_", "Inductor_", "Crystal")):
        return None
    return next((f for f in FAMILIES if f.pattern.search(name)), None)


def is_board_edge(footprint: str) -> bool:
    """Whether a footprint is a connector made of the board's own edge."""
    return bool(_BOARD_EDGE.search(footprint))


def facing(rect: Rect, bounds: Rect, outline: object) -> str | None:
    """The side of the board at which a body ends, None when it ends at none.

    `outline` is the board as a shapely polygon. Where a body at a corner reaches two sides, it faces the one it
    overhangs more, or else the one along which it is longer.
    """
    from shapely.geometry import box

    low_x, low_y, high_x, high_y = rect
    strips = {
        "-x": (low_x - 2 * REACH_MM, low_y, low_x - REACH_MM, high_y),
        "+x": (high_x + REACH_MM, low_y, high_x + 2 * REACH_MM, high_y),
        "-y": (low_x, low_y - 2 * REACH_MM, high_x, low_y - REACH_MM),
        "+y": (low_x, high_y + REACH_MM, high_x, high_y + 2 * REACH_MM),
    }
    overhang = {"-x": bounds[0] - low_x, "+x": high_x - bounds[2], "-y": bounds[1] - low_y, "+y": high_y - bounds[3]}
    free = []
    for side in SIDES:
        strip = box(*strips[side])
        if strip.area > 0 and outline.intersection(strip).area < 0.1 * strip.area:  # type: ignore[attr-defined]
            free.append(side)
    if not free:
        return None
    along = {"-x": high_y - low_y, "+x": high_y - low_y, "-y": high_x - low_x, "+y": high_x - low_x}
    ahead = max(overhang[s] for s in free)
    near = [s for s in free if ahead - overhang[s] < CORNER_MM]
    return max(near, key=lambda s: (along[s], overhang[s]))


def connector_at(footprint: str, rect: Rect, back: bool, bounds: Rect, outline: object) -> EdgeConnector | None:
    """The edge connector that a footprint is, or None."""
    family = family_of(footprint)
    if family is None:
        return None
    side = facing(rect, bounds, outline)
    if side is None:
        return None
    name = footprint.rpartition(":")[2]
    if _STRADDLES.search(name):
        half = (family.height_mm - _STRADDLED_BOARD_MM) / 2.0
        return EdgeConnector(name, rect, side, half, back, half, HEIGHT_SOURCE)
    return EdgeConnector(name, rect, side, family.height_mm, back, 0.0, HEIGHT_SOURCE)
