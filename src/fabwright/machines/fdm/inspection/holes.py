"""Round holes, upright and lying, against what stays open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from fabwright.geometry.regions import Region
from fabwright.geometry.slices import PlacedSolid, placed_solid, section
from fabwright.machines.fdm.inspection.body import CutBody, Sample, finding, signed_area_mm2
from fabwright.model import Finding, Floats, Mesh, Severity

# A hole is round where it fills this share of the disc of its perimeter.
ROUND = 0.93
# Lying holes are looked for just inside every flat upright face; smaller faces have none worth it.
INSIDE_MM = 0.25
FACE_MM2 = 4.0
SAME_PLANE_MM = 0.01
# The normal of such a face.
STRAIGHT = 1.0 - 1e-6


def hole_findings(body: CutBody, sections: Sequence[Sample]) -> Iterator[Finding]:
    """Warnings for the smallest upright and the smallest lying round hole where they are too small to stay open."""
    upright = [(d, f"from z = {s.bottom_mm:.1f} mm") for s in sections for d in _diameters_mm(s.region)]
    lying = [(d, f"along {axis}, {at:.1f} mm") for axis, at, region in _side_sections(body.placed)
             for d in _diameters_mm(region)]
    limit = body.limits.min_hole_mm
    for kind, found in (("upright", upright), ("lying", lying)):
        small = [f for f in found if f[0] < limit]
        if small:
            diameter, where = min(small, key=lambda f: round(f[0], 3))
            yield finding("hole-small", Severity.WARNING, body.name,
                          f"The smallest {kind} hole is {diameter:.2f} mm across ({where}); below {limit:g} mm holes "
                          "close up.", diameter, limit, "mm", "Enlarge it, or drill it after printing.",
                          body.limits.source)


def _diameters_mm(region: Region) -> Iterator[float]:
    """Diameters of equal area of the round holes of a region."""
    for ring in region.polygons():
        area = -signed_area_mm2(ring)
        if area > 0.0:
            around = float(np.hypot(*(ring - np.roll(ring, 1, axis=0)).T).sum())
            if 4.0 * np.pi * area > ROUND * around ** 2:
                yield 2.0 * float(np.sqrt(area / np.pi))


def _side_sections(placed: PlacedSolid) -> Iterator[tuple[str, float, Region]]:
    """Upright sections just inside the flat faces that look along x or y, where walls have their holes."""
    corners = placed.vertices[placed.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1)
    for axis, letter in enumerate("xy"):
        square = np.abs(normal[:, axis]) > STRAIGHT * np.where(length > 0.0, length, 1.0)
        if not square.any():
            continue
        turned = _on_its_side(placed, axis)
        for at in _planes_mm(corners[square, 0, axis], np.sign(normal[square, axis]), length[square] / 2.0):
            yield letter, at, section(turned, at)


def _planes_mm(position: Floats, sign: Floats, area: Floats) -> list[float]:
    """Where to cut: inside each distinct face large enough."""
    key = np.rint(position / SAME_PLANE_MM) * 4.0 + sign
    planes, member = np.unique(key, return_inverse=True)
    size = np.bincount(member.reshape(-1), weights=area)
    kept = planes[size >= FACE_MM2]
    side = np.where(kept % 4.0 == 1.0, 1.0, -1.0)
    return [float(x) for x in np.unique(np.round((kept - side) / 4.0 * SAME_PLANE_MM - side * INSIDE_MM, 3))]


def _on_its_side(placed: PlacedSolid, axis: int) -> PlacedSolid:
    """The body with x (0) or y (1) upright instead of z: axes exchanged in turn, which keeps it right side out."""
    order = [(1, 2, 0), (2, 0, 1)][axis]
    turned = placed_solid(Mesh(placed.name, placed.vertices[:, order], placed.triangles))
    return replace(turned, name=placed.name)
