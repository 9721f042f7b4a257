"""Can these bodies be milled in one setup: from above only, out of these blocks, with these cutters?"""

from __future__ import annotations

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.mill.layout import block_thickness_mm, fit_message, lay_out
from fabwright.machines.mill.plan import around_mm
from fabwright.machines.mill.probes import axis_mm, dropped, probes_at
from fabwright.machines.mill.profile import MachineProfile, MaterialProfile
from fabwright.machines.mill.shape import Shape, shape_of
from fabwright.machines.mill.tooling import choose_tooling
from fabwright.model import Finding, Floats, Making, Mesh, Nominal, Placement, Severity

#: A facet that faces down by less than this is a wall with rounding; steeper undercuts than 0.6 degrees are seen.
DOWN_NZ = -0.01
#: Facing down this close to the bed is the underside the body stands on, mm.
UNDERSIDE_MM = 0.02
#: Overhanging area below this is slivers of a mesh, mm2.
UNDERCUT_MM2 = 1.0
#: Sections compared over the height range of what faces down.
HEIGHTS = 16
#: Grid of the map from above that measures the hidden volume, mm.
MAP_MM = 0.25
#: Thin walls are looked for in so many sections.
SECTIONS = 8
#: Thin places of a section below this area are corners, not walls, mm2.
THIN_MM2 = 4.0
_REACH = "geometry of three axes in one setup"


def inspect_bodies(nominal: Nominal, making: Making, machine: MachineProfile, material: MaterialProfile
                   ) -> tuple[Finding, ...]:
    """Findings of this class; an ERROR refuses. Size first: the rest makes sense only for a body that fits."""
    if not nominal.meshes:
        return (Finding("solid-bodies", Severity.ERROR, material.material.id,
                        "The part has no solid to mill, only sheets.", remedy="Choose a class of machine that cuts "
                                                                              "sheet."),)
    size = _size(nominal, making, machine, material)
    if size:
        return tuple(size)
    shapes = [shape_of(m, Placement(k, m.name, (0.0, 0.0, 0.0))) for k, m in enumerate(nominal.meshes)]
    hidden = [f for shape in shapes for f in _undercut(shape, material.limits.outline_mm)]
    thin = [f for shape in shapes for f in _thin(shape, material)]
    if hidden:
        return (*hidden, *thin)
    return (*_tools(shapes, making, machine, material), *thin)


def _size(nominal: Nominal, making: Making, machine: MachineProfile, material: MaterialProfile) -> list[Finding]:
    """One finding per body that fits no block, or one for all where only together they do not."""
    around, measured = around_mm(machine, material), making.stock_thickness_mm
    findings: list[Finding] = []
    for mesh in nominal.meshes:
        try:
            lay_out(Nominal((mesh,)), machine, material, around, measured)
        except PlanError:
            findings.append(_too_big(mesh, machine, material, around, measured))
    return findings


def _too_big(mesh: Mesh, machine: MachineProfile, material: MaterialProfile, around: float, measured: float | None
             ) -> Finding:
    low, high = mesh.bounds_mm
    size = (float(high[0] - low[0]), float(high[1] - low[1]), float(high[2]))
    thickness = max(block_thickness_mm(b, measured) for b in material.blocks)
    if size[2] > thickness:
        return Finding("block-size", Severity.ERROR, mesh.name,
                       f"The body is {size[2]:.2f} mm high; blocks of {material.material.id} are {thickness:g} mm "
                       "thick.", size[2], thickness, "mm",
                       f"Make it at least {size[2] - thickness:.2f} mm lower, or use a thicker block.",
                       "material profile, blocks")
    border = 2.0 * (around + machine.holding.edge_margin_mm)
    longest = max(max(b.x_mm, b.y_mm) for b in material.blocks) - border
    message = fit_message(mesh.name, size, machine, material, around, measured)
    sentence, _, remedy = message.partition(". ")
    sentence = sentence.removeprefix(f"{mesh.name} ").replace("measures", "The body measures", 1) + "."
    return Finding("block-size", Severity.ERROR, mesh.name, sentence, max(size[:2]), longest, "mm", remedy,
                   "material profile, blocks; machine profile, travel")


def _undercut(shape: Shape, tolerance_mm: float) -> list[Finding]:
    """What faces down above the bed and stands out from what is under it is hidden from a cutter above."""
    corners = shape.solid.vertices[shape.solid.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0
    area = np.linalg.norm(normal, axis=1)
    down = (normal[:, 2] < DOWN_NZ * area) & (corners[:, :, 2].max(axis=1) > UNDERSIDE_MM)
    if float(-normal[down, 2].sum()) <= UNDERCUT_MM2:
        return []
    out = _standing_out_mm2(shape, corners[down][:, :, 2].ravel(), tolerance_mm)
    if out <= UNDERCUT_MM2:
        return []
    k = int(np.argmax(np.where(down, -normal[:, 2], 0.0)))
    at = corners[k].mean(axis=0)
    return [Finding("undercut", Severity.ERROR, shape.name,
                    f"{out:.1f} mm2 overhang what is under them by more than {tolerance_mm:g} mm, out of reach of a "
                    f"cutter from above; {_hidden_mm3(shape) / 1000:.2f} cm3 lie hidden (largest facet near x "
                    f"{at[0]:.1f}, y "
                    f"{at[1]:.1f}, z {at[2]:.1f}). The body would have to be cut from both sides, which this class "
                    f"does not do.", out, UNDERCUT_MM2, "mm2",
                    "Lay the body with its flat side down, or choose a class of machine that builds up.", _REACH)]


def _standing_out_mm2(shape: Shape, z: Floats, tolerance_mm: float) -> float:
    """Greatest area by which what is above a height stands out from the section there, beyond the tolerance.

    `z` are the heights of what faces down; walls that only lean by the mesh's rounding stay within the tolerance.
    """
    from fabwright.geometry.regions import nothing
    from fabwright.geometry.slices import section

    heights = np.quantile(z, np.linspace(0.0, 1.0, HEIGHTS))
    levels = np.unique(np.clip(np.concatenate([heights - 0.01, heights + 0.01]), 0.01, shape.top_mm - 0.001))[::-1]
    above, worst = nothing(), 0.0
    for level in levels:
        here = section(shape.solid, float(level))
        worst = max(worst, (above - here.grown(tolerance_mm)).area_mm2)
        above = above | here
    return worst


def _hidden_mm3(shape: Shape) -> float:
    """Volume under the map from above less the body's own."""
    low, high = shape.solid.vertices.min(axis=0), shape.solid.vertices.max(axis=0)
    ax, ay = axis_mm(low[0], high[0], MAP_MM), axis_mm(low[1], high[1], MAP_MM)
    x, y = np.meshgrid((ax[:-1] + ax[1:]) / 2, (ay[:-1] + ay[1:]) / 2)
    top: Floats = dropped(shape.triangles, shape.normals, probes_at(x.ravel(), y.ravel(), 2 * MAP_MM), 0.0, False, 0.0)
    under = float(top.sum()) * float((ax[1] - ax[0]) * (ay[1] - ay[0]))
    return max(0.0, under - shape.solid.volume_mm3)


def _tools(shapes: list[Shape], making: Making, machine: MachineProfile, material: MaterialProfile) -> list[Finding]:
    """Length of the cutters and the corners they leave, as the plan will meet them."""
    thickness = making.stock_thickness_mm or material.blocks[0].z_mm
    findings: list[Finding] = []
    for shape in shapes:
        try:
            tooling = choose_tooling([shape], machine, material, thickness)
        except PlanError as error:
            sentence = str(error).removeprefix(f"{shape.name}: ")
            findings.append(Finding("tool-reach", Severity.ERROR, shape.name, sentence[0].upper() + sentence[1:],
                                    remedy="", source="machine profile, tools; material profile, limits"))
            continue
        depth = shape.top_mm / tooling.flat.diameter_mm
        if depth > 4.0:
            findings.append(Finding(
                "slot-depth", Severity.NOTE, shape.name,
                f"The outline is cut {depth:.1f} x the cutter's diameter deep; up to 4 is usual, this material takes "
                f"{material.cutting.depth_per_diameter_max:g}.", depth, material.cutting.depth_per_diameter_max,
                "x D", "", material.cutting.source))
    return findings


def _thin(shape: Shape, material: MaterialProfile) -> list[Finding]:
    """Places thinner than the material's least wall, in sections from near the bottom to near the top."""
    from fabwright.geometry.slices import section

    wall = material.limits.wall_min_mm
    worst, at = 0.0, 0.0
    for z in np.linspace(0.02, 0.98, SECTIONS) * shape.top_mm:
        cut = section(shape.solid, float(z))
        thin = cut - cut.grown(-wall / 2.0).grown(wall / 2.0 + 0.02, round_corners=False)
        area = thin.opened(0.05).area_mm2
        if area > worst:
            worst, at = area, float(z)
    if worst <= THIN_MM2:
        return []
    return [Finding("thin-wall", Severity.WARNING, shape.name,
                    f"At {at:.1f} mm height {worst:.0f} mm2 of the section are thinner than {wall:g} mm and may give "
                    "way.", worst, THIN_MM2, "mm2", f"Make walls at least {wall:g} mm thick.", material.limits.source)]
