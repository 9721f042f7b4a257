"""PrusaSlicer on the same mesh with our settings: as much filament, as many layers, the same outlines as ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import manifold3d
import numpy as np
import pytest
import shapely

from fabwright import pipeline
from fabwright.api import Catalogue
from fabwright.geometry.export.stl import write_stl
from fabwright.geometry.import_mesh import import_mesh
from fabwright.model import Attachment, Mesh, Nominal, Trace, bytes_digest
from fabwright.store.engine_process import run_engine
from fabwright.store.locations import read_template, read_templates

pytestmark = pytest.mark.judge

MACHINE, MATERIAL = "prusa-mk4s", "petg"
FILAMENT_RELATIVE = 0.03
AREA_RELATIVE = 0.01
# PrusaSlicer joins the ends of sparse lines along the wall, which adds a fifth to them; ours end at the wall.
UNJOINED = {"infill_anchor": "0", "infill_anchor_max": "0"}


def gear(teeth: int = 24, module_mm: float = 2.0, width_mm: float = 12.0) -> bytes:
    """STL of a helical gear with a bore; the flanks are a smooth wave of the pitch circle."""
    turn = np.linspace(0.0, 2.0 * np.pi, teeth * 24, endpoint=False)
    radius = teeth * module_mm / 2.0 + module_mm * np.tanh(3.0 * np.cos(teeth * turn)) * 1.05
    rim = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    section = manifold3d.CrossSection([rim * radius[:, None], rim[::-8] * 4.0], manifold3d.FillRule.Positive)
    raw = manifold3d.Manifold.extrude(section, width_mm, 12, 15.0).to_mesh64()
    corners = np.asarray(raw.vert_properties)[:, :3].astype(np.float32).astype(np.float64)
    return write_stl((Mesh("gear", corners, np.asarray(raw.tri_verts).astype(np.int64)),), "gear")


def model(catalogue: Catalogue, name: str) -> Attachment:
    """The mesh file of one of the three parts."""
    make: dict[str, Callable[[], bytes]] = {
        "insole": lambda: catalogue.get("insole").configure({"eu_size": 42, "side": "left"}).export("stl"),
        "enclosure": lambda: catalogue.get("enclosure").configure({"board": "raspberry-pi-4"}).export(
            "stl", body="base"),
        "gear": gear,
    }
    data = make[name]()
    return Attachment(f"{name}.stl", data, bytes_digest(data))


@dataclass(frozen=True)
class Pair:
    """One mesh by both planners, as our interpreter reads the two files."""

    native: Trace
    reference: Trace


@pytest.fixture(scope="module", params=["insole", "enclosure", "gear"])
def pair(request: pytest.FixtureRequest, judges: Any, workshop: Any) -> Pair:
    judges.program("prusa-slicer")
    source = model(workshop.catalogue, request.param)
    machine, material = workshop.catalogue.machine(MACHINE), workshop.catalogue.material(MATERIAL)
    around = pipeline.Surroundings(read_templates()[machine.controller], read_template("setup-sheet.html.j2"), "judge",
                                   lambda asked, settings: run_engine(asked, {**settings, **UNJOINED}))
    order = pipeline.model_order(source, machine, material, {})
    how = pipeline.making(order)
    checked = pipeline.inspect_model(order, Nominal(import_mesh(source.data, source.name)), how)
    planned = pipeline.plan(order, checked, how)
    ours = pipeline.post(order, pipeline.toolpath(order, planned), around.template, around.generator)
    setup, theirs = pipeline.program_by("prusaslicer", order, checked, around)
    for program, by in ((ours, planned.setup), (theirs, setup)):
        verdict = pipeline.verify(program, checked.nominal, by, machine, material)
        assert verdict.passed, [str(c) for c in verdict.failures]
    return Pair(*(pipeline.read_back(p.files[0].data, "x.gcode", machine) for p in (ours, theirs)))


def beads(trace: Trace) -> np.ndarray:
    """Moves that lay filament while they travel."""
    flat = np.hypot(*(trace.end - trace.start)[:, :2].T)
    return np.asarray((trace.e_mm > 0.0) & (flat > 0.0) & (trace.layer >= 0))


def test_as_much_filament(pair: Pair) -> None:
    ours, theirs = (float(t.e_mm[beads(t)].sum()) for t in (pair.native, pair.reference))
    assert ours == pytest.approx(theirs, rel=FILAMENT_RELATIVE)


def test_as_many_layers_at_the_same_heights(pair: Pair) -> None:
    assert len(pair.native.layer_z_mm) == len(pair.reference.layer_z_mm)
    assert np.abs(pair.native.layer_z_mm - pair.reference.layer_z_mm).max() < 1e-6


def outlines(trace: Trace, layer: int) -> Any:
    """What the middle lines of a layer's outer walls enclose, by even and odd."""
    walls = np.flatnonzero(beads(trace) & (trace.layer == layer)
                           & (trace.role == trace.roles.index("External perimeter")))
    if not len(walls):
        return shapely.Polygon()
    apart = np.flatnonzero(np.hypot(*(trace.start[walls[1:]] - trace.end[walls[:-1]])[:, :2].T) > 1e-6) + 1
    area = shapely.Polygon()
    for run in np.split(walls, apart):
        points = np.concatenate([trace.start[run[:1], :2], trace.end[run, :2]])
        if len(points) > 3:
            area = area.symmetric_difference(shapely.make_valid(shapely.Polygon(points)))
    return area


def hangs(trace: Trace) -> set[int]:
    """Layers some of whose walls are marked as overhanging, whoever's outer wall they are."""
    marked = [k for k, name in enumerate(trace.roles) if name == "Overhang perimeter"]
    return set(np.unique(trace.layer[np.isin(trace.role, marked)]).tolist())


def test_the_outlines_enclose_the_same(pair: Pair) -> None:
    skipped = hangs(pair.native) | hangs(pair.reference)
    layers = [k for k in range(len(pair.native.layer_z_mm)) if k not in skipped]
    assert len(layers) > 0.5 * len(pair.native.layer_z_mm)
    off = []
    for layer in layers:
        ours, theirs = outlines(pair.native, layer), outlines(pair.reference, layer)
        off.append(ours.symmetric_difference(theirs).area / max(theirs.area, 1.0))
    assert np.quantile(off, 0.95) < AREA_RELATIVE, f"layer {layers[int(np.argmax(off))]}: {max(off):.4f}"


@pytest.mark.parametrize(("design", "options"), [
    ("insole", {"eu_size": 42, "side": "left"}), ("enclosure", {"board": "raspberry-pi-4"})])
def test_a_design_is_made_by_the_engine_that_the_hub_trusts(judges: Any, workshop: Any, tmp_path: Path, design: str,
                                                            options: dict[str, Any]) -> None:
    judges.program("prusa-slicer")
    variant = workshop.catalogue.get(design).configure(options)
    order = {"engine": "prusaslicer"}
    job = variant.make(MACHINE, MATERIAL, parameters=order)
    assert job.verdict.passed
    assert job.manifest["setup"]["parameters"]["engine"] == "prusaslicer"
    again = workshop.catalogue.get(design).configure(options).make(MACHINE, MATERIAL, parameters=order)
    assert dict(again.files) == dict(job.files)
    saved = job.save(tmp_path)
    verdict = workshop.catalogue.verify_job(saved)
    assert verdict.passed, [str(c) for c in verdict.failures]
    assert b"generated by PrusaSlicer" in job.files[job.programs[0]][:200]
    assert b"on 2000-01-01 at 00:00:00 UTC" in job.files[job.programs[0]][:200]


@pytest.mark.parametrize(("shape", "parameters"), [
    ("sphere", {"supports": "grid"}), ("cylinder", {"vase": True}), ("torus", {"brim": "outer"}),
    ("torus", {"infill_pattern": "gyroid"}), ("cylinder", {"infill_pattern": "lightning"}),
    ("torus", {"infill_pattern": "honeycomb", "infill_density": 0.3}), ("torus", {"infill_pattern": "concentric"}),
    ("torus", {"seam": "rear", "z_hop_mm": 0.0, "walls": 3}),
])
@pytest.mark.parametrize("machine", ["prusa-mk4s", "voron-2.4-350"])
def test_its_other_features_pass_the_verdict(judges: Any, workshop: Any, machine: str, shape: str,
                                             parameters: dict[str, Any]) -> None:
    judges.program("prusa-slicer")
    path = Path(f"/usr/share/PrusaSlicer/shapes/{shape}.stl")
    job = workshop.catalogue.slice_model(path, machine, MATERIAL, {**parameters, "engine": "prusaslicer"})
    assert job.verdict.passed


def test_an_engine_that_says_nothing_of_time_is_still_read(judges: Any, workshop: Any) -> None:
    """Only the settings differ: without its remaining times the file is another, and as good."""
    judges.program("prusa-slicer")
    catalogue = workshop.catalogue
    source = model(catalogue, "gear")
    machine, material = catalogue.machine(MACHINE), catalogue.material(MATERIAL)
    around = pipeline.Surroundings(read_templates()[machine.controller], "", "judge",
                                   lambda asked, settings: run_engine(asked, {**settings, "remaining_times": "0"}))
    order = replace(pipeline.model_order(source, machine, material, {}), parameters={"engine": "prusaslicer"})
    checked = pipeline.inspect_model(order, Nominal(import_mesh(source.data, source.name)), pipeline.making(order))
    setup, program = pipeline.program_by("prusaslicer", order, checked, around)
    assert b"M73" not in program.files[0].data
    assert pipeline.verify(program, checked.nominal, setup, machine, material).passed
