"""A layer as it is laid: every bead in its true width, in the colour of its feature."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.export.raster import paint_strokes
from fabwright.machines.fdm.pictures.laid import Laid, box_mm
from fabwright.machines.fdm.pictures.sheet import BASE_COLOURS, FAINT, empty_sheet, finished
from fabwright.machines.fdm.settings import ROLES
from fabwright.model import number_text

# One colour for each of settings.ROLES, after the hues that slicers' users know, and one for roles of others.
ROLE_COLOURS = ((240, 120, 50), (250, 215, 70), (185, 185, 190), (140, 85, 195), (220, 50, 55), (165, 65, 50),
                (0, 130, 110), (100, 190, 140), (45, 60, 220), (80, 140, 200), (60, 190, 60), (20, 120, 40))
UNKNOWN_COLOUR = (120, 120, 120)
# From this scale on beads are drawn with darker edges, else they run together.
EDGED_PX = 5.0
CORE, DARKER = 0.72, 0.62
TRAVEL_PX = 0.5


def palette() -> tuple[tuple[int, int, int], ...]:
    """Paper, ink, travel, then colours of roles, then the same darker for edges."""
    roles = (*ROLE_COLOURS, UNKNOWN_COLOUR)
    dark = tuple((int(r * DARKER), int(g * DARKER), int(b * DARKER)) for r, g, b in roles)
    return (*BASE_COLOURS, *roles, *dark)


def layer_png(laid: Laid, layer: int, width_px: int, remark: str = "") -> bytes:
    """PNG of a layer (index from 0) with travel beneath its beads."""
    rows, beads = laid.rows(layer), laid.beads
    sheet = empty_sheet(*box_mm(beads, rows), width_px)
    frame = sheet.frame
    moves = np.flatnonzero(laid.travel_layer == layer)
    paint_strokes(sheet.canvas, frame, laid.travel_a[moves], laid.travel_b[moves],
                  np.full(len(moves), TRAVEL_PX / frame.px_per_mm), np.full(len(moves), FAINT, dtype=np.uint8))
    a, b = beads.a[rows], beads.b[rows]
    radius = np.maximum(beads.radius_mm[rows], TRAVEL_PX / frame.px_per_mm)
    role = np.where(beads.role[rows] < 0, len(ROLE_COLOURS), beads.role[rows])
    colour = (len(BASE_COLOURS) + role).astype(np.uint8)
    if 2.0 * float(np.median(radius)) * frame.px_per_mm >= EDGED_PX:
        paint_strokes(sheet.canvas, frame, a, b, radius, colour + np.uint8(len(ROLE_COLOURS) + 1))
        radius = radius * CORE
    paint_strokes(sheet.canvas, frame, a, b, radius, colour)
    shown = np.unique(sheet.canvas).tolist()
    key = [(len(BASE_COLOURS) + k, name) for k, name in enumerate((*ROLES, "Other")) if len(BASE_COLOURS) + k in shown]
    if FAINT in shown:
        key.append((FAINT, "Travel"))
    return finished(sheet, layer_title(laid, layer, remark), key, palette())


def layer_title(laid: Laid, layer: int, remark: str) -> str:
    """Number, height and thickness of a layer in words."""
    top, thick = laid.grid.tops_mm[layer], laid.grid.heights_mm[layer]
    words = f"LAYER {layer + 1} OF {len(laid.grid)}  Z {number_text(float(top), 3)}  HEIGHT {number_text(thick, 3)} MM"
    return f"{words}  {remark}".rstrip()
