"""LinuxCNC: what short programs do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabwright.model.findings import Severity

MOVED = [
    ("G0 X5 Y6", (5, 6, 0)),
    ("%\nG0 X5\n%\nnot a word after the end", (5, 0, 0)),
    ("(one) g0 (two) x5 (three)", (5, 0, 0)),
    ("F100 G1 X5\nG91 X5 Y1\nX1", (11, 1, 0)),
    ("G20 G0 X1", (25.4, 0, 0)),
    ("G0 X5\nG92 X0\nG0 X1", (6, 0, 0)),
    ("G0 X5\nG92 X0\nG92.2\nG0 X1", (1, 0, 0)),
    ("F100\nG2 X10 Y0 I5", (10, 0, 0)),
    ("F100\nG2 I5", (0, 0, 0)),
    ("F100\nG3 X10 Y0 R-6 Z2", (10, 0, 2)),
    ("G0 G43 H1 Z5 G64 P0.01", (0, 0, 5)),
]


@pytest.mark.parametrize(("program", "end"), MOVED)
def test_end_of_move(play: Any, program: str, end: tuple[float, ...]) -> None:
    trace = play(program, "linuxcnc")
    assert not [f for f in trace.findings if f.severity is Severity.ERROR]
    np.testing.assert_allclose(trace.end[-1], end, atol=1e-12)


def test_tool_change(play: Any) -> None:
    trace = play("T3\nM6\nG43 H3\nM3 S8000\nG0 X1\nT5 M6\nG43\nG0 X2\nG49", "linuxcnc")
    assert not trace.findings
    assert trace.tool.tolist() == [3, 5]
    assert trace.output.tolist() == [3, 0]        # a change stops the spindle
    assert [(h.name, h.value, h.text) for h in trace.happenings] == [
        ("tool-change", 3, "M6"), ("tool-length", 3, "G43"), ("output-value", 8000, ""), ("output-on", 8000, "M3"),
        ("output-off", 8000, "M6"), ("tool-change", 5, "M6"), ("tool-length", 5, "G43"), ("tool-length", 0, "G49")]


def test_feed_is_converted_with_the_units_before_its_block(play: Any) -> None:
    """F is set before G20 in the order of execution; rs274 does the same."""
    assert play("G21\nG20 F10 G1 X1", "linuxcnc").feed_mm_min[0] == 10


def test_end_stops_everything(play: Any) -> None:
    trace = play("M3 S100\nM7\nG0 X1\nM2", "linuxcnc")
    assert trace.final.ended
    assert trace.final.output == 0
    assert [h.name for h in trace.happenings[-3:]] == ["output-off", "air-off", "program-end"]


def test_messages(play: Any) -> None:
    trace = play("(MSG, turn the part)\nM0\n(plain)", "linuxcnc")
    assert [(h.name, h.text) for h in trace.happenings] == [("message", "turn the part"), ("pause", "M0")]


REFUSED = [
    ("X5", "no-motion-mode", "there are axis words, but no motion (G0 to G3) in force."),
    ("G1 X5", "feed-unset", "G1 before any F"),
    ("F100 G81 X1 Z-1 R1", "unsupported-word", "G81 is a canned cycle, which is not read back"),
    ("G19", "unsupported-word", "G19 selects another plane than XY"),
    ("G41 D1", "unsupported-word", "G41 offsets the path inside the controller"),
    ("G93", "unsupported-word", "G93 sets feeds as inverse time"),
    ("G43.1 Z1", "unsupported-word", "G43.1 shifts the tool's length"),
    ("#1=5", "unsupported-word", "parameters and expressions ('#') are not read back."),
    ("G0 X[1+2]", "unsupported-word", "parameters and expressions ('[') are not read back."),
    ("o100 sub", "unsupported-word", "subroutines and loops (O words) are not read back."),
    ("/G0 X1", "block-delete", "whether a line with '/' is executed depends on a switch."),
    ("G10 L2 P1 X0", "forbidden-word", "G10 writes an offset or a tool"),
    ("M61 Q3", "forbidden-word", "M61 declares another tool"),
    ("(LOGOPEN,file.txt)", "forbidden-word", "the comment (LOGOPEN,FILE.TXT makes the controller write"),
    (";py,import os", "forbidden-word", "the comment (PY,IMPORT OS makes the controller"),
    ("G0 X1 (open", "comment", "a comment in brackets is not closed"),
    ("G0 X1 (a (b) c", "comment", "a comment in brackets holds another one."),
    ("G0 A5", "unknown-word", "A5 is a rotary axis, which is not read back."),
    ("M6", "missing-word", "M6 comes before any T"),
    ("M8 M7", "modal-conflict", "M7 and M8 are of the same modal group (coolant)"),
    ("F100\nG2 X10 Y0 I5.01", "arc-radius", "the arc's radius is 5.0100 mm at its start and 4.9900 mm at its end"),
    ("F100\nG2 X0 Y0 I0 J0", "arc-radius", "G2 has a radius of zero."),
    ("F100\nG2 I5 P3", "unsupported-word", "an arc of several turns (P) is not read back."),
    ("G0 X1\n%\nG0 X2", "unknown-word", "'%' may only stand alone before the first"),
    ("M2\nG0 X1", "after-end", "there are words after the program's end"),
    ("G59.1", "unsupported-word", "G59.1 is an offset stored in the controller."),
    ("M100", "unknown-word", "M100 is not a word of this controller."),
    ("G0 X" + "1" * 300, "line-too-long", "the block has 303 characters"),
]


@pytest.mark.parametrize(("program", "check", "sentence"), REFUSED)
def test_refused(play: Any, program: str, check: str, sentence: str) -> None:
    found = [f for f in play(program, "linuxcnc").findings if f.severity is Severity.ERROR]
    assert [f.check for f in found] == [check]
    assert found[0].message.startswith(sentence)


def test_changer_and_arc_tolerance_are_the_machines(play: Any) -> None:
    assert [f.check for f in play("T1 M6", "linuxcnc", tool_changer=False).findings] == ["unsupported-word"]
    # 0.004 mm off and over 0.1 percent of the radius
    text = "F100\nG2 X4.004 Y0 I2"
    assert [f.check for f in play(text, "linuxcnc").findings] == ["arc-radius"]
    assert not play(text, "linuxcnc", arc_tolerance_mm=0.005).findings


def test_arc_tolerance_of_a_large_arc(play: Any) -> None:
    """0.1 percent of the radius is allowed, but never over a hundred times the tolerance."""
    assert len(play("F100\nG2 X600.1 Y0 I300", "linuxcnc")) == 1
    assert [f.check for f in play("F100\nG2 X600.2 Y0 I300", "linuxcnc").findings] == ["arc-radius"]


def test_blending_without_a_limit_is_said(play: Any) -> None:
    assert [(f.check, f.severity) for f in play("G64", "linuxcnc").findings] == [("path-blending", Severity.WARNING)]
