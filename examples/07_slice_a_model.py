"""Hub: print somebody's mesh, with our planner or with PrusaSlicer, under the same verdict. Run: python 07_... OUT"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import fabwright as fw

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)


def box(x: float, y: float, z: float, dx: float, dy: float, dz: float) -> str:
    """A closed box as OBJ text; faces count back from the last vertex."""
    points = [(x + dx * i, y + dy * j, z + dz * k) for k in (0, 1) for j in (0, 1) for i in (0, 1)]
    faces = ["-8 -6 -5 -7", "-4 -3 -1 -2", "-8 -7 -3 -4", "-6 -2 -1 -5", "-8 -4 -2 -6", "-7 -5 -1 -3"]
    return "\n".join([*(f"v {a} {b} {c}" for a, b, c in points), *(f"f {f}" for f in faces), ""])


# Any STL, OBJ or 3MF in millimetres will do; this one is a stand whose arms need supports.
model = out / "stand.obj"
model.write_text(box(0, 0, 0, 24, 24, 3) + box(8, 8, 2, 8, 8, 14) + box(-6, 8, 14, 36, 8, 4))

catalogue = fw.open_catalogue()
orders = {"native": {"supports": "grid", "infill_pattern": "gyroid"}}
if shutil.which("prusa-slicer"):
    orders["prusaslicer"] = {"supports": "grid", "infill_pattern": "gyroid", "engine": "prusaslicer"}
for engine, parameters in orders.items():
    job = catalogue.slice_model(model, "prusa-mk4s", "pla", parameters)
    assert job.verdict.passed
    figures = job.verdict.figures
    print(f"{engine}: {figures['layers']:.0f} layers, {figures['filament_g']:.1f} g, {figures['time_s'] / 60:.0f} min, "
          f"saved as {job.save(out).name}")

torn = out / "torn.obj"
torn.write_text("v 0 0 0\nv 10 0 0\nv 0 10 0\nv 0 0 10\nf 1 3 2\nf 1 2 4\nf 2 3 4\n")
try:
    catalogue.slice_model(torn, "prusa-mk4s", "pla")
except fw.InputFileError as error:
    print("refused:", error)
else:
    raise SystemExit("an open mesh should have been refused")
