"""Klipper: what short programs do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabwright.model.findings import Severity
from fabwright.replay import replay

EXTRUDED = [
    ("M83\nG90\nG1 E1 F60\nG1 E1", [1, 1]),               # G90 leaves M83 alone
    ("M82\nG91\nG1 E1 F60\nG1 E1", [1, 1]),               # G91 makes E relative
    ("M82\nG91\nG90\nG1 E1 F60\nG1 E3", [1, 2]),
    ("M82\nG1 E5 F60\nG92 E0\nG1 E1", [5, 1]),
    ("M82\nG1 E5 F60\nG92\nG1 E1", [5, 1]),               # G92 alone sets all to 0
    ("M83\nM221 S50\nG1 E2 F60", [1]),
    ("M83\nSAVE_GCODE_STATE NAME=x\nM82\nRESTORE_GCODE_STATE NAME=x\nG1 E1 F60\nG1 E1", [1, 1]),
]


@pytest.mark.parametrize(("program", "pushed"), EXTRUDED)
def test_feedstock(play: Any, program: str, pushed: list[float]) -> None:
    trace = play(program, "klipper")
    np.testing.assert_allclose(trace.e_mm, pushed, atol=1e-12)
    assert not trace.findings


def test_case_does_not_matter(play: Any) -> None:
    trace = play("g28\ng1 x5 y6.5 f600\nm104 s200\nset_pressure_advance advance=0.04", "klipper")
    assert trace.end.tolist() == [[5, 6.5, 0]]
    assert [h.name for h in trace.happenings] == ["home", "nozzle-set", "pressure-advance"]


def test_extended_commands(play: Any) -> None:
    text = """SET_VELOCITY_LIMIT ACCEL=3000 SQUARE_CORNER_VELOCITY=5
SET_PRESSURE_ADVANCE ADVANCE=0.0325 SMOOTH_TIME=0.04
EXCLUDE_OBJECT_DEFINE NAME=left_id_0 CENTER=10,20 POLYGON=[[0,0],[20,0],[20,40]]
EXCLUDE_OBJECT_START NAME=left_id_0
EXCLUDE_OBJECT_END NAME=left_id_0
SET_PRINT_STATS_INFO CURRENT_LAYER=1
RESPOND TYPE=echo MSG="two words"
SET_HEATER_TEMPERATURE HEATER=heater_bed TARGET=60
SET_HEATER_TEMPERATURE HEATER=extruder TARGET=200
TEMPERATURE_WAIT SENSOR=extruder MINIMUM=198
BED_MESH_CALIBRATE
TURN_OFF_HEATERS
PAUSE
"""
    trace = play(text, "klipper")
    assert not trace.findings
    assert [(h.name, h.value, h.text) for h in trace.happenings] == [
        ("acceleration", 3000, ""), ("jerk", 5, ""), ("pressure-advance", 0.0325, ""), ("object-start", 0, "left_id_0"),
        ("object-end", 0, "left_id_0"), ("message", 0, "two words"), ("bed-set", 60, ""), ("nozzle-set", 200, "T0"),
        ("nozzle-wait", 198, ""), ("nozzle-set", 0, "T0"), ("bed-set", 0, ""), ("pause", 0, "")]


def test_waiting_for_a_minimum_counts(play: Any) -> None:
    text = "M83\nM104 S210\n{}G1 E1 F60"
    assert not play(text.format(""), "klipper").nozzle_waited[0]
    assert not play(text.format("TEMPERATURE_WAIT SENSOR=extruder MINIMUM=150\n"), "klipper").nozzle_waited[0]
    assert play(text.format("TEMPERATURE_WAIT SENSOR=extruder MINIMUM=205\n"), "klipper").nozzle_waited[0]


def test_macros_are_named_by_the_profile(play: Any) -> None:
    trace = play("PRINT_START BED=60 EXTRUDER=200\nM600", "klipper", macros="PRINT_START, M600")
    assert [(f.check, f.severity) for f in trace.findings] == [("macro-unread", Severity.WARNING)] * 2
    assert [f.check for f in play("PRINT_START BED=60", "klipper").findings] == ["unknown-word"]


REFUSED = [
    ("G20", "units", "G20 (inches) stops this controller with an error."),
    ("G1 X5 F0", "bad-feed", "G1 with a feed of 0 or less stops this controller"),
    ("G1 X5 F-1", "bad-feed", "G1 with a feed of 0 or less stops this controller"),
    ("M30", "forbidden-word", "M30 deletes a file"),
    ("M2", "unknown-word", "M2 is not a command this controller (klipper)"),
    ("M900 K0.1", "unknown-word", "M900 is not a command this controller (klipper)"),
    ("(comment)", "unknown-word", "comments in brackets are not read by this controller"),
    ("G1 X5 (comment)", "bad-number", "'(COMMENT)' after G1"),
    ("G91\nG2 X1 Y1 I1", "unsupported-word", "G2 is refused by this controller while G91 is in force."),
    ("G2 X1 Y1 R1", "unknown-word", "G2 takes no R word (R1)."),
    ("SAVE_CONFIG", "forbidden-word", "SAVE_CONFIG rewrites the machine's configuration"),
    ("SET_KINEMATIC_POSITION X=0", "forbidden-word", "SET_KINEMATIC_POSITION declares an axis homed that is not."),
    ("SET_PRESSURE_ADVANCE ADVANCE=nan", "bad-number", "ADVANCE=nan is not a number"),
    ("SET_PRESSURE_ADVANCE ADVANCE", "bad-parameter", "the parameters of SET_PRESSURE_ADVANCE are not"),
    ("RESPOND MSG=\"open", "bad-parameter", "the parameters of RESPOND are not"),
    ("SET_GCODE_OFFSET Z=0.1", "unsupported-word", "SET_GCODE_OFFSET shifts the part on the machine"),
    ("RESTORE_GCODE_STATE NAME=none", "missing-word", "RESTORE_GCODE_STATE names a state that was never saved."),
    ("FROBNICATE X=1", "unknown-word", "FROBNICATE is neither a command of this controller nor a macro"),
    ("T0", "unknown-word", "T0 is not a command"),
]


@pytest.mark.parametrize(("program", "check", "sentence"), REFUSED)
def test_refused(play: Any, program: str, check: str, sentence: str) -> None:
    found = [f for f in play(program, "klipper").findings if f.severity is Severity.ERROR]
    assert [f.check for f in found][:1] == [check]
    assert found[0].message.startswith(sentence)


def test_arcs_can_be_absent(play: Any) -> None:
    assert [f.check for f in play("G2 X1 Y1 I1", "klipper", gcode_arcs=False).findings] == ["unsupported-word"]


def test_one_acceleration_for_all() -> None:
    said = {}
    for words in ("S3000", "P2000 T4000", "P2000"):
        trace = replay(f"G28\nM204 {words}\nG1 X5 F600\n".encode(), "p.gcode", "klipper", {})
        said[words] = [h.value for h in trace.happenings if h.name == "acceleration"], len(trace.findings)
    assert said == {"S3000": ([3000.0], 0), "P2000 T4000": ([2000.0], 0), "P2000": ([], 1)}
