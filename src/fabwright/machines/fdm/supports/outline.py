"""Points against the outlines of a region, all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region
from fabwright.model import Floats

# Points are tried against outlines in blocks of at most this many pairs.
PAIRS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Edges of a region: `start` and `end` (n, 2)."""

    start: Floats
    end: Floats

    @staticmethod
    def of(region: Region) -> Outline:
        """All edges of a region's outlines and holes."""
        rings = region.polygons()
        if not rings:
            return Outline(np.empty((0, 2)), np.empty((0, 2)))
        return Outline(np.concatenate(rings), np.concatenate([np.roll(r, -1, axis=0) for r in rings]))

    def contains(self, points: Floats) -> np.ndarray:
        """Which points (m, 2) lie inside: bool (m,)."""
        inside = np.zeros(len(points), dtype=bool)
        if not len(self.start):
            return inside
        rise = self.end[:, 1] - self.start[:, 1]
        slope = (self.end[:, 0] - self.start[:, 0]) / np.where(rise == 0.0, 1.0, rise)
        for at in self._blocks(len(points)):
            x, y = points[at, 0, None], points[at, 1, None]
            crosses = (self.start[:, 1] > y) != (self.end[:, 1] > y)
            right = x < self.start[:, 0] + (y - self.start[:, 1]) * slope
            inside[at] = ((crosses & right).sum(axis=1) & 1) == 1
        return inside

    def nearest(self, points: Floats) -> Floats:
        """The point of the outlines that is nearest to each point: (m, 2)."""
        found = points.copy()
        if not len(self.start):
            return found
        edge = self.end - self.start
        square = np.maximum((edge ** 2).sum(axis=1), 1e-12)
        for at in self._blocks(len(points)):
            away = points[at, None, :] - self.start
            share = np.clip((away * edge).sum(axis=2) / square, 0.0, 1.0)
            foot = self.start + share[:, :, None] * edge
            best = ((foot - points[at, None, :]) ** 2).sum(axis=2).argmin(axis=1)
            found[at] = foot[np.arange(len(best)), best]
        return found

    def _blocks(self, count: int) -> list[slice]:
        step = max(PAIRS // max(len(self.start), 1), 1)
        return [slice(k, min(k + step, count)) for k in range(0, count, step)]
