"""What fills a body within its walls: skins and infill of every layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.machines.fdm.hatch import hatch
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.paths import Paths, columns
from fabwright.machines.fdm.settings import INFILL, SOLID, TOP, PrintSettings
from fabwright.machines.fdm.skins import find_skins
from fabwright.machines.fdm.walls import Walled
from fabwright.machines.fdm.zones import PlacedZone
from fabwright.model import Floats

# A chain of hatch lines turns back over at most this many spacings, a sparse one over this many of its own.
SOLID_JOINT, SPARSE_JOINT = 8.0, 1.6
SHORTEST_SOLID_MM, SHORTEST_SPARSE_MM = 0.15, 0.8


def fill_paths(sliced: Sliced, grid: LayerGrid, walled: tuple[Walled, ...], zones: tuple[PlacedZone, ...], body: int,
               settings: PrintSettings, carried: tuple[Region, ...] | None = None) -> list[Paths]:
    """Skins and infill of all layers of a body."""
    spacing = sliced.spacing_mm(len(sliced.distinct) - 1)
    fills = find_skins(sliced, walled, settings.top_layers, settings.bottom_layers, settings.infill_density, spacing)
    blocks: list[Paths] = []
    for distinct in range(len(sliced.distinct)):
        bead = sliced.spacing_mm(distinct)
        layers = [k for k, which in enumerate(sliced.which) if which == distinct]
        for role, regions in ((SOLID, [fills[k].solid for k in layers]), (INFILL, [fills[k].sparse for k in layers])):
            blocks += _hatched(regions, layers, role, bead, sliced.height_mm[distinct], body, len(sliced) - 1, settings)
    return [block for block in blocks if len(block)]


def _hatched(regions: Sequence[Region], layers: Sequence[int], role: int, spacing: float, height: float, body: int,
             last: int, settings: PrintSettings) -> list[Paths]:
    """Lines of one kind; their direction alternates from layer to layer, a grid has both in every layer."""
    if role == INFILL and settings.infill_density <= 0.0:
        return []
    loops = loops_of(regions)
    number = np.asarray(layers, dtype=np.int64)
    angle = np.where(number % 2 == 0, settings.infill_angle_deg, settings.infill_angle_deg + 90.0)
    runs: list[tuple[Floats, float, float, float]] = [(angle, spacing, SOLID_JOINT * spacing, SHORTEST_SOLID_MM)]
    if role == INFILL:
        both = settings.infill_pattern == "grid"
        pitch = spacing / settings.infill_density * (2.0 if both else 1.0)
        runs = [(a, pitch, SPARSE_JOINT * pitch, SHORTEST_SPARSE_MM)
                for a in ((angle, angle + 90.0) if both else (angle,))]
    blocks: list[Paths] = []
    for direction, pitch, joint, shortest in runs:
        strokes = hatch(loops, direction, pitch, joint, shortest)
        layer = number[strokes.owner] if len(strokes.owner) else strokes.owner
        kind = np.where((layer == last) & (role == SOLID), TOP, role)
        blocks.append(columns(strokes.points, strokes.start, False, kind, layer, body, height, spacing))
    return blocks
