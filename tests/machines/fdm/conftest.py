"""Small solids made with the mesh kernel, and the line from solid to trace."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import manifold3d
import numpy as np
import pytest

import fabwright.machines.fdm as fdm_package
from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.model import CheckedPart, Dialect, Machine, Material, Mesh, Nominal, Part, Plan, Toolpath, Trace, Verdict
from fabwright.post import post
from fabwright.replay import replay

PROFILES = Path(fdm_package.__file__).parent
TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
IDENTITY = {"generator": "Fabwright 0", "design": "test@1.0.0", "variant": "0" * 64, "machine": "m", "material": "m"}


def machine(name: str) -> Machine:
    return MACHINE_CLASS.parse_machine(tomllib.loads((PROFILES / "profiles" / f"{name}.toml").read_text()))


def material(name: str) -> Material:
    return MACHINE_CLASS.parse_material(tomllib.loads((PROFILES / "materials" / f"{name}.toml").read_text()))


def mesh_of(solid: manifold3d.Manifold, name: str) -> Mesh:
    raw = solid.to_mesh64()
    vertices = np.asarray(raw.vert_properties)[:, :3].astype(np.float32).astype(np.float64)
    vertices[:, 2] -= vertices[:, 2].min()
    return Mesh(name, vertices, np.asarray(raw.tri_verts).astype(np.int64))


def block(x: float, y: float, z: float) -> manifold3d.Manifold:
    return manifold3d.Manifold.cube((x, y, z))


def rod(radius: float, height: float, sides: int = 48) -> manifold3d.Manifold:
    return manifold3d.Manifold.cylinder(height, radius, radius, sides)


SOLIDS: dict[str, Callable[[], manifold3d.Manifold]] = {
    "holed": lambda: block(20, 16, 4) - rod(3, 9).translate((10, 8, -2)),
    "tube": lambda: rod(8, 4) - rod(6.4, 9).translate((0, 0, -2)),
    "step": lambda: block(14, 14, 3) + block(7, 14, 6),
    "dome": lambda: manifold3d.Manifold.sphere(8, 40).trim_by_plane((0, 0, 1), 1.0),
    "fin": lambda: block(20, 1.2, 5) + block(20, 8, 1.0),
    "overhang": lambda: block(5, 10, 12) + block(20, 10, 3).translate((0, 0, 9)),
    "bridge": lambda: block(24, 6, 7) - block(16, 20, 5).translate((4, -5, -1)),
    "island": lambda: block(5, 5, 6) + block(5, 5, 2).translate((12, 0, 4)) + block(20, 5, 1).translate((0, 0, 6)),
    "foil": lambda: block(0.25, 20, 8),
    "tall": lambda: block(20, 20, 230),
}


@dataclass(frozen=True)
class Printed:
    machine: Machine
    material: Material
    nominal: Nominal
    plan: Plan
    toolpath: Toolpath
    data: bytes
    trace: Trace

    def verdict(self, data: bytes | None = None) -> Verdict:
        trace = self.trace if data is None else self.read(data)
        return MACHINE_CLASS.verify((trace,), self.nominal, self.plan.setup, self.machine, self.material)

    def read(self, data: bytes) -> Trace:
        return replay(data, "print.gcode", self.machine.controller, self.machine.profile.controller)


def planned(meshes: tuple[Mesh, ...], printer: Machine, filament: Material, parameters: Mapping[str, Any]) -> Plan:
    checked = CheckedPart.seal(Part(), Nominal(meshes), ())
    making = MACHINE_CLASS.making(printer, filament, None)
    return MACHINE_CLASS.plan(checked, making, printer, filament, parameters)


def printed(meshes: tuple[Mesh, ...], printer: str = "prusa-mk4s", filament: str = "pla", **parameters: Any) -> Printed:
    m, f = machine(printer), material(filament)
    plan = planned(meshes, m, f, parameters)
    toolpath = MACHINE_CLASS.toolpath(plan)
    template = (TEMPLATES / m.controller / "program.gcode.j2").read_text()
    program = post(toolpath, Dialect(m.controller, template, m.profile.controller), IDENTITY)
    data = program.files[0].data
    trace = replay(data, program.files[0].name, m.controller, m.profile.controller)
    return Printed(m, f, Nominal(meshes), plan, toolpath, data, trace)


class Bench:
    """What the tests use, in one fixture."""

    machine = staticmethod(machine)
    material = staticmethod(material)
    mesh_of = staticmethod(mesh_of)
    block = staticmethod(block)
    rod = staticmethod(rod)
    printed = staticmethod(printed)
    planned = staticmethod(planned)

    @staticmethod
    def mesh(name: str) -> Mesh:
        return mesh_of(SOLIDS[name](), name)


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="session")
def holed() -> Printed:
    return printed((mesh_of(SOLIDS["holed"](), "holed"),))
