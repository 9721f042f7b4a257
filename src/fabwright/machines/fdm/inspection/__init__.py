"""Can this printer make this part well? Findings before the sale, each with measure, limit and remedy.

What the order says later (supports, brim, another layer height) is not known here: what only supports can carry is a
warning, and refused by the plan where the order has none.
"""

from __future__ import annotations

from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm.inspection.body import CutBody, finding, samples
from fabwright.machines.fdm.inspection.cavities import cavity_findings
from fabwright.machines.fdm.inspection.footing import footing_findings
from fabwright.machines.fdm.inspection.gaps import gap_findings
from fabwright.machines.fdm.inspection.holes import hole_findings
from fabwright.machines.fdm.inspection.overhangs import overhang_findings, refuse_unsupported, unsupported_findings
from fabwright.machines.fdm.inspection.pins import pin_findings
from fabwright.machines.fdm.inspection.size import size_findings
from fabwright.machines.fdm.inspection.walls import wall_findings
from fabwright.machines.fdm.inspection.zones import zone_findings
from fabwright.machines.fdm.layers import cut_layers, layer_grid
from fabwright.machines.fdm.schema import PrinterProfile
from fabwright.machines.fdm.settings import print_settings
from fabwright.model import Finding, Machine, Material, Mesh, Nominal, Severity

__all__ = ["inspect_print", "refuse_unsupported", "unsupported_findings"]


def inspect_print(nominal: Nominal, machine: Machine, material: Material) -> tuple[Finding, ...]:
    """Findings on every body and zone, in order."""
    findings = [f for mesh in nominal.meshes for f in _body_findings(mesh, machine, material)]
    return (*findings, *zone_findings(nominal))


def _body_findings(mesh: Mesh, machine: Machine, material: Material) -> list[Finding]:
    profile: PrinterProfile = machine.profile
    settings = print_settings(machine, material, {})
    found = list(size_findings(mesh, machine))
    placed = placed_solid(mesh)
    grid = layer_grid((placed,), settings)
    if not len(grid):
        found.append(finding("height", Severity.ERROR, mesh.name, "The body is lower than half a layer.",
                             placed.height_mm, settings.first_layer_height_mm / 2.0, "mm", "Make it thicker.",
                             "layer height"))
        return found
    body = CutBody(placed, grid, cut_layers(placed, grid, settings), profile.limits, settings)
    sections = samples(body)
    return [*found, *wall_findings(body, sections), *gap_findings(body, sections), *hole_findings(body, sections),
            *pin_findings(body, sections), *overhang_findings(body), *cavity_findings(body), *footing_findings(body)]
