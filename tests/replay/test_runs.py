"""Runs of plain lines as columns must give exactly what reading them line by line gives."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.model.trace import Trace
from fabwright.replay.tokens import plain_lines

NUMBER = st.one_of(
    st.integers(-300, 300).map(str),
    st.floats(-200, 200, allow_nan=False).map(lambda v: f"{v:.5f}"),
    st.floats(0, 1, allow_nan=False).map(lambda v: f"{v:.3f}".lstrip("0")),
    st.sampled_from(["0", "-0", "+5", "5.", ".5", "-.25", "007.50", "1000000", "1000001", "123456789012345.5"]),
)
FEED = st.sampled_from(["600", "1800", "7800.5", "0", "-5"])
OTHER = {
    "marlin": ["G90", "G91", "M82", "M83", "G92 E0", "G92 X5 Z1", "G28", "G28 X", "M221 S95", "M220 S50", "M104 S200",
               "M109 S210", ";TYPE:Perimeter", ";LAYER_CHANGE", ";Z:0.4", "M106 S128", "G20", "G21", "T1", "M84", "",
               "G2 X5 Y5 I2 J3 E1", "M117 hello", "G1 X1 X2", "G1 Xnan", "G1 X1 ; there", "G1", "X5", "G10", "M30"],
    "klipper": ["G90", "G91", "M82", "M83", "G92", "G92 E0", "G28", "M221 S95", "M220 S150", "SAVE_GCODE_STATE NAME=a",
                "RESTORE_GCODE_STATE NAME=a", "SET_PRESSURE_ADVANCE ADVANCE=0.04", ";LAYER:3", ";TYPE:FILL", "g1 x5",
                "G1 F0", "EXCLUDE_OBJECT_START NAME=a", "TURN_OFF_HEATERS", "M84", "", "X5", "G3 X5 Y5 I2 J3"],
    "reprap": ["G90", "G91", "M82", "M83", "G92 E0", "G28", "M221 S95", "M220 S150", "g1 x5 y6", "T1", "M106 S0.5",
               "G10 S200", "G10", "M116", ";TYPE:Perimeter", ";LAYER_CHANGE", "G2 X5 Y5 I2 J3 E1", "M84", "", "X5",
               "if true", "G1 X{1}", "M98 P1", "M486 S0 A\"x\""],
    "grbl": ["G90", "G91", "G20", "G21", "M3 S1000", "M5", "G92 X1", "G92.1", "G0", "G1", "G80", "G2 X5 Y5 I2.5 J2.5",
             "G53 G0 Z-1", "G54", "G55", "(c)", "S500", "F700", "M30", "G1 X1 (c)", "", "G28", "G1G0", "N5 G1 X2"],
    "linuxcnc": ["G90", "G91", "G20", "G21", "M3 S1000", "M5", "G92 X1", "G92.1", "G0", "G1", "G80", "G3 X5 Y5 R5",
                 "G53 G0 Z-1", "G54", "T2 M6", "G43 H2", "(c)", "S500", "F700", "M2", "%", "", "G64", "G64 P0.01"],
}


def motion_line(controller: str) -> st.SearchStrategy[str]:
    """Lines that mostly are plain."""
    letters = "XYZEFS" if controller in ("grbl", "linuxcnc") else "XYZEF"
    head = st.sampled_from(["G1 ", "G1 ", "G0 ", "G01 ", "G1", "", "G2 "])
    word = st.sampled_from(letters).flatmap(lambda a: (FEED if a == "F" else NUMBER).map(lambda n: a + n))
    gap = st.sampled_from([" ", " ", "", "  "])
    return st.tuples(head, st.lists(word, max_size=4), gap, st.sampled_from(["", "", " ", "\r"])).map(
        lambda t: t[0] + t[2].join(t[1]) + t[3])


def program(controller: str) -> st.SearchStrategy[str]:
    """A few dozen lines, mostly motion."""
    line = st.one_of(motion_line(controller), motion_line(controller), motion_line(controller),
                     st.sampled_from(OTHER[controller]))
    return st.lists(line, min_size=1, max_size=40).map("\n".join)


def assert_same(one: Trace, other: Trace) -> None:
    """Every field equal, bit for bit."""
    for field in fields(Trace):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=field.name)
            assert a.dtype == b.dtype, field.name
        else:
            assert a == b, field.name


@pytest.mark.parametrize("controller", sorted(OTHER))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_runs_equal_lines(play_with: Any, controller: str, data: st.DataObject) -> None:
    text = data.draw(program(controller)).encode() + b"\nG1 X1 F5\n"
    slow = play_with(text, controller, 10**9, flavour="prusa", inch_mode=True)
    assert_same(slow, play_with(text, controller, 1, flavour="prusa", inch_mode=True))
    assert_same(slow, play_with(text, controller, 3, flavour="prusa", inch_mode=True))


@settings(max_examples=100, deadline=None)
@given(st.lists(NUMBER, min_size=1, max_size=12))
def test_numbers_are_read_to_the_last_bit(numbers: list[str]) -> None:
    text = "".join(f"G1 X{n}\n" for n in numbers).encode()
    table = plain_lines(text)
    for index, number in enumerate(numbers):
        if table.plain[index]:
            assert table.values["X"][index] == float(number)
    assert table.plain[[len(n.strip("+-.")) < 15 for n in numbers]].all()


@pytest.mark.parametrize("line", [
    "G1 X1.2.3", "G1 X", "G1 X-", "G1 X.", "G1 XX1", "G1 X1 X2", "G1 X1e5", "G1 x1", "G1 X1;c", "G1 X1 G0", "G2 X1",
    "G1.5 X1", "G1. X1", "X1 G1", "G1 X1\rY2", "G1 X 1", "G1 X1 A2", "G1 X1 -2", "; G1 X1", "(G1 X1)", "G1 X1*33",
    "G1 X1 Y--2", "G1 XNAN", "G1 XINF", "G1 X1,5", "G1 X0x10", "M1", "5", "-", "", " ",
])
def test_not_plain(line: str) -> None:
    assert plain_lines(f"G1 X7\n{line}\nG1 X8\n".encode()).plain.tolist() == [True, False, True]


def test_pieces_join(play_with: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file larger than one piece reads as one."""
    text = "".join(f"G1 X{i * 0.01:.2f} E{i * 0.002:.4f} F{600 + i % 7}\n" for i in range(3000)).encode()
    whole = play_with(text, "marlin", 2)
    monkeypatch.setattr("fabwright.replay.program.PIECE_BYTES", 1000)
    assert_same(whole, play_with(text, "marlin", 2))
    assert len(whole) == 3000
