"""`make bench`: the printer's planner against PrusaSlicer: same meshes, same settings, whole processes.

Each row is the median of several runs, the engines taking turns: CPU (user and system), wall and peak memory of the
process, and the ratio to PrusaSlicer's. Native plan + post reads the STL and writes the G-code; with the verdict it
also inspects the part first, reads the G-code back and judges it. The second table shows growth with the number of
triangles and of layers. Not a test: nothing here has a limit.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import fabwright as fw
from fabwright.geometry.export.stl import write_stl
from fabwright.model import Mesh

MACHINE, MATERIAL = "prusa-mk4s", "petg"
RUNS = 3
PARTS = ("insole", "enclosure", "gear")
TRIANGLES, LAYERS = (20_000, 200_000, 2_000_000), (100, 300, 900)
# What a whole process does: as little around the planner as a command would have.
PLAN = """
import sys
from fabwright.api import open_catalogue
from fabwright.machines.registry import machine_class
from fabwright import pipeline
from fabwright.geometry.import_mesh import import_mesh
from fabwright.model import Attachment, CheckedPart, Nominal, Part
from fabwright.store.locations import read_templates
source, target, judge = sys.argv[1:4]
catalogue = open_catalogue()
machine, material = catalogue.machine("{machine}"), catalogue.material("{material}")
data = open(source, "rb").read()
order = pipeline.model_order(Attachment("model.stl", data, "0" * 64), machine, material, {{}})
how = pipeline.making(order)
nominal = Nominal(import_mesh(data, "model.stl"))
checked = (pipeline.inspect_model(order, nominal, how) if judge == "judge"
           else CheckedPart.seal(Part(), nominal, ()))
planned = pipeline.plan(order, checked, how)
program = pipeline.post(order, pipeline.toolpath(order, planned), read_templates()[machine.controller], "bench")
open(target, "wb").write(program.files[0].data)
if judge == "judge":
    verdict = pipeline.verify(program, checked.nominal, planned.setup, machine, material)
    print("passed" if verdict.passed else "; ".join(c.message for c in verdict.failures))
"""


@dataclass(frozen=True)
class Cost:
    """One process: seconds of CPU and of the clock, and its largest memory in MB."""

    cpu_s: float
    wall_s: float
    memory_mb: float


def spent(arguments: list[str], folder: Path) -> tuple[Cost, str]:
    """Run a process and measure it; its last line of output."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(arguments, cwd=folder, stdout=out, stderr=subprocess.STDOUT,
                                   env={**os.environ, "OMP_NUM_THREADS": "2"})
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode(errors="replace").strip().splitlines()
    if process.returncode != 0:
        said = [f"FAILED: {said[-1] if said else ''}"]
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024.0), said[-1] if said else ""


def median(costs: list[Cost]) -> Cost:
    """Each figure's own median."""
    return Cost(*(statistics.median(getattr(c, name) for c in costs) for name in ("cpu_s", "wall_s", "memory_mb")))


def native(stl: Path, folder: Path, judge: bool) -> Callable[[], tuple[Cost, str]]:
    """Our planner as a process."""
    code = PLAN.format(machine=MACHINE, material=MATERIAL)
    arguments = [sys.executable, "-c", code, str(stl), str(folder / "native.gcode"), "judge" if judge else "plan"]
    return lambda: spent(arguments, folder)


def prusaslicer(stl: Path, folder: Path) -> Callable[[], tuple[Cost, str]]:
    """PrusaSlicer with the settings that our machine and material come to."""
    from fabwright import pipeline
    from fabwright.geometry.import_mesh import import_mesh
    from fabwright.machines.fdm.prusaslicer import engine_request
    from fabwright.model import Attachment, Nominal

    catalogue = fw.open_catalogue()
    machine, material = catalogue.machine(MACHINE), catalogue.material(MATERIAL)
    data = stl.read_bytes()
    order = pipeline.model_order(Attachment("model.stl", data, "0" * 64), machine, material, {})
    checked = pipeline.inspect_model(order, Nominal(import_mesh(data, "model.stl")), pipeline.making(order))
    request = engine_request(checked, machine, material, {})
    for name, content in request.files.items():
        (folder / name).write_bytes(content)
    settings = {**request.settings, "start_gcode": "G28", "end_gcode": "M84"}
    (folder / request.settings_file).write_text("".join(f"{k} = {v}\n" for k, v in settings.items()))
    return lambda: spent([request.program, *request.arguments], folder)


def exact(solid: Any, name: str) -> Mesh:
    """The kernel's body as a mesh in single precision."""
    raw = solid.to_mesh64()
    corners = np.asarray(raw.vert_properties)[:, :3].astype(np.float32).astype(np.float64)
    return Mesh(name, corners, np.asarray(raw.tri_verts).astype(np.int64))


def gear(teeth: int = 24, module_mm: float = 2.0, width_mm: float = 12.0, twist_deg: float = 15.0) -> Mesh:
    """A helical gear with a bore: tooth flanks as a smooth wave of the pitch circle."""
    import manifold3d

    turn = np.linspace(0.0, 2.0 * np.pi, teeth * 24, endpoint=False)
    radius = teeth * module_mm / 2.0 + module_mm * np.tanh(3.0 * np.cos(teeth * turn)) * 1.05
    bore = np.stack([np.cos(turn[::-8]), np.sin(turn[::-8])], axis=1) * 4.0
    section = manifold3d.CrossSection([np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius[:, None], bore],
                                      manifold3d.FillRule.Positive)
    return exact(manifold3d.Manifold.extrude(section, width_mm, 12, twist_deg), "gear")


def dome(triangles: int) -> Mesh:
    """Half a ball of 30 mm radius with about so many triangles; it stands without supports."""
    import manifold3d

    segments = round((triangles * 4.0) ** 0.5) // 4 * 4
    return exact(manifold3d.Manifold.sphere(30.0, segments).trim_by_plane((0.0, 0.0, 1.0), 0.0), "dome")


def tower(layers: int) -> Mesh:
    """A square tower of so many layers, twisted by a quarter and tapered."""
    import manifold3d

    square = manifold3d.CrossSection.square((20.0, 20.0))
    return exact(manifold3d.Manifold.extrude(square, layers * 0.2, layers, 90.0, (0.9, 0.9)), "tower")


def write_models(folder: Path) -> None:
    """STL files of the parts."""
    catalogue = fw.open_catalogue()
    made = {
        "insole": catalogue.get("insole").configure({"eu_size": 42, "side": "left"}).export("stl"),
        "enclosure": catalogue.get("enclosure").configure({"board": "raspberry-pi-4"}).export("stl", body="base"),
        "gear": write_stl((gear(),), "gear"),
    }
    for name in PARTS:
        (folder / f"{name}.stl").write_bytes(made[name])
    for name, grown in ({f"dome {n}": dome(n) for n in TRIANGLES} | {f"tower {n}": tower(n) for n in LAYERS}).items():
        (folder / f"{name}.stl").write_bytes(write_stl((grown,), ""))


def compare(paths: dict[str, Path], folder: Path) -> Table:
    """The three parts by all three ways."""
    table = Table(title=f"whole processes, median of {RUNS}, {MACHINE} in {MATERIAL}; ratio to PrusaSlicer in brackets")
    for column in ("part", "way", "CPU s", "wall s", "peak MB", "verdict"):
        table.add_column(column, justify="left" if column in ("part", "way", "verdict") else "right")
    for name, stl in paths.items():
        ways = {"PrusaSlicer": prusaslicer(stl, folder), "plan + post": native(stl, folder, False),
                "plan + post + verdict": native(stl, folder, True)}
        costs: dict[str, list[Cost]] = {way: [] for way in ways}
        said = dict.fromkeys(ways, "")
        for _ in range(RUNS):
            for way, run in ways.items():
                cost, said[way] = run()
                costs[way].append(cost)
        base = median(costs["PrusaSlicer"])
        for way in ways:
            cost = median(costs[way])
            table.add_row(name, way, *(f"{getattr(cost, c):.2f} ({getattr(cost, c) / getattr(base, c):.2f})"
                                       for c in ("cpu_s", "wall_s", "memory_mb")),
                          said[way][:60] if way.endswith("verdict") else "")
    return table


def growth(folder: Path) -> Table:
    """Plan and post of a dome with ever more triangles, and of towers with ever more layers."""
    table = Table(title="plan + post as the part grows (one run each)")
    for column in ("part", "triangles", "layers", "CPU s", "wall s", "peak MB"):
        table.add_column(column, justify="left" if column == "part" else "right")
    for name in (*(f"dome {n}" for n in TRIANGLES), *(f"tower {n}" for n in LAYERS)):
        stl = folder / f"{name}.stl"
        cost, said = native(stl, folder, False)()
        layers = (folder / "native.gcode").read_bytes().count(b";LAYER_CHANGE")
        table.add_row(said or name, str((stl.stat().st_size - 84) // 50), str(layers), f"{cost.cpu_s:.2f}",
                      f"{cost.wall_s:.2f}", f"{cost.memory_mb:.0f}")
    return table


def main() -> int:
    """Print both tables."""
    console = Console()
    if shutil.which("prusa-slicer") is None:
        console.print("prusa-slicer is not installed; `apt-get install prusa-slicer` (tests/judges/install does it)")
        return 1
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        # In a process of its own: a child's peak memory counts what its parent held when it was started.
        subprocess.run([sys.executable, __file__, str(folder)], check=True)
        console.print(compare({name: folder / f"{name}.stl" for name in PARTS}, folder))
        console.print(growth(folder))
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 2:
        write_models(Path(sys.argv[1]))
    else:
        raise SystemExit(main())
