"""`fabwright verify FILE` on another slicer's program: read to the last word, judged without a crash."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabwright.pipeline import read_back

pytestmark = pytest.mark.judge

RUN = "import sys; from fabwright.cli import main; sys.exit(main())"
SHAPES = Path("/usr/share/PrusaSlicer/shapes")


def slice_shape(judges: Any, settings: Path, shape: str, out: Path) -> Path:
    """PrusaSlicer's own program for one of the shapes that come with it."""
    source = SHAPES / f"{shape}.stl"
    assert source.is_file(), f"{source} is missing: reinstall Debian's prusa-slicer"
    said = judges.ask([judges.program("prusa-slicer"), "--load", str(settings), "--export-gcode", "--center", "125,105",
                       "--output", str(out), str(source)], seconds=120)
    assert out.is_file(), f"prusa-slicer wrote nothing: {said.stdout[-1000:]} {said.stderr[-1000:]}"
    return out


@pytest.mark.parametrize("shape", ["torus", "M3x10_screw"])
def test_prusaslicer_program_is_understood(judges: Any, workshop: Any, judge_data: Any, tmp_path: Path, shape: str
                                           ) -> None:
    program = slice_shape(judges, judge_data("prusa-slicer/mk4.ini"), shape, tmp_path / f"{shape}.gcode")
    machine = workshop.catalogue.machine("prusa-mk4s")
    trace = read_back(program.read_bytes(), program.name, machine)
    assert trace.findings == ()
    text = program.read_text()
    used = float(re.findall(r"^; filament used \[mm\] = ([\d.]+)", text, re.MULTILINE)[0])
    assert float(np.asarray(trace.e_mm).sum()) + 0.8 == pytest.approx(used, rel=0.005)
    assert len(trace.layer_z_mm) == text.count(";LAYER_CHANGE")
    verdict = workshop.catalogue.verify_program(program, "prusa-mk4s")
    reading = [c for c in verdict.checks if c.name.endswith("every word understood")]
    assert [str(c.status) for c in reading] == ["pass"]
    assert verdict.not_checked, "a foreign program has no solid to compare with, and the verdict must say so"


def test_the_command_line_judges_it(judges: Any, judge_data: Any, tmp_path: Path) -> None:
    program = slice_shape(judges, judge_data("prusa-slicer/mk4.ini"), "torus", tmp_path / "torus.gcode")
    said = judges.ask([sys.executable, "-c", RUN, "verify", str(program),
                       "--machine", "prusa-mk4s", "--json"], seconds=120)
    assert said.returncode == 0, said.stdout + said.stderr
    verdict = json.loads(said.stdout)["verdict"]
    assert "Traceback" not in said.stderr
    assert (said.returncode == 0) == verdict["passed"]
    assert verdict["checks"]
    assert verdict["not_checked"]
