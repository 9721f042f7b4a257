from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from fabwright.errors import InputFileError, InternalError
from fabwright.geometry.contours import bounds_mm, circle, polyline, rectangle, signed_area_mm2
from fabwright.geometry.export import dxf
from fabwright.geometry.export.dxf import read_dxf, write_dxf
from fabwright.model import Contour, FlatPart

BULGE = float(np.tan(np.pi / 8))


def parts() -> tuple[FlatPart, ...]:
    """A rounded plate with holes and marks, and a bracket that lies off the origin."""
    outline = Contour(np.array([[5, 0, 0], [75, 0, BULGE], [80, 5, 0], [80, 50, 0], [0, 50, 0], [0, 5, BULGE]]))
    line = polyline(np.array([[10.0, 30.0], [25.0, 30.0]]), False)
    holes = (circle(10, 10, 3, True), rectangle(30, 15, 20, 10, True))
    plate = FlatPart("plate", 3.0, outline, holes, (circle(60, 15, 4),), (line,))
    corners = np.array([[-20, -7], [40, -7], [40, 13], [0, 13], [0, 83], [-20, 83.0]])
    bracket = FlatPart("bracket", 3.0, polyline(corners))
    return plate, bracket


@pytest.fixture(scope="module")
def document() -> Any:
    import ezdxf

    return ezdxf.read(io.StringIO(write_dxf(parts(), "test").decode()))


def test_units_version_and_extents(document: Any) -> None:
    assert document.dxfversion == "AC1024"
    assert document.header["$INSUNITS"] == 4
    assert document.header["$MEASUREMENT"] == 1
    assert tuple(document.header["$EXTMIN"]) == (0, 0, 0)
    assert tuple(document.header["$EXTMAX"]) == (150, 90, 0)


def test_the_kerf_has_one_declared_owner(document: Any) -> None:
    assert ("KERF", "nominal geometry, kerf not compensated") in document.header.custom_vars.properties


def test_audit_finds_nothing(document: Any) -> None:
    audit = document.audit()
    assert (audit.errors, audit.fixes) == ([], [])


def test_layers_colours_and_entities(document: Any) -> None:
    assert [document.layers.get(name).color for name in ("CUT", "ENGRAVE", "SCORE")] == [1, 5, 3]
    kinds = [(e.dxf.layer, e.dxftype()) for e in document.modelspace()]
    assert kinds == [("CUT", "LWPOLYLINE"), ("CUT", "CIRCLE"), ("CUT", "LWPOLYLINE"), ("ENGRAVE", "CIRCLE"),
                     ("SCORE", "LWPOLYLINE"), ("CUT", "LWPOLYLINE")]
    assert [e.closed for e in document.modelspace().query("LWPOLYLINE")] == [True, True, False, True]


def test_areas_read_back() -> None:
    read = read_dxf(write_dxf(parts(), "test"))
    assert sorted(read) == ["CUT", "ENGRAVE", "SCORE"]
    areas = [signed_area_mm2(c) for c in read["CUT"]]
    assert areas == pytest.approx([4000 - (2 - np.pi / 2) * 25, 9 * np.pi, -200, 2600], rel=1e-6)
    assert bounds_mm(read["CUT"][3]) == pytest.approx((90, 0, 150, 90))


def test_same_bytes_in_every_process() -> None:
    script = (f"import hashlib, runpy; m = runpy.run_path({__file__!r});"
              "print(hashlib.sha256(m['write_dxf'](m['parts'](), 'test')).hexdigest())")
    mine = hashlib.sha256(write_dxf(parts(), "test")).hexdigest()
    for seed in ("4", "5"):
        result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                                env={**os.environ, "PYTHONHASHSEED": seed})
        assert result.stdout.strip() == mine


def test_no_clock_and_no_chance_in_the_bytes() -> None:
    text = write_dxf(parts(), "test").decode()
    assert " @ " not in text
    assert text.count("2451544.5") == 4
    assert text.count("{00000000-0000-0000-0000-000000000000}") == 2


def test_a_writer_that_loses_something_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dxf._add
    monkeypatch.setattr(dxf, "_add", lambda space, layer, c: whole(space, layer, c) if layer == "CUT" else None)
    with pytest.raises(InternalError, match="the DXF reads back with 0 contours on ENGRAVE, 1 were written"):
        write_dxf(parts(), "test")


def test_a_changed_shape_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dxf._add
    monkeypatch.setattr(dxf, "_add", lambda space, layer, c: whole(space, layer, Contour(c.vertices * 1.001, c.closed)))
    with pytest.raises(InternalError, match="contour 1 on CUT does not read back from the DXF"):
        write_dxf(parts(), "test")


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda d: d[:len(d) // 2], "no readable DXF"), (lambda d: b"PK\x03\x04" + d, "no readable DXF"),
    (lambda d: b"", "no readable DXF"),
    (lambda d: d.replace(b"$INSUNITS\n 70\n4", b"$INSUNITS\n 70\n6"), r"unit \(\$INSUNITS 6\) is not millimetres"),
    (lambda d: d.replace(b"\nCIRCLE\n", b"\nPOINT\n"), "it holds a POINT; only polylines and circles are read"),
])
def test_other_files_are_refused(change: Any, sentence: str) -> None:
    with pytest.raises(InputFileError, match=sentence):
        read_dxf(change(write_dxf(parts(), "test")), "job.dxf")


def test_an_empty_drawing() -> None:
    assert read_dxf(write_dxf((), "nothing")) == {}
