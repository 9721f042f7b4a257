from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fabwright.geometry.contours import circle, polyline, rectangle, reverse
from fabwright.machines.laser import MACHINE_CLASS
from fabwright.model import Contour, Finding, FlatPart, Nominal, Part, Severity


def _errors(findings: tuple[Finding, ...]) -> list[str]:
    return [str(f) for f in findings if f.severity is Severity.ERROR]


def test_sound_parts_have_no_error(co2: Any, plate: FlatPart, bracket: FlatPart) -> None:
    assert _errors(co2.findings(plate, bracket)) == []


def test_solids_without_sheets_are_refused(co2: Any) -> None:
    how = MACHINE_CLASS.making(co2.machine, co2.material, None)
    [finding] = MACHINE_CLASS.inspect(Part(), Nominal(), how, co2.machine, co2.material)
    assert finding.severity is Severity.ERROR
    assert "a beam cuts flat parts only" in str(finding)


def _square(*holes: Contour, size: float = 40.0, name: str = "panel", **more: Any) -> FlatPart:
    return FlatPart(name, 3.0, rectangle(0, 0, size, size), holes, **more)


BAD: dict[str, tuple[FlatPart, str]] = {
    "thickness": (replace(_square(), thickness_mm=4.0), "Drawn for 4.00 mm sheet, but the sheet is 3.00 mm."),
    "small hole": (_square(circle(20, 20, 0.6, True)), "Hole 1 is 1.20 mm wide; in 3.00 mm sheet it must be at least"),
    "narrow slot": (_square(rectangle(5, 20, 30, 1.0, True)), "Hole 1 is 1.0"),
    "bridge between holes": (_square(circle(15, 20, 4.5, True), circle(25, 20, 4.5, True)),
                             "is 1.00 mm wide; at least 1.50"),
    "bridge to the edge": (_square(circle(20, 5.5, 5.0, True)), "is 0.50 mm wide; at least 1.50"),
    "needle": (FlatPart("panel", 3.0, polyline(np.array([[0, 0], [40, 0], [40, 20], [20.4, 20], [20.4, 40], [19.6, 40],
                                                         [19.6, 20], [0, 20]]))), "A point near"),
    "gap below the kerf": (FlatPart("panel", 3.0, polyline(np.array([[0, 0], [40, 0], [40, 40], [20.05, 40],
                                                                     [20.05, 20], [19.95, 20], [19.95, 40], [0, 40]]))),
                           "a kerf of 0.2 mm leaves"),
    "too large": (_square(size=395.0),
                  "It measures 395.0 x 395.0 mm; the sheet on grbl-laser-600x400 gives 590.0 x 390.0 mm"),
    "open outline": (FlatPart("panel", 3.0, polyline(np.array([[0, 0], [40, 0], [40, 40]]), False)),
                     "The outline is open: its ends are 56.569 mm apart."),
    "crossing outline": (FlatPart("panel", 3.0, polyline(np.array([[0, 0], [40, 0], [0, 30], [50, 40.0]]))),
                         "The outline crosses or touches itself near"),
    "no area": (FlatPart("panel", 3.0, polyline(np.array([[0, 0], [40, 0], [20, 0.0]]))),
                "The outline encloses no area."),
    "clockwise outline": (FlatPart("panel", 3.0, rectangle(0, 0, 40, 40, True)), "The outline runs clockwise"),
    "hole the wrong way": (_square(circle(20, 20, 5)), "Hole 1 runs counter-clockwise"),
    "hole outside": (_square(circle(80, 20, 5, True)), "Hole 1 is not inside the outline."),
    "hole on the edge": (_square(circle(38, 20, 5, True)), "Hole 1 is not inside the outline."),
    "overlapping holes": (_square(circle(15, 20, 5, True), circle(20, 20, 5, True)), "Holes 1 and 2 overlap or touch."),
    "doubled hole": (_square(circle(15, 20, 5, True), reverse(reverse(circle(15, 20, 5, True)))), "overlap"),
    "doubled engraving": (_square(engravings=(circle(15, 20, 5), circle(15, 20, 5))),
                          "The engraving 1 and the engraving 2 are the same line twice."),
    "engraving outside": (_square(engravings=(circle(38, 20, 5),)), "The engraving 1 leaves the outline."),
    "not finite": (_square(circle(float("nan"), 20, 5, True)),
                   "The hole 1 is not a list of at least two finite vertices."),
    "vertex twice": (FlatPart("panel", 3.0, polyline(np.array([[0, 0], [40, 0], [40, 0], [40, 40.0]]))),
                     "The outline repeats a vertex at (40.000, 0.000)."),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_part_is_refused_by_name(co2: Any, case: str) -> None:
    part, sentence = BAD[case]
    errors = _errors(co2.findings(part))
    assert any(sentence in e for e in errors), errors
    assert all(e.startswith("panel: ") for e in errors)


def test_small_but_possible_holes_are_noted(co2: Any) -> None:
    findings = co2.findings(_square(circle(20, 20, 1.5, True)))
    assert [f.severity for f in findings] == [Severity.NOTE]
    assert "hole 1, is 3.00 mm" in str(findings[0])


def test_a_part_may_lie_turned(co2: Any) -> None:
    tall = FlatPart("tall", 3.0, rectangle(0, 0, 100, 580))
    assert _errors(co2.findings(tall)) == []
    assert co2.plan(tall).setup.placements[0].rotation_deg == 90.0
