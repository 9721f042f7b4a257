"""Placed parts: where their bodies, leads and drilled holes lie on the board."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.kicad.sexpr import Node
from fabwright.geometry.kicad.source import Source
from fabwright.geometry.kicad.strokes import position_of, stroke_of
from fabwright.model import Floats

# Below this no screw passes: M2 needs 2.2 mm, a worn drawing 2.0.
SMALLEST_HOLE_MM = 1.9
_HOLE_NAME = re.compile(r"(.*:)?(mounting_?hole|screw_?hole|plain_?hole|hole|1pin)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """One placed part in file coordinates (mm, y down).

    `body` (n, 2) are points of its drawn body, empty where nothing is drawn; `pads` (n, 2) corners of all pads;
    `leads` (n, 2) corners of the pads that go through; `holes` are x, y, diameter of holes that take a screw;
    `cuts` are its own strokes on the layer Edge.Cuts.
    """

    name: str
    back: bool
    body: Floats
    pads: Floats
    leads: Floats
    holes: tuple[tuple[float, float, float], ...]
    cuts: tuple[Floats, ...]


def read_footprint(node: Node, source: Source) -> Footprint:
    """One `(footprint` or `(module` list; InputFileError with the line where figures are missing or no numbers."""
    words = node.words()
    name = words[0] if words else ""
    x, y, turn = position_of(node, source)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def placed(points: Floats) -> Floats:
        px, py = points[:, 0], points[:, 1]
        return np.column_stack([x + px * cos + py * sin, y - px * sin + py * cos])

    fab: list[Floats] = []
    yard: list[Floats] = []
    silk: list[Floats] = []
    cuts: list[Floats] = []
    for item in node.items:
        if not (isinstance(item, Node) and item.name.startswith("fp_")):
            continue
        layers = layers_of(item)
        target = (cuts if "Edge.Cuts" in layers else fab if _on(layers, "Fab") else yard if _on(layers, "CrtYd")
                  else silk if _on(layers, "SilkS") else None)
        stroke = stroke_of(item, source) if target is not None else None
        if target is not None and stroke is not None:
            target.append(placed(stroke))
    pads, leads, holes = _pads(node, source)
    body = next((np.vstack(s) for s in (fab, yard, silk) if s), np.empty((0, 2)))
    kept = tuple((float(at[0]), float(at[1]), hole[2]) for hole in _screw_holes(name, holes, len(pads) // 4)
                 for at in placed(np.array([hole[:2]])))
    return Footprint(name, "B.Cu" in layers_of(node), body, placed(pads), placed(leads), kept, tuple(cuts))


def layers_of(node: Node) -> tuple[str, ...]:
    """The layers a list is drawn on."""
    found = node.first("layer", "layers")
    return found.words() if found is not None else ()


_LONG_NAMES = {"SilkS": "Silkscreen", "CrtYd": "Courtyard"}


def _on(layers: tuple[str, ...], kind: str) -> bool:
    return any(layer.endswith((kind, _LONG_NAMES.get(kind, kind))) for layer in layers)


def _pads(node: Node, source: Source) -> tuple[Floats, Floats, list[tuple[float, float, float, bool]]]:
    """Corners of all pads and of those that go through, and round holes as x, y, diameter, unplated."""
    corners, through, holes = [np.empty((0, 2))], [np.empty((0, 2))], []
    for pad in node.lists("pad"):
        px, py, turn = position_of(pad, source)
        size = pad.first("size")
        extent = [source.number(w, pad.at) for w in size.words()[:2]] if size is not None else []
        if len(extent) < 2:
            raise source.refusal(pad.at, "'(pad' has no '(size x y)'; the file is damaged")
        # A turned pad is replaced by the square around it: it only keeps supports away.
        reach = np.array(extent if turn % 90.0 == 0.0 else [max(extent)] * 2) / 2.0
        square = np.array([(px, py)]) + np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * reach
        corners.append(square)
        kind = pad.words()[1] if len(pad.words()) > 1 else ""
        if kind not in ("thru_hole", "np_thru_hole"):
            continue
        through.append(square)
        drill = pad.first("drill")
        words = drill.words() if drill is not None else ()
        sizes = [source.number(w, pad.at) for w in words if w != "oval"]
        if sizes and (len(sizes) == 1 or sizes[0] == sizes[1]):
            holes.append((px, py, sizes[0], kind == "np_thru_hole"))
    return np.vstack(corners), np.vstack(through), holes


def _screw_holes(name: str, holes: list[tuple[float, float, float, bool]], pads: int
                 ) -> list[tuple[float, float, float, bool]]:
    """The holes of a part that are there for a screw: those of mounting holes, not the pegs of connectors."""
    large = [h for h in holes if h[2] >= SMALLEST_HOLE_MM]
    if not large:
        return []
    if pads == 1 or (all(h[3] for h in holes) and len(holes) == pads):
        return large
    if _HOLE_NAME.match(name):
        # A plated hole ringed by vias: the widest is the one.
        return [max(large, key=lambda h: h[2])]
    return []
