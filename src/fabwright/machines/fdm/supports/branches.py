"""Branches of a tree grown from their tips down to the bed or, where no way leads there, to a body."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.supports.avoidance import Avoidance
from fabwright.machines.fdm.supports.outline import Outline
from fabwright.machines.fdm.supports.sections import Sections
from fabwright.machines.fdm.supports.tips import PITCH_MM
from fabwright.model import Floats, Ints

# A tip is this thin, and flares upwards until it meets its neighbours. It thickens quickly to the ordered branch, and
# from there by 5 degrees (branch_diameter_angle of PrusaSlicer 2.6) up to so many times that.
TIP_MM, FLARE_MM = 0.5, 1.5
SWELL, TAPER, THICKEST = math.tan(math.radians(20.0)), math.tan(math.radians(5.0)), 2.2
# Branches in one cell of a lattice join; the cells double from twice the tips' pitch up to this power of it.
LEVELS = 3
# They are one at the latest when they are this near.
JOINED_MM = 0.25
# A tip too near to a body moves at most this far; branches widen by this on the bed, over as many layers.
PUSH_MM, BASE_MM, BASE_LAYERS = 1.5, 1.2, 3
OUTSIDE_MM = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Branches:
    """The branches in one layer (n): `at` (n, 2) mm, radius of the `stem` and of its `flare` mm, `level` of the lattice
    in whose cells they join, `free` where a way leads to the bed, `wide` where there is room for the full branch."""

    at: Floats
    stem: Floats
    flare: Floats
    level: Ints
    free: np.ndarray
    wide: np.ndarray

    def __len__(self) -> int:
        return len(self.stem)

    def chosen(self, which: np.ndarray) -> Branches:
        """Some of them."""
        return Branches(self.at[which], self.stem[which], self.flare[which], self.level[which], self.free[which],
                        self.wide[which])

    def with_(self, other: Branches) -> Branches:
        """These and others."""
        return Branches(*(np.concatenate([getattr(self, name), getattr(other, name)])
                          for name in ("at", "stem", "flare", "level", "free", "wide")))


def grown_branches(tips: Mapping[int, Floats], sections: Sections, grid: LayerGrid, settings: PrintSettings
                   ) -> dict[int, tuple[Floats, Floats]]:
    """Discs of every layer: centres (n, 2) and radii (n,); `tips` are points by layer."""
    foot, top = grid.raft_layers, max(tips)
    step = grid.heights_mm * math.tan(math.radians(settings.support_branch_deg))
    thin, wide = (Avoidance(sections, foot, top, settings.support_gap_xy_mm + radius, step)
                  for radius in (TIP_MM, settings.support_branch_mm / 2.0))
    now = _begun(np.empty((0, 2)))
    discs: dict[int, tuple[Floats, Floats]] = {}
    for layer in range(top, foot - 1, -1):
        if layer in tips:
            now = now.with_(_begun(_pushed(tips[layer], thin.near(layer), PUSH_MM)))
        if not len(now):
            continue
        now = _judged(now, thin, wide, layer)
        base = BASE_MM * max(0.0, 1.0 - (layer - foot) / BASE_LAYERS)
        discs[layer] = now.at, np.maximum(now.stem + np.where(now.free, base, 0.0), now.flare)
        if layer == foot:
            break
        landed = ~now.free & Outline.of(sections.at(int(sections.contact[layer]))).contains(now.at) if (
            sections.contact[layer] >= 0) else np.zeros(len(now), dtype=bool)
        now = _joined(now.chosen(~landed), settings)
        now = _moved(now, thin, wide, layer - 1, float(step[layer]))
        now = _thickened(now, float(grid.heights_mm[layer]), float(step[layer]), settings)
    return discs


def _begun(at: Floats) -> Branches:
    count = len(at)
    return Branches(at, np.full(count, TIP_MM), np.full(count, FLARE_MM), np.ones(count, dtype=np.int64),
                    np.zeros(count, dtype=bool), np.zeros(count, dtype=bool))


def _pushed(points: Floats, near: Outline, most_mm: float) -> Floats:
    """Points moved out of where they are too near to a body; without those that would move too far."""
    inside = near.contains(points)
    if not inside.any():
        return points
    moved = points.copy()
    moved[inside] = _out(points[inside], near)
    return np.asarray(moved[np.hypot(*(moved - points).T) <= most_mm])


def _out(points: Floats, outline: Outline) -> Floats:
    """The nearest points just outside an outline that encloses them."""
    edge = outline.nearest(points)
    way = edge - points
    length = np.hypot(*way.T)[:, None]
    return edge + way / np.where(length > 0.0, length, 1.0) * OUTSIDE_MM


def _judged(now: Branches, thin: Avoidance, wide: Avoidance, layer: int) -> Branches:
    """Which branches have a way to the bed, and which have room to be thick on it; those that had keep it."""
    free, room = now.free.copy(), now.wide.copy()
    ask = np.flatnonzero(~free)
    if len(ask):
        free[ask] = ~thin.walled(layer).contains(now.at[ask])
    ask = np.flatnonzero(free & ~room)
    if len(ask):
        room[ask] = ~wide.walled(layer).contains(now.at[ask])
    return replace(now, free=free, wide=room)


def _groups(now: Branches) -> tuple[Ints, Ints]:
    """Group of each branch and the size of each group: branches of one level in one cell with the same goal."""
    side = PITCH_MM * 2.0 ** now.level
    cell = np.floor((now.at + PITCH_MM / 2.0) / side[:, None]).astype(np.int64) + (1 << 15)
    key = (((now.level * 2 + now.free) << 40) + (cell[:, 0] << 20) + cell[:, 1]).astype(np.int64)
    _, group, size = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(group, dtype=np.int64), np.asarray(size, dtype=np.int64)


def _middles(now: Branches, group: Ints, size: Ints) -> Floats:
    """Middle of each group, thick branches weighing more."""
    weight = now.stem ** 2
    total = np.bincount(group, weight, len(size))
    return np.stack([np.bincount(group, now.at[:, k] * weight, len(size)) / total for k in (0, 1)], axis=1)


def _joined(now: Branches, settings: PrintSettings) -> Branches:
    """Branches that reached the thickest of their cell as one with it; those alone in their cell look round in a larger
    one."""
    if not len(now):
        return now
    group, size = _groups(now)
    leads = np.lexsort((np.arange(len(now)), -np.round(now.stem, 6), group))
    lead = leads[np.searchsorted(group[leads], np.arange(len(size)))][group]
    away = np.hypot(*(now.at - now.at[lead]).T)
    # Both together are as thick as two pipes that carry the same, and cover the thinner one.
    both = np.minimum(np.hypot(now.stem, now.stem[lead]), _thickest(now, settings)[lead])
    gone = (away <= np.maximum(JOINED_MM, both - now.stem)) & (lead != np.arange(len(now)))
    stem, flare = now.stem ** 2, now.flare.copy()
    np.add.at(stem, lead[gone], now.stem[gone] ** 2)
    np.maximum.at(flare, lead[gone], now.flare[gone])
    level = np.where(size[group] == 1, np.minimum(now.level + 1, LEVELS), now.level)
    return replace(now, stem=np.sqrt(stem), flare=flare, level=level).chosen(~gone)


def _moved(now: Branches, thin: Avoidance, wide: Avoidance, layer: int, step_mm: float) -> Branches:
    """Every branch one layer further down, towards the middle of its cell, on a way that leads on."""
    if not len(now):
        return now
    group, size = _groups(now)
    way = _middles(now, group, size)[group] - now.at
    length = np.hypot(*way.T)
    goal = now.at + way * np.minimum(1.0, step_mm / np.maximum(length, 1e-9))[:, None]
    at, free, room = goal.copy(), now.free.copy(), now.wide.copy()
    for chosen, outline in ((room, wide.walled(layer)), (free & ~room, thin.walled(layer)),
                            (~free, thin.near(layer))):
        which = np.flatnonzero(chosen)
        if not len(which):
            continue
        which = which[outline.contains(goal[which])]
        if len(which):
            at[which] = _sidestep(now.at[which], goal[which], outline, step_mm)
    # What could not keep out by leaning as far as it may loses its way, and the room with it.
    lost = np.flatnonzero(free)
    lost = lost[thin.walled(layer).contains(at[lost])]
    free[lost] = False
    room[lost] = False
    return replace(now, at=at, free=free, wide=room)


def _sidestep(at: Floats, goal: Floats, outline: Outline, step_mm: float) -> Floats:
    """For branches whose goal is inside an outline: the nearest place outside it, else straight down, else as far
    towards the outside as a branch may lean."""
    beside = _out(goal, outline)
    near = np.hypot(*(beside - at).T) <= 1.1 * step_mm + 0.02
    result = np.where(near[:, None], beside, at)
    inside = np.flatnonzero(~near)
    inside = inside[outline.contains(at[inside])]
    if len(inside):
        out = _out(at[inside], outline)
        way = out - at[inside]
        length = np.hypot(*way.T)
        share = np.minimum(1.0, (1.1 * step_mm + 0.02) / np.maximum(length, 1e-9))
        result[inside] = at[inside] + way * share[:, None]
    return result


def _thickened(now: Branches, height_mm: float, step_mm: float, settings: PrintSettings) -> Branches:
    stem = now.stem + height_mm * np.where(now.stem < settings.support_branch_mm / 2.0, SWELL, TAPER)
    most = _thickest(now, settings)
    return replace(now, stem=np.maximum(np.minimum(stem, most), np.minimum(now.stem, most)),
                   flare=np.maximum(now.flare - step_mm, 0.0))


def _thickest(now: Branches, settings: PrintSettings) -> Floats:
    """Radius up to which each branch may thicken."""
    return np.where(now.wide, THICKEST, 1.0) * settings.support_branch_mm / 2.0
