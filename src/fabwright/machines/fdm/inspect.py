"""Can this printer make this part without supports? Findings, each with measure, limit and remedy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, hull_of, nothing
from fabwright.geometry.slices import PlacedSolid, placed_solid
from fabwright.machines.fdm.bridges import Underside, islands, undersides
from fabwright.machines.fdm.layers import Sliced, cut_layers, layer_grid
from fabwright.machines.fdm.layout import arrange
from fabwright.machines.fdm.schema import Limits, PrinterProfile
from fabwright.machines.fdm.settings import PrintSettings, print_settings
from fabwright.model import Finding, Floats, Machine, Material, Mesh, Nominal, Severity

# Share of the volume in parts thinner than the limit: a warning, and in parts thinner than any bead: a refusal.
THIN_SHARE, LOST_SHARE = 0.02, 0.05
UNPRINTABLE_MM = 0.3
FINDINGS_SHOWN = 3


def inspect_print(nominal: Nominal, machine: Machine, material: Material) -> tuple[Finding, ...]:
    """Findings on every body, in order."""
    profile: PrinterProfile = machine.profile
    settings = print_settings(machine, material, {})
    findings: list[Finding] = []
    for mesh in nominal.meshes:
        findings += _size(mesh, machine)
        placed = placed_solid(mesh)
        grid = layer_grid((placed,), settings)
        if not len(grid):
            findings.append(_finding("height", Severity.ERROR, mesh.name, "The body is lower than half a layer.",
                                     placed.height_mm, settings.first_layer_height_mm / 2.0, "mm", "Make it thicker.",
                                     "layer height"))
            continue
        sliced = cut_layers(placed, grid, settings)
        findings += _walls(mesh.name, sliced, profile, settings)
        findings += _holes(mesh.name, sliced, profile.limits)
        findings += _overhangs(mesh.name, sliced, grid.tops_mm, profile.limits, settings)
        findings += _footing(mesh.name, placed, sliced.at(0), profile.limits)
    return tuple(findings)


def _finding(check: str, severity: Severity, body: str, message: str, measured: float, limit: float, unit: str,
             remedy: str, source: str) -> Finding:
    return Finding(check, severity, body, message, round(measured, 3), limit, unit, remedy, source)


def _size(mesh: Mesh, machine: Machine) -> Iterator[Finding]:
    bed = machine.profile.bed
    low, high = mesh.bounds_mm
    size = high - low
    larger = f"Use {bed.larger_machine}." if bed.larger_machine else "Use a larger machine, or split the part."
    if size[2] > bed.height_mm:
        yield _finding("build-height", Severity.ERROR, mesh.name,
                       f"The body is {size[2]:.1f} mm high, {machine.id} prints "
                       f"up to {bed.height_mm:.0f} mm.", float(size[2]), bed.height_mm, "mm", larger, bed.source)
    try:
        arrange((mesh,), bed, machine.id, 0.0, machine.profile.process.first_layer_width_mm)
    except PlanError as error:
        room = float(min(bed.high_mm[0] - bed.low_mm[0], bed.high_mm[1] - bed.low_mm[1]))
        yield _finding("build-area", Severity.ERROR, mesh.name, f"{str(error).partition('; ')[0]}.",
                       float(max(size[0], size[1])), room, "mm", larger, bed.source)


def _walls(body: str, sliced: Sliced, profile: PrinterProfile, settings: PrintSettings) -> Iterator[Finding]:
    limit = profile.limits.min_wall_mm
    count = np.bincount(np.asarray(sliced.which), minlength=len(sliced.distinct))
    whole = sum(n * r.area_mm2 for n, r in zip(count, sliced.distinct, strict=True))
    for width, share_limit, severity, check, what in (
            (UNPRINTABLE_MM, LOST_SHARE, Severity.ERROR, "wall-unprintable", "no bead fits"),
            (limit, THIN_SHARE, Severity.WARNING, "wall-thin", "walls are weak")):
        thin = sum(n * (r - r.opened(width / 2.0).grown(0.01)).area_mm2 for n, r in zip(count, sliced.distinct,
                                                                                        strict=True))
        share = float(thin / whole) if whole else 1.0
        if share > share_limit:
            yield _finding(check, severity, body,
                           f"{share * 100:.1f} % of the body is thinner than {width:g} mm, where "
                           f"{what} (beads are {settings.line_width_mm:g} mm wide).", share * 100.0,
                           share_limit * 100.0,
                           "%", f"Make walls at least {limit:g} mm thick.", profile.limits.source)
            return


def _holes(body: str, sliced: Sliced, limits: Limits) -> Iterator[Finding]:
    """Round upright holes: outlines that are holes and nearly circles."""
    least: tuple[float, int] | None = None
    for index, region in enumerate(sliced.distinct):
        for ring in region.polygons():
            x, y = ring[:, 0], ring[:, 1]
            area = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0
            around = float(np.hypot(*(ring - np.roll(ring, 1, axis=0)).T).sum())
            if area < 0.0 and 4.0 * np.pi * -area > 0.93 * around ** 2:
                diameter = 2.0 * float(np.sqrt(-area / np.pi))
                if least is None or diameter < least[0]:
                    least = diameter, sliced.which.index(index)
    if least is not None and least[0] < limits.min_hole_mm:
        yield _finding("hole-small", Severity.WARNING, body,
                       f"The smallest upright hole is {least[0]:.2f} mm across (from "
                       f"layer {least[1]}); below {limits.min_hole_mm:g} mm holes close up.", least[0],
                       limits.min_hole_mm,
                       "mm", "Enlarge it, or drill it after printing.", limits.source)


def _overhangs(body: str, sliced: Sliced, tops: Floats, limits: Limits, settings: PrintSettings) -> Iterator[Finding]:
    bare: list[Underside] = []
    steep = 0.0
    for layer in range(1, len(sliced)):
        if sliced.which[layer] == sliced.which[layer - 1]:
            continue
        section, below, height = sliced.at(layer), sliced.at(layer - 1), settings.height_mm(layer)
        lost = islands(layer, section, below)
        bare += lost or undersides(layer, section, below, height, limits.refuse_overhang_deg)
        steep = max(steep, _steep(section, below, height, limits.max_overhang_deg))
    yield from _refusals(body, bare, tops, limits)
    spans = [u.span_mm for u in bare if not u.island]
    if spans and limits.max_bridge_mm < max(spans) <= limits.refuse_bridge_mm:
        yield _finding("bridge-long", Severity.WARNING, body,
                       f"The longest bridge spans {max(spans):.1f} mm and will sag.",
                       max(spans), limits.max_bridge_mm, "mm", "Shorten it or turn the part.", limits.source)
    if steep > 1.0 and not bare:
        yield _finding("overhang-steep", Severity.WARNING, body,
                       f"Up to {steep:.1f} mm2 of a layer overhang by more than "
                       f"{limits.max_overhang_deg:g} degrees from the vertical.", steep, 1.0, "mm2",
                       "Expect a rough underside, or turn the part.", limits.source)


def _steep(section: Region, below: Region, height_mm: float, angle_deg: float) -> float:
    if (section - below).empty:
        return 0.0
    return (section - below.grown(height_mm * np.tan(np.radians(angle_deg)) + 0.01)).opened(0.02).area_mm2


def _refusals(body: str, bare: list[Underside], tops: Floats, limits: Limits) -> Iterator[Finding]:
    """What cannot be printed without supports, which this version does not make: the worst few."""
    bad = [u for u in bare if u.island or u.span_mm > limits.refuse_bridge_mm
           or u.free_mm > limits.refuse_cantilever_mm]
    for under in sorted(bad, key=lambda u: (-u.area_mm2, u.layer))[:FINDINGS_SHOWN]:
        z = float(tops[under.layer - 1])
        place = f"at z = {z:.2f} mm around x = {under.centre_mm[0]:.1f}, y = {under.centre_mm[1]:.1f} mm"
        if under.island:
            what, measured, limit, unit = "starts in the air", under.area_mm2, 0.0, "mm2"
        elif under.free_mm > limits.refuse_cantilever_mm:
            what, measured, limit, unit = (f"hangs {under.free_mm:.1f} mm out over nothing", under.free_mm,
                                           limits.refuse_cantilever_mm, "mm")
        else:
            what, measured, limit, unit = (f"spans {under.span_mm:.1f} mm over nothing", under.span_mm,
                                           limits.refuse_bridge_mm, "mm")
        yield _finding("needs-support", Severity.ERROR, body,
                       f"An underside of {under.area_mm2:.1f} mm2 {place} {what}; it "
                       "needs supports, which are not made yet.", measured, limit, unit,
                       "Turn the part, or let the design avoid it.", limits.source)


def _footing(body: str, placed: PlacedSolid, first: Region, limits: Limits) -> Iterator[Finding]:
    area = first.area_mm2
    if area < limits.min_contact_mm2:
        yield _finding("contact-small", Severity.WARNING, body,
                       f"Only {area:.1f} mm2 touch the bed; the body may come off.",
                       area, limits.min_contact_mm2, "mm2", "Turn the part, or print it with a brim by hand.",
                       limits.source)
    if first.empty:
        return
    low_x, low_y, high_x, high_y = first.bounds_mm
    width = max(min(high_x - low_x, high_y - low_y), 1e-6)
    ratio = placed.height_mm / width
    if ratio > limits.max_slenderness:
        yield _finding("slender", Severity.WARNING, body,
                       f"The body is {ratio:.1f} times as high as its footprint is wide "
                       "and may be knocked over.", ratio, limits.max_slenderness, "", "Lay it down.", limits.source)
    centre = _centre(placed)
    hull = hull_of(np.concatenate(first.polygons())) if not first.empty else nothing()
    if not hull.contains(centre[None, :2])[0]:
        yield _finding("tips-over", Severity.WARNING, body,
                       f"The centre of mass (x = {centre[0]:.1f}, y = {centre[1]:.1f} "
                       "mm) lies beside the footprint: the body tips over.", float(centre[0]), 0.0, "mm",
                       "Turn the part.",
                       "statics")


def _centre(placed: PlacedSolid) -> Floats:
    """Centre of mass of the solid (tetrahedra to the origin)."""
    a, b, c = (placed.vertices[placed.triangles[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0
    return np.asarray((volume[:, None] * (a + b + c) / 4.0).sum(axis=0) / volume.sum())
