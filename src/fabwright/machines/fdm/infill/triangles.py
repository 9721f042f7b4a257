"""Equal-sided triangles: lines three ways in every layer, all three meeting in points."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.hatch import Strokes, hatch
from fabwright.machines.fdm.infill.area import SHORTEST_MM, Area, joint_reach_mm


def triangles(area: Area) -> list[Strokes]:
    """Three sets of lines, each at a third of the density."""
    pitch = 3.0 * area.spacing_mm / area.density
    return [hatch(area.loops, np.full(len(area), angle), pitch, joint_reach_mm(pitch), SHORTEST_MM, border=area.border,
                  skip=area.skip) for angle in (area.angle_deg, area.angle_deg + 60.0, area.angle_deg + 120.0)]
