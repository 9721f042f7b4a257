from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.errors import InputFileError, InternalError
from fabwright.geometry.contours import circle, polyline, rectangle, signed_area_mm2
from fabwright.geometry.export import svg
from fabwright.geometry.export.svg import read_svg, write_svg
from fabwright.model import Contour, FlatPart

BULGE = float(np.tan(np.pi / 8))
OUTLINE = Contour(np.array([[5, 0, 0], [75, 0, BULGE], [80, 5, 0], [80, 50, 0], [0, 50, 0], [0, 5, BULGE]]))
LINE = polyline(np.array([[10.0, 30.0], [25.0, 30.0]]), False)
HOLES = (circle(10, 10, 3, True), rectangle(30, 15, 20, 10, True))
PLATE = FlatPart("plate", 3.0, OUTLINE, HOLES, (circle(60, 15, 4),), (LINE,))


def test_true_size_layers_and_the_kerf_note() -> None:
    text = write_svg((PLATE,), "a <plate> & more").decode()
    assert 'width="90mm" height="60mm" viewBox="0 0 90 60"' in text
    assert "<title>a &lt;plate&gt; &amp; more</title>" in text
    assert "nominal geometry, kerf not compensated" in text
    assert re.findall(r'<g id="(\w+)" fill="none" stroke="(#\w+)"', text) == [
        ("CUT", "#ff0000"), ("ENGRAVE", "#0000ff"), ("SCORE", "#00ff00")]


def test_y_goes_up_as_in_the_part() -> None:
    text = write_svg((PLATE,)).decode()
    assert '<circle cx="15" cy="45" r="3"/>' in text
    assert 'd="M10 55 L80 55 A5 5 0 0 0 85 50 L85 5 L5 5 L5 50 A5 5 0 0 0 10 55 Z"' in text


def test_areas_read_back_turned_over() -> None:
    read = read_svg(write_svg((PLATE,)))
    areas = [signed_area_mm2(c) for c in read["CUT"]]
    assert areas == pytest.approx([-(4000 - (2 - np.pi / 2) * 25), 9 * np.pi, 200], rel=1e-6)
    assert not read["SCORE"][0].closed


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 8), st.floats(-0.9, 0.95), st.floats(0.1, 300))
def test_any_arcs_read_back(n: int, bulge: float, size: float) -> None:
    """`write_svg` itself compares what it reads back; slots and lobes of nearly full turns included."""
    angle = 2 * np.pi * np.arange(n) / n
    table = np.column_stack([size * np.cos(angle), size * np.sin(angle), np.full(n, bulge)])
    assert write_svg((FlatPart("lobes", 3.0, Contour(table)),))


def test_same_bytes() -> None:
    assert write_svg((PLATE, PLATE)) == write_svg((PLATE, PLATE))


def test_no_odd_numbers() -> None:
    tilted = FlatPart("t", 3.0, Contour(OUTLINE.vertices * np.array([1 / 3, 1 / 7, 1.0]) + np.array([-1e-9, 1e-9, 0])))
    text = write_svg((FlatPart("r", 3.0, polyline(tilted.outline.vertices[:, :2])),)).decode()
    assert not re.search(r"-0[ \"LAZ]|[0-9]e-|nan", text)


def test_a_changed_shape_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg, "_element", lambda c, left, top: '<circle cx="1" cy="1" r="1"/>')
    with pytest.raises(InternalError, match="contour 1 on CUT does not read back from the SVG"):
        write_svg((PLATE,))


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda d: d[:len(d) // 2], "no readable SVG"),
    (lambda d: d.replace(b"circle", b"ellipse"), "it holds a ellipse; only paths and circles are read"),
    (lambda d: d.replace(b"L", b"C"), "the path word|no readable"),
])
def test_other_files_are_refused(change: Any, sentence: str) -> None:
    with pytest.raises(InputFileError, match=sentence):
        read_svg(change(write_svg((PLATE,))), "job.svg")
