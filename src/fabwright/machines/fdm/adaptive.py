"""Layer heights by the slopes of the bodies: thin where a surface is nearly level, thick where it is steep."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.slices import PlacedSolid
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Floats, Ints

# Heights are whole multiples of this; only the last layer under a level face may differ from it, in whole thousandths.
STEP_MM = 0.01
# The cusp that a layer leaves on a slope is its height times the upward part of the surface's normal (Dolenc and
# Makela, "Slicing procedures for layered manufacturing techniques", 1994). It may be this share of the layer height
# that was ordered (chosen: a slope of 60 degrees from the level gets the height ordered).
CUSP = 0.5
# A layer is at most this much thicker than its neighbour (chosen; flow and cooling follow).
CHANGE = 0.25
# Facets closer to level than this (cosine) are level faces, which leave no cusp where a layer ends at them.
LEVEL = 0.9998
# Level faces smaller than this, and those closer to another one than the least layer, are not aimed at.
LEVEL_MM2 = 1.0
CLASSES = 48
PASSES = 4


def adaptive_heights_mm(placed: tuple[PlacedSolid, ...], foot_mm: float, settings: PrintSettings) -> Floats:
    """Heights of the layers from `foot_mm` up to the highest body, the finest that any body demands.

    The first is the first layer height. Layers end at level faces where the least and the greatest height allow it; the
    last one ends within half its height of the highest point.
    """
    top = max(p.height_mm for p in placed) - foot_mm
    first = settings.first_layer_height_mm
    if top <= first / 2.0 + 1e-6:
        return np.empty(0)
    bins = int(np.ceil(top / STEP_MM)) + 1
    demand, level = _demand(placed, foot_mm, bins, settings)
    stops = _stops(level, first, top, settings)
    ordered = demand
    heights: list[float] = []
    for _ in range(PASSES):
        demand = _eased(demand)
        heights, reduced = _laid(demand, stops, first, top, settings)
        if not reduced:
            break
        # What a level face made thinner, its neighbours follow.
        lower = demand.copy()
        for low, high, height in reduced:
            at = slice(int(low / STEP_MM), int(np.ceil(high / STEP_MM)))
            lower[at] = np.minimum(lower[at], height)
        demand = np.minimum(ordered, lower)
    return np.asarray([first, *heights])


def _demand(placed: tuple[PlacedSolid, ...], foot_mm: float, bins: int, settings: PrintSettings
            ) -> tuple[Floats, Floats]:
    """Greatest height allowed at each STEP_MM above the foot (bins,), and the heights of level faces, ascending."""
    low_limit, high_limit = settings.min_layer_height_mm, settings.max_layer_height_mm
    cusp = CUSP * settings.layer_height_mm
    count = np.zeros((CLASSES, bins + 1), dtype=np.int64)
    level: list[Floats] = []
    for body in placed:
        corners = body.vertices[body.triangles]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        size = np.linalg.norm(normal, axis=1)
        up = np.abs(normal[:, 2]) / np.where(size > 0.0, size, 1.0)
        z = corners[:, :, 2] - foot_mm
        flat = up >= LEVEL
        level.append(_level_faces(z[flat].mean(axis=1), size[flat] / 2.0))
        lean = ~flat & (up > 0.0)
        share = np.clip((cusp / np.where(lean, up, 1.0) - low_limit) / (high_limit - low_limit), 0.0, 1.0)
        grade = np.minimum((share * CLASSES).astype(np.int64), CLASSES)
        lean &= grade < CLASSES
        first = np.clip(np.floor(z[lean].min(axis=1) / STEP_MM).astype(np.int64), 0, bins)
        last = np.clip(np.ceil(z[lean].max(axis=1) / STEP_MM).astype(np.int64), 0, bins)
        np.add.at(count, (grade[lean], first), 1)
        np.add.at(count, (grade[lean], last), -1)
    there = np.cumsum(count, axis=1)[:, :bins] > 0
    finest = np.where(there.any(axis=0), there.argmax(axis=0), CLASSES)
    return low_limit + (high_limit - low_limit) * finest / CLASSES, np.unique(np.concatenate(level))


def _level_faces(z_mm: Floats, area_mm2: Floats) -> Floats:
    """Heights, in whole thousandths, at which level facets of some size lie."""
    heights, which = np.unique(np.round(z_mm, 3), return_inverse=True)
    return np.asarray(heights[np.bincount(which, area_mm2, len(heights)) >= LEVEL_MM2])


def _stops(level: Floats, first: float, top: float, settings: PrintSettings) -> list[float]:
    """Level faces to aim at, ascending; without those too close to the first layer, to another one or to the top."""
    stops: list[float] = []
    least = settings.min_layer_height_mm
    for z in sorted({*level.tolist(), *([round(top, 3)] if top in level else [])}):
        if z - (stops[-1] if stops else first) >= least - 1e-9 and z <= top + 1e-9:
            stops.append(float(z))
    return stops


def _eased(demand: Floats) -> Floats:
    """The demand lowered so that it can be followed with layers that change by no more than CHANGE."""
    rise = CHANGE / (1.0 + CHANGE) * STEP_MM * np.arange(len(demand))
    eased = np.minimum.accumulate(demand - rise) + rise
    return np.asarray(np.minimum.accumulate((eased + rise)[::-1])[::-1] - rise)


def _laid(demand: Floats, stops: list[float], first: float, top: float, settings: PrintSettings
          ) -> tuple[list[float], list[tuple[float, float, float]]]:
    """Heights above the first layer, and stretches (low, high, height) where a stop made them thinner."""
    heights: list[float] = []
    reduced: list[tuple[float, float, float]] = []
    z = first
    for stop in stops:
        run = _stacked(demand, z, stop, False, heights[-1] if heights else first, settings)
        fitted = _fitted(run, round(stop - z, 3), settings)
        if fitted is None:
            continue
        if sum(run) - sum(fitted) > STEP_MM * len(run) / 2.0 and len(run) > 1:
            reduced.append((z, stop, max(fitted)))
        heights += fitted
        z = stop
    return heights + _stacked(demand, z, top, True, heights[-1] if heights else first, settings), reduced


def _stacked(demand: Floats, low: float, high: float, last: bool, before: float, settings: PrintSettings
             ) -> list[float]:
    """Heights on a layer `before` as the demand allows from `low` until `high` is covered; as the `last` run only while
    the middle of the next layer lies below it."""
    heights: list[float] = []
    z, height = low, before
    while z < high - 1e-6:
        height = _height_at(demand, z, height, settings)
        if last and z + height / 2.0 >= high - 1e-6:
            break
        heights.append(height)
        z += height
    return heights


def _height_at(demand: Floats, z: float, before: float, settings: PrintSettings) -> float:
    """The thickest layer from z up that no height within it forbids, and that the layer before allows."""
    at = int(z / STEP_MM + 1e-6)
    most = int(settings.max_layer_height_mm / STEP_MM + 1e-6)
    least = int(np.ceil(settings.min_layer_height_mm / STEP_MM - 1e-6))
    within = np.minimum.accumulate(demand[np.minimum(np.arange(at, at + most), len(demand) - 1)])
    # A layer of height h reaches over the first h / STEP_MM of them.
    steps = int((within >= (np.arange(most) + 1) * STEP_MM - 1e-6).sum())
    thicker = max(int(before * (1.0 + CHANGE) / STEP_MM + 1e-6), int(before / STEP_MM + 1e-6) + 1)
    thinner = int(np.ceil(before / (1.0 + CHANGE) / STEP_MM - 1e-6))
    return round(max(min(max(steps, thinner), thicker, most), least) * STEP_MM, 3)


def _fitted(run: list[float], total: float, settings: PrintSettings) -> list[float] | None:
    """Heights of a run brought to a sum, still in whole steps but for the last; None where no layers fit in it."""
    low, high = settings.min_layer_height_mm, settings.max_layer_height_mm
    count = len(run)
    while count > 1 and total / count < low - 1e-9:
        count -= 1
    if count == 0 or not low - 1e-9 <= total / count <= high + 1e-9:
        return None
    share = np.asarray(run[:count])
    scaled = np.clip(share * (total / share.sum()), low, high)
    steps: Ints = np.maximum(np.floor(scaled / STEP_MM + 1e-6), np.ceil(low / STEP_MM - 1e-6)).astype(np.int64)
    # Steps left over go to those that lost most by rounding, from the bottom up where that is equal.
    spare = int(np.floor((total - steps.sum() * STEP_MM) / STEP_MM + 1e-6))
    order = np.lexsort((np.arange(count), steps * STEP_MM - scaled))
    for k in order[:max(spare, 0)].tolist():
        steps[k] += 1
    heights = [round(float(s) * STEP_MM, 3) for s in steps]
    heights[-1] = round(total - sum(heights[:-1]), 3)
    return heights if low - 1e-9 <= heights[-1] <= high + 1e-9 else None
