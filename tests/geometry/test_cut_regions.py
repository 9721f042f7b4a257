from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.geometry.contours import circle, discretise, placed, rectangle
from fabwright.geometry.cut_regions import cut_parts
from fabwright.geometry.distances import densified, nearest, within
from fabwright.geometry.offsets import offset_contour
from fabwright.model import FlatPart, Floats

KERF = 0.2
STOCK = (0.0, 0.0, 100.0, 80.0)
PART = FlatPart("panel", 3.0, rectangle(10, 10, 50, 40), (circle(25, 30, 8, True), rectangle(40, 20, 10, 10, True)))


def _paths(outline: float = 0.1, holes: float = -0.1) -> list[Floats]:
    out = []
    for contour, distance in ((PART.outline, outline), *((h, holes) for h in PART.holes)):
        points = discretise(offset_contour(contour, distance)[0], 0.001)
        out.append(np.concatenate([points, points[:1]]))
    return out


def test_the_right_cut_leaves_the_part() -> None:
    [part] = cut_parts(_paths(), KERF, STOCK, [PART])
    assert part.freed
    assert part.holes == 2
    assert part.edge_mm < 0.003
    assert part.drawn_edge_mm == pytest.approx(0.0414, abs=0.001)
    assert part.area_mm2 == pytest.approx(part.nominal_area_mm2, rel=1e-4)


@pytest.mark.parametrize(("outline", "holes", "off"), [
    (0.0, -0.1, 0.1), (-0.1, -0.1, 0.2), (0.1, 0.1, 0.2), (0.15, -0.1, 0.05)])
def test_a_wrong_offset_is_measured(outline: float, holes: float, off: float) -> None:
    [part] = cut_parts(_paths(outline, holes), KERF, STOCK, [PART])
    # A corner of the outline is off by up to root two as much.
    assert off * 0.98 <= part.edge_mm <= off * np.sqrt(2) + 0.002


def test_a_missing_outline_and_a_missing_hole() -> None:
    assert not cut_parts(_paths()[1:], KERF, STOCK, [PART])[0].freed
    without = cut_parts(_paths()[:2], KERF, STOCK, [PART])[0]
    assert without.freed
    assert without.holes == 1
    assert without.edge_mm > 4
    assert not cut_parts([], KERF, STOCK, [PART])[0].freed


def test_an_open_outline_does_not_free() -> None:
    paths = _paths()
    paths[0] = paths[0][1:]
    assert not cut_parts(paths, KERF, STOCK, [PART])[0].freed


def test_a_cut_across_and_a_part_cut_in_two() -> None:
    across = np.array([[12.0, 12.0], [20.0, 12.0]])
    assert cut_parts([*_paths(), across], KERF, STOCK, [PART])[0].edge_mm > 1.5
    half = np.array([[35.0, 5.0], [35.0, 60.0]])
    [part] = cut_parts([*_paths(), half], KERF, STOCK, [PART])
    assert not part.freed or part.edge_mm > 10


@settings(max_examples=15, deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_shift_is_measured(dx: float, dy: float) -> None:
    paths = [p + np.array([dx, dy]) for p in _paths()]
    [part] = cut_parts(paths, KERF, STOCK, [PART])
    assert part.edge_mm == pytest.approx(max(abs(dx), abs(dy), np.hypot(dx, dy)), abs=0.006)


def test_parts_on_one_sheet_are_told_apart() -> None:
    discs = [FlatPart(f"disc {k}", 3.0, placed(circle(0, 0, 9), 15 + 22 * k, 30)) for k in range(3)]
    paths = []
    for disc in discs[:2]:
        points = discretise(offset_contour(disc.outline, 0.1)[0], 0.001)
        paths.append(np.concatenate([points, points[:1]]))
    assert [p.freed for p in cut_parts(paths, KERF, STOCK, discs)] == [True, True, False]


def test_distances() -> None:
    pieces = np.array([[[0.0, 0.0], [10.0, 0.0]], [[0.0, 5.0], [10.0, 5.0]]])
    distance, which = nearest(np.array([[5.0, 1.0], [5.0, 4.5], [5.0, 2.5]]), pieces)
    assert distance == pytest.approx([1.0, 0.5, 2.5])
    assert which.tolist() == [0, 1, 0]
    fine, origin = densified(pieces, 3.0)
    assert len(fine) == 8
    assert origin.tolist() == [0] * 4 + [1] * 4
    at, piece = within(np.array([[5.0, 2.5], [5.0, 0.0]]), pieces, 2.6)
    assert list(zip(at.tolist(), piece.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0)]
    assert nearest(np.zeros((1, 2)), np.zeros((0, 2, 2)))[0].tolist() == [np.inf]
    assert len(within(np.zeros((0, 2)), pieces, 1.0)[0]) == 0
