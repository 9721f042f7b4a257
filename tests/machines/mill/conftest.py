"""Small bodies, the shipped profiles, and jobs made once a session: planned, written, read back."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fabwright.machines.mill as home
from fabwright.geometry.weld import weld
from fabwright.model import Dialect, Machine, Material, Mesh, Nominal, Plan, Setup, Toolpath, Trace, Verdict
from fabwright.post import post
from fabwright.replay import replay

MILL = home.MACHINE_CLASS
FOLDER = Path(home.__file__).parent
TEMPLATES = Path(__file__).parents[3] / "templates"
IDENTITY = {"generator": "Fabwright 0.1.0", "design": "test@1.0.0", "variant": "0" * 64, "machine": "m",
            "material": "x"}


def read_machine(name: str) -> Machine:
    return MILL.parse_machine(tomllib.loads((FOLDER / "profiles" / f"{name}.toml").read_text()))


def read_material(name: str) -> Material:
    return MILL.parse_material(tomllib.loads((FOLDER / "materials" / f"{name}.toml").read_text()))


def height_mesh(name: str, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> Mesh:
    """Closed body between z = 0 and heights (rows of y, columns of x)."""
    nx, ny = len(x), len(y)
    xx, yy = np.meshgrid(x, y)
    top = np.column_stack([xx.ravel(), yy.ravel(), z.ravel()])
    bottom = top * (1.0, 1.0, 0.0)
    node = np.arange(nx * ny).reshape(ny, nx)
    a, b, c, d = node[:-1, :-1].ravel(), node[:-1, 1:].ravel(), node[1:, 1:].ravel(), node[1:, :-1].ravel()
    faces = [np.stack([a, b, c], 1), np.stack([a, c, d], 1)]
    faces += [f[:, ::-1] + nx * ny for f in faces]
    rim = np.concatenate([node[0], node[1:, -1], node[-1, -2::-1], node[-2:0:-1, 0]])
    after = np.roll(rim, -1)
    faces += [np.stack([rim, rim + nx * ny, after + nx * ny], 1), np.stack([rim, after + nx * ny, after], 1)]
    vertices, triangles = weld(np.concatenate([top, bottom]), np.concatenate(faces), 0.0)
    return Mesh(name, vertices, triangles)


def bump(name: str = "bump", length: float = 20.0, width: float = 16.0, low: float = 4.0, high: float = 8.0) -> Mesh:
    """A smooth hill on a plate: nothing sharp, nothing level, upright sides."""
    x, y = np.linspace(0, length, 41), np.linspace(0, width, 31)
    xx, yy = np.meshgrid(x / length - 0.5, y / width - 0.5)
    return height_mesh(name, x, y, low + (high - low) * np.exp(-6.0 * (xx**2 + yy**2)))


def solid_mesh(name: str, solid: Any) -> Mesh:
    """From a manifold3d body, standing on z = 0."""
    found = solid.to_mesh64()
    points = np.asarray(found.vert_properties)[:, :3].astype(np.float64)
    points[:, 2] -= points[:, 2].min()
    vertices, triangles = weld(points, np.asarray(found.tri_verts).astype(np.int64), 0.0)
    return Mesh(name, vertices, triangles)


def tray(radius: float = 3.5, hole: float = 4.0) -> Mesh:
    """A plate 40 x 30 x 8 with a pocket 20 x 14 x 5 of rounded corners and a through hole."""
    import manifold3d as mf

    core = mf.CrossSection.square([20 - 2 * radius, 14 - 2 * radius]).translate([6 + radius, 8 + radius])
    pocket = core.offset(radius, mf.JoinType.Round, 2.0, 96) if radius else core
    solid = (mf.Manifold.cube([40, 30, 8]) - mf.Manifold.extrude(pocket, 10).translate([0, 0, 3])
             - mf.Manifold.cylinder(20, hole, hole, 64).translate([33, 15, -1]))
    return solid_mesh("tray", solid)


@dataclass(frozen=True, eq=False)
class Made:
    """One job as far as its read-back traces."""

    machine: Machine
    material: Material
    nominal: Nominal
    plan: Plan
    toolpath: Toolpath
    files: tuple[tuple[str, bytes], ...]
    traces: tuple[Trace, ...]

    @property
    def setup(self) -> Setup:
        return Setup.from_json(self.plan.setup.as_json())

    def read(self, files: tuple[tuple[str, bytes], ...]) -> tuple[Trace, ...]:
        settings = dict(self.machine.document["controller"])
        return tuple(replay(data, name, self.machine.controller, settings) for name, data in files)

    def verdict(self, files: tuple[tuple[str, bytes], ...] | None = None, setup: Setup | None = None) -> Verdict:
        traces = self.traces if files is None else self.read(files)
        return MILL.verify(traces, self.nominal, setup or self.setup, self.machine, self.material)


def make(meshes: tuple[Mesh, ...], machine: str, material: str, parameters: Mapping[str, Any] | None = None) -> Made:
    from fabwright.machines.mill.plan import make_plan

    hub, stuff, nominal = read_machine(machine), read_material(material), Nominal(meshes)
    plan = make_plan(nominal, hub.profile, stuff.profile, parameters or {}, None)
    toolpath = MILL.toolpath(plan)
    settings = dict(hub.document["controller"])
    template = (TEMPLATES / hub.controller / "program.gcode.j2").read_text()
    program = post(toolpath, Dialect(hub.controller, template, settings), IDENTITY)
    files = tuple((f.name, f.data) for f in program.files)
    made = Made(hub, stuff, nominal, plan, toolpath, files, ())
    return replace(made, traces=made.read(files))


@lru_cache(maxsize=8)
def standard(name: str) -> Made:
    """The jobs most tests look at."""
    jobs: dict[str, Callable[[], Made]] = {
        "bump-foam": lambda: make((bump(),), "grbl-router-800", "eva-40"),
        "bump-pom": lambda: make((bump(),), "linuxcnc-mill-600", "pom"),
        "tray-pom": lambda: make((tray(),), "linuxcnc-mill-600", "pom"),
    }
    return jobs[name]()


@pytest.fixture(scope="session")
def job() -> Callable[[str], Made]:
    """`standard` jobs by name, made once."""
    return standard


@pytest.fixture(scope="session")
def maker() -> Callable[..., Made]:
    """Make any job."""
    return make


@pytest.fixture(scope="session")
def bodies() -> dict[str, Callable[..., Mesh]]:
    """Builders of small meshes."""
    return {"bump": bump, "tray": tray, "solid": solid_mesh, "height": height_mesh}


@pytest.fixture(scope="session")
def profiles() -> tuple[Callable[[str], Machine], Callable[[str], Material]]:
    """Readers of the shipped machine and material profiles."""
    return read_machine, read_material
