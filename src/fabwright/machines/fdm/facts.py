"""Header and footer values of a print, and its pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fabwright.geometry.slices import turn_about_z
from fabwright.machines.fdm.motion import LAY
from fabwright.machines.fdm.settings import ROLES
from fabwright.model import Floats, Ints, Mesh, Placement, Thumbnail

if TYPE_CHECKING:
    from fabwright.machines.fdm.layers import LayerGrid
    from fabwright.machines.fdm.motion import Rows
    from fabwright.machines.fdm.plan import PrintJob

# Sizes that Moonraker's and OctoPrint's front ends ask for.
PICTURES_PX = ((32, 32), (300, 300))


def shares_of(rows: Rows, role: Ints, times_s: Floats) -> dict[str, str | float | int]:
    """Filament and time of each role that occurs, its ways there included; `role` (k,) of the paths in order."""
    of = role[rows.path]
    seconds = np.bincount(of, times_s, len(ROLES))
    # What is pulled back and pushed again cancels.
    pushed = np.bincount(of, np.where(rows.kind == LAY, rows.e_mm, 0.0), len(ROLES))
    shares: dict[str, str | float | int] = {}
    for k in np.flatnonzero(pushed > 0.0).tolist():
        name = ROLES[k].lower().replace(" ", "_").replace("/", "_")
        shares[f"filament_used_{name}_mm"] = round(float(pushed[k]), 2)
        shares[f"estimated_time_{name}_s"] = round(float(seconds[k]), 1)
    return shares


def print_facts(job: PrintJob, filament_mm: float, time_s: float, grid: LayerGrid,
                shares: dict[str, str | float | int]) -> dict[str, str | float | int]:
    """What the dialect's header and footer say; `filament_mm` is all that is pushed, retractions cancelled."""
    settings, profile = job.settings, job.material.profile
    volume_cm3 = filament_mm * settings.filament_area_mm2 / 1000.0
    controller = job.machine.profile.controller
    return {
        "title": " and ".join(mesh.name for mesh in job.meshes),
        "filament_diameter_mm": settings.filament_mm, "filament_density_g_cm3": settings.density_g_cm3,
        "filament_used_mm": round(filament_mm, 2), "filament_used_cm3": round(volume_cm3, 3),
        "filament_used_g": round(volume_cm3 * settings.density_g_cm3, 3), "layer_count": len(grid),
        "estimated_time_s": round(time_s, 1), "layer_height_mm": settings.layer_height_mm,
        "first_layer_height_mm": settings.first_layer_height_mm,
        "nozzle_diameter_mm": job.machine.profile.extruder.nozzle_mm, "filament_type": profile.filament.type,
        "filament_colour": profile.filament.colour, "nozzle_temperature_c": settings.nozzle_c,
        "first_layer_nozzle_temperature_c": settings.first_layer_nozzle_c, "bed_temperature_c": settings.bed_c,
        "first_layer_bed_temperature_c": settings.first_layer_bed_c,
        "printer_model": str(controller.get("printer_model", job.machine.title)),
        "max_z_mm": round(float(grid.tops_mm[-1]), 3), "object_height_mm": round(float(grid.tops_mm[-1]), 3),
        **shares,
    }


def thumbnails(meshes: tuple[Mesh, ...], placements: tuple[Placement, ...]) -> tuple[Thumbnail, ...]:
    """Pictures of the bodies as they stand on the bed."""
    from fabwright.geometry.export.png import render

    standing = tuple(replace(meshes[p.of],
                             vertices=meshes[p.of].vertices @ turn_about_z(p.rotation_deg).T + p.offset_mm)
                     for p in placements)
    return tuple(Thumbnail(w, h, render(standing, w, h)) for w, h in PICTURES_PX)
