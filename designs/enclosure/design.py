"""The enclosure: its options and rules, and the two forms it is built in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING

from fabwright.design import (
    Attachment,
    InputFileError,
    Making,
    Options,
    Part,
    Problem,
    attachment,
    choice,
    flag,
    length,
    rule,
    text,
)

from .lettering import LABEL_PATTERN, text_width_mm

if TYPE_CHECKING:
    from fabwright.design import Board

BOARD_FILE_BYTES = 32 * 1024 * 1024
# The corner of a square board clears a rounded inside corner while (sqrt 2 - 1) r <= sqrt 2 gap.
CORNER_TO_GAP = 3.41
# What a chamfer leaves of the corner's arc.
ARC_LEFT_MM = 0.25
# Upright edge left beside a chamfer: two layers of 0.2 mm.
EDGE_LEFT_MM = 0.4
# Plastic left under the bottom of a bore.
BORE_FLOOR_MM = 0.8
SMALLEST_TEXT_MM, LARGEST_TEXT_MM = 4.0, 8.0
LABEL_MARGIN_MM = 4.0


@lru_cache(maxsize=8)
def _read(file: Attachment) -> Board:
    from fabwright.design import read_board

    return read_board(file.data, file.name)


class Enclosure(Options):
    """What a buyer decides."""

    board: str = choice("arduino-uno", {
        "raspberry-pi-4": "Raspberry Pi 4 Model B", "raspberry-pi-zero": "Raspberry Pi Zero",
        "arduino-uno": "Arduino Uno R3", "arduino-nano": "Arduino Nano", "file": "From a KiCad board file",
    }, group="Board", label="Board", help="The circuit board that goes in.")
    board_file: Attachment | None = attachment(
        None, (".kicad_pcb",), BOARD_FILE_BYTES, group="Board", label="KiCad board file",
        help="A board saved by KiCad 5 to 8; it takes the place of the board chosen by name.")
    height_above_board_mm: float = length(
        14.0, 3.0, 40.0, step=0.5, group="Board", label="Height above the board",
        help="Room between the board's top face and the lid. A connector taller than this opens the lid as well.")
    standoff_mm: float = length(4.0, 2.0, 10.0, step=0.5, group="Board", label="Standoff",
                                help="Room between the floor and the board's underside, for leads and solder.")
    gap_mm: float = length(0.8, 0.3, 3.0, step=0.05, group="Board", label="Gap around the board",
                           help="Air between the board's edge and the wall.")
    connector_clearance_mm: float = length(0.6, 0.2, 2.0, step=0.1, group="Board", label="Clearance around connectors",
                                           help="Air between a connector and its opening, on every side.")
    wall_mm: float = length(2.0, 1.2, 4.0, step=0.1, group="Box", label="Wall",
                            help="Thickness of the printed walls. Boxes cut from sheet have the sheet's.")
    floor_mm: float = length(2.0, 1.2, 5.0, step=0.1, group="Box", label="Floor and lid",
                             help="Thickness of the printed floor and lid. Boxes cut from sheet have the sheet's.")
    corner_radius_mm: float = length(3.0, 0.0, 20.0, step=0.5, group="Box", label="Corner radius",
                                     help="Outside radius of the printed upright corners.")
    chamfer_mm: float = length(0.6, 0.0, 3.0, step=0.1, group="Box", label="Chamfer",
                               help="Bevel around the printed floor and lid; 0 for none.")
    fastening: str = choice("heat-set", {"heat-set": "Heat-set brass inserts", "self-tap": "Self-tapping screws"},
                            group="Box", label="Fastening", help="What the screws of board and printed lid hold in.")
    vents: bool = flag(True, group="Box", label="Vents", help="Slots in the lid.")
    label: str = text("", 24, LABEL_PATTERN, group="Box", label="Label",
                      help="Engraved in the lid in capitals; leave empty for none.")

    @rule("board-given", "board", "board_file")
    def _board_given(self) -> Iterator[Problem]:
        if self.board == "file" and self.board_file is None:
            yield Problem("board_file", "needs a .kicad_pcb, because board is 'file'; give one or choose a board by "
                          "name")
        elif self.board_file is not None and self.board not in ("file", "arduino-uno"):
            yield Problem("board", f"is '{self.board}', but a board file was given as well; leave one of them out",
                          "file")

    @rule("board-readable", "board_file")
    def _board_readable(self) -> Iterator[Problem]:
        if self.board_file is not None:
            try:
                _read(self.board_file)
            except InputFileError as error:
                yield Problem("board_file", str(error))

    @rule("corner-clears-board", "corner_radius_mm", "wall_mm", "gap_mm")
    def _corner_clears_board(self) -> Iterator[Problem]:
        inner, limit = self.corner_radius_mm - self.wall_mm, CORNER_TO_GAP * self.gap_mm
        if inner > limit + 1e-9:
            yield Problem("corner_radius_mm", f"gives an inside radius of {inner:.2f} mm, which lets a square board "
                          f"corner touch; with a gap of {self.gap_mm:g} mm it may be at most {limit:.2f} mm",
                          self.wall_mm + limit)

    @rule("chamfer-leaves-arc", "chamfer_mm", "corner_radius_mm")
    def _chamfer_leaves_arc(self) -> Iterator[Problem]:
        limit = max(0.0, self.corner_radius_mm - ARC_LEFT_MM)
        if self.chamfer_mm > limit + 1e-9:
            yield Problem("chamfer_mm", f"is {self.chamfer_mm:g} mm, but with a corner radius of "
                          f"{self.corner_radius_mm:g} mm it may be at most {limit:g} mm", floor(10.0 * limit) / 10.0)

    @rule("chamfer-leaves-edge", "chamfer_mm", "floor_mm")
    def _chamfer_leaves_edge(self) -> Iterator[Problem]:
        limit = self.floor_mm - EDGE_LEFT_MM
        if self.chamfer_mm > limit + 1e-9:
            yield Problem("chamfer_mm", f"is {self.chamfer_mm:g} mm, but floor and lid of {self.floor_mm:g} mm keep an "
                          f"edge of {EDGE_LEFT_MM:g} mm, so it may be at most {limit:.1f} mm", round(limit, 1))

    @rule("corner-fits-board", "corner_radius_mm")
    def _corner_fits_board(self) -> Iterator[Problem]:
        board = readable_board(self)
        if board is not None:
            limit = min(board.size_mm) / 2.0
            if self.corner_radius_mm > limit:
                yield Problem("corner_radius_mm", f"is {self.corner_radius_mm:g} mm, more than half the board's "
                              f"shorter side ({limit:.2f} mm)", limit)

    @rule("boss-depth", "standoff_mm", "floor_mm", "fastening")
    def _boss_depth(self) -> Iterator[Problem]:
        from .fasteners import least_depth_mm, threads_through

        board = readable_board(self)
        depth = self.floor_mm + self.standoff_mm - BORE_FLOOR_MM
        for hole in board.holes if board is not None else ():
            threads = threads_through(hole.diameter_mm)
            needs = min((least_depth_mm(t, self.fastening == "heat-set") for t in threads), default=0.0)
            if depth < needs - 1e-9:
                yield Problem("standoff_mm", f"leaves a boss {depth:.2f} mm deep (with the floor, less {BORE_FLOOR_MM} "
                              f"mm), but the fastening for a {hole.diameter_mm:g} mm hole needs {needs:.2f} mm",
                              needs + BORE_FLOOR_MM - self.floor_mm)
                return

    @rule("label-fits", "label")
    def _label_fits(self) -> Iterator[Problem]:
        board = readable_board(self)
        if self.label.strip() and board is not None:
            room = max(board.size_mm) - 2 * LABEL_MARGIN_MM
            needs = text_width_mm(self.label, SMALLEST_TEXT_MM)
            if needs > room:
                yield Problem("label", f"is {needs:.1f} mm long in letters {SMALLEST_TEXT_MM:g} mm high, but the "
                              f"lid has room for {room:.1f} mm; shorten it")


def readable_board(options: Enclosure) -> Board | None:
    """The board ordered, None where its file cannot be read (another rule tells why)."""
    try:
        return board_of(options)
    except InputFileError:
        return None


def board_of(options: Enclosure) -> Board:
    """The board ordered; InputFileError when its file cannot be read."""
    from .known_boards import known_board

    if options.board_file is not None:
        return _read(options.board_file)
    if options.board == "file":
        raise InputFileError("no board file was given")
    return known_board(options.board)


def build(options: Enclosure, making: Making) -> Part:
    """Two solids to be printed, or six panels to be cut, around the board ordered."""
    if making.form == "sheet":
        from .sheet import make as make_sheet

        return make_sheet(board_of(options), options, making)
    from .solid import make as make_solid

    return make_solid(board_of(options), options, making)


OPTIONS = Enclosure
