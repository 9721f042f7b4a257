"""Every event on every controller: its words, or a refusal that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fabwright.errors import PostError
from fabwright.model import (
    AirAssist,
    BeamOff,
    BeamOn,
    BedTemperature,
    Dwell,
    Event,
    Fan,
    Home,
    LayerStart,
    MotorsOff,
    NozzleTemperature,
    ObjectEnd,
    ObjectStart,
    PressureAdvance,
    Progress,
    Remark,
    RoleStart,
    SpindleOff,
    SpindleOn,
    ToolChange,
)

EXTRUDERS, CUTTERS = ("marlin", "klipper"), ("grbl", "linuxcnc")
BEAM = {"s_max": 1000, "power_max_w": 40.0, "air_assist_word": "M8"}

LAYER = [";LAYER_CHANGE", ";Z:0.4", ";HEIGHT:0.2", ";BEFORE_LAYER_CHANGE", ";0.4"]

WORDS: list[tuple[tuple[str, ...], dict[str, Any], Event, list[str]]] = [
    (EXTRUDERS, {}, NozzleTemperature(215.4, False), ["M104 S215"]),
    (EXTRUDERS, {}, NozzleTemperature(215, True), ["M109 S215"]),
    (EXTRUDERS, {}, NozzleTemperature(0, True), ["M104 S0"]),
    (EXTRUDERS, {}, BedTemperature(60, False), ["M140 S60"]),
    (EXTRUDERS, {}, BedTemperature(60, True), ["M190 S60"]),
    (EXTRUDERS, {}, BedTemperature(0, False), ["M140 S0"]),
    (EXTRUDERS, {}, Fan(1), ["M106 S255"]),
    (EXTRUDERS, {}, Fan(0.4), ["M106 S102"]),
    (EXTRUDERS, {}, Fan(0.001), ["M107"]),
    (EXTRUDERS, {}, Home(), ["G28"]),
    (EXTRUDERS, {}, Home("xy"), ["G28 X Y"]),
    (("marlin",), {"after_home": "G29"}, Home(), ["G28", "G29"]),
    (("marlin",), {"after_home": "G29"}, Home("Z"), ["G28 Z"]),
    (("klipper",), {"after_home": "QUAD_GANTRY_LEVEL, G28 Z"}, Home(), ["G28", "QUAD_GANTRY_LEVEL", "G28 Z"]),
    (EXTRUDERS, {}, Dwell(1.5), ["G4 P1500"]),
    (CUTTERS, {}, Dwell(1.5), ["G4 P1.5"]),
    (EXTRUDERS, {}, MotorsOff(), ["M84"]),
    (("marlin",), {}, Progress(12, 90), ["M73 P12 R2"]),
    (("klipper",), {"progress": True}, Progress(12, 3600), ["M73 P12 R60"]),
    (("klipper", *CUTTERS), {}, Progress(12, 3600), ["; progress 12"]),
    (("marlin",), {}, PressureAdvance(0.035), ["M900 K0.035"]),
    (("marlin",), {"flavour": "prusa"}, PressureAdvance(0.035), ["M572 S0.035"]),
    (("marlin",), {"flavour": "prusa", "pressure_advance_word": "M900"}, PressureAdvance(0), ["M900 K0"]),
    (("klipper",), {}, PressureAdvance(0.035), ["SET_PRESSURE_ADVANCE ADVANCE=0.035"]),
    ((*EXTRUDERS, *CUTTERS), {}, LayerStart(1, 0.4, 0.2), LAYER),
    ((*EXTRUDERS, *CUTTERS), {}, RoleStart(1, 0.45), [";TYPE:Solid infill", ";WIDTH:0.45"]),
    ((*EXTRUDERS, *CUTTERS), {}, RoleStart(0), [";TYPE:Perimeter"]),
    ((*EXTRUDERS, *CUTTERS), {}, Remark("cut me;\nM112 (now!)"), ["; cut me_ M112 _now__"]),
    (("marlin", *CUTTERS), {}, ObjectStart("a b"), ["; printing object a_b id:0 copy 0"]),
    (("marlin",), {"object_words": "M486"}, ObjectStart("a b"),
     ["; printing object a_b id:0 copy 0", "M486 S0", "M486 Aa_b"]),
    (("klipper",), {"exclude_object": False}, ObjectStart("a b"), ["; printing object a_b id:0 copy 0"]),
    (("grbl",), BEAM, BeamOn(10), ["M4 S250"]),
    (("grbl",), BEAM, BeamOn(40, dynamic=False), ["M3 S1000"]),
    (("grbl",), BEAM, BeamOn(0.06), ["M4 S1.5"]),
    (("grbl",), BEAM, BeamOff(), ["M5"]),
    (CUTTERS, {"air_assist_word": "M8"}, AirAssist(True), ["M8"]),
    (CUTTERS, {"air_assist_word": "M7"}, AirAssist(True), ["M7"]),
    (CUTTERS, {"air_assist_word": "M7"}, AirAssist(False), ["M9"]),
    (CUTTERS, {}, SpindleOn(18000, 2.5), ["M3 S18000", "G4 P2.5"]),
    (CUTTERS, {}, SpindleOn(800, 0), ["M3 S800"]),
    (CUTTERS, {}, SpindleOff(), ["M5"]),
    (("linuxcnc",), {"tool_changer": True}, ToolChange(3), ["T3 M6", "G43 H3"]),
    (("linuxcnc",), {"tool_changer": True, "homed": True}, ToolChange(3), ["G53 G0 Z0", "T3 M6", "G43 H3"]),
]

ROLES = ("Perimeter", "Solid infill")


def _cases() -> list[Any]:
    return [pytest.param(controller, config, event, lines, id=f"{controller}-{type(event).__name__}-{k}")
            for k, (controllers, config, event, lines) in enumerate(WORDS) for controller in controllers]


@pytest.mark.parametrize(("controller", "config", "event", "lines"), _cases())
def test_events_have_their_words(controller: str, config: dict[str, Any], event: Event, lines: list[str],
                                 program: Callable[..., str]) -> None:
    rows = [(0, 1, 1, 5, 0, 0, 600, 0), (0, 2, 2, 5, 0, 0, 600, 0)]
    without = program(controller, rows, roles=ROLES, **config).splitlines()
    with_it = program(controller, rows, [(1, event)], ROLES, **config).splitlines()
    at = next(k for k, line in enumerate(with_it) if line.startswith("G0 X1 Y1")) + 1
    assert with_it[at:at + len(lines)] == lines
    left = with_it[:at] + with_it[at + len(lines):]
    if isinstance(event, Home | ToolChange):  # the position is then said again
        assert [t for t in left if not t.startswith("G")] == [t for t in without if not t.startswith("G")]
    elif isinstance(event, ObjectStart):
        assert [t for t in left if "EXCLUDE" not in t and not t.startswith("G")] == [
            t for t in without if not t.startswith("G")]
    elif not isinstance(event, LayerStart) or controller in CUTTERS:  # there the feed is said again
        assert left == without


NO_WORD: list[tuple[tuple[str, ...], Event, str]] = [
    (EXTRUDERS, BeamOn(5), "machine with a beam"),
    (EXTRUDERS, BeamOff(), "machine with a beam"),
    (EXTRUDERS, AirAssist(True), "the part cooling fan is Fan"),
    (EXTRUDERS, SpindleOn(9000, 1), "machine with a spindle"),
    (EXTRUDERS, SpindleOff(), "machine with a spindle"),
    (EXTRUDERS, ToolChange(2), "plan the job with one nozzle"),
    (CUTTERS, NozzleTemperature(200, True), "needs a printer"),
    (CUTTERS, BedTemperature(60, True), "needs a printer"),
    (CUTTERS, Fan(1), "air on the cut is AirAssist"),
    (CUTTERS, PressureAdvance(0.1), "needs a printer"),
    (CUTTERS, Home(), "the operator homes the machine"),
    (CUTTERS, MotorsOff(), "the operator releases the axes"),
    (("grbl",), ToolChange(1), "write one program per tool"),
    (("linuxcnc",), BeamOn(5), "a machine on grbl"),
    (("linuxcnc",), BeamOff(), "a machine on grbl"),
]


@pytest.mark.parametrize(("controller", "event", "remedy"), [
    pytest.param(c, event, remedy, id=f"{c}-{type(event).__name__}") for cs, event, remedy in NO_WORD for c in cs])
def test_actions_without_a_word_are_refused(controller: str, event: Event, remedy: str, program: Callable[..., str]
                                            ) -> None:
    with pytest.raises(PostError, match=rf"{controller} has no word for {type(event).__name__}; .*{remedy}"):
        program(controller, events=[(0, event)], **BEAM)


BAD: list[tuple[str, dict[str, Any], Event, str]] = [
    ("marlin", {}, NozzleTemperature(900, True), "NozzleTemperature asks for 900 degrees C; it must be 0 to 500"),
    ("klipper", {}, BedTemperature(float("nan"), True), "BedTemperature asks for nan degrees C"),
    ("marlin", {}, Fan(1.2), "Fan asks for 1.2 of full speed; it must be 0 to 1"),
    ("marlin", {}, Home("A"), "Home names the axes 'A'; they are X, Y and Z"),
    ("klipper", {}, Dwell(float("inf")), "Dwell asks for inf s"),
    ("klipper", {}, LayerStart(0, float("nan"), 0.2), "LayerStart asks for nan mm"),
    ("klipper", {}, ObjectStart("a", (float("nan"), 0)), "ObjectStart asks for nan mm"),
    ("marlin", {}, RoleStart(2), "RoleStart names role 2, but the file has 2 roles"),
    ("marlin", {}, Progress(101, 0), "Progress asks for 101 percent"),
    ("marlin", {}, ObjectEnd("ghost"), "ObjectEnd of 'ghost', which never started"),
    ("marlin", {"flavour": "repetier"}, PressureAdvance(0.1), "'flavour' is 'repetier'; it must be one of prusa"),
    ("marlin", {"after_home": "M502"}, Home(), "'after_home' is 'M502'; it must be a comma-separated list of G29"),
    ("grbl", {}, BeamOn(5), "BeamOn needs the setting 's_max'"),
    ("grbl", {"s_max": 1000}, BeamOn(5), "BeamOn needs the setting 'power_max_w'"),
    ("grbl", BEAM, BeamOn(41), "BeamOn asks for 41 W; it must be 0 to 40 W"),
    ("grbl", BEAM, BeamOn(0), "BeamOn asks for 0 W; it must be 0.04 to 40 W"),
    ("grbl", {"s_max": "full", "power_max_w": 5}, BeamOn(5), "'s_max' is 'full'; it must be a number above 0"),
    ("grbl", {"s_max": 24000}, SpindleOn(30000, 1), "SpindleOn asks for 30000 rpm; it must be 1 to 24000 rpm"),
    ("linuxcnc", {"rpm_max": 8000}, SpindleOn(9000, 1), "SpindleOn asks for 9000 rpm; it must be 1 to 8000 rpm"),
    ("linuxcnc", {}, SpindleOn(0, 1), "SpindleOn asks for 0 rpm"),
    ("linuxcnc", {}, ToolChange(2), "ToolChange to tool 2, but the setting 'tool_changer' is not true"),
    ("linuxcnc", {"tool_changer": True}, ToolChange(0), "ToolChange asks for 0 as tool number; it must be 1"),
    ("linuxcnc", {"tool_changer": "yes"}, ToolChange(1), "'tool_changer' is 'yes'; it must be true or false"),
    ("grbl", {}, AirAssist(True), "AirAssist needs the setting 'air_assist_word'"),
    ("grbl", {"air_assist_word": "M3"}, AirAssist(True), "'air_assist_word' is 'M3'; it must be one of M7, M8"),
    ("linuxcnc", {"path_tolerance_mm": -1}, SpindleOff(), "'path_tolerance_mm' is -1; it must be a number above 0"),
    ("grbl", {"coord_decimals": 7}, SpindleOff(), "'coord_decimals' is 7; it must be a whole number from 1 to 4"),
]


@pytest.mark.parametrize(("controller", "config", "event", "sentence"), BAD)
def test_figures_and_settings_that_will_not_do(controller: str, config: dict[str, Any], event: Event, sentence: str,
                                               program: Callable[..., str]) -> None:
    with pytest.raises(PostError, match=sentence.replace("(", r"\(")):
        program(controller, events=[(0, event)], roles=ROLES, **config)


def test_events_keep_their_order_and_place(program: Callable[..., str]) -> None:
    rows = [(0, 1, 1, 5, 0, 0, 0, 0), (1, 1, 1, -1, 0, 0, 60, 0)]
    events = [(0, SpindleOn(9000, 2)), (1, Remark("b")), (1, Remark("a")), (2, SpindleOff()), (2, Remark("c"))]
    body = program("grbl", rows, events).split("M5\n", 1)[1].splitlines()
    assert body == ["M3 S9000", "G4 P2", "G0 Z5", "G0 X1 Y1", "; b", "; a", "G1 Z-1 F60", "M5", "; c", "M5", "M2"]


@pytest.mark.parametrize("at", [-1, 3])
def test_events_beyond_the_moves_are_refused(at: int, program: Callable[..., str]) -> None:
    rows = [(1, 1, 1, 5, 0, 0, 60, 0)] * 2
    with pytest.raises(PostError, match=f"Dwell at move {at} is out of order or past the 2 moves"):
        program("grbl", rows, [(at, Dwell(1))])
    with pytest.raises(PostError, match="Remark at move 0 is out of order"):
        program("grbl", rows, [(1, Dwell(1)), (0, Remark("late"))])


def test_klipper_declares_objects_first(program: Callable[..., str]) -> None:
    rows = [(1, k, 0, 0.2, 0, 0, 900, 0.1) for k in range(4)]
    left, right = ObjectStart("sole, left", (1.5, 2), ((0, 0), (3, 0), (3, 4.00049))), ObjectStart("sole, right")
    events = [(0, left), (1, ObjectEnd(left.name)), (1, right), (2, ObjectEnd(right.name)), (2, left),
              (4, ObjectEnd(left.name))]
    text = program("klipper", rows, events)
    assert [t for t in text.splitlines() if t.startswith("EXCLUDE")] == [
        "EXCLUDE_OBJECT_DEFINE NAME=sole_left CENTER=1.5,2 POLYGON=[[0,0],[3,0],[3,4]]",
        "EXCLUDE_OBJECT_DEFINE NAME=sole_right CENTER=0,0",
        "EXCLUDE_OBJECT_START NAME=sole_left", "EXCLUDE_OBJECT_END NAME=sole_left",
        "EXCLUDE_OBJECT_START NAME=sole_right", "EXCLUDE_OBJECT_END NAME=sole_right",
        "EXCLUDE_OBJECT_START NAME=sole_left", "EXCLUDE_OBJECT_END NAME=sole_left"]
