"""Klipper's host runs our print in batch mode on a CoreXY printer of the same limits, down to the motors' steps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.judge

E_STEPS_PER_MM = 200 * 16 * 5 / 22.67895  # data/klipper/printer.cfg: steps, microsteps, gear ratio, rotation distance
# The start that is taken off holds the prime line, some seconds that the verdict's time includes.
TIME_RELATIVE = 0.002
FILAMENT_RELATIVE = 0.005


def batch(judges: Any, config: Path, dictionary: Path, program: Path, out: Path) -> str:
    """What Klipper logs while it runs a program; fails with its words when it stops or does not know a command."""
    source = judges.installed("klippy/klippy/klippy.py").parents[1]
    said = judges.ask([judges.python, "-m", "klippy.klippy", str(config), "-i", str(program), "-o", str(out), "-d",
                       str(dictionary)], seconds=280, cwd=source, env={"PYTHONPATH": "."})
    log = str(said.stderr) + str(said.stdout)
    tail = [line for line in log.splitlines() if line.startswith(("INFO", "WARNING", "ERROR"))][-8:]
    unknown = sorted(set(re.findall(r"Unknown command:\S*", log)))
    assert not unknown, f"Klipper on {program.name}: {unknown}"
    assert said.returncode == 0, f"Klipper stops {program.name} (exit code {said.returncode}): {tail}"
    assert "Exiting (print time" in log, f"Klipper did not finish {program.name}: {tail}"
    return log


def print_time_s(log: str) -> float:
    """Klipper's own clock at the end of the program."""
    return float(re.findall(r"Exiting \(print time ([\d.]+)s\)", log)[-1])


def extruder_steps(judges: Any, dictionary: Path, out: Path) -> int:
    """Net steps of the extruder's motor in Klipper's output."""
    source = judges.folder / "klippy"
    said = judges.ask([judges.python, "-m", "klippy.parsedump", str(dictionary), str(out)], seconds=280, cwd=source,
                      env={"PYTHONPATH": "."})
    assert said.returncode == 0, said.stderr[-1000:]
    motor = re.findall(r"config_stepper oid=(\d+) step_pin=PD0", said.stdout)[0]
    net, sense = 0, 1
    for command in re.findall(rf"(?:set_next_step_dir oid={motor} dir=\d|queue_step oid={motor} .* count=\d+)",
                              said.stdout):
        number = int(command.rsplit("=", 1)[1])
        if command.startswith("set"):
            sense = 1 if number else -1
        else:
            net += sense * number
    return net


@pytest.fixture
def klipper(judge_data: Any) -> tuple[Path, Path]:
    """Configuration and hand-written firmware dictionary."""
    return judge_data("klipper/printer.cfg"), judge_data("klipper/mcu.json")


def test_klipper_runs_the_print(judges: Any, workshop: Any, klipper: tuple[Path, Path], tmp_path: Path) -> None:
    made = workshop["insole-voron"]
    config, dictionary = klipper
    for program, trace in zip(made.programs, made.traces, strict=True):
        out = tmp_path / "steps.bin"
        took = print_time_s(batch(judges, config, dictionary, program, out))
        text = program.read_text()
        start = tmp_path / "start.gcode"
        start.write_text(text.split(";LAYER_CHANGE", 1)[0])
        before = print_time_s(batch(judges, config, dictionary, start, tmp_path / "start.bin"))
        assert took - before == pytest.approx(made.job.verdict.figures["time_s"], rel=TIME_RELATIVE)
        pushed = extruder_steps(judges, dictionary, out) / E_STEPS_PER_MM
        assert pushed == pytest.approx(float(np.asarray(trace.e_mm).sum()), rel=FILAMENT_RELATIVE)


@pytest.mark.parametrize(("line", "words"), [
    ("G1 X400 F6000", "Move out of range"),
    ("G1 X20 E9 F6000", "Move exceeds maximum extrusion"),
    ("G1 E60 F600", "Extrude only move too long"),
    ("M104 S300", "Requested temperature"),
    ("M900 K0.1", "Unknown command"),
])
def test_klipper_refuses_what_it_must(judges: Any, klipper: tuple[Path, Path], tmp_path: Path, line: str, words: str
                                      ) -> None:
    config, dictionary = klipper
    program = tmp_path / "bad.gcode"
    program.write_text(f"G90\nM83\nG28\nG1 X10 Y10 Z1 F6000\n{line}\nG1 X11 F6000\n")
    with pytest.raises(AssertionError, match=words):
        batch(judges, config, dictionary, program, tmp_path / "out.bin")
