"""Gyroid: the surface sin x cos y + sin y cos z + sin z cos x = 0, cut at the height of each layer."""

from __future__ import annotations

from functools import cache

import numpy as np

from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill.area import SHORTEST_MM, Area, joint_reach_mm
from fabwright.machines.fdm.infill.waves import Waves, hatch_waves
from fabwright.model import Floats

# Straight pieces of a curve stay about this close to it; how many of them make a period.
CHORD_MM = 0.02
FEWEST, MOST = 8, 32
CALIBRATION_LAYERS = 128


def gyroid(area: Area) -> list[Strokes]:
    """Two curves in turn per period, of a period that gives the density as the mean over all heights."""
    scale = area.spacing_mm * mean_length(MOST) / area.density
    entries = entries_for(2.0 * np.pi * scale)
    scale = area.spacing_mm * mean_length(entries) / area.density
    swapped, tables = curves(area.z_mm / scale, entries)
    angle = area.angle_deg + np.where(swapped, 90.0, 0.0)
    period = 2.0 * np.pi * scale
    waves = Waves(angle, period, period / entries, tables * scale)
    return [hatch_waves(area.loops, waves, joint_reach_mm(period / 2.0), SHORTEST_MM, area.border)]


def entries_for(period_mm: float) -> int:
    """Straight pieces per period, a multiple of 4: a wave of amplitude period / 6 cut into n of them is off by
    0.8 period / n^2 where it bends most."""
    return int(np.clip(4 * round(np.sqrt(0.8 * period_mm / CHORD_MM) / 4.0), FEWEST, MOST))


def curves(z: Floats, entries: int) -> tuple[np.ndarray, Floats]:
    """The cut at heights z (n,), in units where the period is 2 pi.

    Where |cos z| >= |sin z| the equation has, for each x, two solutions y per period; elsewhere, the surface being the
    same under x to y to z to x, two solutions x for each y. Returns whether that is so (bool (n,)) and the solutions
    as offsets across their direction, (2, n, entries): along x, or in the frame turned by 90 degrees along y.
    """
    swapped = np.abs(np.sin(z)) > np.abs(np.cos(z))
    along = np.asarray(np.arange(entries) * (2.0 * np.pi / entries))[None, :]
    sin_z, cos_z = np.sin(z)[:, None], np.cos(z)[:, None]
    return swapped, np.where(swapped[None, :, None], _solved_for_x(along, sin_z, cos_z),
                             _solved_for_y(along, sin_z, cos_z))


def _solved_for_y(x: Floats, sin_z: Floats, cos_z: Floats) -> Floats:
    """cos z sin y + sin x cos y = -sin z cos x, as r sin(y + phase)."""
    sign = np.where(cos_z < 0.0, -1.0, 1.0)
    size = np.hypot(np.sin(x), cos_z)
    phase = np.arctan2(sign * np.sin(x), np.abs(cos_z))
    turn = np.arcsin(np.clip(-sign * sin_z * np.cos(x) / np.maximum(size, 1e-9), -1.0, 1.0))
    return np.stack([turn - phase, np.pi - turn - phase])


def _solved_for_x(y: Floats, sin_z: Floats, cos_z: Floats) -> Floats:
    """cos y sin x + sin z cos x = -sin y cos z, as r cos(x - phase); across is -x."""
    sign = np.where(sin_z < 0.0, -1.0, 1.0)
    size = np.hypot(np.cos(y), sin_z)
    phase = np.arctan2(sign * np.cos(y), np.abs(sin_z))
    turn = np.arccos(np.clip(-sign * np.sin(y) * cos_z / np.maximum(size, 1e-9), -1.0, 1.0))
    return np.stack([-phase - turn, -phase + turn])


@cache
def mean_length(entries: int) -> float:
    """Length of the curves per area, as the mean over all heights, in units where the period is 2 pi."""
    heights = np.asarray((np.arange(CALIBRATION_LAYERS) + 0.5) * (2.0 * np.pi / CALIBRATION_LAYERS))
    _, tables = curves(heights, entries)
    rise = np.roll(tables, -1, axis=2) - tables
    length = np.hypot(rise, 2.0 * np.pi / entries).sum(axis=(0, 2))
    return float(length.mean() / (2.0 * np.pi) ** 2)
