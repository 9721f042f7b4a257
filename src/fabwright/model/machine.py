"""Machines and materials as data, and the seam every class of machine fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from fabwright.model.engine import EngineRequest
    from fabwright.model.findings import Finding, Verdict
    from fabwright.model.part import CheckedPart, Making, Nominal, Part
    from fabwright.model.plan import Plan, Setup
    from fabwright.model.toolpath import Toolpath
    from fabwright.model.trace import Trace


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of a hub. `controller` names its dialect; `profile` is its class's own checked schema.

    `document` is the profile as read (JSON-able), kept so that a job can record exactly what it was planned for;
    `digest` is the SHA-256 of its canonical JSON.
    """

    id: str
    title: str
    machine_class: str
    controller: str
    profile: Any = field(compare=False, repr=False)
    document: Mapping[str, Any] = field(compare=False, repr=False)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """One material as its class of machine works it; fields as for `Machine`."""

    id: str
    title: str
    machine_class: str
    profile: Any = field(compare=False, repr=False)
    document: Mapping[str, Any] = field(compare=False, repr=False)
    digest: str = ""


class MachineClass(Protocol):
    """The seam of a machine class: one folder under `machines/` exposes one such object as `MACHINE_CLASS`.

    All methods are pure. `inspect`, `plan` and `verify` refuse by findings, errors or failed checks, in that order.
    """

    @property
    def name(self) -> str:
        """Short lower-case name, equal to the folder's."""

    @property
    def title(self) -> str:
        """What a person calls it."""

    @property
    def form(self) -> str:
        """"solid" or "sheet": which shapes of a part this class works on."""

    def parse_machine(self, document: Mapping[str, Any]) -> Machine:
        """Check a machine profile; UsageError names the file's field that is wrong."""

    def parse_material(self, document: Mapping[str, Any]) -> Material:
        """Check a material profile; UsageError names the file's field that is wrong."""

    def making(self, machine: Machine, material: Material, measured_thickness_mm: float | None) -> Making:
        """What a design may know; UsageError when the thickness makes no sense, RefusedError when the machine must not
        work this material."""

    def inspect(self, part: Part, nominal: Nominal, making: Making, machine: Machine, material: Material
                ) -> tuple[Finding, ...]:
        """Class rules on the built part (the common ones - closed, volume, count - are already done)."""

    def plan(self, checked: CheckedPart, making: Making, machine: Machine, material: Material,
             parameters: Mapping[str, Any]) -> Plan:
        """Ordered operations with a setup; PlanError names the feature that cannot be made."""

    def toolpath(self, plan: Plan) -> Toolpath:
        """Typed moves and events, one `ToolpathFile` per program the hub runs."""

    def verify(self, traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material
               ) -> Verdict:
        """State safety and material comparison of the read-back programs with the nominal geometry."""

    def verify_file(self, trace: Trace, machine: Machine) -> Verdict:
        """State safety alone, for a program of unknown origin."""


@runtime_checkable
class ForeignEngines(Protocol):
    """What a class adds that can leave planning to other programs."""

    @property
    def engines(self) -> tuple[str, ...]:
        """Names of those programs; "native" is always there besides."""

    def engine_request(self, name: str, checked: CheckedPart, machine: Machine, material: Material,
                       parameters: Mapping[str, Any]) -> EngineRequest:
        """What the program is given; PlanError for what it cannot be asked for."""


@runtime_checkable
class HonoursZones(Protocol):
    """What a class adds that can make zones of a body with settings of their own."""

    @property
    def zone_settings(self) -> tuple[str, ...]:
        """Names of the settings that a zone may have; `inspect` refuses others."""


@runtime_checkable
class DrawsLayers(Protocol):
    """What a class adds whose programs are made in layers that can be drawn."""

    def pictures(self, traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, verdict: Verdict
                 ) -> Mapping[str, bytes]:
        """PNG files of a job by name: the layers most worth a look, from the read-back programs and their verdict."""

    def layer_pictures(self, trace: Trace, layer: int, machine: Machine, job: tuple[Nominal, Setup] | None
                       ) -> Mapping[str, bytes]:
        """PNG files of one layer, counted from 1: "layer" as laid and, where the job is known, "deviation" from its
        section; UsageError for a layer that the program does not have."""


@runtime_checkable
class CompilesKernels(Protocol):
    """What a class adds whose first run on a computer takes long for a reason that cannot be seen."""

    def first_run_note(self) -> str:
        """A sentence for the user before the wait, or an empty text when there will be none."""
