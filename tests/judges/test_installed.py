"""A missing judge is a failure with a sentence, never a skipped test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.judge


def test_a_missing_judge_fails_with_a_sentence(judges: Any, tmp_path: Path) -> None:
    empty = type(judges)(tmp_path)
    with pytest.raises(pytest.fail.Exception, match="judge venv/bin/python is not installed: run tests/judges/install"):
        _ = empty.python
    with pytest.raises(pytest.fail.Exception, match="judge no-such-judge is not installed"):
        judges.program("no-such-judge")


def test_installing_again_is_quick_and_changes_nothing(judges: Any) -> None:
    stamps = {p: p.stat().st_mtime_ns for p in judges.folder.glob("*.done")}
    assert {p.stem for p in stamps} == {"venv", "klippy", "dxf-parser"}
    said = judges.ask([str(Path(__file__).with_name("install"))], seconds=60)
    assert said.returncode == 0, said.stderr
    assert "are ready" in said.stdout
    assert stamps == {p: p.stat().st_mtime_ns for p in judges.folder.glob("*.done")}
