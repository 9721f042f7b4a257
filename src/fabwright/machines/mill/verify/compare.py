"""The block that is left against the nominal bodies: gouges, excess, the freed outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.machines.mill.probes import dropped
from fabwright.machines.mill.relief import relief_of
from fabwright.machines.mill.shape import Shape
from fabwright.machines.mill.verify.removal import Sampled
from fabwright.model import Floats

#: A stray place of the sample does not decide; this much of one wall does, mm2.
SPECK_MM2 = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Deviations:
    """Of one block. Heights in mm, measured square to the surface where it is no wall.

    `gouge_mm` deepest cut into a body (walls: deeper than the outline tolerance sideways); `excess_mm` (n,) of every
    place on the surface; `rim_mm` highest left on walls beyond the outline tolerance; `uncut_mm2` of the ring around
    the bodies not cut to the release height; `floor_mm` lowest height reached anywhere; volumes in mm3.
    """

    gouge_mm: float
    gouge_at: tuple[float, float]
    excess_mm: Floats
    rim_mm: float
    rim_at: tuple[float, float]
    uncut_mm2: float
    ring_mm2: float
    floor_mm: float
    removed_mm3: float
    left_mm3: float
    nominal_mm3: float


def deviations(block: Sampled, shapes: list[Shape], outline_mm: float, ring_mm: float, release: dict[str, Any]
               ) -> Deviations:
    """Compare; `ring_mm` is how far around the bodies the outline must be free, `release` the setup's parameters."""
    together = _together(shapes)
    places = block.places
    relief = relief_of(together.triangles, together.normals, places, outline_mm)
    surface, above, below, wall = relief.surface, relief.above, relief.below, relief.wall
    square = np.where(wall, 1.0, 1.0 / np.sqrt(1.0 + relief.slope**2))
    gouge = np.where(wall, below, surface) - block.z
    gouge = np.where(surface > 0.0, gouge * square, 0.0)
    on = (surface > 0.0) & ~wall
    excess = ((block.z - surface) * square)[on]
    rim = np.where(wall & (above > 0.0), block.z - above, 0.0)
    # At the bodies' foot the wall stands on the skin or the tabs: that height is declared, not left over.
    rim = np.where(block.z <= release["cleared_mm"] + 0.01, 0.0, rim)
    near = dropped(together.triangles, together.normals, places, ring_mm, False, 0.0) > 0.0
    ring = near & (above <= 0.0)
    allowed = np.where(_in_tabs(places.x, places.y, release, ring_mm), release["cleared_mm"],
                       min(release["cleared_mm"], max(release["bottom_mm"], 0.0) + 0.02)) + 0.02
    uncut = ring & (block.z > allowed)
    worst, high = int(np.argmax(gouge)), int(np.argmax(rim))
    return Deviations(
        float(max(gouge[worst], 0.0)), (float(places.x[worst]), float(places.y[worst])), excess,
        float(max(rim[high], 0.0)),
        (float(places.x[high]), float(places.y[high])), float(block.area_mm2[uncut].sum()),
        float(block.area_mm2[ring].sum()), float(block.z.min()),
        float(((block.top_mm - block.z) * block.area_mm2).sum()),
        float((np.maximum(block.z - surface, 0.0) * block.area_mm2)[surface > 0.0].sum()),
        float((surface * block.area_mm2).sum()))


def _together(shapes: list[Shape]) -> Shape:
    """All bodies of a block as one surface."""
    from dataclasses import replace

    triangles = np.concatenate([s.triangles for s in shapes])
    normals = np.concatenate([s.normals for s in shapes])
    order = np.argsort(-triangles[:, :, 2].max(axis=1), kind="stable")
    return replace(shapes[0], triangles=np.ascontiguousarray(triangles[order]),
                   normals=np.ascontiguousarray(normals[order]))


def _in_tabs(x: Floats, y: Floats, release: dict[str, Any], ring_mm: float) -> np.ndarray:
    """Places that a declared tab may cover: within half its width, and the cutter around it, of its middle."""
    inside = np.zeros(len(x), dtype=np.bool_)
    for tab in release["tabs"]:
        inside |= np.hypot(x - tab["at_mm"][0], y - tab["at_mm"][1]) <= tab["width_mm"] / 2.0 + 2.0 * ring_mm + 0.5
    return inside
