"""Parallel lines, turned by 90 degrees from layer to layer."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.hatch import Strokes, hatch
from fabwright.machines.fdm.infill.area import SHORTEST_MM, Area, joint_reach_mm


def rectilinear(area: Area) -> list[Strokes]:
    """Lines one way in each layer."""
    pitch = area.spacing_mm / area.density
    return [hatch(area.loops, np.asarray(area.angle_deg + 90.0 * area.turn), pitch, joint_reach_mm(pitch), SHORTEST_MM,
                  border=area.border, skip=area.skip)]
