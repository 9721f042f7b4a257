"""`show-layer` on anyone's program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabwright.cli.app import run as run_command

PROGRAM = """G21
G90
M83
G28
G1 Z0.2 F600
G1 X50 Y50 F6000
;TYPE:External perimeter
G1 X70 Y50 E0.7 F1200
G1 X70 Y60 E0.35
G1 Z0.4 F600
;TYPE:Solid infill
G1 X50 Y60 E0.7 F1200
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run_command(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "part.gcode"
    file.write_text(PROGRAM)
    return file


def test_a_layer_of_a_program_becomes_a_picture(capsys: pytest.CaptureFixture[str], program: Path, tmp_path: Path
                                                ) -> None:
    out = tmp_path / "pictures" / "one.png"
    code, text, _ = run(capsys, "show-layer", str(program), "2", "--machine", "prusa-mk4s", "--out", str(out))
    assert (code, text) == (0, f"{out}\n")
    first = out.read_bytes()
    assert first.startswith(b"\x89PNG")
    code, text, _ = run(capsys, "show-layer", str(program), "2", "--machine", "prusa-mk4s", "--out", str(out), "--json")
    assert json.loads(text) == {"layer": 2, "files": {"layer": str(out)}}
    assert out.read_bytes() == first


def test_without_out_the_picture_is_named_after_the_program(capsys: pytest.CaptureFixture[str], program: Path,
                                                            tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, text, _ = run(capsys, "show-layer", str(program), "1", "--machine", "voron-2.4-350")
    assert (code, text) == (0, "part-layer-0001.png\n")
    assert (tmp_path / "part-layer-0001.png").is_file()


@pytest.mark.parametrize(("arguments", "sentence", "code"), [
    (("part.gcode", "3", "--machine", "prusa-mk4s"), "part.gcode has layers 1 to 2; there is no layer 3", 2),
    (("part.gcode", "1"), "say which machine it is for with --machine", 2),
    (("missing.gcode", "1", "--machine", "prusa-mk4s"), "missing.gcode: no such job or program", 2),
    (("part.gcode", "1", "--machine", "grbl-router-800"), "does not work in layers; there are none to show", 3),
    ((".", "1", "--machine", "prusa-mk4s"), "a job names its own machine; leave --machine out", 2),
    ((".", "1"), "no manifest.json; this is not a job bundle", 4),
    (("part.gcode", "one", "--machine", "prusa-mk4s"), "Invalid value for 'N'", 2),
])
def test_what_cannot_be_shown_is_a_sentence(capsys: pytest.CaptureFixture[str], program: Path, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str,
                                            code: int) -> None:
    monkeypatch.chdir(tmp_path)
    found, _, err = run(capsys, "show-layer", *arguments)
    assert sentence in err
    assert found == code
    assert not list(tmp_path.glob("*.png"))
