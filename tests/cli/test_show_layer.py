"""`show-layer` on anyone's program."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fabwright as fw
from fabwright.cli.app import run as run_command
from fabwright.geometry.export.stl import write_stl
from fabwright.model import Mesh

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


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> fw.Job:
    """A block of 12 x 10 x 2 mm."""
    corners = np.array([(x, y, z) for z in (0.0, 2.0) for y in (0.0, 10.0) for x in (0.0, 12.0)])
    faces = np.array([(0, 2, 1), (1, 2, 3), (4, 5, 6), (5, 7, 6), (0, 1, 4), (1, 5, 4), (2, 6, 3), (3, 6, 7), (0, 4, 2),
                      (2, 4, 6), (1, 3, 5), (3, 7, 5)])
    model = tmp_path_factory.mktemp("model") / "block.stl"
    model.write_bytes(write_stl((Mesh("block", corners, faces),), "block"))
    return fw.open_catalogue().slice_model(model, "prusa-mk4s", "pla")


def test_a_job_holds_pictures_and_shows_its_deviation(capsys: pytest.CaptureFixture[str], job: fw.Job, tmp_path: Path
                                                      ) -> None:
    listed = [f["file"] for f in job.manifest["files"]]
    assert [n for n in listed if n.startswith("pictures/layer-")] == [
        "pictures/layer-0001-first.png", "pictures/layer-0006-middle.png", "pictures/layer-0010-last.png"]
    assert any(n.startswith("pictures/deviation-") for n in listed)
    shown = []
    for path in (job.save(tmp_path), job.save(tmp_path, single_file=True)):
        out = tmp_path / f"{len(shown)}.png"
        code, text, _ = run(capsys, "show-layer", str(path), "5", "--out", str(out))
        assert code == 0
        assert text == f"{out}\n{tmp_path / f'{len(shown)}-deviation.png'}\n"
        shown.append((out.read_bytes(), (tmp_path / f"{len(shown)}-deviation.png").read_bytes()))
    assert shown[0] == shown[1]
    code, _, err = run(capsys, "show-layer", str(path), "11")
    assert (code, err.strip().endswith("has layers 1 to 10; there is no layer 11")) == (2, True)


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
