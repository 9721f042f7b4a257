"""Reading the text back gives the moves, to rounding, on every controller."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabwright.errors import PostError
from fabwright.model import Dwell, Home, LayerStart, ObjectEnd, ObjectStart, ToolChange

ALL = ("marlin", "klipper", "grbl", "linuxcnc")
EXTRUDERS = ("marlin", "klipper")

steady = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
coordinate = st.one_of(st.floats(-400, 400), st.sampled_from([0.0, -0.0, 0.0004, -0.0004, 1e-9, 999.9996, -1234.5675]))
lines = st.tuples(st.sampled_from([0, 1]), coordinate, coordinate, coordinate, st.just(0.0), st.just(0.0),
                  st.floats(1, 30000), st.floats(-2, 2))


def no_rapid_extrusion(row: tuple[float, ...]) -> tuple[float, ...]:
    return row if row[0] == 1 else (*row[:7], 0.0)


@pytest.mark.parametrize("controller", ALL)
@steady
@given(rows=st.lists(lines.map(lambda row: (*row[:7], 0.0)), min_size=1, max_size=20))
def test_positions_and_feeds_read_back(controller: str, rows: list[Any], program: Callable[..., str],
                                       reader: Callable[[str], Any]) -> None:
    motions = reader(program(controller, rows)).motions
    steps = np.rint(np.array(rows)[:, 1:4] * 1000)
    if steps[:, 2].any() and rows[0][0] == 0:
        lift = motions.pop(0)
        assert set(lift.words) <= {"G", "Z", "F"}
        assert lift.position[2] == pytest.approx(steps[0, 2] / 1000)
    moved = np.ones(len(rows), bool)
    moved[1:] = (steps[1:] != steps[:-1]).any(axis=1)
    expected = np.flatnonzero(moved)
    assert len(motions) == len(expected)
    places = 0 if controller in EXTRUDERS else 1
    for motion, k in zip(motions, expected, strict=True):
        assert motion.position == pytest.approx(tuple(steps[k] / 1000), abs=1e-9)
        if rows[k][0] == 1 or controller in EXTRUDERS:
            assert motion.feed == pytest.approx(rows[k][6], abs=0.5001 * 10**-places)


@steady
@given(rows=st.lists(lines.map(no_rapid_extrusion), min_size=1, max_size=60))
def test_sums_of_e_never_drift(rows: list[Any], program: Callable[..., str], reader: Callable[[str], Any]) -> None:
    read = sum(Decimal(m.words.get("E", "0")) for m in reader(program("marlin", rows)).motions)
    assert abs(float(read) - math.fsum(r[7] for r in rows)) <= 0.5001e-5


def test_ten_thousand_tiny_pushes_keep_their_sum(program: Callable[..., str], reader: Callable[[str], Any]) -> None:
    rows = [(1, k * 0.01, 0, 0.2, 0, 0, 1200, 0.0000149) for k in range(10_000)]
    motions = reader(program("klipper", rows)).motions
    assert sum(Decimal(m.words.get("E", "0")) for m in motions) == Decimal("0.149")


def motion_text(text: str) -> list[str]:
    return [line for line in text.splitlines() if line[:2] in ("G0", "G1", "G2", "G3") and line[2] == " "]


def test_unchanged_words_are_left_out(program: Callable[..., str]) -> None:
    rows = [(0, 5, 6, 7, 0, 0, 900, 0), (1, 5, 6, -1, 0, 0, 300, 0), (1, 15, 6, -1, 0, 0, 300, 0),
            (1, 15, 6, -1, 0, 0, 400, 0), (1, 15, 6.0004, -1, 0, 0, 400, 0), (1, 15, 8, -1, 0, 0, 500, 0)]
    assert motion_text(program("grbl", rows)) == ["G0 Z7", "G0 X5 Y6", "G1 Z-1 F300", "G1 X15", "G1 Y8 F500"]


def test_a_rapid_has_f_only_where_the_controller_has_no_rapid_rate(program: Callable[..., str]) -> None:
    rows = [(0, 1, 1, 5, 0, 0, 600, 0), (0, 2, 2, 6, 0, 0, 9000, 0), (0, 2, 2, 1, 0, 0, 9000, 0)]
    assert motion_text(program("linuxcnc", rows)) == ["G0 Z5", "G0 X1 Y1", "G0 X2 Y2 Z6", "G0 Z1"]
    assert motion_text(program("marlin", rows)) == [
        "G1 Z5 F600", "G0 X1 Y1 F600", "G0 X2 Y2 Z6 F9000", "G1 Z1 F9000"]


def test_a_flat_program_has_no_z(program: Callable[..., str]) -> None:
    rows = [(0, 1, 1, 0, 0, 0, 0, 0), (1, 2, 2, 0, 0, 0, 600, 0)]
    assert motion_text(program("grbl", rows)) == ["G0 X1 Y1", "G1 X2 Y2 F600"]


def test_position_is_said_again_after_homing_and_tool_change(program: Callable[..., str]) -> None:
    rows = [(0, 1, 1, 5, 0, 0, 600, 0), (0, 1, 1, 5, 0, 0, 600, 0)]
    again = ["G0 Z5", "G0 X1 Y1"]
    assert motion_text(program("linuxcnc", rows, [(1, ToolChange(3))], tool_changer=True)) == again * 2
    assert motion_text(program("marlin", rows, [(1, Home())])) == ["G1 Z5 F600", "G0 X1 Y1 F600"] * 2
    assert motion_text(program("linuxcnc", rows, [(1, Dwell(1))])) == again


def test_feed_is_said_again_in_each_layer_and_object(program: Callable[..., str]) -> None:
    rows = [(1, x, 0, 0.2, 0, 0, 600, 0.1) for x in range(4)]
    events = [(1, LayerStart(0, 0.2, 0.2)), (2, ObjectStart("a")), (3, ObjectEnd("a"))]
    assert [line.endswith("F600") for line in motion_text(program("marlin", rows, events))] == [True] * 4
    assert sum("F" in line for line in motion_text(program("marlin", rows))) == 1


def test_decimals_follow_the_settings(program: Callable[..., str]) -> None:
    rows = [(1, 1.23456, -0.00004, 2, 0, 0, 1234.56, 0)]
    assert motion_text(program("grbl", rows, coord_decimals=4, feed_decimals=2)) == ["G1 X1.2346 Y0 Z2 F1234.56"]
    assert motion_text(program("grbl", rows, coord_decimals=1)) == ["G1 X1.2 Y0 Z2 F1234.6"]


def test_an_empty_program_has_only_its_frame(program: Callable[..., str]) -> None:
    assert motion_text(program("grbl")) == []


GOOD = (1, 1.0, 1.0, 1.0, 0.0, 0.0, 600.0, 0.0)


@pytest.mark.parametrize("controller", ALL)
@pytest.mark.parametrize(("column", "label"), [(1, "x"), (2, "y"), (3, "z"), (6, "feed_mm_min"), (7, "e_mm")])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e7])
def test_impossible_numbers_name_their_move(controller: str, column: int, label: str, value: float,
                                            program: Callable[..., str]) -> None:
    bad = list(GOOD)
    bad[column] = value
    with pytest.raises(PostError, match=rf"part: move 1: {label} is .*; it must be finite and at most 900000"):
        program(controller, [GOOD, tuple(bad)])


@pytest.mark.parametrize(("controller", "row", "sentence"), [
    ("grbl", (1, 1, 1, 1, 0, 0, 0, 0), "move 1: it has no feed that can be written"),
    ("klipper", (0, 1, 1, 1, 0, 0, 0, 0), "move 1: it has no feed that can be written"),
    ("klipper", (1, 1, 1, 1, 0, 0, 0.5, 0), "move 1: it has no feed that can be written"),
    ("marlin", (1, 1, 1, 1, 0, 0, -5, 0), "move 1: it has no feed that can be written"),
    ("linuxcnc", (1, 1, 1, 1, 0, 0, 9, 0.1), "move 1: it pushes feedstock .* no extruder"),
    ("marlin", (0, 1, 1, 1, 0, 0, 9, 0.1), "move 1: a rapid never pushes feedstock"),
    ("klipper", (2, 1, 1, 1, 1, 0, 9, 0.1), "move 1: it is an arc, but the setting 'arcs' is not true"),
    ("marlin", (7, 1, 1, 1, 0, 0, 9, 0), "move 1: its kind is not one of MoveKind"),
])
def test_moves_that_cannot_be_said_are_refused(controller: str, row: Any, sentence: str, program: Callable[..., str]
                                               ) -> None:
    with pytest.raises(PostError, match=sentence):
        program(controller, [GOOD, row])


def test_lines_stay_within_grbls_buffer(program: Callable[..., str]) -> None:
    start = (-99999.1234, -88888.8888)
    wide = [(0, *start, 0, 0, 0, 0, 0), (3, *start, -77777.7777, -66666.77777, -44444.44444, 899999.123, 0)]
    with pytest.raises(PostError, match=r"move 1 makes a line of 8\d characters, grbl takes 79; lower coord_decimals"):
        program("grbl", wide, coord_decimals=4, feed_decimals=3)
    assert max(len(line) for line in program("grbl", wide).splitlines()) <= 79
