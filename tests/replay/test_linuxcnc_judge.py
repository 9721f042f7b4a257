"""LinuxCNC's own interpreter against this one: the same moves, and the same block refused first."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fabwright.model.findings import Severity

pytestmark = pytest.mark.judge
PROGRAMS = 25
INI = "[RS274NGC]\nCENTER_ARC_RADIUS_TOLERANCE_MM=0.00127\n[TRAJ]\nLINEAR_UNITS=mm\n"
TOOLS = "".join(f"T{i} P{i} Z0 D0.1\n" for i in range(1, 6))
CANON = re.compile(r"(STRAIGHT_FEED|STRAIGHT_TRAVERSE|ARC_FEED|SET_FEED_RATE|USE_LENGTH_UNITS|SET_G92_OFFSET)\((.*)\)")
#: Canon prints four decimals, of inches at worst.
PRINTED_MM = 0.003
#: Blocks that are fine, and blocks of which many are not.
GOOD = ["T1 M6", "G43 H1", "M3 S1000", "M5", "G4 P0.1", "M8", "(c)", "G64 P0.01", "G61", "S500", "N10 G1 X1",
        "g1x2 y 3", "M48", "G98", "G97", "M6 T2", "F100", "G92 X3", "G92.1", "G92.2", "G0 G53 X1 Y2"]
WILD = ["G1 X1 X2", "G1 G0 X1", "M3 M4", "G43", "X1 Y1", "G2 X1", "G1 X1 I2", "G4", "G92", "M0 M1", "G17 G18", "G80",
        "G53 X1", "G91 G53 G0 Z0", "G1 X1 F0", "S-1", "G1 X1 K1", "P1", "G92 X1 G1", "G53", "H1", "G49 H1", "Q1", "L1",
        "D1", "G1 X1.5.5", "G1 X", "M8 M7", "M9 M8"]


def random_program(rng: random.Random) -> list[str]:
    """Motion in both units and both distance modes, arcs of both forms, offsets, and words that may be wrong."""
    def num() -> str:
        return f"{rng.uniform(-50, 50):.{rng.randint(0, 4)}f}"

    wild = rng.random() < 0.4
    lines = ["G21 G90 G94 G17 G54 G40 G49", "F600", "G0 Z5"]
    for _ in range(rng.randint(3, 25)):
        draw = rng.random()
        if draw < 0.45:
            word = rng.choice(["G0", "G1", "G01", ""])
            lines.append(f"{word} X{num()} Y{num()}" + rng.choice(["", " F500", " Z2 S1000"]))
        elif draw < 0.55:
            lines.append(rng.choice(["G20", "G21", "G91", "G90", "G20 F20", "G91 G1 X1", "G90 G0 Z5"]))
        elif draw < 0.7:
            radius = (rng.uniform(1, 100) if wild else rng.uniform(150, 200)) * rng.choice([1, -1])
            lines.append(f"{rng.choice(['G2', 'G3'])} X{num()} Y{num()} R{radius:.3f}")
        elif draw < 0.82:
            lines.append(f"{rng.choice(['G2', 'G3'])} I{num()} J{num()} {rng.choice(['', 'Z1'])}")
        else:
            lines.append(rng.choice(WILD if wild and draw < 0.92 else GOOD))
    return [*lines, "M2"]


def canon(text: str, folder: Path) -> tuple[list[list[float]], str]:
    """Moves as rs274 prints them, in mm and free of G92, and the text of the block it refused."""
    for name, content in (("p.ngc", text), ("m.ini", INI), ("t.tbl", TOOLS)):
        (folder / name).write_text(content)
    for stale in ("v", "o"):
        (folder / stale).unlink(missing_ok=True)
    done = subprocess.run(["rs274", "-g", "-i", "m.ini", "-t", "t.tbl", "-v", "v", "p.ngc", "o"], cwd=folder,
                          timeout=30, capture_output=True, text=True, check=False)
    moves: list[list[float]] = []
    unit, feed, offset = 1.0, 0.0, [0.0, 0.0, 0.0]
    for name, arguments in CANON.findall((folder / "o").read_text()):
        if name == "USE_LENGTH_UNITS":
            unit = 25.4 if "INCH" in arguments else 1.0
            continue
        v = [float(part) for part in arguments.split(", ")]
        if name == "SET_FEED_RATE":
            feed = v[0] * unit
        elif name == "SET_G92_OFFSET":
            offset = [part * unit for part in v[:3]]
        elif name == "ARC_FEED":
            end = [v[0] * unit + offset[0], v[1] * unit + offset[1], v[5] * unit + offset[2]]
            centre = [v[2] * unit + offset[0], v[3] * unit + offset[1]]
            moves.append([2 if v[4] < 0 else 3, *end, feed, *centre])
        else:
            end = [a * unit + b for a, b in zip(v[:3], offset, strict=True)]
            moves.append([1 if name == "STRAIGHT_FEED" else 0, *end, feed])
    said = [row for row in (done.stdout + done.stderr).replace("executing", "").splitlines()
            if row.strip() and "updating variable file" not in row]
    return moves, said[-1].strip() if said else ""


def test_rs274_agrees(play: Any, tmp_path: Path) -> None:
    assert shutil.which("rs274"), "rs274 is missing: install Debian's linuxcnc-uspace"
    rng = random.Random(20240607)
    compared = refused = 0
    for _ in range(PROGRAMS):
        lines = random_program(rng)
        text = "\n".join(lines) + "\n"
        theirs, stopped_at = canon(text, tmp_path)
        trace = play(text, "linuxcnc")
        errors = [f for f in trace.findings if f.severity is Severity.ERROR]
        ours_stopped = lines[int(errors[0].subject.split(":")[1]) - 1].strip() if errors else ""
        assert ours_stopped == stopped_at, f"{text}\n{errors[:1]}"
        if stopped_at:
            refused += 1
            continue
        compared += 1
        ours = [[float(k), *end, feed, *(c if k > 1 else ())] for k, end, feed, c in zip(
            trace.kind, trace.end, trace.feed_mm_min, trace.centre, strict=True)]
        assert len(ours) == len(theirs), text
        for mine, other in zip(ours, theirs, strict=True):
            assert mine == pytest.approx(other, abs=PRINTED_MM), text
    assert compared >= 5
    assert refused >= 3
