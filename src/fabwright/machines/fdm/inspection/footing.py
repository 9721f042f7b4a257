"""How a body stands on the bed: enough contact, not too slender, its weight above its foot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabwright.geometry.regions import hull_of
from fabwright.geometry.slices import PlacedSolid
from fabwright.machines.fdm.inspection.body import CutBody, finding
from fabwright.model import Finding, Floats, Severity


def footing_findings(body: CutBody) -> Iterator[Finding]:
    """Warnings for bodies that may come off, be knocked over or tip by themselves."""
    limits, first = body.limits, body.sliced.at(0)
    if first.area_mm2 < limits.min_contact_mm2:
        yield finding("contact-small", Severity.WARNING, body.name,
                      f"Only {first.area_mm2:.1f} mm2 touch the bed; the body may come off.", first.area_mm2,
                      limits.min_contact_mm2, "mm2", 'Turn the part, or order it with brim = "outer".', limits.source)
    if first.empty:
        return
    low_x, low_y, high_x, high_y = first.bounds_mm
    width = max(min(high_x - low_x, high_y - low_y), 1e-6)
    ratio = body.placed.height_mm / width
    if ratio > limits.max_slenderness:
        yield finding("slender", Severity.WARNING, body.name,
                      f"The body is {ratio:.1f} times as high as its footprint is wide and may be knocked over.", ratio,
                      limits.max_slenderness, "", 'Lay it down, or order it with brim = "outer".', limits.source)
    centre = _centre_mm(body.placed)
    foot = hull_of(np.concatenate(first.polygons()))
    if not foot.contains(centre[None, :2])[0]:
        yield finding("tips-over", Severity.WARNING, body.name,
                      f"The centre of mass (x = {centre[0]:.1f}, y = {centre[1]:.1f} mm) lies beside the footprint: "
                      "the body tips over.", float(centre[0]), 0.0, "mm", "Turn the part.", "statics")


def _centre_mm(placed: PlacedSolid) -> Floats:
    """Centre of mass of the solid (tetrahedra to the origin)."""
    a, b, c = (placed.vertices[placed.triangles[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0
    return np.asarray((volume[:, None] * (a + b + c) / 4.0).sum(axis=0) / volume.sum())
