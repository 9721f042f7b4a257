"""Rules on flat parts before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator

from fabwright.geometry.contours import bounds_mm
from fabwright.geometry.flat_checks import flat_findings
from fabwright.geometry.flat_widths import thin_places, unreachable_mm, widest_disc_mm
from fabwright.machines._cut2d.arrangement import Box, SheetSpace, fits
from fabwright.machines.laser.process import min_bridge_mm
from fabwright.machines.laser.schema import LaserProfile, SheetProfile
from fabwright.model import Finding, FlatPart, Machine, Making, Material, Nominal, Part, Severity

#: A part must be drawn for the sheet it is cut from, to this, mm.
THICKNESS_AGREEMENT_MM = 0.01
#: A spike longer than this many times the smallest width is refused, a shorter one warned of. Chosen.
SPIKE_REFUSED = 3.0


def inspect(part: Part, nominal: Nominal, making: Making, machine: Machine, material: Material) -> tuple[Finding, ...]:
    """All findings on the part's sheets, in their order; a part with solids only is refused."""
    if not part.sheets:
        solids = len(part.bodies)
        return (Finding("sheet-parts", Severity.ERROR, material.id,
                        f"The design built no flat part but {solids} solid{'s' if solids != 1 else ''}; a beam cuts "
                        "flat parts only.", float(solids), 0.0, "", "Choose a class of machine that works solids."),)
    findings: list[Finding] = []
    for sheet in nominal.sheets:
        faults = flat_findings(sheet)
        findings += faults or (*_thickness(sheet, making), *_widths(sheet, making, material),
                               *_holes(sheet, making, material), *_corners(sheet, making, material),
                               *_size(sheet, machine, material))
    return tuple(findings)


def sheet_size_mm(machine: LaserProfile, material: SheetProfile) -> tuple[float, float]:
    """The sheet as it lies on this machine: the material's, turned where that fits better, cut to the travel."""
    x, y = material.sheet.size_x_mm, material.sheet.size_y_mm
    reach_x, reach_y = machine.travel.x_mm, machine.travel.y_mm
    return max(((min(x, reach_x), min(y, reach_y)), (min(y, reach_x), min(x, reach_y))), key=lambda s: s[0] * s[1])


def _thickness(part: FlatPart, making: Making) -> Iterator[Finding]:
    want = making.stock_thickness_mm or 0.0
    if abs(part.thickness_mm - want) > THICKNESS_AGREEMENT_MM:
        yield Finding("sheet-thickness", Severity.ERROR, part.name,
                      f"Drawn for {part.thickness_mm:.2f} mm sheet, but the sheet is {want:.2f} mm.", part.thickness_mm,
                      want, "mm", "Report the design: it must take the thickness from its making.")


def _widths(part: FlatPart, making: Making, material: Material) -> Iterator[Finding]:
    profile: SheetProfile = material.profile
    limit = min_bridge_mm(profile, part.thickness_mm)
    for place in thin_places(part, limit):
        where = f"near ({place.x_mm:.1f}, {place.y_mm:.1f})"
        if place.neck:
            yield Finding("bridge-width", Severity.ERROR, part.name,
                          f"A bridge {where} is {place.width_mm:.2f} mm wide; at least {limit:.2f} mm must remain.",
                          place.width_mm, limit, "mm", "Move the cuts apart or take thinner sheet.",
                          profile.limits.source)
        else:
            refused = place.depth_mm > SPIKE_REFUSED * limit
            yield Finding("feature-width", Severity.ERROR if refused else Severity.WARNING, part.name,
                          f"A point {where} is {place.width_mm:.2f} mm wide over {place.depth_mm:.1f} mm; below "
                          f"{limit:.2f} mm it burns or breaks.", place.width_mm, limit, "mm", "Widen or shorten it.",
                          profile.limits.source)


def _holes(part: FlatPart, making: Making, material: Material) -> Iterator[Finding]:
    limits = material.profile.limits
    must = max(limits.hole_per_thickness * part.thickness_mm, 2 * making.kerf_mm)
    should = limits.hole_advised_per_thickness * part.thickness_mm
    small: list[tuple[float, int]] = []
    for number, hole in enumerate(part.holes, 1):
        width = widest_disc_mm(hole)
        if width < must - 0.02:
            yield Finding("hole-size", Severity.ERROR, part.name,
                          f"Hole {number} is {width:.2f} mm wide; in {part.thickness_mm:.2f} mm sheet it must be at "
                          f"least {must:.2f} mm.", width, must, "mm", "Enlarge it or take thinner sheet.",
                          limits.source)
        elif width < should - 0.02:
            small.append((width, number))
    if small:
        width, number = min(small)
        yield Finding("hole-advised", Severity.NOTE, part.name,
                      f"Holes narrower than the {should:.2f} mm that give a clean edge: {len(small)}; the smallest, "
                      f"hole {number}, is {width:.2f} mm.", width, should, "mm", "", limits.source)


def _corners(part: FlatPart, making: Making, material: Material) -> Iterator[Finding]:
    limits = material.profile.limits
    left, x, y = unreachable_mm(part, making.kerf_mm)
    if left > limits.edge_tolerance_mm:
        yield Finding("corner-reach", Severity.ERROR, part.name,
                      f"Near ({x:.1f}, {y:.1f}) a kerf of {making.kerf_mm:g} mm leaves {left:.2f} mm of material in a "
                      f"gap or inside corner; {limits.edge_tolerance_mm:g} mm is allowed.", left,
                      limits.edge_tolerance_mm, "mm", "Widen the gap or open the corner.", limits.source)


def _size(part: FlatPart, machine: Machine, material: Material) -> Iterator[Finding]:
    profile: LaserProfile = machine.profile
    x0, y0, x1, y1 = bounds_mm(part.outline)
    width, height = sheet_size_mm(profile, material.profile)
    space = SheetSpace(width, height, profile.planning.margin_mm, profile.planning.spacing_mm)
    if not fits(Box(part.name, x1 - x0, y1 - y0), space):
        usable = space.usable_mm
        yield Finding("sheet-size", Severity.ERROR, part.name,
                      f"It measures {x1 - x0:.1f} x {y1 - y0:.1f} mm; the sheet on {machine.id} gives {usable[0]:.1f} "
                      f"x {usable[1]:.1f} mm inside its {space.margin_mm:g} mm margin.", max(x1 - x0, y1 - y0),
                      max(usable), "mm", "Make the part smaller or choose a larger machine and sheet.",
                      f"{profile.travel.source}; {material.profile.sheet.source}")
