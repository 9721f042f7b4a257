"""Does the body fit on the bed and under the gantry?"""

from __future__ import annotations

from collections.abc import Iterator

from fabwright.errors import PlanError
from fabwright.machines.fdm.inspection.body import finding
from fabwright.machines.fdm.layout import arrange
from fabwright.model import Finding, Machine, Mesh, Severity


def size_findings(mesh: Mesh, machine: Machine) -> Iterator[Finding]:
    """Errors for a body higher or larger than the machine prints."""
    bed = machine.profile.bed
    low, high = mesh.bounds_mm
    size = high - low
    larger = f"Use {bed.larger_machine}." if bed.larger_machine else "Use a larger machine, or split the part."
    if size[2] > bed.height_mm:
        yield finding("build-height", Severity.ERROR, mesh.name,
                      f"The body is {size[2]:.1f} mm high, {machine.id} prints up to {bed.height_mm:.0f} mm.",
                      float(size[2]), bed.height_mm, "mm", larger, bed.source)
    try:
        arrange((mesh,), bed, machine.id, 0.0, machine.profile.process.first_layer_width_mm)
    except PlanError as error:
        room = float(min(bed.high_mm[0] - bed.low_mm[0], bed.high_mm[1] - bed.low_mm[1]))
        yield finding("build-area", Severity.ERROR, mesh.name, f"{str(error).partition('; ')[0]}.",
                      float(max(size[0], size[1])), room, "mm", larger, bed.source)
