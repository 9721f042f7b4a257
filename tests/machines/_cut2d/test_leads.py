from __future__ import annotations

import numpy as np
import pytest

from fabwright.geometry.contours import circle, discretise, length_mm, rectangle, segments, signed_area_mm2
from fabwright.geometry.cut_regions import Waste
from fabwright.geometry.offsets import offset_contour
from fabwright.machines._cut2d.leads import enter
from fabwright.model import Contour, FlatPart

STOCK = (0.0, 0.0, 100.0, 100.0)
KERF = 0.2


def _waste(*parts: FlatPart) -> Waste:
    return Waste(parts, STOCK)


def _path(contour: Contour, side: float) -> Contour:
    return offset_contour(contour, side * KERF / 2)[0]


def test_lead_is_tangent_in_the_waste_and_near() -> None:
    part = FlatPart("panel", 3.0, rectangle(20, 20, 50, 40))
    entry = enter(_path(part.outline, 1), (45.0, 0.0), _waste(part), KERF, 1.5)
    assert entry.lead is not None
    (x, y), (sx, sy) = entry.lead.vertices[0, :2], entry.path.vertices[0, :2]
    assert (sx, sy) == pytest.approx((45.0, 19.9))
    assert (x, y) == pytest.approx((43.5, 18.4))
    assert length_mm(entry.lead) == pytest.approx(1.5 * np.pi / 2)
    # The last step of the lead runs the way the path begins.
    end = np.diff(discretise(entry.lead, 1e-6)[-2:], axis=0)[0]
    begin = segments(entry.path)[0]
    direction = begin[2:4] - begin[:2]
    assert end / np.hypot(*end) == pytest.approx(direction / np.hypot(*direction), abs=0.01)


def test_the_path_stays_the_same_line() -> None:
    part = FlatPart("ring", 3.0, circle(50, 50, 20), (circle(50, 50, 8, True),))
    path = _path(part.holes[0], -1)
    entry = enter(path, (0.0, 0.0), _waste(part), KERF, 1.5)
    assert signed_area_mm2(entry.path) == pytest.approx(signed_area_mm2(path))
    assert length_mm(entry.path) == pytest.approx(length_mm(path))
    assert entry.lead is not None
    assert np.hypot(*(entry.lead.vertices[0, :2] - 50)) < 7.9


def test_a_lead_shrinks_in_a_small_hole() -> None:
    part = FlatPart("panel", 3.0, rectangle(20, 20, 50, 40), (circle(40, 40, 1.0, True),))
    entry = enter(_path(part.holes[0], -1), (0.0, 0.0), _waste(part), KERF, 1.5)
    assert entry.lead is not None
    assert length_mm(entry.lead) == pytest.approx(0.75 * np.pi / 2)


def test_no_lead_where_there_is_no_room() -> None:
    part = FlatPart("panel", 3.0, rectangle(20, 20, 50, 40), (rectangle(30, 30, 20, 0.5, True),))
    entry = enter(_path(part.holes[0], -1), (0.0, 0.0), _waste(part), KERF, 1.5)
    assert entry.lead is None
    assert enter(_path(part.outline, 1), (0.0, 0.0), _waste(part), KERF, 0.0).lead is None


def test_a_neighbour_and_the_edge_of_the_stock_are_respected() -> None:
    part = FlatPart("panel", 3.0, rectangle(0.5, 0.5, 50, 99))
    neighbour = FlatPart("neighbour", 3.0, rectangle(51.5, 0.5, 48, 99))
    waste = _waste(part, neighbour)
    entry = enter(_path(part.outline, 1), (0.0, 0.0), waste, KERF, 1.5)
    if entry.lead is not None:
        assert waste.allows(discretise(entry.lead, 0.01), KERF)
    assert not waste.allows(np.array([[45.0, 50.0], [49.0, 50.0]]), KERF)
    assert not waste.allows(np.array([[51.0, 50.0], [51.5, 50.0]]), KERF)
    assert not waste.allows(np.array([[51.0, 99.8], [51.0, 100.5]]), KERF)
    assert waste.allows(np.array([[51.0, 10.0], [51.0, 20.0]]), KERF)
