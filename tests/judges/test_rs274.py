"""LinuxCNC's own interpreter runs every program for a cutter, and its motions are where our reader says they are."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.judge

# rs274 prints four decimals; the files carry no fewer than three.
TOLERANCE_MM = 0.002
CALL = re.compile(r"^\s*\d+ N\S+\s+([A-Z_0-9]+)\((.*)\)\s*$")
# What rs274 says on stderr when all is well: it ran, and it had no variable file to start from.
USUAL = re.compile(r"executing|link \(updating variable file\): .*|")
TURNING = {"START_SPINDLE_CLOCKWISE": 3, "START_SPINDLE_COUNTERCLOCKWISE": 4, "STOP_SPINDLE_TURNING": 0}
PROGRAMS = ("insole-linuxcnc", "insole-router", "enclosure-laser", "enclosure-diode")


@dataclass
class Canon:
    """The canonical motions of one program.

    `ends` (n, 3) mm in work coordinates, `kinds` (n,) 0 traverse, 1 line, 2 and 3 arcs as in a Trace, `feeds` (n,)
    mm/min, `tool_mm` (n,) the length offset in force, `turning` (n,) 0 off, 3 or 4 as in a Trace, `arcs` (m, 3) the
    arcs' extreme points; `calls` counts every canonical call.
    """

    ends: np.ndarray
    kinds: np.ndarray
    feeds: np.ndarray
    tool_mm: np.ndarray
    turning: np.ndarray
    arcs: np.ndarray
    calls: dict[str, int]


def arc_extremes(start: np.ndarray, end: np.ndarray, centre: tuple[float, float], turn: int) -> list[np.ndarray]:
    """Points where an arc crosses the axes through its centre."""
    radius = math.hypot(start[0] - centre[0], start[1] - centre[1])
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    last = math.atan2(end[1] - centre[1], end[0] - centre[0])
    sweep = (last - first) % (2 * math.pi) if turn > 0 else -((first - last) % (2 * math.pi))
    if abs(sweep) < 1e-9:
        sweep = math.copysign(2 * math.pi, turn)
    low, high = sorted((first, first + sweep))
    quarters = range(math.ceil(low / (math.pi / 2)), math.floor(high / (math.pi / 2)) + 1)
    return [np.array([centre[0] + radius * math.cos(q * math.pi / 2), centre[1] + radius * math.sin(q * math.pi / 2),
                      end[2]]) for q in quarters]


def read_canon(text: str) -> Canon:
    """The canonical calls that rs274 printed; lengths in mm."""
    here, feed, unit, tool, turning = np.zeros(3), 0.0, 1.0, 0.0, 0
    motions: list[tuple[np.ndarray, int, float, float, int]] = []
    arcs: list[np.ndarray] = []
    calls: dict[str, int] = {}
    for line in text.splitlines():
        matched = CALL.match(line)
        if not matched:
            continue
        call, words = matched.group(1), matched.group(2)
        calls[call] = calls.get(call, 0) + 1
        if call == "USE_LENGTH_UNITS":
            unit = 25.4 if "INCH" in words else 1.0
        elif call == "SET_FEED_RATE":
            feed = float(words) * unit
        elif call in TURNING:
            turning = TURNING[call]
        elif call == "USE_TOOL_LENGTH_OFFSET":
            tool = float(words.split(",")[0].split()[2]) * unit
        elif call in ("STRAIGHT_TRAVERSE", "STRAIGHT_FEED"):
            here = np.array([float(v) for v in words.split(",")[:3]]) * unit
            motions.append((here, 0 if call == "STRAIGHT_TRAVERSE" else 1, feed, tool, turning))
        elif call == "ARC_FEED":
            v = [float(w) for w in words.split(",")]
            end, turn = np.array([v[0], v[1], v[5]]) * unit, int(v[4])
            arcs += arc_extremes(here, end, (v[2] * unit, v[3] * unit), turn)
            here = end
            motions.append((here, 3 if turn > 0 else 2, feed, tool, turning))
    assert motions, "rs274 printed no motion"
    ends, kinds, feeds, tools, states = (np.array(column) for column in zip(*motions, strict=True))
    return Canon(ends, kinds, feeds, tools, states, np.array(arcs).reshape(-1, 3), calls)


def tool_length_mm(number: int) -> float:
    """The length that the tool table of these tests gives a tool."""
    return 40.0 + 10.0 * number


def interpret(judges: Any, ini: Path, program: Path, tools: Any, folder: Path) -> Canon:
    """The program as LinuxCNC sees it; fails with its words when it refuses anything."""
    table = folder / "tool.tbl"
    # The table is in inches whatever the program's units. Every tool has a length of its own, which the canonical
    # positions of work coordinates must not show.
    rows = [f"T{t.number} P{t.number} Z{tool_length_mm(t.number) / 25.4:.6f} D{diameter / 25.4:.6f}\n"
            for t in tools for diameter in [float(t.data.get("diameter_mm", 1.0))]]
    table.write_text("".join(rows) or "T1 P1 Z0 D0.1\n")
    canon, variables = folder / "out.canon", folder / "fresh.var"
    variables.unlink(missing_ok=True)
    said = judges.ask([judges.program("rs274"), "-g", "-i", str(ini), "-t", str(table), "-v", str(variables),
                       str(program), str(canon)], seconds=120)
    complaints = [line for line in said.stderr.splitlines() if not USUAL.fullmatch(line)]
    assert said.returncode == 0, f"rs274 refuses {program.name}: {complaints}"
    assert not complaints, f"rs274 on {program.name}: {complaints}"
    return read_canon(canon.read_text(errors="replace"))


def trace_arcs(trace: Any) -> np.ndarray:
    """The extreme points of the arcs that our reader sees, (m, 3) mm."""
    found: list[np.ndarray] = []
    for k in np.flatnonzero(np.asarray(trace.kind) >= 2):
        found += arc_extremes(trace.start[k], trace.end[k], tuple(trace.centre[k]), 1 if trace.kind[k] == 3 else -1)
    return np.array(found).reshape(-1, 3)


def extents_mm(points: np.ndarray, arcs: np.ndarray) -> np.ndarray:
    """Lower and upper corner of everything visited, (2, 3)."""
    both = np.concatenate([points, arcs])
    return np.array([both.min(axis=0), both.max(axis=0)])


@pytest.mark.parametrize("key", PROGRAMS)
def test_rs274_makes_the_same_motions(judges: Any, workshop: Any, judge_data: Any, tmp_path: Path, key: str) -> None:
    made = workshop[key]
    assert made.programs
    for program, trace in zip(made.programs, made.traces, strict=True):
        canon = interpret(judges, judge_data("linuxcnc/mm.ini"), program, made.setup.tools, tmp_path)
        assert canon.calls.get("PROGRAM_END") == 1
        assert len(canon.kinds) == len(trace), f"{program.name}: motions"
        assert np.array_equal(canon.kinds, np.asarray(trace.kind)), f"{program.name}: kinds of motion"
        work = ~np.asarray(trace.machine_frame)
        ours = np.asarray(trace.end)
        assert np.abs(canon.ends[work] - ours[work]).max() <= TOLERANCE_MM, program.name
        theirs = extents_mm(canon.ends[work], canon.arcs)
        assert np.abs(theirs - extents_mm(ours[work], trace_arcs(trace))).max() <= TOLERANCE_MM, program.name
        cuts = canon.kinds != 0
        assert cuts.sum() > 10
        assert np.abs(canon.feeds - np.asarray(trace.feed_mm_min))[cuts].max() <= 0.01, program.name
        # A move in machine coordinates ends at the top whatever the tool's length.
        assert np.abs((canon.ends[:, 2] + canon.tool_mm)[~work]).max(initial=0.0) <= TOLERANCE_MM, program.name


def test_every_cut_has_a_turning_spindle_and_its_tools_offset(judges: Any, workshop: Any, judge_data: Any,
                                                               tmp_path: Path) -> None:
    made = workshop["insole-linuxcnc"]
    for program, trace in zip(made.programs, made.traces, strict=True):
        canon = interpret(judges, judge_data("linuxcnc/mm.ini"), program, made.setup.tools, tmp_path)
        assert canon.calls.get("CHANGE_TOOL") == canon.calls.get("SELECT_TOOL") == len(made.setup.tools), canon.calls
        cuts = canon.kinds != 0
        assert (canon.turning[cuts] == 3).all()
        lengths = np.array([tool_length_mm(int(number)) for number in np.asarray(trace.tool)[cuts]])
        assert np.abs(canon.tool_mm[cuts] - lengths).max() <= TOLERANCE_MM


@pytest.mark.parametrize("key", ["enclosure-laser", "enclosure-diode"])
def test_the_beam_is_off_on_every_rapid(judges: Any, workshop: Any, judge_data: Any, tmp_path: Path, key: str) -> None:
    made = workshop[key]
    for program in made.programs:
        canon = interpret(judges, judge_data("linuxcnc/mm.ini"), program, made.setup.tools, tmp_path)
        assert (canon.turning[canon.kinds == 0] == 0).all(), program.name
        assert (canon.turning[canon.kinds != 0] == 4).all(), program.name


def test_rs274_refuses_a_broken_program(judges: Any, judge_data: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ngc"
    broken.write_text("G21 G90 G94 G17\nG0 X0 Y0 Z5\nG1 X10 Y0 F300\nG2 X20 Y0 I4 J0\nM2\n")
    with pytest.raises(AssertionError, match=r"rs274 refuses broken\.ngc"):
        interpret(judges, judge_data("linuxcnc/mm.ini"), broken, (), tmp_path)
