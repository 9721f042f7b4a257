"""Where a flat part is too thin, and what a round beam or cutter leaves in its inside corners.

A disc is rolled inside the part (opening) and outside it (closing). What the opening misses is a corner, a spike or a
neck: a neck touches the opened part at two places or more. What the closing adds is material no disc can reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.geometry.contours import as_circle, discretise
from fabwright.geometry.distances import densified, nearest, pieces_of
from fabwright.model import Contour, FlatPart, Floats

CHORD_MM = 0.005
#: A width is allowed to fall short of the limit by this much: chords and rounding.
SLACK_MM = 0.01
#: Parts of an opening's residue smaller than this are noise of the offsets, mm2.
NOISE_MM2 = 1e-4


@dataclass(frozen=True, slots=True)
class ThinPlace:
    """A place thinner than the limit: `neck` joins two wider places, else it is a spike of `depth_mm`.

    `width_mm` is the narrowest width of a neck, the mean width of a spike.
    """

    neck: bool
    width_mm: float
    depth_mm: float
    x_mm: float
    y_mm: float


def polygon(part: FlatPart, chord_mm: float = CHORD_MM) -> Any:
    """The part's material as a shapely polygon, opaque outside geometry."""
    import shapely

    return shapely.Polygon(discretise(part.outline, chord_mm), [discretise(h, chord_mm) for h in part.holes])


def thin_places(part: FlatPart, limit_mm: float) -> tuple[ThinPlace, ...]:
    """Places where the part is thinner than `limit_mm`, largest first; blunt corners do not count."""
    shape = polygon(part)
    found = []
    for neck, depth, residue in _residues(shape, limit_mm):
        point = residue.representative_point()
        width = _width(shape, residue, limit_mm) if neck else float(residue.area) / depth
        found.append(ThinPlace(neck, width, depth, point.x, point.y))
    return tuple(sorted(found, key=lambda p: (not p.neck, p.width_mm, -p.depth_mm, p.x_mm, p.y_mm)))


def _residues(shape: Any, limit_mm: float) -> list[tuple[bool, float, Any]]:
    import shapely

    radius = (limit_mm - SLACK_MM) / 2
    opened = shape.buffer(-radius).buffer(radius, quad_segs=32)
    if opened.is_empty:
        return [(True, limit_mm, shape)]
    out = []
    for residue in shapely.get_parts(shape.difference(opened.buffer(0.002))):
        if residue.area < NOISE_MM2:
            continue
        contacts = len(shapely.get_parts(residue.buffer(0.004).intersection(opened)))
        depth = float(shapely.distance(shapely.points(shapely.get_coordinates(residue)), opened).max())
        if contacts > 1 or depth > limit_mm:
            out.append((contacts > 1, depth, residue))
    return out


def _width(shape: Any, residue: Any, limit_mm: float) -> float:
    """Narrowest width of a neck: the disc, found by halving, that no longer passes it."""
    import shapely

    near = shape.intersection(residue.buffer(limit_mm))
    whole = len(shapely.get_parts(near))
    low, high = 0.0, limit_mm
    for _ in range(8):
        middle = (low + high) / 2
        passes = len(shapely.get_parts(near.buffer(-middle / 2))) == whole
        low, high = (middle, high) if passes else (low, middle)
    return high


def widest_disc_mm(contour: Contour) -> float:
    """Diameter of the largest disc that fits inside a closed contour (exact for a circle, else to 0.02 mm)."""
    import shapely

    round_hole = as_circle(contour)
    if round_hole is not None:
        return 2 * round_hole[2]
    shape = shapely.Polygon(discretise(contour, CHORD_MM))
    return 2 * float(shapely.maximum_inscribed_circle(shape, tolerance=0.002).length)


def unreachable_mm(part: FlatPart, diameter_mm: float) -> tuple[float, float, float]:
    """Largest distance between the drawn edge and what a disc of that diameter can leave, and where (x, y), mm."""
    shape = polygon(part)
    reached = reachable(shape, diameter_mm)
    points = densified(boundary_pieces(shape), 0.5)[0][:, 0]
    distance, _ = nearest(points, boundary_pieces(reached))
    worst = int(np.argmax(distance))
    return float(distance[worst]), float(points[worst, 0]), float(points[worst, 1])


def reachable(shape: Any, diameter_mm: float) -> Any:
    """The least material that discs of that diameter, rolled outside the shape, can leave."""
    return shape.buffer(diameter_mm / 2, quad_segs=16).buffer(-diameter_mm / 2, quad_segs=16)


def boundary_pieces(shape: Any) -> Floats:
    """(m, 2, 2) pieces of every ring of a polygon or multipolygon."""
    import shapely

    rings = [r for p in shapely.get_parts(shape) for r in (p.exterior, *p.interiors)]
    return np.concatenate([pieces_of(shapely.get_coordinates(r)[:-1], True) for r in rings])
