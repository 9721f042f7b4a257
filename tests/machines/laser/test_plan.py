from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabwright.errors import InternalError, PlanError, UsageError
from fabwright.geometry.contours import (
    bounds_mm,
    circle,
    length_mm,
    place_part,
    polyline,
    rectangle,
    signed_area_mm2,
    wound,
)
from fabwright.machines.laser import MACHINE_CLASS
from fabwright.machines.laser.operations import CutContour
from fabwright.model import BeamOff, BeamOn, FlatPart, MoveKind, Plan, Setup


def test_marks_then_holes_then_outlines(co2: Any, plate: FlatPart, bracket: FlatPart) -> None:
    roles = [o.role for o in co2.plan(plate, bracket).operations]
    assert roles == ["Engrave"] * 2 + ["Score"] + ["Inner cut"] * 4 + ["Outer cut"] * 2


def test_cut_paths_lie_half_a_kerf_in_the_waste(co2: Any) -> None:
    part = FlatPart("washer", 3.0, circle(0, 0, 20), (circle(0, 0, 8, True),))
    cuts = co2.plan(part).operations
    areas = [abs(signed_area_mm2(c.path)) for c in cuts]
    assert areas == pytest.approx([np.pi * 7.9**2, np.pi * 20.1**2])
    wider = co2.plan(part, kerf_mm=0.3).operations
    assert abs(signed_area_mm2(wider[1].path)) == pytest.approx(np.pi * 20.15**2)


def test_every_lead_ends_on_its_path(co2: Any, plate: FlatPart, bracket: FlatPart) -> None:
    for cut in co2.plan(plate, bracket).operations:
        if isinstance(cut, CutContour):
            assert cut.lead is not None, cut.label
            assert np.allclose(cut.lead.vertices[-1, :2], cut.path.vertices[0, :2])


def test_setup_carries_what_the_verdict_needs(co2: Any, plate: FlatPart) -> None:
    setup = co2.plan(plate).setup
    assert setup.parameters["kerf_mm"] == 0.2
    assert setup.stock is not None
    assert setup.stock.size_mm == (600.0, 400.0, 3.0)
    again = Setup.from_json(setup.as_json())
    assert again == setup
    assert "$32=1" in " ".join(setup.notes)


def test_parts_are_spaced_and_inside_the_margin(co2: Any, plate: FlatPart, bracket: FlatPart) -> None:
    parts = [plate, bracket, FlatPart("disc", 3.0, circle(0, 0, 25))]
    placements = co2.plan(*parts, margin_mm=7.0, spacing_mm=6.0).setup.placements
    placed = [place_part(parts[p.of], p.offset_mm[0], p.offset_mm[1], p.rotation_deg) for p in placements]
    boxes = [bounds_mm(part.outline) for part in placed]
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        assert min(x0, y0) >= 7.0 - 1e-6
        assert x1 <= 593.0 + 1e-6
        assert y1 <= 393.0 + 1e-6
        for a0, b0, a1, b1 in boxes[k + 1:]:
            assert max(a0 - x1, x0 - a1, b0 - y1, y0 - b1) >= 6.0 - 1e-6


def test_several_sheets_give_several_programs(co2: Any) -> None:
    parts = tuple(FlatPart(f"panel {k}", 3.0, rectangle(0, 0, 380, 260)) for k in range(4))
    plan = co2.plan(*parts)
    programs = co2.programs(plan)
    assert [name for name, _ in programs] == ["sheet-1.nc", "sheet-2.nc", "sheet-3.nc", "sheet-4.nc"]
    verdict = co2.verdict(programs, plan, *parts)
    assert verdict.passed, [str(c) for c in verdict.failures]
    assert verdict.figures["sheets"] == 4
    swapped = [(programs[0][0], programs[1][1]), (programs[1][0], programs[0][1]), *programs[2:]]
    assert not co2.refuses(swapped, plan, *parts)  # the same panel on either sheet
    assert co2.refuses(programs[:3], plan, *parts)


def test_a_sheet_too_small_is_refused(co2: Any, plate: FlatPart) -> None:
    with pytest.raises(PlanError, match=r"a sheet too small: plate measures 80.0 x 50.0 mm, the sheet of 85.0 x 55.0 "
                                        r"mm gives 75.0 x 45.0 mm inside its 5 mm margin"):
        co2.plan(plate, sheet_x_mm=85.0, sheet_y_mm=55.0)


@pytest.mark.parametrize(("name", "value", "sentence"), [
    ("kerf", 0.2, "unknown parameter 'kerf'"), ("kerf_mm", 0.0, "kerf_mm is 0.0"),
    ("kerf_mm", float("nan"), "kerf_mm is nan"),
    ("spacing_mm", "4", "spacing_mm is '4'"), ("margin_mm", True, "margin_mm is True"),
    ("sheet_x_mm", 700.0, "sheet_x_mm 700 is beyond the travel of grbl-laser-600x400, 600 mm in x"),
])
def test_parameters_are_checked(co2: Any, plate: FlatPart, name: str, value: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        co2.plan(plate, **{name: value})


def test_a_kerf_that_splits_a_hole_is_refused(co2: Any) -> None:
    # Two chambers joined by a throat of 0.4 mm.
    points = np.array([[10, 10], [10, 14.8], [20, 14.8], [20, 10], [30, 10], [30, 20], [20, 20], [20, 15.2], [10, 15.2],
                       [10, 20], [0, 20], [0, 10.0]])
    hole = wound(polyline(points + 5.0), True)
    part = FlatPart("panel", 3.0, rectangle(0, 0, 60, 40), (hole,))
    assert len(co2.plan(part).operations) == 2
    with pytest.raises(PlanError, match=r"panel: the hole 1 is narrower than the kerf of 0.5 mm"):
        co2.plan(part, kerf_mm=0.5)


def test_beam_is_on_for_cutting_moves_only(co2: Any, plate: FlatPart, bracket: FlatPart) -> None:
    [file] = MACHINE_CLASS.toolpath(co2.plan(plate, bracket)).files
    lit = np.zeros(len(file.moves), dtype=bool)
    for at, event in file.events:
        if isinstance(event, BeamOn | BeamOff):
            lit[at:] = isinstance(event, BeamOn)
    assert np.array_equal(lit, file.moves.kind != MoveKind.RAPID)
    assert (file.moves.z == 0).all()


def test_arcs_stay_arcs(co2: Any) -> None:
    [file] = MACHINE_CLASS.toolpath(co2.plan(FlatPart("disc", 3.0, circle(0, 0, 25)))).files
    assert len(file.moves) <= 7
    assert (file.moves.kind >= MoveKind.ARC_CW).sum() >= 4


def test_passes_are_run(diode: Any, ply_parts: tuple[FlatPart, ...]) -> None:
    plan = diode.plan(*ply_parts)
    programs = diode.programs(plan)
    verdict = diode.verdict(programs, plan, *ply_parts)
    assert verdict.passed, [str(c) for c in verdict.failures]
    once = diode.plan(*ply_parts).operations
    edge = sum(length_mm(o.path) for o in once if isinstance(o, CutContour))
    assert verdict.figures["cut_length_mm"] == pytest.approx(6 * edge, rel=0.01)


def test_same_input_same_bytes(co2: Any, plate: FlatPart, bracket: FlatPart) -> None:
    assert co2.programs(co2.plan(plate, bracket)) == co2.programs(co2.plan(plate, bracket))


def test_a_foreign_plan_is_our_fault() -> None:
    with pytest.raises(InternalError, match="of class mill"):
        MACHINE_CLASS.toolpath(Plan("mill", Setup((), ""), ()))


def test_golden_washer(co2: Any) -> None:
    [(_, text)] = co2.programs(co2.plan(FlatPart("washer", 3.0, circle(0, 0, 10), (circle(0, 0, 4, True),))))
    assert text.split("M5\n", 1)[1] == GOLDEN_WASHER


GOLDEN_WASHER = """\
; hole 1 of washer
;TYPE:Inner cut
G0 X16.5 Y12.6
M8
M4 S700
G2 X15 Y11.1 I-1.5 J0 F720
G2 X11.1 Y15 I0 J3.9
G2 X18.9 Y15 I3.9 J0
G2 X15 Y11.1 I-3.9 J0
G2 X14.501 Y11.132 I-0.0004 J3.9
M5
; outline of washer
;TYPE:Outer cut
G0 X16.5 Y26.6
M4 S700
G2 X15 Y25.1 I-1.5 J0
G3 X4.9 Y15 I0 J-10.1
G3 X25.1 Y15 I10.1 J0
G3 X15 Y25.1 I-10.1 J0
G3 X14.5 Y25.088 I0 J-10.1
M5
M9
G0 X0 Y0
M5
M2
"""
