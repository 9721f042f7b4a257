"""Printing from filament: one folder holds everything this class of machine knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabwright.model import (
    CheckedPart,
    EngineRequest,
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


class FilamentPrinting:
    """Layers of molten filament on a heated bed."""

    name = "fdm"
    title = "Filament printer"
    form = "solid"
    zone_settings = ("infill_density", "infill_pattern", "supports")

    def parse_machine(self, document: Mapping[str, Any]) -> Machine:
        """Check a printer's profile."""
        from fabwright.machines.fdm.schema import PrinterProfile
        from fabwright.machines.profile import parse_machine_profile

        return parse_machine_profile(PrinterProfile, document)

    def parse_material(self, document: Mapping[str, Any]) -> Material:
        """Check a filament's profile."""
        from fabwright.machines.fdm.schema import FilamentProfile
        from fabwright.machines.profile import parse_material_profile

        return parse_material_profile(FilamentProfile, document)

    def making(self, machine: Machine, material: Material, measured_thickness_mm: float | None) -> Making:
        """Fits and compensations of this printer with this filament."""
        from fabwright.machines.fdm.making import printer_making

        return printer_making(machine, material, measured_thickness_mm)

    def inspect(self, part: Part, nominal: Nominal, making: Making, machine: Machine, material: Material
                ) -> tuple[Finding, ...]:
        """Size, walls, gaps, holes, posts, overhangs, cavities, footing and zones."""
        from fabwright.machines.fdm.inspection import inspect_print

        return inspect_print(nominal, machine, material)

    def plan(self, checked: CheckedPart, making: Making, machine: Machine, material: Material,
             parameters: Mapping[str, Any]) -> Plan:
        """Place, cut and lay out every bead."""
        from fabwright.machines.fdm.plan import plan_print

        return plan_print(checked, machine, material, parameters)

    @property
    def engines(self) -> tuple[str, ...]:
        """Slicers whose command line can plan instead of us."""
        return ("prusaslicer",)

    def engine_request(self, name: str, checked: CheckedPart, machine: Machine, material: Material,
                       parameters: Mapping[str, Any]) -> EngineRequest:
        """Our settings in another slicer's words."""
        from fabwright.machines.fdm.prusaslicer import engine_request

        return engine_request(checked, machine, material, parameters)

    def toolpath(self, plan: Plan) -> Toolpath:
        """One program."""
        from fabwright.machines.fdm.toolpath import print_toolpath

        return print_toolpath(plan)

    def verify(self, traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material
               ) -> Verdict:
        """State safety and the deposited material against the solid."""
        from fabwright.machines.fdm.verify import verify_print

        return verify_print(traces, nominal, setup, machine, material)

    def verify_file(self, trace: Trace, machine: Machine) -> Verdict:
        """State safety alone."""
        from fabwright.machines.fdm.verify import verify_safety

        return verify_safety(trace, machine)

    def pictures(self, traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, verdict: Verdict
                 ) -> Mapping[str, bytes]:
        """First, middle, last and worst layers."""
        from fabwright.machines.fdm.pictures import job_pictures

        return job_pictures(traces[0], nominal, setup, machine, verdict)

    def layer_pictures(self, trace: Trace, layer: int, machine: Machine, job: tuple[Nominal, Setup] | None
                       ) -> Mapping[str, bytes]:
        """One layer by features, and its deviation."""
        from fabwright.machines.fdm.pictures import layer_pictures

        return layer_pictures(trace, layer, machine, job)


MACHINE_CLASS = FilamentPrinting()
