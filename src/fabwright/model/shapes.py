"""Shapes as plain data: triangle meshes and flat contours with arcs. No geometry is computed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A closed triangle mesh, outward normals by the right-hand rule.

    `vertices` is (n, 3) float64 in mm whose every value is exactly representable as float32, so that a binary STL
    carries it without loss; `triangles` is (m, 3) int64.
    """

    name: str
    vertices: Floats
    triangles: Ints

    @property
    def bounds_mm(self) -> tuple[Floats, Floats]:
        """Lower and upper corner, each (3,), mm."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """A chain of straight and circular segments.

    `vertices` is (n, 3): x mm, y mm, bulge of the segment that starts there (tan of a quarter of the included angle,
    positive counter-clockwise, as in DXF). A closed contour does not repeat its first vertex. A closed contour of two
    vertices with bulge 1 is a circle.
    """

    vertices: Floats
    closed: bool = True

    def as_json(self) -> dict[str, Any]:
        """Lossless JSON form."""
        return {"closed": self.closed, "vertices": self.vertices.tolist()}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Contour:
        """Inverse of `as_json`."""
        return Contour(np.asarray(data["vertices"], dtype=np.float64).reshape(-1, 3), bool(data["closed"]))


@dataclass(frozen=True, slots=True, eq=False)
class FlatPart:
    """One part cut from sheet: nominal geometry, never kerf-compensated.

    `outline` is closed and counter-clockwise, `holes` are closed and clockwise; `engravings` and `scores` are open or
    closed contours on the face that lies up.
    """

    name: str
    thickness_mm: float
    outline: Contour
    holes: tuple[Contour, ...] = ()
    engravings: tuple[Contour, ...] = ()
    scores: tuple[Contour, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Lossless JSON form."""
        return {
            "name": self.name, "thickness_mm": self.thickness_mm, "outline": self.outline.as_json(),
            "holes": [c.as_json() for c in self.holes], "engravings": [c.as_json() for c in self.engravings],
            "scores": [c.as_json() for c in self.scores],
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> FlatPart:
        """Inverse of `as_json`."""
        def chain(key: str) -> tuple[Contour, ...]:
            return tuple(Contour.from_json(c) for c in data[key])
        return FlatPart(data["name"], float(data["thickness_mm"]), Contour.from_json(data["outline"]),
                        chain("holes"), chain("engravings"), chain("scores"))
