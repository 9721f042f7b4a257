"""What holds the print to the bed and starts the flow: skirt, brim or ears, and raft."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.regions import Region, hull_of, loops_of, nothing, region_of, united
from fabwright.machines.fdm.hatch import hatch
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.paths import Paths, columns
from fabwright.machines.fdm.settings import INTERFACE, SKIRT, SUPPORT, PrintSettings, bead_spacing_mm
from fabwright.model import Floats

# Points of rings closer than this to their chord are left out.
SMOOTH_MM = 0.02
# Outlines are simplified by this before their corners are looked for: a small fillet is a corner, a large one is not.
CORNER_MM = 0.15
# A raft's lowest layer, its middle ones and its highest: shares of full lines (90 % is PrusaSlicer's
# raft_first_layer_density; the others chosen). Gaps and holes narrower than twice RAFT_CLOSED_MM are closed.
RAFT_FIRST, RAFT_MIDDLE, RAFT_TOP = 0.9, 0.5, 1.0
RAFT_CLOSED_MM = 5.0
JOINT = 2.5
SHORTEST_MM = 0.8
# Supports reach at most this far beyond the bodies' extent.
SUPPORT_REACH_MM = 3.0


def adhesion_paths(first_layer: list[Region], grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """Skirt, brim and raft around and below what stands on the bed or, with a raft, on the raft.

    `first_layer` holds the sections of the bodies and their supports there. Skirt and brim have the role SKIRT, the
    raft SUPPORT and, its highest layer, INTERFACE; none belongs to a body. Loops come from the outermost inwards.
    """
    standing = united([r for r in first_layer if not r.empty])
    if standing.empty:
        return []
    width, height = settings.width_mm(0), float(grid.heights_mm[0])
    spacing = bead_spacing_mm(width, height)
    blocks: list[Paths] = []
    if grid.raft_layers:
        raft = raft_region(standing, settings)
        blocks += _raft_paths(raft, grid, settings)
        standing = raft
    else:
        rings = brim_rings(standing, spacing, settings)
        blocks += _rings(rings, height, spacing)
        standing = united([standing, *(r.grown(width / 2.0) for r in rings)]) if rings else standing
    if settings.skirt_loops:
        hull = hull_of(np.concatenate(standing.polygons()))
        blocks = _rings([hull.grown(settings.skirt_distance_mm + width / 2.0 + k * spacing, round_corners=True)
                         for k in reversed(range(settings.skirt_loops))], height, spacing) + blocks
    return [b for b in blocks if len(b)]


def adhesion_reach_mm(settings: PrintSettings) -> float:
    """How far it reaches beyond the bodies, the supports included."""
    width = settings.first_layer_width_mm
    reach = SUPPORT_REACH_MM if settings.supports != "none" else 0.0
    if settings.raft_layers:
        reach += settings.raft_expansion_mm
    elif settings.brim != "none":
        reach += settings.brim_gap_mm + settings.brim_mm
    if settings.skirt_loops:
        spacing = bead_spacing_mm(width, settings.first_layer_height_mm)
        return reach + settings.skirt_distance_mm + width + spacing * (settings.skirt_loops - 1)
    return reach + width


def brim_rings(standing: Region, spacing_mm: float, settings: PrintSettings) -> list[Region]:
    """Regions whose outlines are the loops of the brim, the outermost first; none lies within a hole."""
    loops = int(settings.brim_mm / spacing_mm + 1e-9)
    if settings.brim == "none" or not loops:
        return []
    solid = _filled(standing)
    nearest = solid.grown(settings.brim_gap_mm, round_corners=True)
    if settings.brim == "ears":
        corners = sharp_corners(solid, settings.brim_ear_deg)
        if not len(corners):
            return []
        area = united([_disc(c, settings.brim_gap_mm + loops * spacing_mm) for c in corners]) - nearest
        rings = [area.grown(-(k + 0.5) * spacing_mm) for k in range(loops)]
    else:
        # Loops in gaps too narrow for all of them would lie over each other: each is drawn round what is left.
        rings = [solid.grown(settings.brim_gap_mm + (k + 0.5) * spacing_mm, round_corners=True)
                 for k in reversed(range(loops))]
        rings = [_filled(r) for r in rings]
    return [r for r in rings if not r.empty]


def sharp_corners(region: Region, below_deg: float) -> Floats:
    """Corners (n, 2) of the outlines that point outwards at an angle under `below_deg`."""
    found: list[Floats] = []
    for ring in region.simplified(CORNER_MM).polygons():
        before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
        cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        turn = np.degrees(np.arctan2(cross, (before * after).sum(axis=1)))
        found.append(ring[turn > 180.0 - below_deg])
    return np.concatenate(found) if found else np.empty((0, 2))


def raft_region(standing: Region, settings: PrintSettings) -> Region:
    """Where the raft lies: what stands on it, grown, with its narrow gaps closed."""
    out = settings.raft_expansion_mm + RAFT_CLOSED_MM
    return standing.grown(out, round_corners=True).grown(-RAFT_CLOSED_MM, round_corners=True).simplified(SMOOTH_MM)


def _raft_paths(raft: Region, grid: LayerGrid, settings: PrintSettings) -> list[Paths]:
    """Ring and lines of every layer of the raft; the lines turn by 90 degrees from layer to layer."""
    blocks: list[Paths] = []
    for layer in range(grid.raft_layers):
        height, width = float(grid.heights_mm[layer]), settings.width_mm(layer)
        spacing = bead_spacing_mm(width, height)
        top = layer == grid.raft_layers - 1
        density = RAFT_FIRST if layer == 0 else RAFT_TOP if top else RAFT_MIDDLE
        role = INTERFACE if top and layer else SUPPORT
        ring = loops_of([raft.grown(-spacing / 2.0)])
        blocks.append(columns(ring.points, ring.start, True, role, layer, -1, height, spacing))
        pitch = spacing / density
        angle = np.array([settings.infill_angle_deg + 90.0 * ((grid.raft_layers - layer) % 2)])
        lines = hatch(loops_of([raft.grown(-1.5 * spacing)]), angle, pitch, JOINT * pitch, SHORTEST_MM)
        blocks.append(columns(lines.points, lines.start, lines.closed, role, layer, -1, height, spacing))
    return blocks


def _rings(rings: list[Region], height_mm: float, spacing_mm: float) -> list[Paths]:
    if not rings:
        return []
    loops = loops_of([r.simplified(SMOOTH_MM) for r in rings])
    return [columns(loops.points, loops.start, True, SKIRT, 0, -1, height_mm, spacing_mm)]


def _filled(region: Region) -> Region:
    """The region with its holes closed."""
    outer = [p for p in region.polygons() if _area(p) > 0.0]
    return region_of(outer) if outer else nothing()


def _area(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0


def _disc(centre: Floats, radius_mm: float) -> Region:
    angle = np.arange(48) * (2.0 * np.pi / 48.0)
    return region_of([centre + radius_mm * np.stack([np.cos(angle), np.sin(angle)], axis=1)])
