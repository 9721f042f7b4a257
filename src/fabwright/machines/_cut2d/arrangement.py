"""Rectangles around parts arranged on sheets: a skyline, filled from the lower left, in several orders.

An honest first version: boxes only, turned by 0 or 90 degrees. The same input gives the same arrangement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fabwright.errors import PlanError

#: A box may stick out by this much: rounding of coordinates, mm.
SLACK_MM = 1e-6


@dataclass(frozen=True, slots=True)
class Box:
    """The bounding box of one part, mm."""

    name: str
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class BoxPlace:
    """Lower left corner of a box on its sheet, and whether it lies turned by 90 degrees."""

    sheet: int
    x_mm: float
    y_mm: float
    turned: bool


@dataclass(frozen=True, slots=True)
class SheetSpace:
    """A sheet: size, the margin kept free at its edges, and the spacing between boxes, mm."""

    width_mm: float
    height_mm: float
    margin_mm: float
    spacing_mm: float

    @property
    def usable_mm(self) -> tuple[float, float]:
        """What the margin leaves."""
        return self.width_mm - 2 * self.margin_mm, self.height_mm - 2 * self.margin_mm


@dataclass(frozen=True, slots=True)
class _Step:
    """A stretch of the skyline: from x, so wide, so high."""

    x: float
    width: float
    top: float


def arrange(boxes: Sequence[Box], space: SheetSpace) -> tuple[BoxPlace, ...]:
    """A place for every box, in the order given: fewest sheets, then the lowest last skyline.

    Raises PlanError naming the box, its size and the sheet's, where a box fits no empty sheet in either attitude.
    """
    for box in boxes:
        _must_fit(box, space)
    orders: tuple[Callable[[Box], tuple[float, float]], ...] = (
        lambda b: (max(b.width_mm, b.height_mm), min(b.width_mm, b.height_mm)),
        lambda b: (b.width_mm * b.height_mm, max(b.width_mm, b.height_mm)),
        lambda b: (min(b.width_mm, b.height_mm), max(b.width_mm, b.height_mm)),
    )
    results = [_filled(boxes, sorted(range(len(boxes)), key=lambda k: tuple(-v for v in order(boxes[k]))), space)
               for order in orders]
    return min(results, key=lambda r: r[:2])[2]


def fits(box: Box, space: SheetSpace) -> bool:
    """True when the box fits an empty sheet in one of the two attitudes."""
    width, height = space.usable_mm
    return any(w <= width + SLACK_MM and h <= height + SLACK_MM
               for w, h in ((box.width_mm, box.height_mm), (box.height_mm, box.width_mm)))


def _must_fit(box: Box, space: SheetSpace) -> None:
    if not fits(box, space):
        width, height = space.usable_mm
        raise PlanError(
            f"a sheet too small: {box.name} measures {box.width_mm:.1f} x {box.height_mm:.1f} mm, the sheet of "
            f"{space.width_mm:.1f} x {space.height_mm:.1f} mm gives {width:.1f} x {height:.1f} mm inside its "
            f"{space.margin_mm:g} mm margin. Take a larger sheet or a larger machine, or make the part smaller.")


def _filled(boxes: Sequence[Box], order: Sequence[int], space: SheetSpace
            ) -> tuple[int, float, tuple[BoxPlace, ...]]:
    """Number of sheets, height used on the last, places."""
    width, height = space.usable_mm
    # Every box carries the spacing at its right and top; so may the sheet.
    skylines: list[list[_Step]] = []
    places: dict[int, BoxPlace] = {}
    for k in order:
        found = None
        for sheet in range(len(skylines) + 1):
            if sheet == len(skylines):
                skylines.append([_Step(0.0, width + space.spacing_mm, 0.0)])
            found = _lowest(boxes[k], skylines[sheet], height, space.spacing_mm)
            if found is not None:
                x, y, turned = found
                w, h = (boxes[k].height_mm, boxes[k].width_mm) if turned else (boxes[k].width_mm, boxes[k].height_mm)
                skylines[sheet] = _raised(skylines[sheet], x, w + space.spacing_mm, y + h + space.spacing_mm)
                places[k] = BoxPlace(sheet, round(x + space.margin_mm, 3), round(y + space.margin_mm, 3), turned)
                break
    last = max((step.top for step in skylines[-1]), default=0.0) if skylines else 0.0
    return len(skylines), last, tuple(places[k] for k in range(len(boxes)))


def _lowest(box: Box, skyline: Sequence[_Step], height: float, spacing: float) -> tuple[float, float, bool] | None:
    """The place with the lowest top edge, then the leftmost, unturned before turned."""
    best: tuple[float, float, bool, float] | None = None
    for turned in (False, True):
        w, h = (box.height_mm, box.width_mm) if turned else (box.width_mm, box.height_mm)
        for start in range(len(skyline)):
            y = _rest(skyline, start, w + spacing)
            if y is None or y + h > height + SLACK_MM:
                continue
            place = (y + h, skyline[start].x, turned, y)
            if best is None or place < best:
                best = place
    return None if best is None else (best[1], best[3], best[2])


def _rest(skyline: Sequence[_Step], start: int, width: float) -> float | None:
    """Height at which something of that width rests when its left edge is at step `start`."""
    left, top = width, 0.0
    for step in skyline[start:]:
        top = max(top, step.top)
        left -= step.width
        if left <= SLACK_MM:
            return top
    return None


def _raised(skyline: Sequence[_Step], x: float, width: float, top: float) -> list[_Step]:
    out: list[_Step] = []
    end = x + width
    for step in skyline:
        step_end = step.x + step.width
        if step.x < x:
            out.append(_Step(step.x, min(step_end, x) - step.x, step.top))
        if step.x <= x < step_end:
            out.append(_Step(x, width, top))
        if step_end > end + SLACK_MM:
            begin = max(step.x, end)
            out.append(_Step(begin, step_end - begin, step.top))
    merged: list[_Step] = []
    for step in out:
        if merged and merged[-1].top == step.top:
            step = _Step(merged[-1].x, merged[-1].width + step.width, step.top)
            merged.pop()
        merged.append(step)
    return merged
