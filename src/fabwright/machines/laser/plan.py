"""Flat parts become ordered cuts on sheets: marks first, then what lies inside, outlines last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fabwright.errors import PlanError
from fabwright.geometry.contours import bounds_mm, discretise, place_part, reverse, wound
from fabwright.geometry.cut_regions import Waste
from fabwright.geometry.offsets import offset_contour
from fabwright.machines._cut2d.arrangement import Box, SheetSpace, arrange
from fabwright.machines._cut2d.leads import enter
from fabwright.machines._cut2d.order import containers, nearest_of
from fabwright.machines.laser.operations import BeamContext, CutContour, MarkContour
from fabwright.machines.laser.parameters import CutParameters, cut_parameters
from fabwright.machines.laser.process import BEAM_NAMES, process_for
from fabwright.machines.laser.schema import Process
from fabwright.model import (
    CheckedPart,
    Contour,
    FlatPart,
    Floats,
    Machine,
    Making,
    Material,
    Placement,
    Plan,
    Setup,
    SetupTool,
    Stock,
    number_text,
)

#: Chord at which contours are compared for order, mm.
COARSE_MM = 0.05


def plan(checked: CheckedPart, making: Making, machine: Machine, material: Material, parameters: Mapping[str, Any]
         ) -> Plan:
    """The whole plan of one job, a program for each sheet.

    Raises PlanError for a part that fits no sheet or a contour that the kerf closes, UsageError for parameters that
    make no sense, RefusedError where the beam must not work the material.
    """
    process = process_for(machine, material)
    values = cut_parameters(machine, material, making, parameters)
    placements = _placements(checked.nominal.sheets, values)
    count = max(p.program for p in placements) + 1
    operations: list[MarkContour | CutContour] = []
    for sheet in range(count):
        parts = [place_part(checked.nominal.sheets[p.of], p.offset_mm[0], p.offset_mm[1], p.rotation_deg)
                 for p in placements if p.program == sheet]
        operations += _sheet_operations(sheet, parts, values, process)
    motion = machine.profile.motion
    context = BeamContext(f"{len(placements)} parts on {count} sheet{'s' if count > 1 else ''} of {material.id}", count,
                          motion.rapid_mm_min, motion.acceleration_mm_s2, motion.junction_deviation_mm)
    setup = _setup(placements, values, process, making, machine, material, count)
    return Plan(machine.machine_class, setup, tuple(operations), context)


def _placements(sheets: Sequence[FlatPart], values: CutParameters) -> tuple[Placement, ...]:
    bounds = [bounds_mm(part.outline) for part in sheets]
    boxes = [Box(part.name, b[2] - b[0], b[3] - b[1]) for part, b in zip(sheets, bounds, strict=True)]
    places = arrange(boxes, SheetSpace(values.sheet_x_mm, values.sheet_y_mm, values.margin_mm, values.spacing_mm))
    out = []
    for k, (place, (x0, y0, _, y1)) in enumerate(zip(places, bounds, strict=True)):
        # Turned by a quarter, the part's (x, y) lies at (-y, x): its left edge is at -y1, its lower edge at x0.
        left, low = (-y1, x0) if place.turned else (x0, y0)
        out.append(Placement(k, sheets[k].name, (round(place.x_mm - left, 3), round(place.y_mm - low, 3), 0.0),
                             90.0 if place.turned else 0.0, True, place.sheet))
    return tuple(out)


def _sheet_operations(sheet: int, parts: Sequence[FlatPart], values: CutParameters, process: Process
                      ) -> list[MarkContour | CutContour]:
    position = (0.0, 0.0)
    out: list[MarkContour | CutContour] = []
    marks = _marks(sheet, parts, process)
    for role in ("Engrave", "Score"):
        todo = [m for m in marks if m.role == role]
        while todo:
            mark = todo.pop(nearest_of(position, [_ends(m.path) for m in todo]))
            mark = _turned_to(mark, position)
            position = _end(mark.path)
            out.append(mark)
    cuts = _cuts(sheet, parts, values, process)
    levels = [len(around) for around in containers([discretise(c.path, COARSE_MM) for c in cuts])]
    waste = Waste(parts, (0.0, 0.0, values.sheet_x_mm, values.sheet_y_mm))
    for level in sorted(set(levels), reverse=True):
        left = [c for c, own in zip(cuts, levels, strict=True) if own == level]
        while left:
            cut = left.pop(nearest_of(position, [c.path.vertices[:, :2] for c in left]))
            entry = enter(cut.path, position, waste, values.kerf_mm, values.lead_in_mm)
            out.append(replace(cut, path=entry.path, lead=entry.lead))
            position = (float(entry.path.vertices[0, 0]), float(entry.path.vertices[0, 1]))
    return out


def _marks(sheet: int, parts: Sequence[FlatPart], process: Process) -> list[MarkContour]:
    out = []
    for part in parts:
        for number, path in enumerate(part.engravings, 1):
            out.append(MarkContour(sheet, f"engraving {number} of {part.name}", "Engrave", path,
                                   process.engrave_power_w, process.engrave_feed_mm_min))
        for number, path in enumerate(part.scores, 1):
            out.append(MarkContour(sheet, f"score {number} of {part.name}", "Score", path, process.score_power_w,
                                   process.score_feed_mm_min))
    return out


def _ends(path: Contour) -> Floats:
    return path.vertices[:, :2] if path.closed else path.vertices[[0, -1], :2]


def _end(path: Contour) -> tuple[float, float]:
    row = path.vertices[0 if path.closed else -1]
    return float(row[0]), float(row[1])


def _turned_to(mark: MarkContour, position: tuple[float, float]) -> MarkContour:
    """The mark begun at its end nearest to `position` (a closed one at its nearest vertex)."""
    v = mark.path.vertices
    distance = np.round(np.hypot(v[:, 0] - position[0], v[:, 1] - position[1]), 6)
    if mark.path.closed:
        return replace(mark, path=Contour(np.roll(v, -int(np.argmin(distance)), axis=0)))
    return replace(mark, path=reverse(mark.path)) if distance[-1] < distance[0] else mark


def _cuts(sheet: int, parts: Sequence[FlatPart], values: CutParameters, process: Process) -> list[CutContour]:
    """Cut contours half a kerf into the waste: outlines grown, holes shrunk."""
    out = []
    for part in parts:
        named = [(f"hole {n} of {part.name}", "Inner cut", wound(h, True), -1.0) for n, h in enumerate(part.holes, 1)]
        named.append((f"outline of {part.name}", "Outer cut", wound(part.outline, False), 1.0))
        for label, role, contour, side in named:
            paths = offset_contour(contour, side * values.kerf_mm / 2)
            if len(paths) != 1:
                raise PlanError(f"{part.name}: the {label.partition(' of ')[0]} is narrower than the kerf of "
                                f"{values.kerf_mm:g} mm somewhere and falls into {len(paths)} cuts. Widen it, or use a "
                                "machine with a finer cut.")
            out.append(CutContour(sheet, label, role, paths[0], None, process.cut_power_w, process.cut_feed_mm_min,
                                  process.passes, values.overcut_mm, process.air_assist))
    return out


def _setup(placements: tuple[Placement, ...], values: CutParameters, process: Process, making: Making, machine: Machine,
           material: Material, count: int) -> Setup:
    thickness = making.stock_thickness_mm or material.profile.sheet.thickness_mm
    size = f"{number_text(values.sheet_x_mm, 1)} x {number_text(values.sheet_y_mm, 1)} x {number_text(thickness, 2)} mm"
    notes = [
        "Lay the sheet's front left corner on the machine's front left corner, its edges along the axes.",
        "Focus on the upper face. The controller must be in laser mode ($32=1) with $30 equal to "
        f"{number_text(machine.profile.controller.s_max, 0)}.",
        "Extraction on; never leave the machine while it cuts.",
        f"Kerf {number_text(values.kerf_mm, 3)} mm is compensated in the program. Cut a coupon when the sheet or the "
        "lens changes, and give the measured kerf as kerf_mm.",
        f"Planned for sheet {number_text(thickness, 2)} mm thick: measure it in three places before cutting.",
    ]
    if process.air_assist:
        notes.append("Air assist on: the program switches it; check that the nozzle blows.")
    if count > 1:
        notes.append(f"{count} sheets: one program each; lay a fresh sheet the same way before each.")
    beam = SetupTool(1, process_text(process), {"kerf_mm": values.kerf_mm, "cut_power_w": process.cut_power_w,
                                                "cut_feed_mm_min": process.cut_feed_mm_min})
    parameters = {
        "kerf_mm": values.kerf_mm, "spacing_mm": values.spacing_mm, "margin_mm": values.margin_mm,
        "lead_in_mm": values.lead_in_mm, "overcut_mm": values.overcut_mm, "sheet_x_mm": values.sheet_x_mm,
        "sheet_y_mm": values.sheet_y_mm, "thickness_mm": thickness, "passes": process.passes, "sheets": count,
        "cut_power_w": process.cut_power_w, "cut_feed_mm_min": process.cut_feed_mm_min,
    }
    return Setup(
        placements=placements,
        zero="front left corner of the sheet: move the beam's dot onto it and set G54 x and y to 0",
        stock=Stock((0.0, 0.0, 0.0), (values.sheet_x_mm, values.sheet_y_mm, thickness),
                    f"{count} x {material.title}, {size}"),
        tools=(beam,), parameters=parameters, notes=tuple(notes))


def process_text(process: Process) -> str:
    """The settings in one line for the setup sheet."""
    return (f"{BEAM_NAMES[process.beam]} beam, cut {number_text(process.cut_power_w, 1)} W "
            f"at {number_text(process.cut_feed_mm_min, 0)} mm/min x {process.passes}")
