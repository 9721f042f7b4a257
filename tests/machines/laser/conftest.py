"""The whole line for flat parts, short of pipeline and design: plan, post, read back, judge."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fabwright
from fabwright.geometry.contours import circle, polyline, rectangle
from fabwright.machines.laser import MACHINE_CLASS
from fabwright.model import (
    CheckedPart,
    Contour,
    Dialect,
    Finding,
    FlatPart,
    Machine,
    Material,
    Nominal,
    Part,
    Plan,
    Severity,
    Trace,
    Verdict,
)
from fabwright.post import post
from fabwright.replay import replay

HOME = Path(fabwright.__file__).parent / "machines" / "laser"
TEMPLATE = Path(__file__).parents[3] / "templates" / "grbl" / "program.gcode.j2"


@dataclass(frozen=True)
class Shop:
    """One machine and one material, and what they do with flat parts."""

    machine: Machine
    material: Material

    @property
    def thickness(self) -> float:
        return float(self.material.profile.sheet.thickness_mm)

    def findings(self, *parts: FlatPart) -> tuple[Finding, ...]:
        how = MACHINE_CLASS.making(self.machine, self.material, None)
        return MACHINE_CLASS.inspect(Part(sheets=parts), Nominal(sheets=parts), how, self.machine, self.material)

    def plan(self, *parts: FlatPart, **parameters: Any) -> Plan:
        findings = self.findings(*parts)
        errors = [str(f) for f in findings if f.severity is Severity.ERROR]
        assert not errors, errors
        checked = CheckedPart.seal(Part(sheets=parts), Nominal(sheets=parts), findings)
        how = MACHINE_CLASS.making(self.machine, self.material, None)
        return MACHINE_CLASS.plan(checked, how, self.machine, self.material, parameters)

    def settings(self) -> Mapping[str, Any]:
        return dict(self.machine.document["controller"])

    def programs(self, plan: Plan) -> list[tuple[str, str]]:
        identity = {"generator": "Fabwright", "design": "test@1.0.0", "variant": "0" * 64, "machine": self.machine.id,
                    "material": self.material.id}
        dialect = Dialect("grbl", TEMPLATE.read_text(), self.settings())
        program = post(MACHINE_CLASS.toolpath(plan), dialect, identity)
        return [(f.name, f.data.decode()) for f in program.files]

    def traces(self, programs: Sequence[tuple[str, str]]) -> tuple[Trace, ...]:
        return tuple(replay(text.encode(), name, "grbl", self.settings()) for name, text in programs)

    def verdict(self, programs: Sequence[tuple[str, str]], plan: Plan, *parts: FlatPart) -> Verdict:
        traces = self.traces(programs)
        return MACHINE_CLASS.verify(traces, Nominal(sheets=parts), plan.setup, self.machine, self.material)

    def refuses(self, programs: Sequence[tuple[str, str]], plan: Plan, *parts: FlatPart) -> bool:
        """As the pipeline judges: the reader's errors count too."""
        traces = self.traces(programs)
        if any(f.severity is Severity.ERROR for t in traces for f in t.findings):
            return True
        verdict = MACHINE_CLASS.verify(traces, Nominal(sheets=parts), plan.setup, self.machine, self.material)
        return not verdict.passed


def _document(folder: str, name: str) -> dict[str, Any]:
    return tomllib.loads((HOME / folder / f"{name}.toml").read_text())


@pytest.fixture(scope="session")
def documents() -> Any:
    return _document


@pytest.fixture(scope="session")
def co2() -> Shop:
    return Shop(MACHINE_CLASS.parse_machine(_document("profiles", "grbl-laser-600x400")),
                MACHINE_CLASS.parse_material(_document("materials", "acrylic-3mm")))


@pytest.fixture(scope="session")
def diode() -> Shop:
    return Shop(MACHINE_CLASS.parse_machine(_document("profiles", "diode-10w-400x400")),
                MACHINE_CLASS.parse_material(_document("materials", "birch-ply-4mm")))


def make_plate(thickness: float = 3.0, name: str = "plate") -> FlatPart:
    """80 x 50 mm with rounded corners, two round holes, one square hole, two engravings and a score."""
    b = float(np.tan(np.pi / 8))
    outline = Contour(np.array([[5, 0, 0], [75, 0, b], [80, 5, 0], [80, 45, b], [75, 50, 0], [5, 50, b], [0, 45, 0],
                                [0, 5, b]], dtype=np.float64))
    holes = (circle(10, 10, 3, True), circle(70, 40, 3, True), rectangle(30, 15, 20, 10, True))
    angle = polyline(np.array([[10.0, 40.0], [30.0, 40.0], [30.0, 35.0]]), False)
    line = polyline(np.array([[10.0, 30.0], [25.0, 30.0]]), False)
    return FlatPart(name, thickness, outline, holes, (circle(60, 15, 4), angle), (line,))


def make_bracket(thickness: float = 3.0, name: str = "bracket") -> FlatPart:
    """An L of 60 x 90 mm with one hole: an inside corner."""
    outline = polyline(np.array([[0, 0], [60, 0], [60, 20], [20, 20], [20, 90], [0, 90]], dtype=np.float64))
    return FlatPart(name, thickness, outline, (circle(10, 80, 3.5, True),))


@pytest.fixture(scope="session")
def plate() -> FlatPart:
    return make_plate()


@pytest.fixture(scope="session")
def bracket() -> FlatPart:
    return make_bracket()


@pytest.fixture(scope="session")
def ply_parts() -> tuple[FlatPart, FlatPart]:
    return make_plate(4.0), make_bracket(4.0)
