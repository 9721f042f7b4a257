"""Faults seeded into the written bytes: each must be refused by the checks named, or make no difference to the part.

The reader's own refusals (a word it does not know, an arc that does not close) count as well: `refused` asks both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fabwright.model import Setup, Severity

Files = tuple[tuple[str, bytes], ...]


def refused(made: Any, files: Files, setup: Setup | None = None) -> list[str]:
    """Names of what refuses the job: the reader's findings and the verdict's failures."""
    read = [f.check for t in made.read(files) for f in t.findings if f.severity is Severity.ERROR]
    return read + [re.sub(r"^[\w.-]+\.(nc|ngc): ", "", c.name) for c in made.verdict(files, setup).failures]


def edit(files: Files, change: Callable[[list[str]], list[str]], which: int = 0) -> Files:
    """The same files with the lines of one changed; the change must change something."""
    name, data = files[which]
    lines = data.decode().split("\n")
    new = change(list(lines))
    assert new != lines
    return (*files[:which], (name, "\n".join(new).encode()), *files[which + 1:])


def swap(old: str, new: str, count: int = 0) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        return re.sub(old, new, "\n".join(lines), count=count, flags=re.M).split("\n")
    return change


def nth(pattern: str, n: int, new: Callable[[str], str | None]) -> Callable[[list[str]], list[str]]:
    """Replace (or with None drop) the n-th line that matches; negative counts from the end."""
    def change(lines: list[str]) -> list[str]:
        at = [k for k, line in enumerate(lines) if re.match(pattern, line)][n]
        put = new(lines[at])
        return [*lines[:at], *([] if put is None else [put]), *lines[at + 1:]]
    return change


def shifted(letter: str, by: float) -> Callable[[list[str]], list[str]]:
    """Every cutting move's coordinate moved."""
    def change(lines: list[str]) -> list[str]:
        return [re.sub(rf"{letter}(-?[\d.]+)", lambda m: f"{letter}{float(m.group(1)) + by:.4f}", line)
                if line.startswith("G1") else line for line in lines]
    return change


def scaled(letters: str, by: float) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        return [re.sub(rf"([{letters}])(-?[\d.]+)", lambda m: f"{m.group(1)}{float(m.group(2)) * by:.4f}", line)
                if line.startswith("G") and "G4" not in line and "G21" not in line else line for line in lines]
    return change


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults are larger than this grid: sample the block less finely than jobs do."""
    monkeypatch.setattr("fabwright.machines.mill.verify.removal.FINEST_MM", 0.3)


GONE: Callable[[str], str | None] = lambda line: None  # noqa: E731

# what, change, one of the checks that must refuse it
EITHER: tuple[tuple[str, Callable[[list[str]], list[str]], str], ...] = (
    ("unit flipped", swap("G21", "G20"), "modes set before moving"),
    ("unit missing", swap("G21 ", ""), "modes set before moving"),
    ("plane missing", swap("G17 ", ""), "modes set before moving"),
    ("relative coordinates", swap("G90", "G91"), "modes set before moving"),
    ("work offset missing", swap(" G54", ""), "modes set before moving"),
    ("another work offset", swap("G54", "G55"), "modes set before moving"),
    ("relative half way", nth("G1 X", 60, lambda line: f"G91\n{line}"), "modes set before moving"),
    ("spindle never started", swap("^M3 .*$", ""), "spindle turns on every feed move"),
    ("spindle backwards", swap("^M3 ", "M4 "), "spindle turns on every feed move"),
    ("spindle stopped half way", nth("G1 X", 80, lambda line: f"M5\n{line}"), "spindle turns on every feed move"),
    ("no wait for the spindle", swap("^G4 .*$", ""), "spindle up to speed before cutting"),
    ("half the wait", swap(r"^G4 P\d+", "G4 P2"), "spindle up to speed before cutting"),
    ("spindle too fast", swap(r"^M3 S\d+", "M3 S45000"), "spindle speed"),
    ("spindle too slow", swap(r"^M3 S\d+", "M3 S1200"), "spindle speed"),
    ("no feed", swap(r" F\d+", ""), "feed-unset"),
    ("feed ten times", swap(r"F(\d+)", r"F\g<1>0"), "feed in xy"),
    ("feed a tenth", swap(r"F(\d+)\d$", r"F\g<1>"), "tool 1 does not rub"),
    ("move outside travel", nth("G0 X", 1, lambda line: f"G0 X900\n{line}"), "inside travel in x"),
    ("move behind the end of travel", nth("G0 X", 1, lambda line: f"G0 Y-100\n{line}"), "inside travel in y"),
    ("too high", nth("G0 X", 1, lambda line: f"G0 Z300\n{line}"), "inside travel in z"),
    ("decimal point lost", nth(r"G1 X\d+\.\d+ ", 3, lambda s: s.replace(".", "", 1)), "inside travel in x"),
    ("cuts too deep", shifted("Z", -0.3), "nothing below the declared bottom"),
    ("cuts too high", shifted("Z", 0.5), "outline cut free"),
    ("one plunge too deep", nth("G1 Z", 1, lambda line: "G1 Z-4"), "nothing below the declared bottom"),
    ("shifted sideways", shifted("X", 0.5), "gouge into the part"),
    ("scaled", scaled("XY", 1.02), "gouge into the part"),
    ("mirrored", scaled("Y", -1.0), "inside travel in y"),
    ("rapid instead of a cut", nth("G1 X", 5, lambda line: "G0" + line[2:].split(" F")[0]), "rapids clear of stock"),
    ("a retract lost", nth("G0 Z(35|50)$", 1, GONE), "rapids cross at the safe height"),
    ("all retracts lost", swap(r"^G0 Z(35|50)$", ""), "first move goes up"),
    ("comes down by rapid to the bottom", nth("G0 Z", 1, lambda line: "G0 Z1.5"), "rapids clear of stock"),
    ("first move sinks", nth("G0 Z", 0, lambda line: "G0 Z-1"), "first move goes up"),
    ("first move goes across", nth("G0 Z", 0, GONE), "first move goes up"),
    ("end missing", swap("^M2$", ""), "safe end"),
    ("cut short", lambda lines: lines[: len(lines) // 2], "safe end"),
    ("zero moved", nth("G1 X", 20, lambda line: f"G92 Z1\n{line}"), "zero stays where it was set"),
    ("goes home", nth("G1 X", 20, lambda line: f"G28\n{line}"), "zero stays where it was set"),
    ("unknown word", nth("G1 X", 20, lambda line: f"G123\n{line}"), "unknown-word"),
)


@pytest.mark.parametrize(("what", "change", "check"), EITHER, ids=[e[0] for e in EITHER])
def test_faults_in_one_program_are_refused(job: Any, what: str, change: Callable[[list[str]], list[str]], check: str
                                           ) -> None:
    made = job("bump-foam")
    found = refused(made, edit(made.files, change))
    assert check in found, found


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["bump-pom", "tray-pom"])
@pytest.mark.parametrize(("what", "change", "check"), EITHER, ids=[e[0] for e in EITHER])
def test_faults_are_refused_on_the_other_machine_too(job: Any, name: str, what: str,
                                                     change: Callable[[list[str]], list[str]], check: str) -> None:
    assert refused(job(name), edit(job(name).files, change))


def test_a_spindle_left_to_the_end_word_is_no_fault(job: Any) -> None:
    # M2 stops the spindle on both controllers: the end is safe without the last M5.
    made = job("bump-foam")
    assert not refused(made, edit(made.files, swap(r"^M5\nM5\nM2", "M2")))


def test_finishing_shifted_or_lifted_is_refused(job: Any) -> None:
    made = job("bump-foam")
    for change, check in ((shifted("Z", -0.2), "gouge into the part"), (shifted("Z", 0.5), "excess on the surface, "
                                                                                           "highest"),
                          (shifted("X", 1.5), "gouge into the part"), (scaled("XY", 1.03), "gouge into the part"),
                          (nth("G1 X", 40, lambda s: "G1 X180 Y70 Z1"), "gouge into the part")):
        assert check in refused(made, edit(made.files, change, 1))


def test_faults_of_an_unhomed_machine_without_changer(job: Any) -> None:
    made = job("bump-foam")
    assert "zero stays where it was set" in refused(made, edit(made.files, nth("M5", -1, lambda s: "M5\nG53 G0 Z0")))
    assert "tool changes" in refused(made, edit(made.files, nth("M3", 0, lambda s: f"T2\n{s}")))
    assert "programs complete and in order" in refused(made, made.files[::-1])
    assert "programs complete and in order" in refused(made, made.files[:1])
    swapped = ((made.files[0][0], made.files[1][1]), (made.files[1][0], made.files[0][1]))
    assert "rapids clear of stock" in refused(made, swapped)


def test_faults_with_a_changer(job: Any) -> None:
    made = job("bump-pom")
    assert "tool changes" in refused(made, edit(made.files, swap("T2 M6", "T1 M6")))
    assert "tool changes" in refused(made, edit(made.files, swap("T2 M6\nG43 H2", "T4 M6\nG43 H4")))
    assert "tool changes" in refused(made, edit(made.files, swap("G43 H2", "G43 H1")))
    assert "tool changes" in refused(made, edit(made.files, swap("^G43 H2$", "")))
    assert "tool changes" in refused(made, edit(made.files, nth("T2 M6", 0, GONE)))


def test_a_tool_exchanged_in_the_setup_is_refused(job: Any) -> None:
    made = job("bump-pom")
    tools = tuple(replace(t, data={**t.data, "diameter_mm": 8.0}) if t.number == 1 else t for t in made.setup.tools)
    assert "tools are the machine's" in refused(made, made.files, replace(made.setup, tools=tools))
    one, two = made.setup.tools
    crossed = (replace(one, number=two.number), replace(two, number=one.number))
    assert "tools are the machine's" in refused(made, made.files, replace(made.setup, tools=crossed))


def dropped_lines(made: Any, which: int, count: int, offset: int = 0) -> list[tuple[int, str, list[str], float]]:
    """Drop one motion line at a time: line, its text, what refuses it, and by how much the part then differs from the
    sound one (mm, largest height over the part)."""
    from fabwright.machines.mill.probes import dropped
    from fabwright.machines.mill.verify import verdict as judge

    uses, changer = judge._uses(made.setup), made.machine.profile.controller.tool_changer

    def part(files: Files) -> np.ndarray:
        sampled, shapes = judge._block(0, made.nominal, made.setup)
        for trace, use in zip(made.read(files), uses, strict=True):
            cutters = {c.number: c for c in use.cutters} if changer else {0: use.cutters[0]}
            judge.run_program(sampled, judge.segments_of(trace), cutters, changer)
        on = dropped(shapes[0].triangles, shapes[0].normals, sampled.places, 0.0, False, 0.0) > 0.0
        return sampled.z[on]

    lines = made.files[which][1].decode().split("\n")
    motion = [k for k, line in enumerate(lines) if re.match(r"G[01] [XYZ]", line)]
    sound, out = part(made.files), []
    for k in motion[offset:: max(1, len(motion) // count)]:
        files = edit(made.files, lambda text, k=k: text[:k] + text[k + 1:], which)  # type: ignore[misc]
        found = refused(made, files)
        out.append((k + 1, lines[k], found, 0.0 if found else float(np.abs(part(files) - sound).max())))
    return out


def _harmful(made: Any, rows: list[tuple[int, str, list[str], float]]) -> list[tuple[int, str, list[str], float]]:
    """Accepted although the part came out more different than the material's limits allow."""
    return [r for r in rows if not r[2] and r[3] > made.material.profile.limits.excess_mm]


def test_a_dropped_line_is_refused_or_leaves_the_part_within_limits(job: Any) -> None:
    made = job("bump-foam")
    assert not _harmful(made, dropped_lines(made, 0, 5, 3) + dropped_lines(made, 1, 5, 5))


@pytest.mark.parametrize(("which", "line", "check"), [(0, r"G0 Z", "first move goes up"),
                                                      (0, r"G4", "spindle up to speed before cutting"),
                                                      (1, r"G0 Z", "first move goes up")])
def test_a_dropped_line_that_matters_is_refused(job: Any, which: int, line: str, check: str) -> None:
    made = job("bump-foam")
    assert check in refused(made, edit(made.files, nth(line, 0, GONE), which))


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["bump-foam", "bump-pom", "tray-pom"])
def test_many_dropped_lines(job: Any, name: str) -> None:
    made = job(name)
    rows = [r for k in range(len(made.files)) for r in dropped_lines(made, k, 60)]
    assert not _harmful(made, rows)
