"""The closed surfaces that a body consists of: outer skins, and the walls of cavities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.slices import PlacedSolid
from fabwright.model import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """One connected surface: the volume it encloses, negative where it is the wall of a cavity, and its box (3,)."""

    volume_mm3: float
    low_mm: Floats
    high_mm: Floats


def shells(placed: PlacedSolid) -> tuple[Shell, ...]:
    """The connected surfaces of a body, by volume, cavities first and the largest of them foremost."""
    found = []
    for piece in placed.solid.decompose():
        box = np.asarray(piece.bounding_box(), dtype=np.float64)
        found.append(Shell(float(piece.volume()), box[:3], box[3:]))
    return tuple(sorted(found, key=lambda s: (s.volume_mm3, *s.low_mm.tolist())))
