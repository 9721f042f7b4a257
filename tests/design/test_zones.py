"""Designs name zones, the line carries them: into the job and back, or leaves them out and says so."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import fabwright as fw
from fabwright import pipeline
from fabwright.bundle.contents import bundle_files, job_identity
from fabwright.bundle.reading import read_bundle
from fabwright.design import Body, Part, Zone
from fabwright.errors import BundleError, InspectionError
from fabwright.model import Placement, Program, ProgramFile, Setup, Severity, Verdict


def zoned(settings):
    import cadquery as cq

    body = cq.Workplane().box(20, 10, 5).val()
    zone = cq.Workplane().box(8, 20, 20).val()
    return Part(bodies=(Body("plate", body),), zones=(Zone("heel pad", zone, "plate", settings),))


def order(machine, material):
    return fw.open_catalogue().get("insole").configure({}).order(machine, material)


@pytest.fixture(scope="module")
def printed():
    chosen = order("prusa-mk4s", "pla")
    return chosen, pipeline.inspect(chosen, zoned({"infill_density": 0.4}), pipeline.making(chosen))


def job_files(chosen, checked):
    how = pipeline.making(chosen)
    identity = job_identity("d", "1.0.0", "0" * 64, {}, chosen.machine, chosen.material, how, {}, "test")
    program = Program(chosen.machine.controller, (ProgramFile("print.gcode", b"G28\n"),))
    setup = Setup((Placement(0, "plate", (50.0, 50.0, 0.0), 0.0),), "none", parameters={})
    return dict(bundle_files(identity, "t", chosen.variant, chosen.machine, chosen.material, how, checked, setup,
                             program, Verdict(()), "{{ manifest.name }}", {"layer-0001-first.png": b"png"}).files)


def test_zones_travel_in_the_bundle(printed):
    chosen, checked = printed
    files = job_files(chosen, checked)
    assert "geometry/zones/00-heel-pad.stl" in files
    assert files["pictures/layer-0001-first.png"] == b"png"
    (was,), (zone,) = checked.nominal.zones, read_bundle(files, "job").nominal.zones
    assert np.array_equal(zone.mesh.vertices, was.mesh.vertices)
    assert (zone.mesh.name, zone.body, zone.settings) == ("heel pad", 0, {"infill_density": 0.4})
    assert len(read_bundle(files, "job").nominal.meshes) == 1


def test_a_zone_for_no_body_spoils_the_bundle(printed):
    chosen, checked = printed
    zone = replace(checked.nominal.zones[0], body=3)
    spoilt = replace(checked, nominal=replace(checked.nominal, zones=(zone,)))
    with pytest.raises(BundleError, match="a zone is for body 3 of 1"):
        read_bundle(job_files(chosen, spoilt), "job")


def test_machines_without_zones_leave_them_out_and_say_so(monkeypatch):
    chosen = order("grbl-router-800", "eva-40")
    how = pipeline.making(chosen)
    # The class's own checks of a block of foam take seconds and are no matter here.
    monkeypatch.setattr(pipeline, "machine_class", lambda name: SimpleNamespace(inspect=lambda *_: ()))
    checked = pipeline.inspect(chosen, zoned({"infill_density": 0.4}), how)
    assert checked.nominal.zones == ()
    (note,) = [f for f in checked.findings if f.check == "zones-ignored"]
    assert note.severity is Severity.NOTE
    assert "heel pad: grbl-router-800 makes a body alike all through; the zones are left out." in str(note)


def test_settings_that_no_zone_has_are_refused():
    chosen = order("prusa-mk4s", "pla")
    with pytest.raises(InspectionError, match="heel pad: The zone asks for 'softness', which no zone can set"):
        pipeline.inspect(chosen, zoned({"softness": 3}), pipeline.making(chosen))
