"""A layer against its section: what should be solid and is not, and what lies outside."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.export.raster import paint_strokes, polygon_mask
from fabwright.machines.fdm.pictures.laid import Laid
from fabwright.machines.fdm.pictures.layer import layer_title
from fabwright.machines.fdm.pictures.sheet import BASE_COLOURS, empty_sheet, finished
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.verify.material import VOID_MM
from fabwright.machines.fdm.verify.reference import Asked

(OPEN, COVERED, MISSING, BESIDE, OUTSIDE) = range(len(BASE_COLOURS), len(BASE_COLOURS) + 5)
COLOURS = (*BASE_COLOURS, (232, 236, 240), (150, 176, 200), (225, 40, 40), (250, 165, 60), (40, 60, 210))


def deviation_png(laid: Laid, layer: int, asked: Asked, settings: PrintSettings, width_px: int, remark: str = ""
                  ) -> bytes:
    """PNG of a layer (index from 0): the part's beads over its section.

    Missing is what must be solid and lies further than VOID_MM from every bead; beside the section is what reaches
    over its edge by less than half a line.
    """
    rows = laid.rows(layer)
    rows = rows[laid.beads.part[rows]]
    a, b, radius = laid.beads.a[rows], laid.beads.b[rows], laid.beads.radius_mm[rows]
    x0, y0, x1, y1 = asked.may.bounds_mm if not asked.may.empty else (0.0, 0.0, 1.0, 1.0)
    points = np.concatenate([a, b, [(x0, y0), (x1, y1)]]) if not asked.may.empty or not len(rows) else np.concatenate(
        [a, b])
    sheet = empty_sheet(points.min(axis=0), points.max(axis=0), width_px)
    frame, canvas = sheet.frame, sheet.canvas
    beads, near = np.zeros(canvas.shape, dtype=bool), np.zeros(canvas.shape, dtype=bool)
    yes = np.ones(len(rows), dtype=bool)
    paint_strokes(beads, frame, a, b, radius, yes)
    paint_strokes(near, frame, a, b, radius + VOID_MM, yes)
    whole, required, allowed = (polygon_mask(frame, region.polygons()) for region in (
        asked.may, asked.required, asked.may.grown(settings.line_width_mm / 2.0)))
    canvas[whole] = OPEN
    canvas[whole & beads] = COVERED
    canvas[required & ~near] = MISSING
    canvas[beads & ~whole] = BESIDE
    canvas[beads & ~allowed] = OUTSIDE
    key = [(COVERED, "Bead in section"), (OPEN, "Open section"), (MISSING, "Missing where solid"),
           (BESIDE, f"Over edge, under {settings.line_width_mm / 2.0:.3g} mm"), (OUTSIDE, "Outside")]
    return finished(sheet, layer_title(laid, layer, remark), key, COLOURS)
