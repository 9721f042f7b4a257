"""Profile cut-out: a flat cutter follows the part's shadow at its radius, in step-downs, leaving a skin or tabs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.mill.cutter import Cutter, Speeds
from fabwright.machines.mill.operations.clearing import ABOVE_MM, RING_MM, ROUND_MM, signed_area_mm2
from fabwright.machines.mill.operations.rough import levels_mm
from fabwright.machines.mill.operations.tabs import cut_between_tabs, middles, tab_spans
from fabwright.machines.mill.path import Path
from fabwright.machines.mill.shape import Shape
from fabwright.model import Floats


@dataclass(frozen=True, slots=True)
class Outline:
    """Walls from the part's top to `cleared_mm` (what roughing reached), then on to `bottom_mm` between tabs.

    Walls that roughing freed are cut `stepdown_mm` at a time, the slot under `cleared_mm` by `slot_stepdown_mm`. Tabs
    are `tab_width_mm` wide at the part (0: none, `bottom_mm` is then `cleared_mm`) and as high as `cleared_mm`.
    """

    shape: int
    cutter: Cutter
    speeds: Speeds
    cleared_mm: float
    bottom_mm: float
    stepdown_mm: float
    slot_stepdown_mm: float
    lead_mm: float
    ramp_deg: float
    tab_width_mm: float = 0.0
    tab_spacing_mm: float = 0.0
    title: str = "outline"


def outline_rings(shape: Shape, radius_mm: float) -> list[Floats]:
    """Centre paths (n, 2) around the shadow, material on the right: clockwise outside, counter-clockwise in holes."""
    from fabwright.geometry.silhouettes import offset_round

    grown = offset_round(shape.shadow, radius_mm, ROUND_MM).simplified(RING_MM)
    return [_from_middle_of_longest(np.ascontiguousarray(p[::-1])) for p in grown.polygons() if len(p) >= 3]


def tab_places(operation: Outline, shape: Shape) -> list[tuple[float, float]]:
    """Where the cutter's centre is in the middle of each tab (x, y)."""
    if operation.bottom_mm >= operation.cleared_mm:
        return []
    rings = [r for r in outline_rings(shape, operation.cutter.radius_mm) if signed_area_mm2(r) <= 0]
    return [place for ring in rings for place in middles(ring, _spans(operation, ring))]


def _spans(operation: Outline, ring: Floats) -> list[tuple[float, float]]:
    return tab_spans(ring, operation.tab_width_mm + operation.cutter.diameter_mm, operation.tab_spacing_mm)


def cut_outline(path: Path, operation: Outline, shape: Shape) -> None:
    """One ring after another, each from the top down; entered and left sideways through what roughing cleared."""
    for ring in outline_rings(shape, operation.cutter.radius_mm):
        hole = signed_area_mm2(ring) > 0
        cleared = operation.bottom_mm if hole else operation.cleared_mm
        x, y = _beside(ring, operation.lead_mm)
        lap = np.vstack([ring, ring[:2]])
        for z in levels_mm(shape.top_mm, cleared, operation.stepdown_mm):
            path.approach(x, y, max(float(z), cleared) + ABOVE_MM)
            path.feed(np.array([[x, y, float(z)]]), operation.speeds)
            path.feed(np.column_stack([lap, np.full(len(lap), float(z))]), operation.speeds)
            path.feed(np.array([[x, y, float(z)]]), operation.speeds)
        if operation.bottom_mm < cleared:
            path.feed(np.array([[*ring[0], cleared]]), operation.speeds)
            levels = levels_mm(cleared, operation.bottom_mm, operation.slot_stepdown_mm)
            cut_between_tabs(path, ring, _spans(operation, ring), levels, cleared, operation.ramp_deg,
                             operation.speeds)
    path.retract()


def _from_middle_of_longest(ring: Floats) -> Floats:
    """The ring begun in the middle of its longest side, away from corners."""
    side = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    k = int(np.argmax(side))
    middle = (ring[k] + ring[(k + 1) % len(ring)]) / 2.0
    return np.vstack([middle[None, :], np.roll(ring, -(k + 1), axis=0)])


def _beside(ring: Floats, lead_mm: float) -> tuple[float, float]:
    """A point to the left of the ring's start: away from the part."""
    along = ring[1] - ring[0]
    along = along / np.hypot(along[0], along[1])
    return float(ring[0, 0] - along[1] * lead_mm), float(ring[0, 1] + along[0] * lead_mm)
