"""Each folder tests/bad/order-*: a command line that must fail, its exit code, and the sentence it must say."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from fabwright.cli import main

CASES = sorted((Path(__file__).parent / "bad").glob("order-*"))


@pytest.mark.parametrize("folder", CASES, ids=lambda p: p.name)
def test_bad_order_says_its_sentence(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    case = tomllib.loads((folder / "case.toml").read_text())
    work = tmp_path / "work"
    shutil.copytree(folder, work)
    before = sorted(p.name for p in work.iterdir())
    monkeypatch.chdir(work)
    code = main(case["arguments"])
    captured = capsys.readouterr()
    said = captured.out + captured.err
    sentence = (folder / "expected.txt").read_text().strip()
    assert sentence, "a bad case states the sentence it expects"
    assert code == case["exit_code"], said
    assert sentence in " ".join(said.split()), said
    assert "Traceback" not in said
    assert sorted(p.name for p in work.iterdir()) == before, "something half-written was left behind"


def test_there_are_bad_orders() -> None:
    assert len(CASES) >= 20
