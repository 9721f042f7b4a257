"""Bambu's words and package, and back through the interpreter."""

from __future__ import annotations

import hashlib
import io
import xml.etree.ElementTree as ElementTree
import zipfile
from typing import Any

import pytest

from fabwright.errors import PostError, ReplayError
from fabwright.model import Acceleration, Event, LayerStart, Pause, PressureAdvance, Thumbnail, Toolpath, ToolpathFile
from fabwright.post import post
from fabwright.post.bambu import Bambu
from fabwright.post.controller import Labels
from fabwright.post.settings import Settings
from fabwright.replay import replay

PROGRAM = "Metadata/plate_1.gcode"
ROWS = [(0, 20, 20, 5, 0, 0, 900, 0), (1, 60, 20, 0.25, 0, 0, 1500, 1.4), (1, 60, 50, 0.25, 0, 0, 1500, 1.0)]
EVENTS: list[tuple[int, Event]] = [(1, LayerStart(0, 0.25, 0.25)), (1, Acceleration(2000.0, 4000.0)),
                                   (2, Pause("look"))]
PICTURES = (Thumbnail(300, 300, b"\x89PNG large"), Thumbnail(32, 32, b"\x89PNG small"))


@pytest.mark.parametrize(("event", "lines"), [
    (LayerStart(4, 1.0, 0.2), (";LAYER_CHANGE", ";Z:1", ";HEIGHT:0.2", ";BEFORE_LAYER_CHANGE", ";1", "M73 L5",
                               "M991 S0 P4")),
    (Acceleration(2000.0, 4000.0), ("M204 S2000",)), (PressureAdvance(0.02), ("M900 K0.02 L1000 M10",)),
    (Pause("look"), ("; look", "M400 U1")),
])
def test_events(event: Event, lines: tuple[str, ...]) -> None:
    assert Bambu(Settings("bambu", {})).lines(event, Labels((), {})) == lines


@pytest.fixture
def packed(dialect: Any, moves: Any, facts: Any, identity: dict[str, str]) -> bytes:
    file = ToolpathFile("part", moves(ROWS), tuple(EVENTS), (), facts, PICTURES)
    written = post(Toolpath((file,)), dialect("bambu", model_id="N2S"), identity).files[0]
    assert written.name == "part.gcode.3mf"
    return written.data


def parts(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        assert all(i.compress_type == zipfile.ZIP_STORED and i.date_time[0] == 1980 for i in archive.infolist())
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_package_has_what_the_printer_looks_for(packed: bytes) -> None:
    inside = parts(packed)
    assert inside[f"{PROGRAM}.md5"].decode() == hashlib.md5(inside[PROGRAM]).hexdigest().upper()
    assert inside["Metadata/plate_1.png"].endswith(b"large")
    assert inside["Metadata/plate_1_small.png"].endswith(b"small")
    for name, data in inside.items():
        if name.endswith((".rels", ".model", ".xml")) or name in ("Metadata/slice_info.config",
                                                                  "Metadata/model_settings.config"):
            ElementTree.fromstring(data)
    targets = {r.get("Target", "")[1:] for name in ("_rels/.rels", "Metadata/_rels/model_settings.config.rels")
               for r in ElementTree.fromstring(inside[name])}
    assert targets <= set(inside)
    plate = ElementTree.fromstring(inside["Metadata/slice_info.config"]).find("plate")
    assert plate is not None
    said = {m.get("key"): m.get("value") for m in plate.findall("metadata")}
    assert said["printer_model_id"] == "N2S"
    assert said["prediction"] == "93784"
    assert said["weight"] == "2.42"
    assert b"; experimental: some-machine" in inside[PROGRAM]
    assert inside[PROGRAM].index(b"; HEADER_BLOCK_START") == 0


def test_the_program_inside_is_read_back(packed: bytes) -> None:
    trace = replay(packed, "part.gcode.3mf", "bambu", {})
    assert not trace.findings
    assert len(trace) == 4
    assert trace.e_mm.sum() == pytest.approx(2.4)
    assert [h.value for h in trace.happenings if h.name == "acceleration"] == [2000.0]
    assert [h.at for h in trace.happenings if h.name == "pause"] == [3]


def test_a_changed_program_no_longer_fits_its_digest(packed: bytes) -> None:
    inside = parts(packed)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in inside.items():
            archive.writestr(name, data.replace(b"E1.4", b"E1.5"))
    findings = replay(buffer.getvalue(), "part.gcode.3mf", "bambu", {}).findings
    assert [f.check for f in findings] == ["package-digest"]
    assert "the printer refuses it" in str(findings[0])


@pytest.mark.parametrize(("names", "sentence"), [
    ((), r"the package holds 0 times Metadata/plate_1\.gcode; it must hold it once"),
    ((PROGRAM, "Metadata/plate_2.gcode"), r"more than one program \(Metadata/plate_2\.gcode\)"),
])
def test_packages_without_one_program_are_refused(names: tuple[str, ...], sentence: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("3D/3dmodel.model", b"<model/>")
        for name in names:
            archive.writestr(name, b"G28\n")
    with pytest.raises(ReplayError, match=sentence):
        replay(buffer.getvalue(), "x.gcode.3mf", "bambu", {})


def test_what_is_no_package_is_refused() -> None:
    with pytest.raises(ReplayError, match=r"takes programs in a 3MF package \(\.gcode\.3mf\), and this is none"):
        replay(b"G28\n", "x.gcode", "bambu", {})
    with pytest.raises(ReplayError, match="the package cannot be opened"):
        replay(b"PK\x03\x04 torn", "x.gcode.3mf", "bambu", {})


def test_a_package_needs_the_model_and_a_picture(dialect: Any, moves: Any, facts: Any,
                                                 identity: dict[str, str]) -> None:
    file = ToolpathFile("part", moves(ROWS), (), (), facts, PICTURES)
    with pytest.raises(PostError, match="needs the setting 'model_id'"):
        post(Toolpath((file,)), dialect("bambu"), identity)
    bare = ToolpathFile("part", moves(ROWS), (), (), facts)
    with pytest.raises(PostError, match="needs a picture of the part"):
        post(Toolpath((bare,)), dialect("bambu", model_id="N2S"), identity)


@pytest.mark.parametrize(("line", "sentence"), [
    ("M500 ; save cali data", "M500 writes the machine's stored settings"),
    ("G29.1 Z-0.02", "G29.1 shifts the height of the first layer"),
    ("M211 S0", "M211 S0 switches off the firmware's limits of travel"),
    ("M622 J1", "M622 is not a command this controller (bambu) is known to have"),
])
def test_words_of_the_makers_own_start_that_are_refused(packed: bytes, line: str, sentence: str) -> None:
    inside = parts(packed)
    program = inside[PROGRAM].replace(b"G92 E0\n", b"G92 E0\n" + line.encode() + b"\n", 1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(PROGRAM, program)
        archive.writestr(f"{PROGRAM}.md5", hashlib.md5(program).hexdigest())
    findings = replay(buffer.getvalue(), "part.gcode.3mf", "bambu", {}).findings
    assert len(findings) == 1
    assert sentence in str(findings[0])
