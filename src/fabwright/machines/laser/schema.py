"""What a laser's and a sheet material's profile must say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from fabwright.errors import UsageError
from fabwright.machines.laser.forbidden import forbidden_reason
from fabwright.machines.profile import (
    MachineHead,
    MaterialHead,
    Sourced,
    Table,
    parse_machine_profile,
    parse_material_profile,
)
from fabwright.model import Machine, Material

BeamKind = Literal["co2", "diode"]


class Controller(Sourced):
    """`[controller]`: `s_max` is `$30`; `laser_mode` says that `$32=1` is set, which every program here relies on."""

    s_max: float = Field(gt=0)
    power_max_w: float = Field(gt=0)
    air_assist_word: Literal["M7", "M8"] | None = None
    laser_mode: Literal[True]
    coord_decimals: int = Field(default=3, ge=3, le=4)


class Beam(Sourced):
    """`[beam]`: the kind of source; its power is the controller's `power_max_w`."""

    kind: BeamKind
    wavelength_nm: float = Field(gt=0)


class Travel(Sourced):
    """`[travel]`: how far the head reaches from the front left corner."""

    x_mm: float = Field(gt=0)
    y_mm: float = Field(gt=0)


class Motion(Sourced):
    """`[motion]`: `$110`, `$120` and `$11`, and the feeds at which the beam may be on."""

    rapid_mm_min: float = Field(gt=0)
    feed_min_mm_min: float = Field(gt=0)
    feed_max_mm_min: float = Field(gt=0)
    acceleration_mm_s2: float = Field(gt=0)
    junction_deviation_mm: float = Field(gt=0)


class Planning(Sourced):
    """`[planning]`: defaults of the plan's parameters."""

    margin_mm: float = Field(ge=0)
    spacing_mm: float = Field(ge=0)
    lead_in_mm: float = Field(ge=0)
    overcut_mm: float = Field(ge=0)


class LaserProfile(Table):
    """A machine profile."""

    machine: MachineHead
    controller: Controller
    beam: Beam
    travel: Travel
    motion: Motion
    planning: Planning


class Sheet(Sourced):
    """`[sheet]`: what it is made of, nominal thickness and the window in which a measured one is believed, size."""

    composition: str
    thickness_mm: float = Field(gt=0)
    thickness_min_mm: float = Field(gt=0)
    thickness_max_mm: float = Field(gt=0)
    size_x_mm: float = Field(gt=0)
    size_y_mm: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Sheet:
        if not self.thickness_min_mm <= self.thickness_mm <= self.thickness_max_mm:
            raise ValueError("thickness_min_mm <= thickness_mm <= thickness_max_mm does not hold")
        reason = forbidden_reason(self.composition)
        if reason is not None:
            raise ValueError(reason)
        return self


class Limits(Sourced):
    """`[limits]`: smallest hole and bridge in thicknesses (must and should), smallest feature, tolerance of edges."""

    hole_per_thickness: float = Field(gt=0)
    hole_advised_per_thickness: float = Field(gt=0)
    bridge_per_thickness: float = Field(gt=0)
    feature_mm: float = Field(gt=0)
    edge_tolerance_mm: float = Field(gt=0)


class FitTable(Sourced):
    """`[fits]`: clearances between a slot and the sheet or tab that goes into it, both sides together."""

    press_mm: float
    snug_mm: float
    slide_mm: float


class Process(Sourced):
    """`[[process]]`: tested settings for one kind of beam in a range of machine power.

    `cut_energy_min_j_mm` and `cut_energy_max_j_mm` bound the energy per length of cut, all passes together.
    """

    beam: BeamKind
    machine_power_min_w: float = Field(gt=0)
    machine_power_max_w: float = Field(gt=0)
    kerf_mm: float = Field(gt=0, le=1.0)
    cut_power_w: float = Field(gt=0)
    cut_feed_mm_min: float = Field(gt=0)
    passes: int = Field(ge=1, le=30)
    air_assist: bool
    cut_energy_min_j_mm: float = Field(gt=0)
    cut_energy_max_j_mm: float = Field(gt=0)
    engrave_power_w: float = Field(gt=0)
    engrave_feed_mm_min: float = Field(gt=0)
    score_power_w: float = Field(gt=0)
    score_feed_mm_min: float = Field(gt=0)

    @model_validator(mode="after")
    def _consistent(self) -> Process:
        total = self.passes * self.pass_energy_j_mm
        if not self.cut_energy_min_j_mm <= total <= self.cut_energy_max_j_mm:
            raise ValueError(f"{self.passes} passes give {total:.2f} J/mm, outside cut_energy_min_j_mm "
                             f"{self.cut_energy_min_j_mm:g} to cut_energy_max_j_mm {self.cut_energy_max_j_mm:g}")
        if self.mark_energy_max_j_mm * 2 > self.pass_energy_j_mm:
            raise ValueError("engraving and scoring must put less than half the energy of a cutting pass into a length")
        return self

    @property
    def pass_energy_j_mm(self) -> float:
        """Energy per length of one cutting pass."""
        return self.cut_power_w * 60 / self.cut_feed_mm_min

    @property
    def mark_energy_max_j_mm(self) -> float:
        """Energy per length of the stronger of the two kinds of mark."""
        return max(self.engrave_power_w / self.engrave_feed_mm_min, self.score_power_w / self.score_feed_mm_min) * 60


class Refusal(Sourced):
    """`[[refused]]`: a kind of beam that cannot work this material, and why."""

    beam: BeamKind
    reason: str


class SheetProfile(Table):
    """A material profile."""

    material: MaterialHead
    sheet: Sheet
    limits: Limits
    fits: FitTable
    process: tuple[Process, ...] = ()
    refused: tuple[Refusal, ...] = ()


def parse_machine(document: Mapping[str, Any]) -> Machine:
    """Checked machine profile."""
    return parse_machine_profile(LaserProfile, document)


def parse_material(document: Mapping[str, Any]) -> Material:
    """Checked material profile; a forbidden substance in its name or composition is a UsageError."""
    material = parse_material_profile(SheetProfile, document)
    reason = forbidden_reason(material.id, material.title)
    if reason is not None:
        raise UsageError(f"material profile {material.id!r}: material.title: {reason}")
    return material
