"""A fourth class of machine in one folder: a pen plotter. Nothing outside it knows its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.profile import (
    MachineHead,
    MaterialHead,
    Sourced,
    Table,
    parse_machine_profile,
    parse_material_profile,
)
from fabwright.model import (
    Check,
    CheckedPart,
    Finding,
    Fits,
    Machine,
    Making,
    Material,
    MoveKind,
    Moves,
    Nominal,
    Part,
    Placement,
    Plan,
    Remark,
    Setup,
    Severity,
    Status,
    Stock,
    Toolpath,
    ToolpathFile,
    Trace,
    Verdict,
)

MARGIN_MM = 10.0
DEVIATION_MM = 0.05


class Controller(Sourced):
    """No figures: the pen needs no output word."""


class Travel(Sourced):
    """Reach and speed of the pen."""

    x_mm: float
    y_mm: float
    pen_up_mm: float
    feed_mm_min: float


class PlotterProfile(Table):
    """A plotter."""

    machine: MachineHead
    controller: Controller
    travel: Travel


class Sheet(Sourced):
    """Paper."""

    thickness_mm: float
    line_mm: float


class PaperProfile(Table):
    """A paper."""

    material: MaterialHead
    sheet: Sheet


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One pen-down path, closed; `points` (n, 2) in program coordinates."""

    points: np.ndarray


@dataclass(frozen=True, slots=True)
class Plotter:
    """The seam filled."""

    name: str = "plotter"
    title: str = "Pen plotter"
    form: str = "sheet"

    def parse_machine(self, document: Mapping[str, Any]) -> Machine:
        return parse_machine_profile(PlotterProfile, document)

    def parse_material(self, document: Mapping[str, Any]) -> Material:
        return parse_material_profile(PaperProfile, document)

    def making(self, machine: Machine, material: Material, measured_thickness_mm: float | None) -> Making:
        return Making(self.name, "pen", "sheet", material.id, Fits(0.0, 0.0, 0.0, "a drawing has no fits"),
                      stock_thickness_mm=measured_thickness_mm or material.profile.sheet.thickness_mm)

    def inspect(self, part: Part, nominal: Nominal, making: Making, machine: Machine, material: Material
                ) -> tuple[Finding, ...]:
        travel = machine.profile.travel
        findings = []
        for sheet in nominal.sheets:
            size = np.ptp(sheet.outline.vertices[:, :2], axis=0) + MARGIN_MM
            for axis, have, room in zip("xy", size, (travel.x_mm, travel.y_mm), strict=True):
                if have > room:
                    findings.append(Finding(
                        "reach", Severity.ERROR, sheet.name,
                        f"It needs {have:.0f} mm along {axis}, the pen reaches {room:.0f} mm.",
                        float(have), room, "mm", "Choose a smaller card."))
        return tuple(findings)

    def plan(self, checked: CheckedPart, making: Making, machine: Machine, material: Material,
             parameters: Mapping[str, Any]) -> Plan:
        if parameters:
            raise PlanError(f"a plotter has no parameter {sorted(parameters)[0]!r}")
        (sheet,) = checked.nominal.sheets
        place = Placement(0, sheet.name, (MARGIN_MM, MARGIN_MM, 0.0), sheet=True)
        reach = machine.profile.travel
        stock = Stock((0.0, 0.0, 0.0), (reach.x_mm, reach.y_mm, 0.1), "a sheet of paper")
        stroke = Stroke(sheet.outline.vertices[:, :2] + MARGIN_MM)
        setup = Setup((place,), "pen tip on the paper's lower left corner", stock=stock)
        return Plan(self.name, setup, (stroke,), machine)

    def toolpath(self, plan: Plan) -> Toolpath:
        travel = plan.context.profile.travel
        (stroke,) = plan.operations
        ring = np.vstack([stroke.points, stroke.points[:1]])
        x = np.concatenate([ring[:1, 0], ring[:1, 0], ring[1:, 0], ring[-1:, 0]])
        y = np.concatenate([ring[:1, 1], ring[:1, 1], ring[1:, 1], ring[-1:, 1]])
        z = np.concatenate([[travel.pen_up_mm, 0.0], np.zeros(len(ring) - 1), [travel.pen_up_mm]])
        kind = np.full(len(x), MoveKind.LINEAR, dtype=np.uint8)
        kind[[0, -1]] = MoveKind.RAPID
        zero = np.zeros(len(x))
        moves = Moves(kind, x, y, z, zero, zero, np.full(len(x), travel.feed_mm_min), zero, np.zeros(len(x), np.uint8))
        return Toolpath((ToolpathFile("card", moves, ((0, Remark("pen plotter")),), ("Pen",)),))

    def verify(self, traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material
               ) -> Verdict:
        (trace,) = traces
        drawn = trace.end[(trace.kind != MoveKind.RAPID) & (trace.end[:, 2] <= 0.0) & (trace.start[:, 2] <= 0.0)][:, :2]
        (place,) = setup.placements
        want = nominal.sheets[place.of].outline.vertices[:, :2] + np.array(place.offset_mm[:2])
        off = max((float(np.linalg.norm(drawn - corner, axis=1).min()) for corner in want), default=np.inf) \
            if len(drawn) else np.inf
        ok = len(drawn) == len(want) and off <= DEVIATION_MM
        drawn_check = Check("drawn as ordered", Status.PASS if ok else Status.FAIL,
                            f"{len(drawn)} strokes end within {off:.3f} mm of the {len(want)} corners", off,
                            DEVIATION_MM, "mm")
        safety = self.verify_file(trace, machine)
        length = float(np.linalg.norm(trace.end - trace.start, axis=1).sum())
        return Verdict((drawn_check, *safety.checks), {"time_s": length / machine.profile.travel.feed_mm_min * 60.0},
                       ("Whether the pen has ink.",))

    def verify_file(self, trace: Trace, machine: Machine) -> Verdict:
        travel = machine.profile.travel
        reach = trace.end[:, :2]
        out = (reach < 0.0).any() or (reach > [travel.x_mm, travel.y_mm]).any()
        inside = Check("inside travel", Status.FAIL if out else Status.PASS, "every move within the pen's reach")
        return Verdict((inside,), not_checked=("There is no drawing to compare with.",))


MACHINE_CLASS = Plotter()
