"""Marlin 2 and Prusa's firmware: what short programs do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabwright.model.findings import Severity


def errors(trace: Any) -> list[str]:
    return [f.message for f in trace.findings if f.severity is Severity.ERROR]


def names(trace: Any) -> list[str]:
    return [h.name for h in trace.happenings]


EXTRUDED = [
    # program, feedstock per move
    ("M83\nG1 E1 F60\nG1 E2", [1, 2]),
    ("M82\nG1 E1 F60\nG1 E3", [1, 2]),
    ("M82\nG1 E5 F60\nG92 E0\nG1 E1", [5, 1]),
    ("G91\nG1 E1 F60\nG1 E1", [1, 1]),                    # G91 makes E relative too
    ("M83\nG91\nG90\nM83\nG1 E1 F60\nG1 E1", [1, 1]),
    ("M82\nG91\nG1 E1 F60\nG1 E1", [1, 1]),               # G91 cancels M82
    ("G90\nM83\nM221 S50\nG1 E2 F60", [1]),
    ("M82\nM221 S200\nG1 E2 F60\nG1 E3", [4, 2]),
    ("M83\nG1 E-0.8 F2100\nG1 E.8", [-0.8, 0.8]),
    ("M83\nG0 X1 E1 F60", [1]),
    ("M82\nG1 X1 E1 F60\nG1 X2\nG1 X3 E2", [1, 0, 1]),
    ("M83\nG1 F60\nG1 X1\nG92 X0\nG1 E1", [0, 1]),
]


@pytest.mark.parametrize(("program", "pushed"), EXTRUDED)
def test_feedstock(play: Any, program: str, pushed: list[float]) -> None:
    trace = play(program, "marlin", flavour="prusa")
    np.testing.assert_allclose(trace.e_mm, pushed, atol=1e-12)
    assert not errors(trace)


MOVED = [
    # program, end of the last move
    ("G28\nG90\nG1 X10 Y20 Z.3 F600", (10, 20, 0.3)),
    ("G28\nG91\nG1 X10 F600\nG1 X10 Y5", (20, 5, 0)),
    ("G28\nG1 X10 Y5 F600\nG1 Z2", (10, 5, 2)),
    ("G28\nG1 X10 F600\nG92 X0\nG1 X5", (15, 0, 0)),       # in the frame the program began in
    ("G28\nG1 X10 F600\nG92 X0\nG28 X\nG1 X5", (5, 0, 0)),  # homing takes the offset back
    ("N5 G28*22\nN6 G1 F1500.0*82\nN7 G1 X2.0 Y2.0 F3000.0*85", (2, 2, 0)),  # the RepRap wiki's own checksums
    ("G1X5Y6F600", (5, 6, 0)),
    ("G1 X 5 F600", (5, 0, 0)),
    ("  G01  X5.5\tY-.5  F600 ", (5.5, -0.5, 0)),
    ("G1 X5 F600 ; G1 X6", (5, 0, 0)),
    ("G28\nG2 X10 Y0 I5 J0 F600", (10, 0, 0)),
    ("G28\nG3 X10 Y10 R10 Z1 F600", (10, 10, 1)),
]


@pytest.mark.parametrize(("program", "end"), MOVED)
def test_end_of_move(play: Any, program: str, end: tuple[float, ...]) -> None:
    trace = play(program, "marlin")
    assert not errors(trace)
    np.testing.assert_allclose(trace.end[-1], end, atol=1e-12)
    assert trace.final.position_mm == tuple(trace.end[-1])


def test_feed_and_overrides(play: Any) -> None:
    trace = play("G1 X1\nG1 X2 F600\nG0 X3\nM220 S50\nG1 X4\nG1 X5 F0\nG1 F1200\nG1 X6", "marlin")
    assert trace.feed_mm_min.tolist() == [0, 600, 600, 300, 300, 600]
    assert trace.kind.tolist() == [1, 1, 0, 1, 1, 1]


def test_axes_are_known_after_homing_or_an_absolute_move(play: Any) -> None:
    trace = play("G91\nG1 X1 F60\nG90\nG1 X1\nG1 Y1\nG28 Z\nG1 Z1\nM84\nG1 X2\nG1 X3", "marlin")
    assert trace.known.tolist() == [
        [False, False, False], [False, False, False], [True, False, False], [True, True, True],
        [False, False, False], [True, False, False]]
    assert trace.final.motors_on


def test_home_is_where_the_profile_says(play: Any) -> None:
    trace = play("G28\nG91\nG1 Z1 F60", "marlin", home_x_mm=-2, home_y_mm=-4.5)
    assert trace.start[0].tolist() == [-2, -4.5, 0]
    assert trace.end[0].tolist() == [-2, -4.5, 1]
    assert trace.happenings[0].name == "home"
    assert trace.happenings[0].text == "XYZ"


HEAT = [
    ("M104 S200\nG1 E1 F60", [200], [False]),
    ("M109 S200\nG1 E1 F60", [200], [True]),
    ("M109 R200\nG1 E1 F60", [200], [True]),
    ("M109 S200\nM104 S215\nG1 E1 F60", [215], [True]),     # a step that slicers make without a wait
    ("M109 S170\nM104 S215\nG1 E1 F60", [215], [False]),
    ("M109 S215\nM104 S170\nM104 S215\nG1 E1 F60", [215], [False]),
    ("M109 S215\nM104 S0\nG1 E1 F60", [0], [False]),
    ("M109 S215\nM104 S170 T1\nG1 E1 F60\nT1\nG1 E1", [215, 170], [True, False]),
]


@pytest.mark.parametrize(("program", "target", "waited"), HEAT)
def test_nozzle(play: Any, program: str, target: list[float], waited: list[bool]) -> None:
    trace = play("M83\n" + program, "marlin")
    assert trace.nozzle_c.tolist() == target
    assert trace.nozzle_waited.tolist() == waited


def test_state_columns_change_before_their_move(play: Any) -> None:
    trace = play("M140 S60\nG1 X1 F60\nM190 S65\nM106\nG1 X2\nM106 S51\nG1 X3\nM107\nT1\nG1 X4", "marlin")
    assert trace.bed_c.tolist() == [60, 65, 65, 65]
    np.testing.assert_allclose(trace.fan, [0, 1, 0.2, 0])
    assert trace.tool.tolist() == [0, 0, 0, 1]
    assert [(h.name, h.at) for h in trace.happenings] == [
        ("bed-set", 0), ("bed-wait", 1), ("fan", 1), ("fan", 2), ("fan", 3), ("tool-change", 3)]
    assert trace.final.bed_c == 65
    assert trace.final.fan == 0


def test_happenings_of_a_start_code(play: Any) -> None:
    text = """M17
M862.1 P0.4 ; nozzle
M862.3 P "MK4S"
M862.6 P"Input shaper"
M115 U6.1.2+7894
M555 X10 Y-4 W50 H40
G90
M83
M140 S60
M104 S170
M109 R170
M84 E
G28
G29 P9 X10 Y-4 W32 H7
M302 S160
M73 P0 R12
M204 P1250 T2000
M205 X8 Y8
M572 S0.036
M900 K0.05
M74 W12.5
M117 Hello (world)
G4 S2
G4 P500
M400
M486 S0
M486 S-1
M84
"""
    trace = play(text, "marlin", flavour="prusa")
    assert not errors(trace)
    assert names(trace) == [
        "distance-mode", "extruder-mode", "bed-set", "nozzle-set", "nozzle-wait", "home", "progress", "acceleration",
        "acceleration", "jerk", "jerk", "pressure-advance", "pressure-advance", "message", "dwell", "dwell", "wait",
        "object-start", "object-end", "motors-off"]
    by_name = {h.name: h for h in trace.happenings}
    assert by_name["progress"].text == "12"
    assert by_name["message"].text == "Hello (world)"
    assert [h.value for h in trace.happenings if h.name == "dwell"] == [2.0, 0.5]


REFUSED = [
    ("G1 X1 Q5 F60", "unknown-word", "G1 takes no Q word (Q5)."),
    ("M1234", "unknown-word", "M1234 is not a command this controller (marlin) is known to have."),
    ("G20", "units", "G20 (inches) is not compiled into this firmware"),
    ("G18", "unsupported-word", "G18 selects another plane than XY."),
    ("G1 XNAN", "bad-number", "'XNAN' after G1 is not a letter with a number."),
    ("G1 X1e99", "bad-number", "'X1e99' after G1 is not a letter with a number."),
    ("G1 X1.2.3", "bad-number", "'X1.2.3' after G1"),
    ("G1 X9999999", "number-too-large", "X9999999 of G1 is beyond what any machine moves."),
    ("G1 X1 X2", "duplicate-word", "X stands twice in one G1 command; which one counts is not defined."),
    ("G21 G90", "second-command", "G90 follows G21 on the same line and would be ignored"),
    ("g1 x1", "unknown-word", "'g1' is in lower case, which this firmware does not read."),
    ("(hello)", "unknown-word", "comments in brackets are not read by this firmware"),
    ("$$", "unknown-word", "'$$' is a setting, which a program must not change."),
    ("X5", "unknown-word", "X5 is not a command"),
    ("M104", "missing-word", "M104 has no S word with a number."),
    ("M106 S300", "bad-number", "M106 S300 is outside 0..255."),
    ("M221 S0", "bad-number", "M221 S0 is not above 0 and up to 1000 percent."),
    ("M200 D1.75", "unsupported-word", "M200 turns E words into volumes"),
    ("M211 S0", "forbidden-word", "M211 S0 switches off the firmware's limits of travel."),
    ("M112", "forbidden-word", "M112 is the emergency stop"),
    ("M500", "forbidden-word", "M500 writes the machine's stored settings"),
    ("M30 x.gcode", "forbidden-word", "M30 deletes a file on the machine's storage here"),
    ("M302 P1", "forbidden-word", "M302 switches off or lowers the guard"),
    ("M851 Z-1", "forbidden-word", "M851 changes the stored offset of the probe"),
    ("G2 X10 Y0 I4 J0", "arc-radius", "the arc's radius is 4.000 mm at its start and 6.000 mm at its end"),
    ("G2 X10 Y0 I5 R5", "modal-conflict", "G2 has both R and I or J."),
    ("G2 X10 Y0", "missing-word", "G2 has neither I and J nor R"),
    ("G2 X10 R2", "arc-radius", "no arc of radius 2 mm joins the start and the end of this move."),
    ("N6 G1 F1500.0*83", "checksum", "the checksum is 83, but the line gives 82: the line is damaged."),
    ("G1 X1" + " " * 40 + "Y1" + " " * 60 + "Z1", "line-too-long", "the command has 109 characters"),
]


@pytest.mark.parametrize(("program", "check", "sentence"), REFUSED)
def test_refused(play: Any, program: str, check: str, sentence: str) -> None:
    trace = play(program, "marlin")
    found = [f for f in trace.findings if f.severity is Severity.ERROR]
    assert [f.check for f in found] == [check]
    assert found[0].message.startswith(sentence)
    assert found[0].subject == "p:1"


def test_absolute_again_after_m83_is_caught(play: Any) -> None:
    trace = play("M83\nG1 E1 F60\nG90\nG1 X1\nG1 X2 E1\nG1 X3 E1", "marlin")
    assert [(f.check, f.subject) for f in trace.findings] == [("extruder-mode", "p:5")]
    assert "G90 in line 3 cancelled the M83 before it" in trace.findings[0].message
    raised = play("M83\nG91\nG1 Z1 E1 F60\nG90\nG1 X2 E1", "marlin")
    assert [f.subject for f in raised.findings] == ["p:5"]
    assert not play("M83\nG91\nG1 Z1 F60\nG90\nM83\nG1 X2 E1", "marlin").findings
    assert not play("M82\nG91\nG1 Z1 E-1 F60\nG90\nG1 X2 E1", "marlin").findings


def test_inches_where_the_firmware_has_them(play: Any) -> None:
    trace = play("G20\nG1 X1 F10", "marlin", inch_mode=True)
    assert trace.end[0, 0] == 25.4
    assert trace.feed_mm_min[0] == 254
    assert not trace.final.units_mm
    assert [f.check for f in trace.findings] == ["units"]


def test_prusa_words_are_prusas(play: Any) -> None:
    assert errors(play("M862.3 P\"MK4S\"", "marlin", flavour="marlin2")) == [
        "M862.3 is not a command this controller (marlin) is known to have."]
    assert [f.check for f in play("M302 S160", "marlin", flavour="prusa").findings] == ["cold-guard"]
    assert [f.check for f in play("M302 S100", "marlin", flavour="prusa").findings] == ["forbidden-word"]


def test_firmware_retraction(play: Any) -> None:
    trace = play("G1 X5 F600\nG10\nG11", "marlin", firmware_retract_mm=0.8)
    assert trace.e_mm.tolist() == [0, -0.8, 0.8]
    assert [f.check for f in play("G10", "marlin").findings] == ["firmware-retract"]


def test_findings_are_bounded_and_reading_goes_on(play: Any) -> None:
    trace = play("M1234\n" * 200 + "G1 X5 F60", "marlin")
    assert len(trace.findings) == 51
    assert trace.findings[-1].message == "150 more errors of this file are not listed."
    assert trace.findings[49].subject == "p:50"
    assert len(trace) == 1
    assert trace.line_count == 201
