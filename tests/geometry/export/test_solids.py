"""Files of solids: read back unchanged, the same bytes each time, refused when damaged."""

from __future__ import annotations

import io
import struct

import cadquery as cq
import numpy as np
import pytest
import trimesh
from PIL import Image

from fabwright.errors import InputFileError, InternalError
from fabwright.geometry.export.glb import write_glb
from fabwright.geometry.export.png import render
from fabwright.geometry.export.step import read_step, write_step
from fabwright.geometry.export.stl import read_stl, write_stl
from fabwright.geometry.export.threemf import read_threemf, write_threemf
from fabwright.geometry.inspect import brep_volume_mm3, nominal_of
from fabwright.model import Body, Mesh, Part


@pytest.fixture(scope="module")
def part() -> Part:
    plate = cq.Workplane().box(40, 30, 4).edges("|Z").fillet(3).faces(">Z").workplane().hole(5).val()
    pin = cq.Workplane().circle(4).extrude(12).val()
    return Part(bodies=(Body("plate", plate), Body("pin & <co>", pin)))


@pytest.fixture(scope="module")
def meshes(part: Part) -> tuple[Mesh, ...]:
    return nominal_of(part).meshes


def test_stl_reads_back_exactly_and_repeats(meshes: tuple[Mesh, ...]) -> None:
    data = write_stl(meshes[:1], "plate")
    mesh = read_stl(data, "plate")
    assert np.array_equal(mesh.vertices, meshes[0].vertices)
    assert np.array_equal(mesh.triangles, meshes[0].triangles)
    assert data == write_stl(meshes[:1], "plate")


def test_stl_means_the_same_to_another_reader(meshes: tuple[Mesh, ...]) -> None:
    other = trimesh.load(io.BytesIO(write_stl(meshes, "both")), file_type="stl")
    assert other.is_watertight
    plate = (40 * 30 - (4 - np.pi) * 9 - np.pi * 6.25) * 4
    assert other.volume == pytest.approx(plate + np.pi * 16 * 12, rel=5e-3)


@pytest.mark.parametrize("spoil", [lambda d: d[:-7], lambda d: d + b"x", lambda d: d[:40]])
def test_a_damaged_stl_is_refused(meshes: tuple[Mesh, ...], spoil: object) -> None:
    with pytest.raises(InputFileError, match=r"plate: .*(cut short|too few)"):
        read_stl(spoil(write_stl(meshes[:1], "plate")), "plate")  # type: ignore[operator]


def test_stl_with_nan_is_refused(meshes: tuple[Mesh, ...]) -> None:
    data = bytearray(write_stl(meshes[:1], "plate"))
    data[84 + 12:84 + 16] = struct.pack("<f", float("nan"))
    with pytest.raises(InputFileError, match="not finite"):
        read_stl(bytes(data), "plate")


def test_a_mesh_that_stl_cannot_hold_is_our_fault(meshes: tuple[Mesh, ...]) -> None:
    inexact = Mesh("plate", meshes[0].vertices + 1e-9, meshes[0].triangles)
    with pytest.raises(InternalError, match="single precision"):
        write_stl((inexact,), "plate")


def test_threemf_reads_back_exactly_with_awkward_names(meshes: tuple[Mesh, ...]) -> None:
    data = write_threemf(meshes, "a <title> & more")
    names = [m.name for m in read_threemf(data, "t")]
    assert names == ["plate", "pin & <co>"]
    assert data == write_threemf(meshes, "a <title> & more")


def test_step_repeats_within_a_process_and_keeps_names_and_volume(part: Part) -> None:
    data = write_step(part.bodies, "two things")
    assert data == write_step(part.bodies, "two things")
    assert b"'plate'" in data
    assert b"2026" not in data
    volumes = sorted(brep_volume_mm3(s) for s in read_step(data, "two things"))
    assert volumes == pytest.approx(sorted(brep_volume_mm3(b.solid) for b in part.bodies), rel=1e-6)


def test_glb_is_in_metres_with_y_up(meshes: tuple[Mesh, ...]) -> None:
    data = write_glb(meshes, "both")
    scene = trimesh.load(io.BytesIO(data), file_type="glb")
    assert scene.geometry["plate"].extents == pytest.approx([0.040, 0.004, 0.030], abs=1e-6)
    assert data == write_glb(meshes, "both")


def test_picture_shows_the_part_and_repeats(meshes: tuple[Mesh, ...]) -> None:
    data = render(meshes, 160, 120)
    assert data == render(meshes, 160, 120)
    pixels = np.asarray(Image.open(io.BytesIO(data)))
    assert pixels.shape == (120, 160, 3)
    painted = np.any(pixels < 250, axis=2)
    assert 0.1 < painted.mean() < 0.9
    assert not painted[0].any()
    assert not painted[:, 0].any()
