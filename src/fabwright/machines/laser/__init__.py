"""Laser cutters: flat parts cut and marked out of sheet by a beam that its controller scales with speed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabwright.model import (
    CheckedPart,
    Finding,
    Machine,
    Making,
    Material,
    Nominal,
    Part,
    Plan,
    Setup,
    Toolpath,
    Trace,
    Verdict,
)


class LaserClass:
    """The seam of this class; every method imports what it needs when it is called."""

    name = "laser"
    title = "Laser cutter"
    form = "sheet"

    def parse_machine(self, document: Mapping[str, Any]) -> Machine:
        """Check a machine profile; UsageError names the field that is wrong."""
        from fabwright.machines.laser.schema import parse_machine

        return parse_machine(document)

    def parse_material(self, document: Mapping[str, Any]) -> Material:
        """Check a material profile; UsageError names the field, or the substance that no beam may touch."""
        from fabwright.machines.laser.schema import parse_material

        return parse_material(document)

    def making(self, machine: Machine, material: Material, measured_thickness_mm: float | None) -> Making:
        """Kerf, fits and sheet thickness; RefusedError where this beam has no business with this material."""
        from fabwright.machines.laser.process import making

        return making(machine, material, measured_thickness_mm)

    def inspect(self, part: Part, nominal: Nominal, making: Making, machine: Machine, material: Material
                ) -> tuple[Finding, ...]:
        """Whether every flat part is drawn right, wide enough everywhere, and fits the sheet."""
        from fabwright.machines.laser.inspect import inspect

        return inspect(part, nominal, making, machine, material)

    def plan(self, checked: CheckedPart, making: Making, machine: Machine, material: Material,
             parameters: Mapping[str, Any]) -> Plan:
        """Parts arranged on sheets, cuts compensated and ordered; PlanError names the part that fits no sheet."""
        from fabwright.machines.laser.plan import plan

        return plan(checked, making, machine, material, parameters)

    def toolpath(self, plan: Plan) -> Toolpath:
        """One program a sheet."""
        from fabwright.machines.laser.toolpath import toolpath

        return toolpath(plan)

    def verify(self, traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material
               ) -> Verdict:
        """What the programs, as read back, leave of the sheets, against the parts."""
        from fabwright.machines.laser.verify import verify

        return verify(traces, nominal, setup, machine, material)

    def verify_file(self, trace: Trace, machine: Machine) -> Verdict:
        """Safety of a program of unknown origin."""
        from fabwright.machines.laser.verify import verify_file

        return verify_file(trace, machine)


MACHINE_CLASS = LaserClass()
