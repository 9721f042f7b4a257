"""Arcs keep their radius, their direction and their sweep through rounding."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fabwright.errors import PostError

steady = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def arc_rows(x: float, y: float, radius: float, start: float, sweep: float, kind: int) -> list[tuple[float, ...]]:
    """A rapid to the start of an arc about (x, y), and the arc."""
    end = start + sweep * (1 if kind == 3 else -1)
    px, py = x + radius * math.cos(start), y + radius * math.sin(start)
    ex, ey = x + radius * math.cos(end), y + radius * math.sin(end)
    if sweep == 2 * math.pi:
        ex, ey = px, py
    return [(0, px, py, 0, 0, 0, 0, 0), (kind, ex, ey, 0, x - px, y - py, 600, 0)]


def swept(start: tuple[float, float], end: tuple[float, float], i: float, j: float, ccw: bool) -> float:
    if start == end:
        return 2 * math.pi
    a, b = math.atan2(-j, -i), math.atan2(end[1] - start[1] - j, end[0] - start[0] - i)
    return (b - a if ccw else a - b) % (2 * math.pi)


@steady
@given(x=st.floats(-200, 200), y=st.floats(-200, 200), radius=st.floats(0.05, 300), start=st.floats(0, 6.3),
       sweep=st.one_of(st.floats(1e-7, 6.28318), st.floats(1e-7, 1e-3), st.just(2 * math.pi),
                       st.floats(1e-7, 1e-3).map(lambda v: 2 * math.pi - v)), kind=st.sampled_from([2, 3]))
@example(x=0.00050000001, y=0.0, radius=5.0, start=0.0, sweep=2 * math.pi, kind=3)
def test_arcs_keep_radius_and_sweep(x: float, y: float, radius: float, start: float, sweep: float, kind: int,
                                    program: Callable[..., str], reader: Callable[[str], Any]) -> None:
    rows = arc_rows(x, y, radius, start, sweep, kind)
    first, *rest = reader(program("linuxcnc", rows)).motions
    if not rest or "I" not in rest[0].words:  # became a line, or nothing: only when the arc is shorter than the grid
        assert sweep * radius < 0.005
        return
    (px, py, _), (ex, ey, _) = first.position, rest[0].position
    i, j = float(rest[0].words["I"]), float(rest[0].words["J"])
    assert abs(math.hypot(i, j) - math.hypot(ex - px - i, ey - py - j)) <= 0.002
    assert abs(math.hypot(i, j) - radius) <= 0.0025
    turned = swept((px, py), (ex, ey), i, j, kind == 3)
    assert abs(turned - sweep) * radius <= 0.006 or abs(turned - sweep) <= 0.3


def test_a_chain_of_circles_starts_where_each_ended(program: Callable[..., str], reader: Callable[[str], Any]) -> None:
    start = (0.0005, 1.0)  # half a step: the noise decides how each end alone would round
    rows = [(0, *start, 0, 0, 0, 0, 0)]
    for k, noise in enumerate((1e-12, -1e-12, 2e-12)):
        rows.append((3 if k % 2 else 2, start[0] + noise, start[1], 0, -5 - k, 0, 600, 0))
    motions = reader(program("grbl", rows)).motions
    assert len({m.position for m in motions}) == 1
    assert [float(m.words["I"]) for m in motions[1:]] == pytest.approx([-5, -6, -7], abs=0.0006)


def test_arcs_say_both_ends_and_centres(program: Callable[..., str]) -> None:
    rows = [(0, 10, 0, 2, 0, 0, 0, 0), (1, 10, 0, -1, 0, 0, 100, 0), (2, 0, -10, -1, -10, 0, 600, 0),
            (3, 0, -10, -2, 0, 10, 600, 0)]
    assert [t for t in program("grbl", rows).splitlines() if t.startswith(("G2 ", "G3 "))] == [
        "G2 X0 Y-10 I-10 J0 F600", "G3 X0 Y-10 Z-2 I0 J10"]


def test_arcs_extrude_where_the_profile_has_them(program: Callable[..., str]) -> None:
    rows = [(0, 10, 0, 0.2, 0, 0, 900, 0), (3, 0, 10, 0.2, -10, 0, 600, 0.5)]
    assert "G3 X0 Y10 I-10 J0 E0.5 F600" in program("klipper", rows, arcs=True).splitlines()


@pytest.mark.parametrize(("rows", "sentence"), [
    ([(2, 1, 1, 0, 1, 0, 600, 0)], "move 0: an arc cannot be the first move"),
    ([(0, 0, 0, 0, 0, 0, 0, 0), (3, 5, 5, 0, 0, 0, 600, 0)], "move 1: an arc needs a radius of at least 0.001 mm"),
    ([(0, 0, 0, 0, 0, 0, 0, 0), (3, 10, 0, 0, 4.9, 0, 600, 0)],
     "move 1: the radii at the arc's start and end differ by more than 0.002 mm"),
])
def test_arcs_that_are_none_are_refused(rows: Any, sentence: str, program: Callable[..., str]) -> None:
    with pytest.raises(PostError, match=sentence):
        program("grbl", rows)
