"""Where a closed cut begins, and the quarter arc in the waste by which it gets there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.contours import discretise, segments, split_segment
from fabwright.geometry.cut_regions import Waste
from fabwright.model import Contour

#: Segments at which a start is tried, the nearest first. Chosen.
STARTS_MAX = 12
#: A cut starts inside a segment of at least this length where there is one, mm. Chosen: clear of corner arcs.
SEGMENT_MIN_MM = 1.0
#: Bulge of a quarter turn clockwise.
_QUARTER = -math.tan(math.pi / 8)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A closed path from its new start, and the open lead that ends there (None: it is pierced on the path)."""

    path: Contour
    lead: Contour | None


def enter(path: Contour, position: tuple[float, float], waste: Waste, kerf_mm: float, lead_mm: float) -> Entry:
    """Start `path`, whose waste lies to its right, near `position` with the longest lead the waste allows.

    The lead is a quarter arc tangent to the path, of radius `lead_mm` or a half or quarter of it; a lead whose kerf
    would touch a part or leave the stock is never taken.
    """
    starts = list(_starts(path, position))
    radius = lead_mm
    while radius >= max(kerf_mm, lead_mm / 4 - 1e-9) and radius > 0:
        for index in starts:
            begun = split_segment(path, index, 0.5)
            lead = _quarter(begun, radius)
            if waste.allows(discretise(lead, 0.002), kerf_mm):
                return Entry(begun, lead)
        radius /= 2
    return Entry(split_segment(path, starts[0], 0.5), None)


def _starts(path: Contour, position: tuple[float, float]) -> Iterator[int]:
    table = segments(path)
    size = np.hypot(table[:, 2] - table[:, 0], table[:, 3] - table[:, 1])
    middle = (table[:, :2] + table[:, 2:4]) / 2
    distance = np.round(np.hypot(middle[:, 0] - position[0], middle[:, 1] - position[1]), 6)
    long = np.flatnonzero(size >= min(SEGMENT_MIN_MM, size.max() * 0.999))
    yield from long[np.argsort(distance[long], kind="stable")][:STARTS_MAX].tolist()


def _quarter(path: Contour, radius_mm: float) -> Contour:
    """The quarter arc, clockwise, that comes from the right of the path and ends along its first segment."""
    x0, y0, x1, y1, bulge = segments(path)[0].tolist()
    # The tangent at an arc's start is its chord turned back by half the included angle.
    heading = math.atan2(y1 - y0, x1 - x0) - 2 * math.atan(bulge)
    tx, ty = math.cos(heading), math.sin(heading)
    start = (x0 + radius_mm * (ty - tx), y0 + radius_mm * (-tx - ty))
    return Contour(np.array([[start[0], start[1], _QUARTER], [x0, y0, 0.0]]), False)
