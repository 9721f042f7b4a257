from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.errors import PlanError
from fabwright.machines._cut2d.arrangement import Box, SheetSpace, arrange, fits

SPACE = SheetSpace(300.0, 200.0, 5.0, 4.0)
SIZES = st.lists(st.tuples(st.floats(2, 185), st.floats(2, 185)), min_size=1, max_size=25)


@settings(max_examples=40, deadline=None)
@given(SIZES)
def test_boxes_never_touch_and_stay_inside(sizes: list[tuple[float, float]]) -> None:
    boxes = [Box(f"box {k}", w, h) for k, (w, h) in enumerate(sizes)]
    places = arrange(boxes, SPACE)
    assert places == arrange(boxes, SPACE)
    rooms = []
    for box, place in zip(boxes, places, strict=True):
        w, h = (box.height_mm, box.width_mm) if place.turned else (box.width_mm, box.height_mm)
        assert min(place.x_mm, place.y_mm) >= 5.0
        assert place.x_mm + w <= 295.0 + 1e-3
        assert place.y_mm + h <= 195.0 + 1e-3
        for sheet, x, y, a, b in rooms:
            if sheet == place.sheet:
                apart = max(x - place.x_mm - w, place.x_mm - x - a, y - place.y_mm - h, place.y_mm - y - b)
                assert apart >= 4.0 - 2e-3
        rooms.append((place.sheet, place.x_mm, place.y_mm, w, h))


def test_a_full_sheet_of_equal_boxes() -> None:
    # 290 x 190 usable: 6 x 4 boxes of 45 x 44.5 with 4 mm between them fill 290 x 190 exactly.
    boxes = [Box(str(k), 45.0, 44.5) for k in range(24)]
    assert {p.sheet for p in arrange(boxes, SPACE)} == {0}
    assert {p.sheet for p in arrange([*boxes, Box("one more", 45.0, 44.5)], SPACE)} == {0, 1}


def test_a_box_is_turned_where_only_that_fits() -> None:
    [place] = arrange([Box("tall", 100.0, 280.0)], SPACE)
    assert place.turned


def test_no_boxes() -> None:
    assert arrange([], SPACE) == ()


def test_exact_fit_is_a_fit_and_more_is_not() -> None:
    assert fits(Box("exact", 290.0, 190.0), SPACE)
    assert not fits(Box("over", 290.1, 190.0), SPACE)
    with pytest.raises(PlanError, match=r"a sheet too small: over measures 290.1 x 190.0 mm, the sheet of 300.0"):
        arrange([Box("over", 290.1, 190.0)], SPACE)
