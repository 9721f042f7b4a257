"""The parameters a hub may set for a plan, with the profile's own values for the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabwright.errors import UsageError
from fabwright.machines.laser.inspect import sheet_size_mm
from fabwright.machines.laser.process import process_for
from fabwright.model import Machine, Making, Material


@dataclass(frozen=True, slots=True)
class CutParameters:
    """All lengths in mm; the sheet is the one that lies on the machine."""

    kerf_mm: float
    spacing_mm: float
    margin_mm: float
    lead_in_mm: float
    overcut_mm: float
    sheet_x_mm: float
    sheet_y_mm: float


#: Smallest and largest value of each parameter that makes sense at all.
_RANGES: Mapping[str, tuple[float, float]] = {
    "kerf_mm": (0.02, 1.0), "spacing_mm": (0.5, 100.0), "margin_mm": (0.0, 100.0), "lead_in_mm": (0.0, 10.0),
    "overcut_mm": (0.0, 10.0), "sheet_x_mm": (10.0, 10000.0), "sheet_y_mm": (10.0, 10000.0)}


def cut_parameters(machine: Machine, material: Material, making: Making, given: Mapping[str, Any]) -> CutParameters:
    """Checked parameters; UsageError for an unknown name, a value out of range, or a sheet beyond the travel."""
    planning, travel = machine.profile.planning, machine.profile.travel
    width, height = sheet_size_mm(machine.profile, material.profile)
    values: dict[str, float] = {
        "kerf_mm": making.kerf_mm or process_for(machine, material).kerf_mm, "spacing_mm": planning.spacing_mm,
        "margin_mm": planning.margin_mm, "lead_in_mm": planning.lead_in_mm, "overcut_mm": planning.overcut_mm,
        "sheet_x_mm": width, "sheet_y_mm": height}
    for name in sorted(given):
        if name not in _RANGES:
            raise UsageError(f"unknown parameter {name!r} for {machine.id}. Known: {', '.join(sorted(_RANGES))}.")
        values[name] = _checked(name, given[name])
    for axis, size, reach in (("x", values["sheet_x_mm"], travel.x_mm), ("y", values["sheet_y_mm"], travel.y_mm)):
        if size > reach:
            raise UsageError(f"sheet_{axis}_mm {size:g} is beyond the travel of {machine.id}, {reach:g} mm in {axis}. "
                             "Cut the sheet down, or choose a larger machine.")
    return CutParameters(**values)


def _checked(name: str, value: Any) -> float:
    low, high = _RANGES[name]
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not low <= value <= high:
        raise UsageError(f"parameter {name} is {value!r}; it must be a number from {low:g} to {high:g} mm")
    return float(value)
