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
PROGRAMS = ("insole-linuxcnc", "insole-router", "enclosure-laser", "enclosure-diode")


@dataclass
class Canon:
    """The canonical motions of one program: `ends` (n, 3) mm, `kinds` (n,) 0 traverse, 1 line, 2 and 3 arcs as in a
    Trace, `feeds` (n,) mm/min, `corners` of everything visited, arcs' extremes included; `calls` counts the rest."""

    ends: np.ndarray
    kinds: np.ndarray
    feeds: np.ndarray
    corners: np.ndarray
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
    """The canonical calls that rs274 printed."""
    here, feed, unit = np.zeros(3), 0.0, 1.0
    ends, kinds, feeds, corners = [], [], [], []
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
        elif call in ("STRAIGHT_TRAVERSE", "STRAIGHT_FEED"):
            here = np.array([float(v) for v in words.split(",")[:3]]) * unit
            ends.append(here)
            kinds.append(0 if call == "STRAIGHT_TRAVERSE" else 1)
            feeds.append(feed)
        elif call == "ARC_FEED":
            v = [float(w) for w in words.split(",")]
            end, turn = np.array([v[0], v[1], v[5]]) * unit, int(v[4])
            corners += arc_extremes(here, end, (v[2] * unit, v[3] * unit), turn)
            here = end
            ends.append(here)
            kinds.append(3 if turn > 0 else 2)
            feeds.append(feed)
    assert ends, "rs274 printed no motion"
    return Canon(np.array(ends), np.array(kinds), np.array(feeds), np.array(ends + corners), calls)


def interpret(judges: Any, ini: Path, program: Path, tools: Any, folder: Path) -> Canon:
    """The program as LinuxCNC sees it; fails with its words when it refuses anything."""
    table = folder / "tool.tbl"
    # The table is in inches whatever the program's units; every length is zero, so that canonical positions are the
    # program's own.
    rows = [f"T{t.number} P{t.number} Z0 D{float(t.data.get('diameter_mm', 1.0)) / 25.4:.6f}\n" for t in tools]
    table.write_text("".join(rows) or "T1 P1 Z0 D0.1\n")
    canon, variables = folder / "out.canon", folder / "fresh.var"
    variables.unlink(missing_ok=True)
    said = judges.ask([judges.program("rs274"), "-g", "-i", str(ini), "-t", str(table), "-v", str(variables),
                       str(program), str(canon)], seconds=120)
    complaints = [line for line in said.stderr.splitlines() if not USUAL.fullmatch(line)]
    assert said.returncode == 0, f"rs274 refuses {program.name}: {complaints}"
    assert not complaints, f"rs274 on {program.name}: {complaints}"
    return read_canon(canon.read_text(errors="replace"))


def trace_corners(trace: Any) -> np.ndarray:
    """Every place our reader's moves touch, arcs' extremes included."""
    corners = [np.asarray(trace.end)]
    for k in np.flatnonzero(trace.kind >= 2):
        found = arc_extremes(trace.start[k], trace.end[k], tuple(trace.centre[k]), 1 if trace.kind[k] == 3 else -1)
        corners += [np.array(found).reshape(-1, 3)]
    return np.concatenate(corners)


@pytest.mark.parametrize("key", PROGRAMS)
def test_rs274_makes_the_same_motions(judges: Any, workshop: Any, judge_data: Any, tmp_path: Path, key: str) -> None:
    made = workshop[key]
    assert made.programs
    for program, trace in zip(made.programs, made.traces, strict=True):
        canon = interpret(judges, judge_data("linuxcnc/mm.ini"), program, made.setup.tools, tmp_path)
        work = ~np.asarray(trace.machine_frame)
        assert canon.calls.get("PROGRAM_END") == 1
        cuts = int((np.asarray(trace.kind)[work] != 0).sum())
        assert int((canon.kinds != 0).sum()) == cuts, f"{program.name}: feed moves"
        ours = np.asarray(trace.end)[np.asarray(trace.kind) != 0]
        assert np.abs(canon.ends[canon.kinds != 0] - ours).max() <= TOLERANCE_MM, program.name
        assert np.array_equal(canon.kinds[canon.kinds != 0], np.asarray(trace.kind)[np.asarray(trace.kind) != 0])
        feeds = np.asarray(trace.feed_mm_min)[np.asarray(trace.kind) != 0]
        assert np.abs(canon.feeds[canon.kinds != 0] - feeds).max() <= 0.01, program.name
        if work.all():
            touched = trace_corners(trace)
            assert np.abs(canon.corners.min(axis=0) - np.minimum(touched.min(axis=0), touched[0])).max() <= TOLERANCE_MM
            assert np.abs(canon.corners.max(axis=0) - touched.max(axis=0)).max() <= TOLERANCE_MM


@pytest.mark.parametrize("key", ["insole-linuxcnc"])
def test_the_spindle_turns_and_tools_are_offset_before_any_cut(judges: Any, workshop: Any, judge_data: Any,
                                                               tmp_path: Path, key: str) -> None:
    made = workshop[key]
    for program in made.programs:
        calls = interpret(judges, judge_data("linuxcnc/mm.ini"), program, made.setup.tools, tmp_path).calls
        assert calls.get("START_SPINDLE_CLOCKWISE", 0) >= 1
        assert calls.get("CHANGE_TOOL", 0) == calls.get("SELECT_TOOL", 0), calls
        assert calls.get("USE_TOOL_LENGTH_OFFSET", 0) >= calls.get("CHANGE_TOOL", 0), calls


def test_rs274_refuses_a_broken_program(judges: Any, judge_data: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ngc"
    broken.write_text("G21 G90 G94 G17\nG0 X0 Y0 Z5\nG1 X10 Y0 F300\nG2 X20 Y0 I4 J0\nM2\n")
    with pytest.raises(AssertionError, match=r"rs274 refuses broken\.ngc"):
        interpret(judges, judge_data("linuxcnc/mm.ini"), broken, (), tmp_path)
