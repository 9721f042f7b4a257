"""What a design may know of this printer and filament."""

from __future__ import annotations

from fabwright.errors import RefusedError, UsageError
from fabwright.model import Fits, Machine, Making, Material


def printer_making(machine: Machine, material: Material, measured_thickness_mm: float | None) -> Making:
    """Fits, hole compensation and least wall.

    Raises UsageError for a measured thickness (filament has none) and RefusedError when the printer cannot reach the
    filament's temperatures.
    """
    if measured_thickness_mm is not None:
        raise UsageError(f"{machine.id} prints from filament: a measured thickness of {measured_thickness_mm} mm makes "
                         "no sense here; leave it out")
    extruder, heat = machine.profile.extruder, material.profile.temperature
    for what, need, limit in (("nozzle", max(heat.nozzle_c, heat.first_layer_nozzle_c), extruder.max_nozzle_c),
                              ("bed", max(heat.bed_c, heat.first_layer_bed_c), extruder.max_bed_c)):
        if need > limit:
            raise RefusedError(f"{material.id} needs {need:.0f} degrees C at the {what}, {machine.id} reaches "
                               f"{limit:.0f}; use another machine or material")
    fits, extra = machine.profile.fits, material.profile.shrink.extra_clearance_mm
    return Making(
        machine_class="fdm", process="filament printing", form="solid", material=material.id,
        fits=Fits(fits.press_mm + extra, fits.snug_mm + extra, fits.slide_mm + extra,
                  f"{machine.id}: {fits.source}; {material.id}: {material.profile.shrink.source}"),
        hole_compensation_mm=fits.hole_compensation_mm,
        min_wall_mm=max(machine.profile.limits.min_wall_mm, 2.0 * machine.profile.process.line_width_mm * 0.9))
