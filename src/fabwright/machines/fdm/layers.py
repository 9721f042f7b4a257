"""Which layers a body has, where each is cut, and which sections repeat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region
from fabwright.geometry.slices import PlacedSolid, clear_of_faces, repeats_below, section
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Floats

ROUNDING_MM = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Sliced:
    """Sections of one body: `distinct` regions and, for each layer, `which` of them it is."""

    distinct: tuple[Region, ...]
    which: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.which)

    def at(self, layer: int) -> Region:
        """Section of a layer."""
        return self.distinct[self.which[layer]]


def layer_tops_mm(height_mm: float, settings: PrintSettings) -> Floats:
    """Top of every layer of a body of that height: a layer exists where its middle lies inside the body."""
    first, step = settings.first_layer_height_mm, settings.layer_height_mm
    if height_mm <= first / 2.0 + ROUNDING_MM:
        return np.empty(0)
    count = 1 + int(np.floor(max(0.0, (height_mm - first - step / 2.0 - ROUNDING_MM) / step) + 1.0)
                    if height_mm > first + step / 2.0 + ROUNDING_MM else 0)
    return np.asarray(first + step * np.arange(count), dtype=np.float64)


def layer_middles_mm(tops_mm: Floats) -> Floats:
    """Heights at which the layers are cut: the middle of each."""
    return np.asarray((tops_mm + np.concatenate([[0.0], tops_mm[:-1]])) / 2.0) if len(tops_mm) else tops_mm


def cut_layers(placed: PlacedSolid, tops_mm: Floats) -> Sliced:
    """Sections at the middle of every layer; equal neighbours share one region."""
    planes = clear_of_faces(placed, layer_middles_mm(tops_mm))
    same = repeats_below(placed, planes)
    which = np.cumsum(~same) - 1
    distinct = tuple(section(placed, float(planes[k])) for k in np.flatnonzero(~same))
    return Sliced(distinct, tuple(int(w) for w in which))
