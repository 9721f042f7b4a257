"""Models that no one here made: a verified job, or a sentence that says why not; never a crash or a bad file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import manifold3d
import numpy as np
import pytest

from fabwright.errors import FabwrightError, InputFileError, InspectionError, PlanError
from fabwright.geometry.export.stl import write_stl
from fabwright.model import Attachment, Mesh, bytes_digest
from fabwright.pipeline import read_back

pytestmark = pytest.mark.judge

SHAPES = Path("/usr/share/PrusaSlicer/shapes")
OCC = Path("/usr/share/opencascade/data/stl")
DEMOS = Path("/usr/share/kicad/demos")
ENGINES = ("native", "prusaslicer")
# What cannot stand without supports; everything else is printed as it is.
HANGING = {"bunny", "sphere"}


def shapes() -> list[str]:
    """The shapes that come with PrusaSlicer; their names when it is not installed, so that the tests fail in words."""
    return sorted(p.stem for p in SHAPES.glob("*.stl")) or ["prusa-slicer is not installed"]


def job_for(workshop: Any, path: Path, engine: str, machine: str = "prusa-mk4s", **parameters: Any) -> Any:
    """The job for a model's file, verified."""
    assert path.is_file(), f"{path} is missing: run tests/judges/install"
    order = {**parameters, **({} if engine == "native" else {"engine": engine})}
    job = workshop.catalogue.slice_model(path, machine, "petg", order)
    assert job.verdict.passed
    assert read_back(job.files[job.programs[0]], "print.gcode", workshop.catalogue.machine(machine)).findings == ()
    return job


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shape", shapes())
def test_every_shape_of_prusaslicer_is_a_job(workshop: Any, shape: str, engine: str) -> None:
    path = SHAPES / f"{shape}.stl"
    if shape in HANGING:
        with pytest.raises(PlanError, match="cannot be printed without supports"):
            job_for(workshop, path, engine)
        job_for(workshop, path, engine, supports="grid")
    else:
        job_for(workshop, path, engine)


# By file of occt-misc: what is refused in which words; "" is a job. The bed is that of the largest printer.
OCC_MODELS = {
    "sh1": "", "shape": "", "sh2": "cannot be printed without supports", "motor": "cannot be printed without supports",
    "propeller": "does not fit on voron-2.4-350", "TR12J_OCC": "does not fit on voron-2.4-350",
    "TR12J_OCC64K": "does not fit on voron-2.4-350", "bearing": "bearing is not closed: 134 edges",
    "head": "head is not closed", "video_part": "video_part is not closed",
}


@pytest.mark.parametrize("name", sorted(OCC_MODELS))
def test_models_of_opencascade_are_jobs_or_sentences(workshop: Any, name: str) -> None:
    sentence = OCC_MODELS[name]
    if not sentence:
        job_for(workshop, OCC / f"{name}.stl", "native", "voron-2.4-350")
        return
    with pytest.raises((InputFileError, InspectionError, PlanError)) as caught:
        job_for(workshop, OCC / f"{name}.stl", "native", "voron-2.4-350")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("board", ["flat_hierarchy/flat_hierarchy", "stickhub/StickHub"])
@pytest.mark.parametrize("engine", ENGINES)
def test_enclosures_of_kicad_demos_are_jobs(workshop: Any, tmp_path: Path, board: str, engine: str) -> None:
    path = DEMOS / f"{board}.kicad_pcb"
    assert path.is_file(), f"{path} is missing: run tests/judges/install"
    variant = workshop.catalogue.get("enclosure").configure({"board": "file", "board_file": str(path)})
    for body in ("base", "lid"):
        stl = tmp_path / f"{body}.stl"
        stl.write_bytes(variant.export("stl", "prusa-mk4s", "petg", body=body))
        job_for(workshop, stl, engine)


def attachment(mesh: Mesh) -> Attachment:
    data = write_stl((mesh,), mesh.name)
    return Attachment(f"{mesh.name}.stl", data, bytes_digest(data))


def solid(made: Any, name: str) -> Mesh:
    """Arrays of a kernel's body."""
    raw = made.to_mesh64()
    corners = np.asarray(raw.vert_properties)[:, :3].astype(np.float32).astype(np.float64)
    return Mesh(name, corners, np.asarray(raw.tri_verts).astype(np.int64))


def test_two_million_triangles_are_a_job(workshop: Any) -> None:
    dome = solid(manifold3d.Manifold.sphere(15.0, 2832).trim_by_plane((0.0, 0.0, 1.0), 0.0), "dome")
    assert len(dome.triangles) > 2_000_000
    job = workshop.catalogue.slice_model(attachment(dome), "prusa-mk4s", "petg")
    assert job.verdict.passed
    assert job.verdict.figures["solid_mm3"] == pytest.approx(2.0 / 3.0 * np.pi * 15.0 ** 3, rel=1e-4)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", [1.0, 2.0])
def test_very_small_cubes_are_jobs(workshop: Any, engine: str, size: float) -> None:
    order = {} if engine == "native" else {"engine": engine}
    cube = solid(manifold3d.Manifold.cube((size, size, size)), "cube")
    assert workshop.catalogue.slice_model(attachment(cube), "prusa-mk4s", "petg", order).verdict.passed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("size", "sentence"), [
    (0.1, "cube"), (0.4, "cube|volume"), (1000.0, "does not fit on prusa-mk4s")])
def test_cubes_that_no_printer_makes_are_refused(workshop: Any, engine: str, size: float, sentence: str) -> None:
    order = {} if engine == "native" else {"engine": engine}
    cube = solid(manifold3d.Manifold.cube((size, size, size)), "cube")
    with pytest.raises(FabwrightError, match=sentence):
        workshop.catalogue.slice_model(attachment(cube), "prusa-mk4s", "petg", order)
