"""All bodies of a print as one section per layer, and what must stay clear of them."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.regions import Region, nothing, united
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.model import Ints

ROUNDING_MM = 1e-6
SMOOTH_MM = 0.01


class Sections:
    """Unions of the bodies' sections, of windows of layers and grown ones, each made once.

    `gap_mm` is the least distance in height between support and body: `contact` (layers,) holds for each layer the
    highest layer of support that may stand under it, negative where there is none.
    """

    def __init__(self, bodies: tuple[Sliced, ...], grid: LayerGrid, gap_mm: float) -> None:
        self._bodies, self._grid = bodies, grid
        self._empty = nothing()
        known: dict[tuple[int, ...], int] = {}
        self.key = [known.setdefault(tuple(b.which[k] if k < len(b) else -1 for b in bodies), len(known))
                    for k in range(len(grid))]
        self._of: dict[int, Region] = {}
        self._made: dict[tuple[object, ...], Region] = {}
        tops = grid.tops_mm
        below = np.concatenate([[0.0], tops[:-1]])
        self.contact: Ints = np.searchsorted(tops, below - gap_mm + ROUNDING_MM, "right") - 1

    def __len__(self) -> int:
        return len(self._grid)

    def gap_layers(self, layer: int) -> int:
        """How many layers lie in the gap under a layer of support that stands on a body."""
        return layer - 1 - int(self.contact[layer])

    def at(self, layer: int) -> Region:
        """Union of the sections of a layer."""
        key = self.key[layer]
        if key not in self._of:
            parts = [b.at(layer) for b in self._bodies if not b.at(layer).empty]
            self._of[key] = self._empty if not parts else parts[0] if len(parts) == 1 else united(parts)
        return self._of[key]

    def grown(self, layer: int, distance_mm: float) -> Region:
        """The section of a layer, grown."""
        key = (self.key[layer], round(distance_mm, 4))
        if key not in self._made:
            self._made[key] = self.at(layer).grown(distance_mm, round_corners=True).simplified(SMOOTH_MM)
        return self._made[key]

    def between(self, first: int, last: int) -> tuple[tuple[int, ...], Region]:
        """Union of the sections of layers `first` to `last`, both included, and a key that is equal for equal ones."""
        layers = {self.key[k]: k for k in range(max(first, 0), min(last, len(self) - 1) + 1)}
        keys = tuple(sorted(layers))
        if keys not in self._made:
            regions = [self.at(layers[k]) for k in keys if not self.at(layers[k]).empty]
            self._made[keys] = self._empty if not regions else regions[0] if len(regions) == 1 else united(regions)
        return keys, self._made[keys]

    def clear_of(self, layer: int, side_mm: float) -> tuple[tuple[object, ...], Region]:
        """What support in a layer must keep off: the bodies grown by the gap beside it, and those less than the gap
        above or below; with a key as `between`."""
        above = int(np.searchsorted(self.contact, layer, "left")) - 1
        key, near = self.between(int(self.contact[layer]) + 1, max(above, layer))
        whole = (self.key[layer], key, round(side_mm, 4))
        if whole not in self._made:
            beside = self.grown(layer, side_mm)
            self._made[whole] = beside if near.empty else beside | near
        return whole, self._made[whole]
