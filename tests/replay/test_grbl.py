"""GRBL 1.1: what short programs do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fabwright.model.findings import Severity

HEAD = "G21 G90 G94 G17 G54\n"

MOVED = [
    ("G0 X5 Y6", (5, 6, 0)),
    ("G1 X5 F100\nY6\nZ-1", (5, 6, -1)),
    ("G0X5Y6", (5, 6, 0)),
    ("g0 x5 (comment) y6 ; more", (5, 6, 0)),
    ("X5", (5, 0, 0)),                                    # G0 is in force when the controller starts
    ("G91\nG0 X5\nX5", (10, 0, 0)),
    ("G20\nG0 X1", (25.4, 0, 0)),
    ("G20 G0 X1", (25.4, 0, 0)),                          # units before the move of the same block
    ("G0 X5\nG92 X0\nG0 X1", (6, 0, 0)),
    ("G0 X5\nG92 X0\nG92.1\nG0 X1", (1, 0, 0)),
    ("G91 G0 X5 G90", None),                              # two distance modes in one block
    ("N10 G0 X5", (5, 0, 0)),
    ("G1 G0 X5", None),
    ("G2 X10 Y0 I5 J0 F100", (10, 0, 0)),
    ("G2 X10 Y0 R5 F100", (10, 0, 0)),
    ("G0 X5 (not closed", (5, 0, 0)),
    ("G0 X 1 2 . 5", (12.5, 0, 0)),                       # blanks do not count
]


@pytest.mark.parametrize(("program", "end"), MOVED)
def test_end_of_move(play: Any, program: str, end: tuple[float, ...] | None) -> None:
    trace = play(program, "grbl")
    found = [f for f in trace.findings if f.severity is Severity.ERROR]
    if end is None:
        assert [f.check for f in found] == ["modal-conflict"]
        assert len(trace) == 0
    else:
        assert not found
        np.testing.assert_allclose(trace.end[-1], end, atol=1e-12)


def test_order_of_execution_in_one_block(play: Any) -> None:
    """S, then M3, then the move, then M30, wherever they stand."""
    trace = play("M30 G1 X10 M4 F600 S250", "grbl")
    assert not trace.findings
    assert trace.output.tolist() == [4]
    assert trace.s.tolist() == [250]
    assert trace.feed_mm_min.tolist() == [600]
    assert [(h.name, h.at, h.value) for h in trace.happenings] == [
        ("output-value", 0, 250), ("output-on", 0, 250), ("output-off", 1, 250), ("air-off", 1, 0),
        ("program-end", 1, 0)]
    assert trace.final.ended
    assert trace.final.output == 0


def test_output_is_modal(play: Any) -> None:
    trace = play(HEAD + "M4 S0\nG0 X1\nG1 X2 F100 S500\nX3 S250\nG0 X4\nS100\nM5\nG1 X5", "grbl")
    assert trace.output.tolist() == [4, 4, 4, 4, 0]
    assert trace.s.tolist() == [0, 500, 250, 250, 100]


def test_feed_is_converted_with_the_units_of_its_block(play: Any) -> None:
    assert play("G20 G1 X1 F10", "grbl").feed_mm_min[0] == 254


def test_arcs(play: Any) -> None:
    trace = play("G0 X10 Y0\nG3 X0 Y10 I-10 J0 F100\nG3 X-10 Y0 R10\nG2 X10 Y0 R-10\nG3 X10 Y0 I-10 J0 Z-1", "grbl")
    assert not trace.findings
    assert trace.kind.tolist() == [0, 3, 3, 2, 3]
    np.testing.assert_allclose(trace.centre[1:], [[0, 0]] * 4, atol=1e-9)
    assert math.isnan(trace.centre[0, 0])
    assert trace.start[4].tolist() == [10, 0, 0]
    assert trace.end[4].tolist() == [10, 0, -1]


def test_machine_coordinates(play: Any) -> None:
    trace = play("G0 X1 Y2 Z3\nG53 G0 Z-5\nG0 X4\nZ3\nX5", "grbl")
    assert trace.machine_frame.tolist() == [False, True, False, False, False]
    assert trace.end[1].tolist() == [1, 2, -5]
    assert trace.known.tolist() == [[False] * 3, [True] * 3, [True, True, False], [True, True, False], [True] * 3]


def test_reference_position_makes_axes_unknown(play: Any) -> None:
    trace = play("G0 X1 Y2 Z3\nG28 Z9\nG0 X4\nG30\nG0 X5", "grbl")
    assert trace.end[1].tolist() == [1, 2, 9]
    assert trace.kind[1] == 0
    assert trace.known[2].tolist() == [True, True, False]
    assert trace.known[3].tolist() == [False, False, False]
    assert [h.text for h in trace.happenings] == ["G28", "G30"]


REFUSED = [
    ("%", "unknown-word", "'%' is not accepted by this controller."),
    ("G1 X1", "feed-unset", "G1 before any F: the controller has no feed to move with."),
    ("G1 X1 F0", "feed-unset", "G1 before any F"),
    ("T1 M6", "unsupported-word", "M6 (tool change) is refused by this controller"),
    ("M7", "unsupported-word", "M7 (mist) is not compiled into this controller"),
    ("G41", "unknown-word", "G41 is not a word of this controller."),
    ("G43", "unsupported-word", "G43 (tool length by number) is not a word of this controller."),
    ("G64", "unsupported-word", "G64 (path blending) is not a word of this controller."),
    ("G81 X1 Z-1 R1 F100", "unknown-word", "G81 is not a word of this controller."),
    ("G0 A5", "unknown-word", "A5 is a rotary axis"),
    ("G1 E5 F100", "unknown-word", "E5 is not a word of this controller."),
    ("#1=5", "bad-number", "'#1=5' is not a letter with a number."),
    ("G18", "unsupported-word", "G18 selects another plane than XY"),
    ("G93", "unsupported-word", "G93 sets feeds as inverse time"),
    ("G38.2 Z-1 F10", "unsupported-word", "G38.2 probes"),
    ("G10 L20 P1 X0", "forbidden-word", "G10 writes a work offset into the controller's memory"),
    ("G28.1", "forbidden-word", "G28.1 writes a position"),
    ("$H", "forbidden-word", "'$H' is a setting or system command"),
    ("$110=500", "forbidden-word", "'$110=500' is a setting or system command"),
    ("G0 X1 (wait!)", "realtime-character", "'!' acts as an immediate command (feed hold) even inside a comment."),
    ("/G0 X1", "block-delete", "this controller ignores '/' and would execute the line all the same."),
    ("G0 X1 X2", "duplicate-word", "X stands twice in one block."),
    ("G0 XNAN", "bad-number", "'XNAN' is not a letter with a number."),
    ("G0 X1E5", "unknown-word", "E5 is not a word of this controller."),
    ("G0 X12345678", "number-too-large", "X12345678 is beyond what any machine moves."),
    ("G0 X1.2.3", "bad-number", "'X1.2.3' is not a letter with a number."),
    ("G90 G91", "modal-conflict", "G91 and G90 are of the same modal group (distance) and may not stand in one"),
    ("M3 M5", "modal-conflict", "M5 and M3 are of the same modal group (spindle)"),
    ("G0 X1 I2", "unused-word", "I belong to no command of this block."),
    ("P1", "unused-word", "P belong to no command of this block."),
    ("G28 G0 X1", "modal-conflict", "G28 and G0 both claim the axis words."),
    ("G53 X1 F100\nG1 F100\nG53 G2 X1 I1", "modal-conflict", "G53 goes only with G0 or G1."),
    ("G91\nG53 G0 Z0", "modal-conflict", "G53 goes only with absolute distances"),
    ("G80\nX1", "no-motion-mode", "there are axis words, but no motion (G0 to G3) in force."),
    ("G4", "missing-word", "G4 has no P"),
    ("G4 P-1", "bad-number", "F, S, T and the P of G4 may not be negative."),
    ("M3 S-5", "bad-number", "F, S, T and the P of G4 may not be negative."),
    ("G92", "missing-word", "G92 has no axis word"),
    ("T256", "bad-number", "T256 is beyond this controller's largest tool"),
    ("F100\nG2 I5", "missing-word", "G2 has no axis word"),
    ("F100\nG2 X10 Y0 I4", "arc-radius", "the arc's radius is 4.0000 mm at its start and 6.0000 mm at its end"),
    ("F100\nG2 X10 Y0", "missing-word", "G2 has neither I and J nor R"),
    ("F100\nG2 X10 R4", "arc-radius", "no arc of radius 4 mm joins"),
    ("F100\nG2 X10 R5 I5", "modal-conflict", "G2 has both R and I or J."),
    ("G0 X1 " + "N1" * 40, "line-too-long", "the block has 84 characters"),
    ("(" + "c" * 130 + ")", "line-too-long", "the line has 132 characters; this controller's receive buffer"),
    ("G55", "work-offset", "G55 is an offset stored in the controller"),
    ("M2\nG0 X1\nG0 X2", "after-end", "there are words after the program's end"),
    ("G0 X1)", "comment", "a closing bracket has no opening one."),
    ("N-5 G0 X1", "unknown-word", "N-5 is not a line number"),
]


@pytest.mark.parametrize(("program", "check", "sentence"), REFUSED)
def test_refused(play: Any, program: str, check: str, sentence: str) -> None:
    trace = play(program, "grbl")
    found = [f for f in trace.findings if f.severity is Severity.ERROR]
    assert [f.check for f in found] == [check]
    assert found[0].message.startswith(sentence)


def test_a_refused_block_changes_nothing(play: Any) -> None:
    trace = play("G0 X1\nG91 X5 Q2\nX3", "grbl")
    assert trace.end[:, 0].tolist() == [1, 3]


@pytest.mark.parametrize(("off", "accepted"), [(0.004, True), (0.006, False)])
def test_arc_tolerance_of_a_small_arc(play: Any, off: float, accepted: bool) -> None:
    """Error 33 needs over 0.005 mm, and over 0.1 percent of the radius."""
    trace = play(f"F100\nG2 X{4 + off:.4f} Y0 I2", "grbl")
    assert (len(trace) == 1) is accepted


def test_arc_tolerance_of_a_large_arc(play: Any) -> None:
    assert len(play("F100\nG2 X200.09 Y0 I100", "grbl")) == 1
    assert len(play("F100\nG2 X200.11 Y0 I100", "grbl")) == 0


def test_mist_where_it_is_compiled_in(play: Any) -> None:
    trace = play("M7\nM9", "grbl", mist=True)
    assert [h.name for h in trace.happenings] == ["air-on", "air-off"]


def test_inches_are_said(play: Any) -> None:
    trace = play(HEAD + "G20\nG0 X1", "grbl")
    assert [(f.check, f.severity, f.subject) for f in trace.findings] == [("units", Severity.WARNING, "p:2")]
    assert not trace.final.units_mm


def test_bytes_beyond_ascii_are_immediate_commands(play: Any) -> None:
    assert [f.check for f in play("G0 X1 (\u00e9)", "grbl").findings] == ["encoding"]
