"""RepRapFirmware: where its words mean something else than Marlin's."""

from __future__ import annotations

import numpy as np
import pytest

from fabwright.model import Trace
from fabwright.replay import replay


def read(text: str, **settings: str | float | int | bool) -> Trace:
    return replay(text.encode(), "p.gcode", "reprap", settings)


def named(trace: Trace, name: str) -> list[tuple[float, str]]:
    return [(h.value, h.text) for h in trace.happenings if h.name == name]


#: The start and end that PrusaSlicer writes for this firmware when nobody has changed them.
SLICED = """M201 X9000 Y9000 Z500 E10000 ; sets maximum accelerations, mm/sec^2
M203 X30000 Y30000 Z720 E7200 ; sets maximum feedrates, mm / min
M204 P1500 T1500 ; sets acceleration (P, T), mm/sec^2
M566 X600.00 Y600.00 Z12.00 E150.00 ; sets the jerk limits, mm/min
M107
;TYPE:Custom
G10 S200 P0 ; set temperature
M140 S60
G28 ; home all axes
G1 Z5 F5000 ; lift nozzle
G10 S200 P0 ; set temperature
M116 ; wait for temperature to be reached
G21 ; set units to millimeters
G90 ; use absolute coordinates
M83 ; use relative distances for extrusion
G92 E0
;LAYER_CHANGE
;Z:0.3
;HEIGHT:0.3
G1 E-2 F2400
G1 X94.7 Y95.1 F7800
M106 S237.15
G1 E2 F2400
;TYPE:Perimeter
;WIDTH:0.45
G1 F1800
G1 X95.3 Y95.1 E.03
;WIPE_START
G1 F6240
G1 X94.9 Y95.1 E-.4
;WIPE_END
M107
M104 S0 ; turn off temperature
G28 X0  ; home X axis
M84     ; disable motors
"""


def test_a_slicers_own_start_and_end_are_understood() -> None:
    trace = read(SLICED)
    assert not trace.findings
    assert trace.nozzle_waited.tolist() == [False] + [True] * (len(trace) - 1)
    assert trace.bed_c[-1] == 60.0
    assert named(trace, "jerk") == [(10.0, "X"), (10.0, "Y"), (0.2, "Z"), (2.5, "E")]
    assert trace.e_mm.tolist() == [0.0, -2.0, 0.0, 2.0, 0.03, -0.4]
    assert trace.fan[3] == pytest.approx(0.93)
    assert trace.final.nozzle_c == 0.0
    assert not trace.final.motors_on


@pytest.mark.parametrize(("word", "fraction"), [("S1", 1.0), ("S0.5", 0.5), ("S128", 128 / 255), ("S255", 1.0),
                                                ("S0", 0.0)])
def test_a_fan_up_to_one_is_a_fraction(word: str, fraction: float) -> None:
    trace = read(f"G28\nM106 {word}\nG1 X5 F600\n")
    assert trace.fan[-1] == pytest.approx(fraction)


def test_g90_leaves_the_extruder_alone() -> None:
    trace = read("G28\nM83\nG90\nG1 X1 E1 F600\nG91\nG1 X1 E1\nM82\nG92 E0\nG1 X1 E5\n")
    assert trace.e_mm.tolist() == [1.0, 1.0, 5.0]
    assert trace.end[:, 0].tolist() == [1.0, 2.0, 3.0]


def test_g10_retracts_without_words_and_heats_with_them() -> None:
    trace = read("G28\nG10 P0 S210 R150\nM116\nG10\nG11\nG1 X5 F600\n", firmware_retract_mm=0.8)
    assert trace.e_mm.tolist() == [-0.8, 0.8, 0.0]
    assert named(trace, "nozzle-set")[0] == (210.0, "T0")
    assert trace.nozzle_waited.all()


def test_letters_of_either_case_and_checksums() -> None:
    trace = read("N1 g28*18\nN2 g1 x5 y6 f600*90\n")
    assert trace.end[-1].tolist() == [5.0, 6.0, 0.0]
    assert not trace.findings


def test_pauses_objects_and_the_end() -> None:
    trace = read('G28\nM486 T2\nM486 S1 A"S9"\nG1 X5 F600\nM226\nM486 S-1\nM104 S200\nM0\n')
    assert [h.name for h in trace.happenings][-6:] == ["pause", "object-end", "nozzle-set", "program-end", "nozzle-set",
                                                      "bed-set"]
    assert named(trace, "object-start") == [(1.0, "1")]
    assert trace.final.nozzle_c == 0.0


def test_arcs_and_accelerations() -> None:
    trace = read("G28\nM204 P500 T1750\nM572 D0 S0.05\nG1 X10 Y0 F600\nG2 X20 Y10 I10 J0 E1\n")
    assert trace.kind[-1] == 2
    assert np.allclose(trace.centre[-1], [20.0, 0.0])
    assert named(trace, "acceleration") == [(500.0, "P"), (1750.0, "T")]
    assert named(trace, "pressure-advance") == [(0.05, "")]
