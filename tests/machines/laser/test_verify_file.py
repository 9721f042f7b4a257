from __future__ import annotations

from typing import Any

import pytest

from fabwright.machines.laser import MACHINE_CLASS
from fabwright.model import FlatPart, Severity, Verdict

HEAD = "G21 G90 G94 G17 G54\nM5\n"
GOOD = HEAD + "G0 X10 Y10\nM4 S500\nG1 X50 F1000\nG2 X70 Y10 I10 J0\nM5\nG0 X0 Y0\nM5\nM2\n"


def _verdict(co2: Any, text: str) -> Verdict:
    [trace] = co2.traces([("job.nc", text)])
    return MACHINE_CLASS.verify_file(trace, co2.machine)


def test_a_safe_file_passes_and_says_what_it_did_not_check(co2: Any) -> None:
    verdict = _verdict(co2, GOOD)
    assert verdict.passed, [str(c) for c in verdict.failures]
    assert any("no part to compare" in s for s in verdict.not_checked)
    assert verdict.figures["beam_on_length_mm"] == pytest.approx(40 + 31.416, abs=1e-3)


def test_our_own_file_is_safe(co2: Any, plate: FlatPart) -> None:
    [(_, text)] = co2.programs(co2.plan(plate))
    assert _verdict(co2, text).passed


@pytest.mark.parametrize(("text", "check", "line"), [
    (GOOD.replace("M5\nG0 X0", "G0 X0"), "beam off on rapids", 7),
    (GOOD.replace("M5\nM2\n", "M2\n").replace("M5\nG0 X0", "G0 X0"), "off at the end", 8),
    (GOOD.replace("\nM2\n", "\n"), "off at the end", 9),
    (GOOD.replace("S500", "S1001"), "power in range", 5),
    (GOOD.replace("F1000", "F12000"), "feed in its window", 5),
    (GOOD.replace("F1000", "F50"), "feed in its window", 5),
    (GOOD.replace("M5\nG0 X0", "G4 P2\nM5\nG0 X0"), "no waiting with the beam on", 7),
    (GOOD.replace("M5\nG0 X0", "M0\nM5\nG0 X0"), "no waiting with the beam on", 7),
    (GOOD.replace("X10 Y10", "X-1 Y10"), "inside the travel", 3),
    (GOOD.replace("X50 ", "X601 ").replace("G2 X70", "G2 X621"), "inside the travel", 5),
    (GOOD.replace("G0 X10 Y10", "G0 X10 Y395"), "inside the travel", 6),  # the arc's crest alone leaves it
    (GOOD.replace("G21 ", "G20 "), "units, plane and distance mode", 1),
    (GOOD.replace("G90 ", "G91 "), "units, plane and distance mode", 1),
    (GOOD.replace("M5\nG0 X0", "M5\nG92 X0\nG0 X0"), "one frame of reference", 8),
    (GOOD.replace("G0 X10 Y10\n", ""), "starts are known", 4),
])
def test_unsafe_file_is_refused_with_its_line(co2: Any, text: str, check: str, line: int) -> None:
    text = text.replace("G2 X70 Y10 I10", "G2 X70 Y395 I10") if "Y395" in text else text
    failed = {c.name.removeprefix("job.nc: "): c for c in _verdict(co2, text).failures}
    assert check in failed, failed
    assert failed[check].lines[0] == line


def test_missing_declarations_are_named(co2: Any) -> None:
    [check] = [c for c in _verdict(co2, GOOD.replace("G21 G90 G94 G17 G54\n", "")).failures if "units" in c.name]
    assert check.message == "The first motion comes before G21, G90, G17."


def test_no_feed_at_all(co2: Any) -> None:
    # GRBL itself refuses the move (error 22), and so does the reader.
    [trace] = co2.traces([("job.nc", GOOD.replace(" F1000", ""))])
    assert any(f.severity is Severity.ERROR and f.subject == "job.nc:5" for f in trace.findings)


def test_a_file_without_motion_is_judged_too(co2: Any) -> None:
    assert _verdict(co2, HEAD + "M5\nM2\n").passed
