"""`fabwright slice`: somebody's mesh to a verified job, in a process that loads no solid kernel."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fabwright as fw
from fabwright.cli import main
from fabwright.model import Attachment, bytes_digest

FACES = ["-8 -6 -5 -7", "-4 -3 -1 -2", "-8 -7 -3 -4", "-6 -2 -1 -5", "-8 -4 -2 -6", "-7 -5 -1 -3"]
ON_THE_PRINTER = ["--machine", "prusa-mk4s", "--material", "petg"]


def box(*size: float) -> str:
    """A box at the origin as OBJ text."""
    points = [(i * size[0], j * size[1], k * size[2]) for k in (0, 1) for j in (0, 1) for i in (0, 1)]
    return "".join([*(f"v {x} {y} {z}\n" for x, y, z in points), *(f"f {f}\n" for f in FACES)])


def attachment(text: str, name: str = "box.obj") -> Attachment:
    data = text.encode()
    return Attachment(name, data, bytes_digest(data))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "block.obj"
    path.write_text(box(12, 10, 2))
    return path


def test_a_mesh_becomes_a_job_without_a_solid_kernel(model: Path, tmp_path: Path) -> None:
    code = ("import sys; from fabwright.cli import main; code = main(sys.argv[1:]); "
            "heavy = {'cadquery', 'OCP', 'trimesh', 'shapely', 'numba', 'ezdxf'} & set(sys.modules); "
            "print(sorted(heavy), file=sys.stderr); sys.exit(code)")
    said = subprocess.run([sys.executable, "-c", code, "slice", str(model), *ON_THE_PRINTER, "--out",
                           str(tmp_path / "out"), "--json"], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert said.stderr.splitlines()[-1] == "[]"
    document = json.loads(said.stdout)
    assert document["verdict"]["passed"]
    folder = Path(document["path"])
    assert main(["verify", str(folder), "--quiet"]) == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["inputs"]["options"] == {"model": "block.obj", "sha256": bytes_digest(model.read_bytes())}
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {"print.gcode"} <= {Path(n).name for n in names}
    assert any(n.startswith("geometry/") and n.endswith(".stl") for n in names)
    assert any(n.endswith(".html") for n in names)


def test_the_same_model_gives_the_same_bytes_and_another_order_another_job() -> None:
    catalogue = fw.open_catalogue()
    first, second = (catalogue.slice_model(attachment(box(12, 10, 2)), "prusa-mk4s", "petg") for _ in range(2))
    assert first.id == second.id
    assert dict(first.files) == dict(second.files)
    others = [catalogue.slice_model(attachment(box(12, 10, 2.2)), "prusa-mk4s", "petg"),
              catalogue.slice_model(attachment(box(12, 10, 2)), "prusa-mk4s", "petg", {"walls": 3})]
    assert len({first.id, *(job.id for job in others)}) == 3


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("model.obj", "v 0 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 3\n", "model is not closed: 3 edges belong to one triangle only"),
    ("model.stl", "this is no mesh", "15 bytes are no STL"),
    ("model.step", "ISO-10303-21;", "a model is a file of type .stl, .obj, .3mf"),
    ("model.obj", box(400, 10, 5), "does not fit on prusa-mk4s"),
    ("model.obj", box(10, 10, 0.05), "The body is lower than half a layer"),
    ("model.obj", box(0.1, 0.1, 0.1), "model"),
])
def test_what_cannot_be_made_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: str,
                                           sentence: str) -> None:
    (tmp_path / name).write_text(content)
    code = main(["slice", str(tmp_path / name), *ON_THE_PRINTER, "--out", str(tmp_path / "out"), "--quiet"])
    assert code in (2, 3)
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--machine", "grbl-laser-600x400", "--material", "acrylic-3mm"], "works on sheet"),
    ([*ON_THE_PRINTER, "--engine", "cura"], "unknown engine 'cura' for prusa-mk4s; known: native, prusaslicer"),
    ([*ON_THE_PRINTER, "--parameter", "wals=3"], "unknown printing parameter 'wals'"),
    (["--machine", "prusa-mk4s", "--material", "wood"], "unknown material 'wood'"),
])
def test_bad_usage_is_a_sentence(capsys: pytest.CaptureFixture[str], model: Path, tmp_path: Path, arguments: list[str],
                                 sentence: str) -> None:
    assert main(["slice", str(model), *arguments, "--out", str(tmp_path / "out"), "--quiet"]) in (2, 3)
    assert sentence in capsys.readouterr().err


def test_an_engine_that_is_not_installed_is_named_with_its_package(capsys: pytest.CaptureFixture[str], model: Path,
                                                                   tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                                   ) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    code = main(["slice", str(model), *ON_THE_PRINTER, "--engine", "prusaslicer", "--out", str(tmp_path / "out")])
    assert code == 3
    assert "install the package prusa-slicer, or use the native engine" in capsys.readouterr().err
