"""Verdict on read-back programs: state safety, and the deposited material against the solid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.timing import trace_times_s
from fabwright.machines.fdm.verify.comparison import material_checks
from fabwright.machines.fdm.verify.declared import declared_checks, layer_time_check
from fabwright.machines.fdm.verify.deposit import deposited
from fabwright.machines.fdm.verify.judging import judged
from fabwright.machines.fdm.verify.paths import lengths_mm
from fabwright.machines.fdm.verify.program import program_checks
from fabwright.machines.fdm.verify.reference import declared_grid, either_layers, nominal_layers
from fabwright.machines.fdm.verify.state import state_checks
from fabwright.model import Check, Floats, Machine, Material, Nominal, Setup, Status, Trace, Verdict

NOT_CHECKED = (
    "Strength, adhesion between layers, warping and surface finish are not predicted.",
    "Sagging of bridges and overhangs is not predicted; only that each bead lies over something is.",
    "The time is a trapezoid estimate with look-ahead: input shaping, heating and homing are not in it.",
    "Whether bed, nozzle and filament are those of the profile is for the hub to see to.",
)


def verify_print(traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material
                 ) -> Verdict:
    """Judge one program against the solid that was ordered, from the program's own moves alone.

    Every slicer's file must make the part and keep the machine's and the material's limits; what our own planner
    promises besides is asked of its files alone.
    """
    if len(traces) != 1:
        return Verdict((judged("one-program", False, "", f"A print is one program; {len(traces)} were given.",
                               len(traces), 1.0, "programs"),), {}, NOT_CHECKED)
    trace = traces[0]
    settings = PrintSettings.from_json(setup.parameters)
    if settings.vase:
        settings = replace(settings, walls=1, top_layers=0, infill_density=0.0)
    native = setup.parameters.get("engine", "native") == "native"
    grid = declared_grid(setup.parameters)
    deposit = deposited(trace, grid, settings.filament_mm)
    reference = (nominal_layers(nominal, setup, grid, settings, True) if native else
                 either_layers(nominal, setup, grid, settings))
    times = trace_times_s(trace, machine.profile.motion)
    checks = [*state_checks(trace, machine), layer_time_check(trace, deposit, times, settings, native),
              *program_checks(trace, deposit, settings, reference, machine, material, native)]
    if native:
        checks += declared_checks(trace, deposit, settings, setup.parameters, reference, machine)
    else:
        checks = [_held_by_firmware(c) if c.name in HELD else c for c in checks]
    compared, figures = material_checks(trace, deposit, reference, machine, settings, native)
    amounts = _amounts(trace, times, machine, settings.density_g_cm3)
    return Verdict((*checks, *compared), {**amounts, **figures}, NOT_CHECKED)


def verify_safety(trace: Trace, machine: Machine) -> Verdict:
    """State safety alone, for a program of unknown origin."""
    checks = tuple(_held_by_firmware(c) if c.name in HELD else c for c in state_checks(trace, machine))
    return Verdict(checks, _amounts(trace, trace_times_s(trace, machine.profile.motion), machine, None),
                   ("What the program makes was not compared with any solid.",
                    "The material is not known, so only the machine's own limits of heat and flow were applied.",
                    *NOT_CHECKED[2:]))


#: Limits of axes that every firmware keeps by itself.
HELD = ("feed-z", "feed-e")


def _held_by_firmware(check: Check) -> Check:
    """Slicers lift at the speed of the plane and wipe without a thought for the extruder, and leave the limit of the
    axis to the firmware, which keeps it.

    Our own programs ask for no more than the axis gives; a foreign one is not refused for it, but it is said.
    """
    if check.status is not Status.FAIL:
        return check
    return replace(check, status=Status.PASS, message=f"The program asks for up to {check.measured:.0f} mm/s of an "
                   f"axis that the firmware holds to {check.limit:.0f} mm/s (M203), so it takes longer.")


def _amounts(trace: Trace, times: Floats, machine: Machine, density_g_cm3: float | None) -> dict[str, float]:
    """Time and material, the price drivers."""
    flat = lengths_mm(trace)
    dwell = sum(h.value for h in trace.happenings if h.name == "dwell")
    laying = (trace.e_mm > 0.0) & (flat > 0.0)
    filament = float(trace.e_mm[laying].sum())
    volume = filament * np.pi * machine.profile.extruder.filament_mm ** 2 / 4.0 / 1000.0
    amounts = {"time_s": round(float(times.sum()) + dwell, 1), "filament_mm": round(filament, 2),
               "filament_cm3": round(volume, 3), "layers": float(len(trace.layer_z_mm)), "moves": float(len(trace))}
    if density_g_cm3 is not None:
        amounts["filament_g"] = round(volume * density_g_cm3, 3)
    return amounts
