"""Hexagons: curves with flats, each a bead beside the flats of its neighbours."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill.area import SHORTEST_MM, Area, joint_reach_mm
from fabwright.machines.fdm.infill.waves import Waves, hatch_waves


def honeycomb(area: Area) -> list[Strokes]:
    """Walls of upright hexagons.

    A curve goes flat, down at 60 degrees, flat, up again, each of length s, so it is 4 s long over 3 s; the next one
    mirrors it a distance d further on. Its beads fill spacing * 4 / (3 d) of the layer, which gives d; the flats of two
    neighbours lie one spacing apart, so the slopes fall by d - spacing.
    """
    distance = 4.0 * area.spacing_mm / (3.0 * area.density)
    side = (distance - area.spacing_mm) / np.sin(np.radians(60.0))
    # Entries every half side: up at 0 1 2, falling to 3, down at 3 4 5, rising to 6 = 0.
    shape = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0]) * (distance - area.spacing_mm) / 2.0
    table = np.stack([shape, distance - shape])
    offsets = np.repeat(table[:, None, :], len(area), axis=1)
    waves = Waves(np.full(len(area), area.angle_deg), 2.0 * distance, side / 2.0, offsets)
    return [hatch_waves(area.loops, waves, joint_reach_mm(distance), SHORTEST_MM, area.border)]
