"""Layers, roles and bead sizes, as slicers write them into comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fabwright.model.shapes import Floats, Ints

if TYPE_CHECKING:
    from fabwright.replay.record import Recorder

#: What other slicers call differently from PrusaSlicer (Cura in capitals, then OrcaSlicer and Bambu Studio); one
#: vocabulary reaches the checks.
OTHER_ROLES = {
    "WALL-OUTER": "External perimeter", "WALL-INNER": "Perimeter", "SKIN": "Solid infill", "FILL": "Internal infill",
    "SKIRT": "Skirt/Brim", "SUPPORT": "Support material", "SUPPORT-INTERFACE": "Support material interface",
    "PRIME-TOWER": "Wipe tower",
    "Outer wall": "External perimeter", "Inner wall": "Perimeter", "Overhang wall": "Overhang perimeter",
    "Sparse infill": "Internal infill", "Internal solid infill": "Solid infill", "Top surface": "Top solid infill",
    "Bottom surface": "Solid infill", "Bridge": "Bridge infill", "Internal Bridge": "Bridge infill",
    "Gap infill": "Gap fill", "Skirt": "Skirt/Brim", "Brim": "Skirt/Brim", "Support": "Support material",
    "Support interface": "Support material interface", "Support transition": "Support material",
    "Prime tower": "Wipe tower",
}
#: Marks that size the following beads: the modal column each sets.
SIZES = {"HEIGHT:": "bead_height", "WIDTH:": "bead_width", "LINE_WIDTH:": "bead_width",
         "LAYER_HEIGHT:": "bead_height"}
FILAMENT = "filament used [mm]"
#: Larger than any bead; such a mark is no size.
SIZE_MAX_MM = 20.0


class Marks:
    """Reads `;LAYER_CHANGE`, `;Z:`, `;HEIGHT:`, `;WIDTH:`, `;TYPE:` (PrusaSlicer) and `;LAYER:n`, `;TYPE:WALL-OUTER`
    (Cura), `; CHANGE_LAYER`, `; FEATURE:` (Bambu Studio), and the filament a file says it takes."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.roles: list[str] = []
        self._z: list[float] = []
        self._height: list[float] = []

    def comment(self, line: int, text: str) -> None:
        """Take one comment, without its semicolon."""
        if text in ("LAYER_CHANGE", "CHANGE_LAYER") or text.startswith("LAYER:"):
            self._layer(line)
        elif text.startswith("TYPE:"):
            self._role(line, text[5:].strip())
        elif text.startswith("FEATURE:"):
            self._role(line, text[8:].strip())
        elif text.startswith(("Z:", "Z_HEIGHT:")):
            self._measure(self._z, _number(text.partition(":")[2]))
        elif text.startswith(FILAMENT):
            self._filament(line, text[len(FILAMENT):].lstrip(" ="))
        else:
            for start, column in SIZES.items():
                if text.startswith(start):
                    self._size(column, _number(text[len(start):]))

    def _layer(self, line: int) -> None:
        index = len(self._z)
        self._z.append(np.nan)
        self._height.append(np.nan)
        self._recorder.modal("layer", index)
        self._recorder.happen(line, "layer", float(index))

    def _role(self, line: int, name: str) -> None:
        name = OTHER_ROLES.get(name, name)
        if name not in self.roles:
            self.roles.append(name)
        self._recorder.modal("role", self.roles.index(name))
        self._recorder.happen(line, "role", float(self.roles.index(name)), name)

    def _size(self, column: str, value: float) -> None:
        if 0.0 < value < SIZE_MAX_MM:
            self._recorder.modal(column, value)
            if column == "bead_height":
                self._measure(self._height, value)

    def _measure(self, column: list[float], value: float) -> None:
        """The first figure after a layer mark is the layer's own; later ones belong to a bridge or the like."""
        if column and np.isnan(column[-1]):
            column[-1] = value

    def _filament(self, line: int, text: str) -> None:
        """Lengths per extruder, separated by commas."""
        lengths = [_number(piece) for piece in text.split(",")]
        if lengths and not np.isnan(lengths).any():
            self._recorder.happen(line, "filament-stated", sum(lengths))

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


def _number(text: str) -> float:
    """NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
