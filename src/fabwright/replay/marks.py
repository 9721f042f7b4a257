"""Layers and roles, as slicers write them into comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fabwright.model.shapes import Floats, Ints

if TYPE_CHECKING:
    from fabwright.replay.record import Recorder

#: Cura's names for what PrusaSlicer calls differently; one vocabulary reaches the checks.
CURA_ROLES = {
    "WALL-OUTER": "External perimeter", "WALL-INNER": "Perimeter", "SKIN": "Solid infill", "FILL": "Internal infill",
    "SKIRT": "Skirt/Brim", "SUPPORT": "Support material", "SUPPORT-INTERFACE": "Support material interface",
    "PRIME-TOWER": "Wipe tower",
}


class Marks:
    """Reads `;LAYER_CHANGE`, `;Z:`, `;HEIGHT:`, `;TYPE:` (PrusaSlicer) and `;LAYER:n`, `;TYPE:WALL-OUTER` (Cura)."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.roles: list[str] = []
        self._z: list[float] = []
        self._height: list[float] = []

    def comment(self, line: int, text: str) -> None:
        """Take one comment, without its semicolon."""
        if text == "LAYER_CHANGE" or text.startswith("LAYER:"):
            self._layer(line)
        elif text.startswith("TYPE:"):
            self._role(line, text[5:].strip())
        elif text.startswith("Z:"):
            self._measure(self._z, text[2:])
        elif text.startswith("HEIGHT:"):
            self._measure(self._height, text[7:])

    def _layer(self, line: int) -> None:
        index = len(self._z)
        self._z.append(np.nan)
        self._height.append(np.nan)
        self._recorder.modal("layer", index)
        self._recorder.happen(line, "layer", float(index))

    def _role(self, line: int, name: str) -> None:
        name = CURA_ROLES.get(name, name)
        if name not in self.roles:
            self.roles.append(name)
        self._recorder.modal("role", self.roles.index(name))
        self._recorder.happen(line, "role", float(self.roles.index(name)), name)

    def _measure(self, column: list[float], text: str) -> None:
        """The first figure after a layer mark is the layer's own; later ones belong to a bridge or the like."""
        if column and np.isnan(column[-1]):
            try:
                column[-1] = float(text)
            except ValueError:
                return

    def layers(self, layer: Ints, z: Floats, e_mm: Floats) -> tuple[Floats, Floats]:
        """Top height and thickness per layer, mm; what the comments leave out comes from moves that extrude."""
        top, height = np.array(self._z, dtype=np.float64), np.array(self._height, dtype=np.float64)
        if np.isnan(top).any():
            pushing = np.flatnonzero((e_mm > 0) & (layer >= 0))
            found, first = np.unique(layer[pushing], return_index=True)
            seen = np.full(len(top), np.nan)
            seen[found] = z[pushing[first]]
            top = np.where(np.isnan(top), seen, top)
        if np.isnan(height).any():
            height = np.where(np.isnan(height), np.diff(top, prepend=0.0), height)
        return top, height
