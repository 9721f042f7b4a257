"""Plane regions with holes: offsets, booleans, areas and their outlines, on Clipper2 through manifold3d."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.model import Floats, Ints

MITRE_LIMIT = 2.0
# Round joins are polygons; 32 sides put the error of a 1 mm radius at 5 micrometres.
ROUND_SEGMENTS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A set of points of the plane bounded by polygons: outlines counter-clockwise, holes clockwise; mm.

    `shape` belongs to the geometry kernel and is opaque outside this module.
    """

    shape: Any

    def __and__(self, other: Region) -> Region:
        return Region(self.shape ^ other.shape)

    def __or__(self, other: Region) -> Region:
        return Region(self.shape + other.shape)

    def __sub__(self, other: Region) -> Region:
        return Region(self.shape - other.shape)

    @property
    def area_mm2(self) -> float:
        """Area, holes taken off."""
        return float(self.shape.area())

    @property
    def empty(self) -> bool:
        """True where nothing is left."""
        return bool(self.shape.is_empty())

    @property
    def pieces_less_holes(self) -> int:
        """Number of connected pieces less that of their holes: what changes where a neck is cut."""
        return sum(1 if signed_area_mm2(p) > 0.0 else -1 for p in self.polygons())

    @property
    def bounds_mm(self) -> tuple[float, float, float, float]:
        """x low, y low, x high, y high; meaningless for an empty region."""
        low_x, low_y, high_x, high_y = self.shape.bounds()
        return float(low_x), float(low_y), float(high_x), float(high_y)

    def grown(self, distance_mm: float, round_corners: bool = False) -> Region:
        """Every edge moved outwards (inwards where negative); corners mitred up to twice the distance, or rounded."""
        from manifold3d import JoinType

        if distance_mm == 0.0 or self.empty:
            return self
        if round_corners:
            return Region(self.shape.offset(distance_mm, JoinType.Round, MITRE_LIMIT, ROUND_SEGMENTS))
        return Region(self.shape.offset(distance_mm, JoinType.Miter, MITRE_LIMIT))

    def opened(self, radius_mm: float) -> Region:
        """What remains after shrinking and growing back: parts narrower than twice the radius are gone."""
        return self.grown(-radius_mm).grown(radius_mm)

    def simplified(self, tolerance_mm: float) -> Region:
        """The same region with vertices closer than the tolerance to their neighbours' chord removed."""
        return Region(self.shape.simplify(tolerance_mm))

    def moved(self, x_mm: float, y_mm: float) -> Region:
        """The region translated."""
        return Region(self.shape.translate((x_mm, y_mm)))

    def parts(self) -> list[Region]:
        """Connected pieces, each one outline with its holes."""
        return [Region(piece) for piece in self.shape.decompose()]

    def polygons(self) -> list[Floats]:
        """Outlines (counter-clockwise) and holes (clockwise), each (n, 2)."""
        return [np.asarray(p, dtype=np.float64) for p in self.shape.to_polygons()]

    def contains(self, points: Floats) -> np.ndarray:
        """For each of the points (n, 2) whether it lies inside, by ray crossings: bool (n,)."""
        inside = np.zeros(len(points), dtype=bool)
        x, y = points[:, 0], points[:, 1]
        for ring in self.polygons():
            start, end = ring, np.roll(ring, -1, axis=0)
            for (ax, ay), (bx, by) in zip(start, end, strict=True):
                crosses = (ay > y) != (by > y)
                if crosses.any():
                    at = ax + (y - ay) * (bx - ax) / (by - ay if by != ay else 1.0)
                    inside ^= crosses & (x < at)
        return inside


@dataclass(frozen=True, slots=True, eq=False)
class Loops:
    """The outlines of many regions as columns: `points` (n, 2), `start` (k + 1,) offsets, `owner` (k,) region index."""

    points: Floats
    start: Ints
    owner: Ints


def signed_area_mm2(polygon: Floats) -> float:
    """Area within a closed polygon (n, 2), negative where it runs clockwise."""
    x, y = (polygon - polygon[0]).T
    return float(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2.0


def nothing() -> Region:
    """The empty region."""
    import manifold3d

    return Region(manifold3d.CrossSection())


def region_of(polygons: Sequence[Floats]) -> Region:
    """Region of closed polygons (n, 2) by the positive winding rule: counter-clockwise fills, clockwise cuts."""
    import manifold3d

    rings = [np.ascontiguousarray(p, dtype=np.float64) for p in polygons if len(p) >= 3]
    return Region(manifold3d.CrossSection(rings, manifold3d.FillRule.Positive)) if rings else nothing()


def rectangle(low_x: float, low_y: float, high_x: float, high_y: float) -> Region:
    """Axis-parallel rectangle between two corners, mm."""
    return region_of([np.array([(low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y)])])


def united(regions: Sequence[Region]) -> Region:
    """Union of any number of regions."""
    import manifold3d

    return Region(manifold3d.CrossSection.batch_boolean([r.shape for r in regions], manifold3d.OpType.Add)
                  ) if regions else nothing()


def common(regions: Sequence[Region]) -> Region:
    """Intersection of one or more regions."""
    shape = regions[0].shape
    for other in regions[1:]:
        shape = shape ^ other.shape
    return Region(shape)


def hull_of(points: Floats) -> Region:
    """Convex hull of points (n, 2)."""
    import manifold3d

    return Region(manifold3d.CrossSection.hull_points(np.ascontiguousarray(points, dtype=np.float64)))


def loops_of(regions: Sequence[Region]) -> Loops:
    """All outlines and holes of the regions in one set of columns, in order."""
    rings: list[Floats] = []
    owner: list[int] = []
    for index, region in enumerate(regions):
        polygons = region.polygons()
        rings += polygons
        owner += [index] * len(polygons)
    start = np.zeros(len(rings) + 1, dtype=np.int64)
    np.cumsum([len(r) for r in rings], out=start[1:])
    points = np.concatenate(rings) if rings else np.empty((0, 2))
    return Loops(points, start, np.asarray(owner, dtype=np.int64))


class Windows:
    """Intersections of neighbours in a row of regions, sharing their parts: window (first, last), both included.

    A window of n regions is the intersection of two windows whose length is the largest power of two up to n; those
    are built from halves and kept.
    """

    def __init__(self, regions: Sequence[Region]) -> None:
        self._known: dict[tuple[int, int], Region] = {(k, 0): region for k, region in enumerate(regions)}

    def common(self, first: int, last: int) -> Region:
        """Intersection of regions `first` to `last`."""
        level = (last - first + 1).bit_length() - 1
        found = self._block(first, level)
        other = last - (1 << level) + 1
        return found if other == first else found & self._block(other, level)

    def _block(self, first: int, level: int) -> Region:
        if (first, level) not in self._known:
            half = 1 << (level - 1)
            self._known[first, level] = self._block(first, level - 1) & self._block(first + half, level - 1)
        return self._known[first, level]
