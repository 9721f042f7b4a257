"""Geometry of a variant as one file in the format asked for, written and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fabwright import pipeline
from fabwright.errors import ClassRefusedError, RefusedError, UnknownNameError
from fabwright.machines.registry import machine_classes
from fabwright.model import Body, CheckedPart, FlatPart, Machine, Material, Mesh, Placement

if TYPE_CHECKING:
    from fabwright.api import Variant

SOLID_FORMATS = ("3mf", "glb", "png", "step", "stl")
SHEET_FORMATS = ("dxf", "svg")
FORMATS = tuple(sorted(SOLID_FORMATS + SHEET_FORMATS))
_GAP_MM = 10.0


def export_variant(variant: Variant, file_format: str, machine: str | Machine | None,
                   material: str | Material | None, measured_thickness_mm: float | None, body: str | None) -> bytes:
    """Bytes of one file; see `Variant.export`."""
    if file_format not in FORMATS:
        raise UnknownNameError("export format", file_format, FORMATS)
    chosen, stuff = choose_machine(variant, file_format, machine, material)
    order = variant.order(chosen, stuff, measured_thickness_mm)
    how = pipeline.making(order)
    part = pipeline.build(order, variant.design.release.load().build, how)
    checked = pipeline.inspect(order, part, how)
    title = f"{variant.design.id}@{variant.design.version}"
    if file_format in SHEET_FORMATS:
        return _write_sheets(checked, file_format, title, body)
    return _write_solids(checked, file_format, title, body)


def choose_machine(variant: Variant, file_format: str, machine: str | Machine | None,
                   material: str | Material | None) -> tuple[Machine, Material]:
    """The machine and material asked for; where one is left open, the first that go together and give the form needed.

    Raises ClassRefusedError when there is no such pair.
    """
    catalogue = variant.design.catalogue
    given = catalogue.machine(machine) if isinstance(machine, str) else machine
    stuff = catalogue.material(material) if isinstance(material, str) else material
    if given is not None and stuff is not None:
        return given, stuff
    machines = (given,) if given is not None else _machines_for(variant, file_format)
    materials = (stuff,) if stuff is not None else catalogue.materials()
    for chosen in machines:
        for candidate in materials:
            if candidate.machine_class == chosen.machine_class and _goes_with(chosen, candidate):
                return chosen, candidate
    form = "sheet" if file_format in SHEET_FORMATS else "solid"
    raise ClassRefusedError(f"{variant.design.id}: no known machine and material make a {form} of it, which "
                            f"{file_format} needs; classes served: {', '.join(variant.design.classes)}.")


def _machines_for(variant: Variant, file_format: str) -> tuple[Machine, ...]:
    """Machines of the classes that serve the design in the form the format needs, in the design's own order."""
    form = "sheet" if file_format in SHEET_FORMATS else "solid"
    classes = machine_classes()
    served = [c for c in variant.design.classes if c in classes]
    fitting = [c for c in served if classes[c].form == form]
    if not fitting and file_format == "png":
        fitting = served
    return tuple(m for c in fitting for m in variant.design.catalogue.machines() if m.machine_class == c)


def _goes_with(machine: Machine, material: Material) -> bool:
    try:
        machine_classes()[machine.machine_class].making(machine, material, None)
    except RefusedError:
        return False
    return True


def _write_sheets(checked: CheckedPart, file_format: str, title: str, body: str | None) -> bytes:
    from fabwright.geometry.export.dxf import write_dxf
    from fabwright.geometry.export.svg import write_svg

    sheets: tuple[FlatPart, ...] = checked.nominal.sheets
    if body is not None:
        sheets = tuple(sheets[k] for k in _named(body, [s.name for s in sheets]))
    return write_dxf(sheets, title) if file_format == "dxf" else write_svg(sheets)


def _named(body: str, names: list[str]) -> list[int]:
    """Places of the pieces of that name; UnknownNameError where there is none."""
    kept = [k for k, name in enumerate(names) if name == body]
    if not kept:
        raise UnknownNameError("body", body, names)
    return kept


def _write_solids(checked: CheckedPart, file_format: str, title: str, body: str | None) -> bytes:
    bodies: list[Body] = list(checked.part.bodies)
    meshes: list[Mesh] = list(checked.nominal.meshes)
    if body is not None:
        kept = _named(body, [b.name for b in bodies])
        bodies, meshes = [bodies[k] for k in kept], [meshes[k] for k in kept]
    if not bodies and file_format == "png":
        from fabwright.geometry.flat_solid import flat_solid

        meshes = [flat_solid(s) for s in checked.nominal.sheets]
    elif not bodies:
        raise ClassRefusedError(f"{title}: the part made there is flat; {file_format} needs a solid. Use dxf or svg.")
    if file_format == "step":
        from fabwright.geometry.export.step import write_step

        return write_step(bodies, title)
    return _write_meshes(tuple(side_by_side(meshes)), file_format, title)


def _write_meshes(meshes: tuple[Mesh, ...], file_format: str, title: str) -> bytes:
    if file_format == "stl":
        from fabwright.geometry.export.stl import write_stl

        return write_stl(meshes, title)
    if file_format == "3mf":
        from fabwright.geometry.export.threemf import write_threemf

        return write_threemf(meshes, title)
    if file_format == "glb":
        from fabwright.geometry.export.glb import write_glb

        return write_glb(meshes, title)
    from fabwright.geometry.export.png import render

    return render(meshes, 1200, 900)


def side_by_side(meshes: list[Mesh], gap_mm: float = _GAP_MM) -> list[Mesh]:
    """Bodies in a row along x, a gap between their boxes, each resting on z = 0; vertices stay exact in single
    precision."""
    from fabwright.bundle.preview import place_mesh
    from fabwright.geometry.weld import weld

    placed, x = [], 0.0
    for index, mesh in enumerate(meshes):
        low, high = mesh.bounds_mm
        shift = (x - float(low[0]), -float(low[1] + high[1]) / 2.0, -float(low[2])) if len(meshes) > 1 else (0.0,) * 3
        moved = place_mesh(mesh, Placement(index, mesh.name, shift))
        vertices, triangles = weld(np.asarray(moved.vertices), mesh.triangles, 0.0)
        placed.append(Mesh(mesh.name, vertices, triangles))
        x += float(high[0] - low[0]) + gap_mm
    return placed
