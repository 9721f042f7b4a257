"""Each folder tests/bad/gcode-*: a program, how to read it, and every sentence it must produce."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fabwright.errors import ReplayError
from fabwright.replay import replay

BAD = Path(__file__).parents[1] / "bad"
CASES = sorted(p for p in BAD.glob("gcode-*") if (p / "case.toml").is_file())


def said(case: Path) -> list[str]:
    """All the reader has to say about a case, one finding a line."""
    how = tomllib.loads((case / "case.toml").read_text())
    try:
        trace = replay((case / "input.gcode").read_bytes(), "input.gcode", how["controller"], how.get("settings", {}))
    except ReplayError as error:
        return [f"refused: {error}"]
    return [f"{f.severity}: {f}" for f in trace.findings]


def test_there_are_cases() -> None:
    assert len(CASES) >= 14


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_sentences(case: Path) -> None:
    assert said(case) == (case / "expected.txt").read_text().splitlines()
