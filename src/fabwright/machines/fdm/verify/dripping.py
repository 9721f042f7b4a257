"""Travel with the filament forward: short, or inside the layer's own section, where what drips is covered."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.verify.clearance import PLACE_MM
from fabwright.machines.fdm.verify.deposit import HEIGHT_MM
from fabwright.machines.fdm.verify.judging import at_most
from fabwright.machines.fdm.verify.paths import lengths_mm
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.model import Check, Floats, Trace

# This many pairs of travel and edge are compared at once.
PAIRS = 1_000_000


def drip_check(trace: Trace, settings: PrintSettings, reference: Reference) -> Check:
    """Length of every way with the filament not pulled back that is longer than the declared minimum and crosses an
    outline of the layer's section."""
    flat = lengths_mm(trace)
    laying = (trace.e_mm > 0.0) & (flat > 0.0)
    held = np.cumsum(np.where(laying, 0.0, trace.e_mm))
    travel = (trace.e_mm == 0.0) & (trace.layer >= 0) & (held > -1e-4) & (settings.retraction_mm > 0.0)
    # Moves of one way, from bead to bead, count together.
    way = np.cumsum(trace.e_mm != 0.0)
    whole = np.bincount(way[travel], flat[travel], int(way.max(initial=0)) + 1)[way] if len(way) else flat
    tried = np.flatnonzero(travel & (whole > settings.min_travel_mm + PLACE_MM))
    leaves = np.zeros(len(way) and int(way.max()) + 1, dtype=bool)
    if len(reference):
        layer = np.searchsorted(reference.grid.tops_mm, trace.end[tried, 2] - HEIGHT_MM)
        layer = np.minimum(layer, len(reference) - 1)
        level = np.abs(trace.end[tried, 2] - reference.grid.tops_mm[layer]) < HEIGHT_MM
        kind = np.where(level, reference.which[layer], -1)
        for distinct in np.unique(kind).tolist():
            some = tried[kind == distinct]
            rings = reference.distinct[distinct].section.polygons() if distinct >= 0 else []
            out = _crosses(trace.start[some, :2], trace.end[some, :2], rings) if rings else np.ones(len(some), bool)
            leaves[way[some[out]]] = True
    else:
        leaves[way[tried]] = True
    away = np.where(travel & (leaves[way] | (whole <= settings.min_travel_mm + PLACE_MM)), whole, 0.0)
    return at_most(trace, "retraction-before-travel", away, travel, settings.min_travel_mm, "mm",
                   "Travel over an outline with the filament not pulled back", "declared minimum travel", PLACE_MM)


def _crosses(p: Floats, q: Floats, rings: list[Floats]) -> np.ndarray:
    """For each segment p-q (m, 2) whether it crosses an edge of the rings."""
    a, b = np.concatenate(rings), np.concatenate([np.roll(r, -1, axis=0) for r in rings])
    result = np.zeros(len(p), dtype=bool)
    step = max(PAIRS // len(a), 1)
    for first in range(0, len(p), step):
        s, t = p[first:first + step, None], q[first:first + step, None]
        ends = _side(s, t, a[None]) != _side(s, t, b[None])
        result[first:first + step] = (ends & (_side(a[None], b[None], s) != _side(a[None], b[None], t))).any(axis=1)
    return result


def _side(a: Floats, b: Floats, c: Floats) -> np.ndarray:
    """Whether c lies to the left of the line a-b."""
    return np.asarray((b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1])
                      > (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0]))
