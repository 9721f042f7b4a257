"""Hub: is this program, from whatever slicer, safe on my machine? Run: python 06_any_program.py OUT"""

from __future__ import annotations

import sys
from pathlib import Path

import fabwright as fw

PROGRAM = """G21
G90
M83
G28
M104 S215
G1 X10 Y10 Z0.2 F3000
G1 X60 Y10 E2.5 F1200
M104 S0
M84
"""

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)
path = out / "found-on-a-stick.gcode"
path.write_text(PROGRAM)

verdict = fw.open_catalogue().verify_program(path, "prusa-mk4s")
for check in verdict.failures:
    print(f"{check.name}: {check.message}")
assert not verdict.passed, "it extrudes before it has waited for the nozzle"
