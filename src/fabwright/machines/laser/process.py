"""Which tested settings apply to a machine and a sheet, and what a design may know of them."""

from __future__ import annotations

import math

from fabwright.errors import RefusedError, UsageError
from fabwright.machines.laser.schema import LaserProfile, Process, SheetProfile
from fabwright.model import Fits, Machine, Making, Material

BEAM_NAMES = {"co2": "CO2", "diode": "diode"}


def process_for(machine: Machine, material: Material) -> Process:
    """The material's settings for this beam and power; RefusedError with the reason where there are none."""
    m: LaserProfile = machine.profile
    s: SheetProfile = material.profile
    kind, power = m.beam.kind, m.controller.power_max_w
    for refusal in s.refused:
        if refusal.beam == kind:
            raise RefusedError(f"{material.id}: a {BEAM_NAMES[kind]} beam cannot cut it: {refusal.reason.rstrip('.')}. "
                               f"({machine.id}; source: {refusal.source})")
    for process in s.process:
        if process.beam == kind and process.machine_power_min_w <= power <= process.machine_power_max_w:
            return process
    tested = ", ".join(f"{BEAM_NAMES[p.beam]} {p.machine_power_min_w:g} to {p.machine_power_max_w:g} W"
                       for p in s.process)
    raise RefusedError(f"{material.id}: no tested settings for a {BEAM_NAMES[kind]} beam of {power:g} W "
                       f"({machine.id}); it is tested with {tested or 'none'}.")


def making(machine: Machine, material: Material, measured_thickness_mm: float | None) -> Making:
    """What a design may know.

    UsageError for a measured thickness outside the material's window, RefusedError as `process_for`.
    """
    process = process_for(machine, material)
    s: SheetProfile = material.profile
    thickness = s.sheet.thickness_mm
    if measured_thickness_mm is not None:
        low, high = s.sheet.thickness_min_mm, s.sheet.thickness_max_mm
        if not math.isfinite(measured_thickness_mm) or not low <= measured_thickness_mm <= high:
            raise UsageError(f"measured thickness {measured_thickness_mm:g} mm is not that of {material.id}: it is "
                             f"sold as {thickness:g} mm and measures {low:g} to {high:g} mm. Measure again, or choose "
                             "the material that the sheet really is.")
        thickness = measured_thickness_mm
    return Making(
        machine_class=machine.machine_class,
        process=f"{BEAM_NAMES[process.beam]} beam, {process.cut_power_w:g} W, {process.passes} x "
                f"{process.cut_feed_mm_min:g} mm/min",
        form="sheet", material=material.id,
        fits=Fits(s.fits.press_mm, s.fits.snug_mm, s.fits.slide_mm, s.fits.source),
        stock_thickness_mm=thickness, kerf_mm=process.kerf_mm, min_wall_mm=min_bridge_mm(s, thickness))


def min_bridge_mm(sheet: SheetProfile, thickness_mm: float) -> float:
    """Narrowest bridge of material that may remain."""
    return max(sheet.limits.feature_mm, sheet.limits.bridge_per_thickness * thickness_mm)
