"""Squares: lines both ways in every layer, standing on those of the layer below."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.hatch import Strokes, hatch
from fabwright.machines.fdm.infill.area import SHORTEST_MM, Area, joint_reach_mm


def grid(area: Area) -> list[Strokes]:
    """Two sets of lines, each at half the density."""
    pitch = 2.0 * area.spacing_mm / area.density
    return [hatch(area.loops, np.full(len(area), angle), pitch, joint_reach_mm(pitch), SHORTEST_MM, border=area.border,
                  skip=area.skip) for angle in (area.angle_deg, area.angle_deg + 90.0)]
