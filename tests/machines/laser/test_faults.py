"""Seeded faults: every fault that changes the part or the safety is refused, every sound job accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fabwright.geometry.contours import circle, place_part, polyline, rectangle
from fabwright.geometry.offsets import offset_contour
from fabwright.machines.laser.operations import CutContour
from fabwright.model import Contour, FlatPart

Text = Callable[[str], str]


def _sub(pattern: str, new: str, count: int = 1) -> Text:
    def change(text: str) -> str:
        out, done = re.subn(pattern, new, text, count=count, flags=re.M)
        assert done, pattern
        return out
    return change


def _scaled(factor: float, letters: str = "XYIJ") -> Text:
    def change(text: str) -> str:
        head, _, body = text.partition("M5\n")
        return head + "M5\n" + re.sub(rf"([{letters}])(-?[0-9.]+)",
                                      lambda m: f"{m[1]}{float(m[2]) * factor:.4f}".rstrip("0").rstrip("."), body)
    return change


def _section(label: str, change: Text) -> Text:
    """`change` applied to one contour's lines alone."""
    def apply(text: str) -> str:
        start = text.index(f"; {label}\n")
        end = text.index("M5\n", start)
        return text[:start] + change(text[start:end]) + text[end:]
    return apply


def _moved(dx: float) -> Text:
    def change(text: str) -> str:
        return re.sub(r"X(-?[0-9.]+)", lambda m: f"X{float(m[1]) + dx:.3f}", text)
    return change


TEXT_FAULTS: dict[str, Text] = {
    "inches": _sub("G21", "G20"),
    "no units": _sub("G21 ", ""),
    "relative": _sub("G90", "G91"),
    "another plane": _sub("G17", "G18"),
    "another work offset": _sub("G54", "G55"),
    "a beam left on": _sub("^M5\nM9\nG0 X0 Y0\nM5\nM2", "M9\nM2"),
    "a missing M5": _sub("^M5\n; hole 3", "; hole 3"),
    "a missing M4": _sub("^M4 S700\n", ""),
    "no air": _sub("^M8\n", ""),
    "too much power": _sub("S700", "S1200"),
    "too little power": _sub("S700", "S300"),
    "power of zero": _sub("S700", "S0"),
    "too strong an engraving": _sub("S150", "S250"),
    "too slow": _sub("F720", "F400"),
    "too fast": _sub("F720", "F1400"),
    "no feed": _sub(" F6000", ""),
    "a dwell with the beam on": _sub("^M4 S700\n", "M4 S700\nG4 P1\n"),
    "constant power": _sub("M4 S700", "M3 S700"),
    "one percent larger": _scaled(1.01),
    "a tenth of a percent larger": _scaled(1.001),
    "mirrored": _scaled(-1.0, "XI"),
    "stretched in y": _scaled(1.005, "YJ"),
    "a hole shifted by 0.05 mm": _section("hole 3 of plate", _moved(0.05)),
    "an outline shifted by 0.05 mm": _section("outline of bracket", _moved(0.05)),
    "an engraving shifted by 0.1 mm": _section("engraving 2 of plate", _moved(0.1)),
    "beyond the travel": _sub("^G0 X0 Y0$", "G0 X601 Y0"),
    "a shifted zero": _sub("^M5\n", "M5\nG92 X1\n"),
    "a homing in the middle": _sub("^M5\n; hole 3", "M5\nG28\n; hole 3"),
    "a cut across a part": _sub("^; outline of plate", "G0 X110 Y30\nM4 S700\nG1 X130 F720\nM5\n; outline of plate"),
    "a cut in the waste": _sub("^; outline of plate", "G0 X300 Y300\nM4 S700\nG1 X350 F720\nM5\n; outline of plate"),
    "a mark too many": _sub("^M4 S150\n", "M4 S150\nG1 Y47 F6000\nG1 Y45\n"),
    "an arc turned over": _section("hole 1 of plate", _sub("^G2 (.*J0)$", r"G3 \1")),
    "cut short": lambda text: text[:len(text) // 2],
    "an unknown word": _sub("^M5\n", "M5\nM106 S255\n"),
}


@pytest.fixture(scope="module")
def job(co2: Any, plate: FlatPart, bracket: FlatPart) -> Any:
    plan = co2.plan(plate, bracket)
    return plan, co2.programs(plan)


def test_the_sound_job_is_accepted(co2: Any, job: Any, plate: FlatPart, bracket: FlatPart) -> None:
    plan, programs = job
    verdict = co2.verdict(programs, plan, plate, bracket)
    assert verdict.passed, [str(c) for c in verdict.failures]


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_fault_in_the_file_is_refused(co2: Any, job: Any, plate: FlatPart, bracket: FlatPart, fault: str) -> None:
    plan, [(name, text)] = job
    changed = TEXT_FAULTS[fault](text)
    assert changed != text
    assert co2.refuses([(name, changed)], plan, plate, bracket)


def _washer() -> FlatPart:
    b = float(np.tan(np.pi / 8))
    outline = Contour(np.array([[-10, -8, 0], [8, -8, b], [10, -6, 0], [10, 8, 0], [-10, 8, 0]], dtype=np.float64))
    score = polyline(np.array([[-7.0, 6.0], [6.0, 6.0]]), False)
    return FlatPart("washer", 3.0, outline, (circle(0, 0, 3, True),), (), (score,))


@pytest.mark.parametrize("parts", [(_washer(),), pytest.param((), marks=pytest.mark.sweep, id="plate and bracket")])
def test_any_line_dropped_is_refused_unless_it_changes_nothing(co2: Any, plate: FlatPart, bracket: FlatPart,
                                                               parts: tuple[FlatPart, ...]) -> None:
    parts = parts or (plate, bracket)
    plan = co2.plan(*parts)
    [(name, text)] = co2.programs(plan)
    lines = text.splitlines(keepends=True)
    accepted = []
    for k, line in enumerate(lines):
        if line.startswith(";"):
            continue
        if not co2.refuses([(name, "".join(lines[:k] + lines[k + 1:]))], plan, *parts):
            accepted.append(k)
    assert [lines[k] for k in accepted if not _changes_nothing(lines, k)] == []


def _changes_nothing(lines: list[str], k: int) -> bool:
    """The first M5, and one at the end that another follows; the overcut, along the cut already made, and a straight
    close that the overcut repeats; air left on to the end; the last rapid to the corner."""
    line = lines[k]
    if line == "M5\n":
        return k < 10 or ("M5\n" in lines[k + 1:k + 4] and "M2\n" in lines[k + 1:k + 6])
    straight = line.startswith("G1") and lines[k + 1].startswith("G1") and line[3] == lines[k + 1][3]
    overcut = lines[k + 1] == "M5\n" and line[:2] in ("G1", "G2", "G3")
    return overcut or (straight and lines[k + 2] == "M5\n") or line in ("M9\n", "G0 X0 Y0\n")


def _outside_in(plan: Any) -> Any:
    return replace(plan, operations=plan.operations[::-1])


def _each_cut(change: Callable[[CutContour], CutContour]) -> Callable[[Any], Any]:
    def apply(plan: Any) -> Any:
        return replace(plan, operations=tuple(change(o) if isinstance(o, CutContour) else o for o in plan.operations))
    return apply


def _resized(distance: float) -> Callable[[CutContour], CutContour]:
    def change(cut: CutContour) -> CutContour:
        sign = 1.0 if cut.role == "Outer cut" else -1.0
        return replace(cut, path=offset_contour(cut.path, sign * distance)[0], lead=None)
    return change


def _without(label: str) -> Callable[[Any], Any]:
    return lambda plan: replace(plan, operations=tuple(o for o in plan.operations if not o.label.startswith(label)))


def _lead_into_the_part(cut: CutContour) -> CutContour:
    if cut.lead is None:
        return cut
    start = cut.path.vertices[0, :2]
    through = 2 * start - cut.lead.vertices[0, :2]
    return replace(cut, lead=Contour(np.array([[*through, 0.0], [*start, 0.0]]), False))


PLAN_FAULTS: dict[str, Callable[[Any], Any]] = {
    "outlines before holes": _outside_in,
    "kerf on the wrong side": _each_cut(_resized(-0.2)),
    "kerf not compensated": _each_cut(_resized(-0.1)),
    "kerf compensated twice": _each_cut(_resized(0.1)),
    "a hole forgotten": _without("hole 2 of plate"),
    "an outline forgotten": _without("outline of bracket"),
    "an engraving forgotten": _without("engraving 1"),
    "a score forgotten": _without("score 1"),
    "leads inside the parts": _each_cut(_lead_into_the_part),
    "a pass too many and another": _each_cut(lambda cut: replace(cut, passes=3)),
}


@pytest.mark.parametrize("fault", PLAN_FAULTS)
def test_fault_in_the_plan_is_refused(co2: Any, job: Any, plate: FlatPart, bracket: FlatPart, fault: str) -> None:
    plan, _ = job
    assert co2.refuses(co2.programs(PLAN_FAULTS[fault](plan)), plan, plate, bracket)


def test_too_few_passes_are_refused(diode: Any, ply_parts: tuple[FlatPart, ...]) -> None:
    plan = diode.plan(*ply_parts)
    assert diode.verdict(diode.programs(plan), plan, *ply_parts).passed
    assert diode.refuses(diode.programs(_each_cut(lambda c: replace(c, passes=4))(plan)), plan, *ply_parts)


def test_wrong_part_is_refused(co2: Any, job: Any, plate: FlatPart, bracket: FlatPart) -> None:
    plan, programs = job
    other = replace(bracket, holes=(circle(10, 80, 3.4, True),))
    assert co2.refuses(programs, plan, plate, other)
    assert co2.refuses(programs, plan, plate, place_part(bracket, 0.05, 0.0))
    assert co2.refuses(programs, plan, bracket, plate)
    assert co2.refuses([], plan, plate, bracket)


def _star(points: int, outer: float, inner: float) -> Contour:
    angle = np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2, inner, outer)
    return polyline(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


SOUND: dict[str, tuple[FlatPart, ...]] = {
    "disc": (FlatPart("disc", 3.0, circle(0, 0, 20)),),
    "ring": (FlatPart("ring", 3.0, circle(7, -3, 20), (circle(7, -3, 15, True),)),),
    "star": (FlatPart("star", 3.0, _star(6, 30, 18)),),
    "ellipse": (FlatPart("ellipse", 3.0, polyline(np.column_stack([60 * np.cos(np.arange(400) * np.pi / 200),
                                                                    20 * np.sin(np.arange(400) * np.pi / 200)]))),),
    "many": tuple(FlatPart(f"tag {k}", 3.0, rectangle(0, 0, 30, 12 + k), (circle(5, 6, 1.6, True),)) for k in range(9)),
    "grid": (FlatPart("grid", 3.0, rectangle(0, 0, 100, 100),
                      tuple(rectangle(4 + 12 * i, 4 + 12 * j, 8, 8, True) for i in range(8) for j in range(8))),),
    "slot": (FlatPart("slot", 3.0, rectangle(0, 0, 60, 30),
                      (Contour(np.array([[10, 14, -1], [10, 16, 0], [50, 16, -1], [50, 14, 0]], dtype=np.float64)),)),),
}


@pytest.mark.parametrize("case", SOUND)
def test_sound_parts_are_never_refused(co2: Any, case: str) -> None:
    parts = SOUND[case]
    plan = co2.plan(*parts)
    verdict = co2.verdict(co2.programs(plan), plan, *parts)
    assert verdict.passed, [str(c) for c in verdict.failures]
    assert verdict.figures["edge_deviation_max_mm"] < 0.005
