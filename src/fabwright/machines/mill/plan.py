"""From checked bodies to ordered operations in blocks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fabwright.errors import UsageError
from fabwright.machines.mill.cutter import Cutter, setup_tool, speeds_for
from fabwright.machines.mill.layout import Layout, lay_out
from fabwright.machines.mill.operations.floors import Floors
from fabwright.machines.mill.operations.outline import Outline
from fabwright.machines.mill.operations.parallel import BEYOND_SHARE, Parallel
from fabwright.machines.mill.operations.rough import TRENCH_SHARE, Rough, levels_mm
from fabwright.machines.mill.profile import MachineProfile, MaterialProfile
from fabwright.machines.mill.shape import Shape, shape_of
from fabwright.machines.mill.tooling import Tooling, bottom_mm, choose_tooling
from fabwright.model import Nominal, Plan, Setup, Stock

Operation = Rough | Floors | Parallel | Outline

PARAMETERS = {
    "stepdown_mm": "roughing level height", "scallop_mm": "ridge between finishing passes",
    "allowance_mm": "left by roughing for finishing",
    "skin_mm": "skin left under everything (blocks released by a skin)",
    "tab_width_mm": "width of tabs", "tab_height_mm": "height of tabs (blocks held by tabs)",
}


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What the toolpath stage needs besides the operations: the bodies in place, and machine and material figures."""

    shapes: tuple[Shape, ...]
    blocks: tuple[int, ...]
    machine: MachineProfile
    material: MaterialProfile
    block_mm: tuple[float, float, float]


def with_parameters(material: MaterialProfile, given: Mapping[str, Any]) -> MaterialProfile:
    """The material with planning parameters of the order put in; UsageError names one that is unknown or senseless."""
    tables: dict[str, dict[str, float]] = {"roughing": {}, "finishing": {}, "release": {}}
    home = {"stepdown_mm": "roughing", "allowance_mm": "roughing", "scallop_mm": "finishing", "skin_mm": "release",
            "tab_width_mm": "release", "tab_height_mm": "release"}
    for name in sorted(given):
        value = given[name]
        if name not in home:
            raise UsageError(f"unknown planning parameter {name!r}. Known: {', '.join(sorted(home))}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value <= 50.0:
            raise UsageError(f"planning parameter {name} ({PARAMETERS[name]}) is {value!r}; it must be a number of "
                             f"mm above 0 and at most 50")
        if name == "scallop_mm" and value > material.limits.excess_p99_mm:
            raise UsageError(f"planning parameter scallop_mm is {value:g}; ridges in {material.material.id} may be at "
                             f"most {material.limits.excess_p99_mm:g} mm high")
        tables[home[name]][name] = float(value)
    return material.model_copy(update={t: getattr(material, t).model_copy(update=v) for t, v in tables.items() if v})


def around_mm(machine: MachineProfile, material: MaterialProfile) -> float:
    """How far from a body's shadow the edge of any cutter may go: the trench of the largest flat cutter."""
    largest = max(t.diameter_mm for t in machine.tools)
    return largest * (1.0 + TRENCH_SHARE) + material.roughing.allowance_mm


def make_plan(nominal: Nominal, machine: MachineProfile, material: MaterialProfile, parameters: Mapping[str, Any],
              measured_mm: float | None) -> Plan:
    """Place the bodies, choose the cutters and order the operations; PlanError names what cannot be made."""
    material = with_parameters(material, parameters)
    layout = lay_out(nominal, machine, material, around_mm(machine, material), measured_mm)
    shapes = [shape_of(nominal.meshes[p.of], p) for p in layout.placements]
    tooling = choose_tooling(shapes, machine, material, layout.block[2])
    operations: list[Operation] = []
    for block in range(layout.count):
        members = [k for k, p in enumerate(layout.placements) if p.program == block]
        operations += _ordered(members, shapes, tooling, machine, material, layout.block[2])
    context = Context(tuple(shapes), tuple(p.program for p in layout.placements), machine, material, layout.block)
    return Plan("mill", _setup(layout, operations, context), tuple(operations), context)


def _ordered(members: list[int], shapes: list[Shape], tooling: Tooling, machine: MachineProfile,
             material: MaterialProfile, top: float) -> list[Operation]:
    """Operations on one block. With a skin the outline follows roughing, which spares a tool change; tabs come last."""
    rough: list[Operation] = [_rough(k, tooling, machine, material, top) for k in members]
    floors = [o for k in members for o in _floors(k, shapes[k], tooling, machine, material, top)]
    slopes = [o for k in members for o in _parallel(k, shapes[k], tooling, machine, material, top)]
    outline: list[Operation] = [_outline(k, tooling, machine, material) for k in members]
    if material.release.kind == "skin":
        return [*rough, *floors, *outline, *slopes]
    return [*rough, *floors, *slopes, *outline]


def _cleared(material: MaterialProfile) -> float:
    """Where the trench ends: on the skin, or at the height of the tabs."""
    release = material.release
    return release.skin_mm if release.kind == "skin" else release.tab_height_mm


def _rough(k: int, tooling: Tooling, machine: MachineProfile, material: MaterialProfile, top: float) -> Rough:
    cutter, rough = tooling.flat, material.roughing
    trench = cutter.radius_mm + rough.allowance_mm + TRENCH_SHARE * cutter.diameter_mm
    if tooling.ball is not None:
        # The ball passes the edge by a share of its radius and must find the trench clear there.
        trench = max(trench, (1.0 + BEYOND_SHARE) * tooling.ball.radius_mm + 0.3 - cutter.radius_mm)
    return Rough(k, cutter, speeds_for(cutter, machine, material), top, _cleared(material), bottom_mm(material),
                 min(rough.stepdown_mm, cutter.flute_mm), rough.stepover_share * cutter.diameter_mm, rough.allowance_mm,
                 material.cutting.ramp_deg, trench)


def _floors(k: int, shape: Shape, tooling: Tooling, machine: MachineProfile, material: MaterialProfile, top: float
            ) -> list[Operation]:
    if not shape.floors:
        return []
    cutter, rough = tooling.flat, material.roughing
    return [Floors(k, cutter, speeds_for(cutter, machine, material), top, min(rough.stepdown_mm, cutter.flute_mm),
                   rough.stepover_share * cutter.diameter_mm, rough.allowance_mm, material.cutting.ramp_deg)]


def _parallel(k: int, shape: Shape, tooling: Tooling, machine: MachineProfile, material: MaterialProfile, top: float
              ) -> list[Operation]:
    if tooling.ball is None or not shape.sloped.any():
        return []
    ball, flat, rough = tooling.ball, tooling.flat, material.roughing
    height = min(material.finishing.scallop_mm, ball.radius_mm)
    # Two balls a stepover s apart leave a ridge h = r - sqrt(r^2 - s^2 / 4).
    step = 2.0 * math.sqrt(2.0 * ball.radius_mm * height - height**2)
    levels = levels_mm(top, _cleared(material), min(rough.stepdown_mm, flat.flute_mm))
    return [Parallel(k, ball, speeds_for(ball, machine, material), step, _cleared(material),
                     (top, *(float(z) for z in levels)), flat.radius_mm + rough.allowance_mm, rough.allowance_mm)]


def _outline(k: int, tooling: Tooling, machine: MachineProfile, material: MaterialProfile) -> Outline:
    cutter, release = tooling.flat, material.release
    tabs = release.kind == "tabs"
    return Outline(k, cutter, speeds_for(cutter, machine, material), _cleared(material), bottom_mm(material),
                   min(material.finishing.wall_stepdown_mm, cutter.flute_mm), material.roughing.stepdown_mm,
                   material.roughing.allowance_mm + 0.02, material.cutting.ramp_deg,
                   release.tab_width_mm if tabs else 0.0, release.tab_spacing_mm if tabs else 0.0)


def programs_of(operations: tuple[Operation, ...], context: Context) -> list[tuple[str, int, tuple[Operation, ...]]]:
    """File name, block and operations of each program: one a block with a tool changer, else one a tool and block."""
    groups: list[tuple[int, list[Operation]]] = []
    for operation in operations:
        block = context.blocks[operation.shape]
        new = not groups or groups[-1][0] != block
        if not new and not context.machine.controller.tool_changer:
            new = groups[-1][1][-1].cutter != operation.cutter
        if new:
            groups.append((block, []))
        groups[-1][1].append(operation)
    several = len(set(context.blocks)) > 1
    out: list[tuple[str, int, tuple[Operation, ...]]] = []
    for number, (block, members) in enumerate(groups, 1):
        prefix = f"block{block + 1}-" if several else ""
        tail = "all-tools" if context.machine.controller.tool_changer else members[0].cutter.slug
        out.append((f"{number:02d}-{prefix}{tail}", block, tuple(members)))
    return out


def _setup(layout: Layout, operations: list[Operation], context: Context) -> Setup:
    machine, material = context.machine, context.material
    release, travel = material.release, machine.travel
    cutters: dict[int, Cutter] = {o.cutter.number: o.cutter for o in operations}
    programs = [{"name": name, "block": block, "tools": [n for n, _ in groupby(o.cutter.number for o in members)],
                 "operations": [f"{layout.placements[o.shape].name}: {o.title}" for o in members]}
                for name, block, members in programs_of(tuple(operations), context)]
    parameters = {
        "programs": programs, "safe_z_mm": layout.block[2] + machine.holding.clearance_mm,
        "release": release.kind, "cleared_mm": _cleared(material), "bottom_mm": bottom_mm(material),
        "tabs": _tabs(operations, context), "stepdown_mm": material.roughing.stepdown_mm,
        "allowance_mm": material.roughing.allowance_mm, "scallop_mm": material.finishing.scallop_mm,
    }
    zero = (f"X0 Y0 at the front left corner of the block, Z0 on the bed under the block ({layout.block[2]:g} mm "
            f"below its top). Set the block down with that corner at least {travel.block_corner_x_mm:g} mm right of "
            f"and {travel.block_corner_y_mm:g} mm behind the front left end of travel.")
    return Setup(layout.placements, zero, (travel.block_corner_x_mm, travel.block_corner_y_mm, 0.0),
                 Stock((0.0, 0.0, 0.0), layout.block, f"{material.material.title}: {layout.description}"),
                 tuple(setup_tool(c, speeds_for(c, machine, material)) for _, c in sorted(cutters.items())), parameters,
                 _notes(machine, material, layout))


def _tabs(operations: list[Operation], context: Context) -> list[dict[str, Any]]:
    """Where each tab is to stay: body, centre (x, y) of the cutter's lifted span, and its length."""
    from fabwright.machines.mill.operations.outline import tab_places

    return [{"body": context.shapes[o.shape].name, "at_mm": [round(x, 3), round(y, 3)], "width_mm": o.tab_width_mm,
             "block": context.blocks[o.shape]}
            for o in operations if isinstance(o, Outline) for x, y in tab_places(o, context.shapes[o.shape])]


def _notes(machine: MachineProfile, material: MaterialProfile, layout: Layout) -> tuple[str, ...]:
    release = material.release
    notes = [f"Measure the block: it must be {layout.block[2]:g} mm thick or up to 0.3 mm less, and flat on the bed."]
    if release.kind == "skin":
        notes.append(f"Fix the block by vacuum or double-sided tape over its whole area: a skin of "
                     f"{release.skin_mm:g} mm "
                     "stays under everything. Cut the part out of it with a knife and trim the skin.")
    else:
        notes.append(f"Clamp or screw the block within {machine.holding.edge_margin_mm:g} mm of its edges, below its "
                     f"top; tabs {release.tab_width_mm:g} mm wide and {release.tab_height_mm:g} mm high hold the "
                     f"part. The cutter goes {release.overcut_mm:g} mm into the sacrificial board.")
    if not machine.controller.homed:
        notes.append("The machine is not homed: jog to the work zero and set G54 there; travel was checked from the "
                     "corner position given above.")
    if not machine.controller.tool_changer:
        notes.append("One program per tool: change the tool, set Z0 again on the bed, keep X0 and Y0.")
    return tuple(notes)
