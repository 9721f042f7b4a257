"""Boards of KiCad 5, 6 and 8, read and compared with what was drawn."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from fabwright.geometry.kicad.boards import Board
from fabwright.geometry.kicad.connectors import family_of
from fabwright.geometry.kicad.outline import rings_of
from fabwright.geometry.kicad.reader import read_board

EXAMPLES = Path(__file__).parents[3] / "designs" / "enclosure" / "example_boards"


def example(name: str) -> Board:
    path = EXAMPLES / f"{name}.kicad_pcb"
    return read_board(path.read_bytes(), path.name)


def board_with(body: str) -> Board:
    return read_board(f'(kicad_pcb (version 20211014) {body})'.encode(), "drawn.kicad_pcb")


def frame(width: float = 60, height: float = 40) -> str:
    return f'(gr_rect (start 0 0) (end {width} {height}) (layer "Edge.Cuts"))'


def test_kicad_5_arcs_by_angle_modules_and_a_ring_of_vias() -> None:
    board = example("sensor-node-v5")
    assert board.name == "sensor-node-v5"
    assert board.size_mm == (60.0, 40.0)
    assert Polygon(board.outline).area == pytest.approx(60 * 40 - (4 - math.pi) * 9, abs=0.15)
    assert [(h.x_mm, h.y_mm, h.diameter_mm) for h in board.holes] == [
        (4.0, 4.0, 3.2), (56.0, 4.0, 3.2), (4.0, 36.0, 3.2), (56.0, 36.0, 3.2)]
    block, usb = sorted(board.connectors, key=lambda c: c.name)
    assert (usb.side, usb.height_mm, usb.back, usb.rect_mm) == ("-x", 4.2, False, (-1.8, 16.25, 3.2, 23.75))
    assert (block.side, block.rect_mm) == ("+x", (49.8, 12.46, 59.6, 27.7))
    assert board.file_origin_mm == (100.0, 140.0)


def test_kicad_6_arcs_by_middle_drawn_holes_cutout_and_a_part_on_the_back() -> None:
    board = example("relay-v6")
    assert board.thickness_mm == 1.2
    assert [(h.x_mm, h.y_mm, h.diameter_mm) for h in board.holes] == [(51, 5, 2.7), (59, 39, 2.7), (5, 40, 2.7)]
    assert len(board.cutouts) == 1
    assert Polygon(board.cutouts[0]).area == pytest.approx(2 * 15)
    jst, jack = board.connectors
    assert (jst.side, jst.back, jst.rect_mm) == ("-x", True, (-7.7, 23.8, 5.0, 36.2))
    assert (jack.side, jack.rect_mm) == ("-y", (5.5, -5.3, 14.5, 8.2))


def test_kicad_8_polygon_with_an_arc_and_a_curve() -> None:
    board = example("badge-v8")
    assert Polygon(board.outline).area == pytest.approx(1600 - 8 * 6 - (1 - math.pi / 4) * 64, abs=0.2)
    # By Green: a cubic with both handles 6 to the right of a chord of 6 encloses 3/5 of that square.
    assert Polygon(board.cutouts[0]).area == pytest.approx(21.6, rel=0.01)
    assert board.holes == ()
    assert [c.side for c in board.connectors] == ["-y"]


@pytest.mark.parametrize(("turn", "side"), [(0, "+y"), (90, "-x"), (180, "-y"), (270, "+x")])
def test_a_turned_part_faces_the_side_it_is_turned_to(turn: int, side: str) -> None:
    middle = {"+y": (30, 6), "-y": (30, 34), "-x": (6, 20), "+x": (54, 20)}[side]
    part = (f'(footprint "USB_B_Horizontal" (layer "F.Cu") (at {middle[0]} {middle[1]} {turn})'
            '(fp_rect (start -6 -8) (end 6 8) (layer "F.Fab")))')
    (connector,) = board_with(frame() + part).connectors
    assert connector.side == side


def test_a_connector_in_the_middle_and_an_upright_header_need_no_opening() -> None:
    parts = ('(footprint "USB_B" (layer "F.Cu") (at 30 20) (fp_rect (start -6 -8) (end 6 8) (layer "F.Fab")))'
             '(footprint "PinHeader_1x04_P2.54mm_Vertical" (layer "F.Cu") (at 1 20)'
             ' (fp_rect (start -1 -1) (end 1 9) (layer "F.Fab")))')
    assert board_with(frame() + parts).connectors == ()


def test_pegs_of_connectors_and_component_leads_are_no_mounting_holes() -> None:
    parts = ('(footprint "RJ45" (layer "F.Cu") (at 20 20)'
             ' (pad "" np_thru_hole circle (at 3 0) (size 3.2 3.2) (drill 3.2))'
             ' (pad "1" thru_hole circle (at 0 0) (size 1.5 1.5) (drill 0.9)))'
             '(footprint "Pin" (layer "F.Cu") (at 40 20) (pad "1" thru_hole circle (at 0 0) (size 2 2) (drill 1.0)))')
    assert board_with(frame() + parts).holes == ()


def test_a_hole_over_the_edge_is_left_out() -> None:
    hole = '(footprint "MountingHole" (at 59 20) (pad "" np_thru_hole circle (at 0 0) (size 3.2 3.2) (drill 3.2)))'
    assert board_with(frame() + hole).holes == ()


def test_a_small_gap_is_bridged_with_a_warning() -> None:
    ends = (("0 0", "60 0"), ("60 0.05", "60 40"), ("60 40", "0 40"), ("0 40", "0 0"))
    board = board_with("".join(f'(gr_line (start {a}) (end {b}) (layer "Edge.Cuts"))' for a, b in ends))
    assert board.warnings == ("a gap of 0.050 mm in the outline at (60.000, 0.000) was bridged",)


def test_a_stray_line_inside_a_closed_outline_is_left_out_with_a_warning() -> None:
    board = board_with(frame() + '(gr_line (start 5 5) (end 9 5) (layer "Edge.Cuts"))')
    assert board.warnings == ("a line that leads nowhere on the layer Edge.Cuts at (5.000, 5.000) was left out",)


def test_of_a_panel_the_largest_board_is_taken_with_a_warning() -> None:
    board = board_with(frame() + '(gr_rect (start 70 0) (end 90 20) (layer "Edge.Cuts"))')
    assert board.size_mm == (60.0, 40.0)
    assert "a second outline at" in board.warnings[0]


def test_a_line_drawn_twice_counts_once() -> None:
    assert board_with(frame() + frame()).size_mm == (60.0, 40.0)


def test_outline_drawn_in_a_footprint_is_placed_with_it() -> None:
    board = board_with('(footprint "Frame" (at 100 100 90) (fp_rect (start 0 0) (end 30 20) (layer "Edge.Cuts")))')
    assert board.size_mm == (20.0, 30.0)


def test_a_connector_made_of_the_board_is_told() -> None:
    part = '(footprint "USB_A_PCB_traces" (layer "F.Cu") (at 3 20) (fp_rect (start -3 -6) (end 9 6) (layer "F.Fab")))'
    board = board_with(frame() + part)
    assert board.connectors == ()
    assert board.warnings == ("USB_A_PCB_traces is made of the board's own edge; no opening is made for it",)


def test_an_edge_mount_connector_straddles_the_board() -> None:
    part = ('(footprint "DSUB-9_Male_EdgeMount_P2.77mm" (layer "F.Cu") (at 3 20)'
            ' (fp_rect (start -9 -15) (end 3 15) (layer "F.Fab")))')
    (connector,) = board_with(frame() + part).connectors
    assert connector.height_mm == connector.beyond_mm == pytest.approx(5.5)


@pytest.mark.parametrize(("name", "height"), [
    ("Connector_USB:USB_A_Molex_67643_Horizontal", 7.2), ("Connector_USB:USB_C_Receptacle_GCT", 4.2),
    ("Connector_Dsub:DSUB-9_Female_Horizontal", 12.6), ("Connector_RJ:RJ45_Amphenol", 13.7),
    ("Connector_HDMI:HDMI_A_Amphenol", 6.4), ("Connector_BarrelJack:BarrelJack_Horizontal", 11.2),
    ("Connector_JST:JST_SH_SM04B-SRSS-TB_1x04_Horizontal", 3.2), ("Connector_JST:JST_XH_B4B_Vertical", None),
    ("Resistor_SMD:R_0603", None), ("Package_TO_SOT_SMD:SOT-23", None), ("Connector:JWT", None),
    ("MountingHole:MountingHole_3.2mm_M3", None), ("Connector_Coaxial:BNC_Horizontal", 16.0),
])
def test_families(name: str, height: float | None) -> None:
    family = family_of(name)
    assert (family.height_mm if family else None) == height


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(6)), flips=st.lists(st.booleans(), min_size=6, max_size=6))
def test_an_outline_does_not_depend_on_how_its_lines_were_drawn(order: list[int], flips: list[bool]) -> None:
    corners = np.array([(0, 0), (50, 0), (50, 30), (30, 30), (30, 45), (0, 45)], dtype=float)
    strokes = [np.array([corners[k], corners[(k + 1) % 6]]) for k in range(6)]
    drawn = [strokes[k][::-1] if flip else strokes[k] for k, flip in zip(order, flips, strict=True)]
    rings = rings_of(drawn, "drawn")
    assert Polygon(rings.outer).equals(Polygon(corners))
    assert Polygon(rings.outer).exterior.is_ccw
    assert rings.inner == ()
    assert rings.warnings == ()
