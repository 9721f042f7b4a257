"""The seam between the line and this class of machine: checks profiles, and hands each stage to its module."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fabwright.errors import UsageError
from fabwright.model import (
    CheckedPart,
    Finding,
    Fits,
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

if TYPE_CHECKING:
    from fabwright.machines.mill.profile import MachineProfile, MaterialProfile

#: A block that measures further from its nominal thickness than this share is another block.
THICKNESS_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class MillClass:
    """See `fabwright.model.MachineClass`."""

    name: str = "mill"
    title: str = "Three-axis mill or router"
    form: str = "solid"

    def parse_machine(self, document: Mapping[str, Any]) -> Machine:
        """Check a machine profile."""
        from fabwright.machines.mill.profile import MachineProfile
        from fabwright.machines.profile import parse_machine_profile

        return parse_machine_profile(MachineProfile, document)

    def parse_material(self, document: Mapping[str, Any]) -> Material:
        """Check a material profile."""
        from fabwright.machines.mill.profile import MaterialProfile
        from fabwright.machines.profile import parse_material_profile

        return parse_material_profile(MaterialProfile, document)

    def making(self, machine: Machine, material: Material, measured_thickness_mm: float | None) -> Making:
        """Block thickness, fits, and the smallest inside radius of the cutters that reach through the block."""
        profile: MachineProfile = machine.profile
        stuff: MaterialProfile = material.profile
        thickness = stuff.blocks[0].z_mm
        if measured_thickness_mm is not None:
            thickness = _measured(measured_thickness_mm, thickness, material.id)
        flats = [t for t in profile.tools if t.kind == "flat"]
        long = [t for t in flats if min(t.stickout_mm, t.flute_mm) >= thickness] or flats
        smallest = min(t.diameter_mm for t in long)
        fits = Fits(stuff.fits.press_mm, stuff.fits.snug_mm, stuff.fits.slide_mm, stuff.fits.source)
        return Making(self.name, "milling from a block", self.form, material.id, fits, stock_thickness_mm=thickness,
                      kerf_mm=smallest, min_wall_mm=stuff.limits.wall_min_mm, min_inner_radius_mm=smallest / 2.0)

    def inspect(self, part: Part, nominal: Nominal, making: Making, machine: Machine, material: Material
                ) -> tuple[Finding, ...]:
        """Undercuts, size against block and travel, corners, reach, thin walls."""
        from fabwright.machines.mill.inspect import inspect_bodies

        return inspect_bodies(nominal, making, machine.profile, material.profile)

    def plan(self, checked: CheckedPart, making: Making, machine: Machine, material: Material,
             parameters: Mapping[str, Any]) -> Plan:
        """Blocks, cutters, operations."""
        from fabwright.machines.mill.plan import make_plan

        return make_plan(checked.nominal, machine.profile, material.profile, parameters, making.stock_thickness_mm)

    def toolpath(self, plan: Plan) -> Toolpath:
        """One file a tool, or one a block where the machine changes tools."""
        from fabwright.machines.mill.toolpath import make_toolpath

        return make_toolpath(plan)

    def verify(self, traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material
               ) -> Verdict:
        """Safety of the motion, and the block after all programs against the nominal bodies."""
        from fabwright.machines.mill.verify.verdict import verify_job

        return verify_job(traces, nominal, setup, machine.profile, material.profile)

    def verify_file(self, trace: Trace, machine: Machine) -> Verdict:
        """Safety of the motion alone."""
        from fabwright.machines.mill.verify.verdict import verify_program

        return verify_program(trace, machine.profile)

    def first_run_note(self) -> str:
        """A sentence while the kernels are not yet compiled, else an empty text."""
        return first_run_note()


def _measured(thickness: float, nominal: float, material: str) -> float:
    if not math.isfinite(thickness) or abs(thickness - nominal) > THICKNESS_SHARE * nominal:
        low, high = nominal * (1 - THICKNESS_SHARE), nominal * (1 + THICKNESS_SHARE)
        raise UsageError(f"measured thickness {thickness} mm makes no sense for {material}, whose blocks are "
                         f"{nominal:g} mm "
                         f"thick; give {low:g} to {high:g} mm")
    return thickness


def first_run_note() -> str:
    """A sentence for the user when the kernels are about to be compiled, else an empty text.

    Compilation happens once per installation; numba keeps the result beside the kernels (or in its own cache folder).
    """
    from fabwright.machines.mill.kernels.state import compiled

    return "" if compiled() else "First run of the milling kernels: compiling them takes about 20 s, once."
