"""Overhangs: what of each layer reaches too far beyond the layer below to be laid in the air."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fabwright.geometry.regions import Region, loops_of, nothing, united
from fabwright.machines.fdm.bridging import span_direction_deg
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.scanlines import Spans, scan
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.zones import PlacedZone
from fabwright.model import Floats

# Strips narrower than this are noise of the sections; smaller pieces that touch what is below hold by themselves.
NOISE_MM = 0.01
LEAST_MM2 = 0.6
# Where supports are forced, what reaches this far beyond the layer below is carried.
FORCED_MM = 0.04
# Narrower pieces are the steps of a slope, not bridges.
BRIDGE_MM = 0.6
# Lines that try a bridge: their distance, how far past its end one must be held, and the share of it they must hold.
TRIAL_MM, HELD_MM, HELD_SHARE = 0.4, 0.3, 0.98
_WIDE = 1e4


def find_overhangs(body: Sliced, grid: LayerGrid, zones: Sequence[PlacedZone], settings: PrintSettings
                   ) -> dict[int, Region]:
    """Areas of a body to be carried, by layer.

    Without orders of a zone: what lies beyond the layer below by more than a slope of `support_overhang_deg` reaches,
    except what bridges of up to `support_bridge_mm` hold at both ends. Where a zone forces supports everything that
    lies beyond the layer below, where it blocks them nothing; later zones win over earlier ones.
    """
    orders = [zone for zone in zones if zone.settings.get("supports") in ("forced", "blocked")]
    wanted = settings.supports != "none"
    found: dict[int, Region] = {}
    known: dict[tuple[int, int, float], Region] = {}
    for layer in range(grid.raft_layers + 1, len(body)):
        this, below = body.which[layer], body.which[layer - 1]
        if this == below:
            continue
        forced, blocked = _ordered(orders, layer)
        region = nothing()
        if wanted:
            step = float(grid.heights_mm[layer] + grid.heights_mm[layer - 1]) / 2.0
            key = (this, below, round(step, 4))
            if key not in known:
                reach = step * math.tan(math.radians(settings.support_overhang_deg))
                known[key] = _overhang(body.distinct[this], body.distinct[below], reach, settings)
            region = known[key]
        if not forced.empty:
            region = region | (_beyond(body.distinct[this], body.distinct[below], FORCED_MM) & forced)
        if not blocked.empty:
            region = region - blocked
        if not region.empty:
            found[layer] = region
    return found


def _ordered(orders: Sequence[PlacedZone], layer: int) -> tuple[Region, Region]:
    """Where zones force and where they block supports in a layer."""
    forced = blocked = nothing()
    for zone in orders:
        section = zone.sections[layer]
        if section.empty:
            continue
        if zone.settings["supports"] == "forced":
            forced, blocked = forced | section, blocked - section
        else:
            forced, blocked = forced - section, blocked | section
    return forced, blocked


def _beyond(section: Region, below: Region, reach_mm: float) -> Region:
    """All of what lies beyond the layer below, wherever some of it lies further than `reach_mm`."""
    beyond = section - below
    if beyond.empty:
        return beyond
    far = (section - below.grown(reach_mm)).opened(NOISE_MM)
    return far if far.empty else far.grown(reach_mm + 0.05) & beyond


def _overhang(section: Region, below: Region, reach_mm: float, settings: PrintSettings) -> Region:
    whole = _beyond(section, below, reach_mm)
    if whole.empty:
        return whole
    kept: list[Region] = []
    parts = whole.parts()
    for part in parts:
        if part.area_mm2 < LEAST_MM2 and not (part.grown(0.05) & below).empty:
            continue
        if not part.grown(-BRIDGE_MM / 2.0).empty and bridges(part, below, settings):
            continue
        kept.append(part)
    return whole if len(kept) == len(parts) else united(kept)


def bridges(area: Region, below: Region, settings: PrintSettings) -> bool:
    """Whether threads in one direction, none longer than `support_bridge_mm`, span an area from edge to edge."""
    low_x, low_y, high_x, high_y = area.bounds_mm
    if (area.grown(HELD_MM) & below).empty:
        return False
    angle = np.array([span_direction_deg(area, below, HELD_MM)])
    spans, holds = (scan(loops_of([r]), angle, TRIAL_MM, 0.5) for r in (area, below))
    if not len(spans):
        return min(high_x - low_x, high_y - low_y) < TRIAL_MM
    held = _inside(holds, spans.line, spans.low - HELD_MM) & _inside(holds, spans.line, spans.high + HELD_MM)
    length = spans.high - spans.low
    if float(length[held].sum()) < HELD_SHARE * float(length.sum()):
        return False
    return float(length[held].max()) <= settings.support_bridge_mm


def _inside(holds: Spans, line: np.ndarray, at: Floats) -> np.ndarray:
    if not len(holds):
        return np.zeros(len(line), dtype=bool)
    slot = np.searchsorted(holds.line * _WIDE + holds.low, line * _WIDE + at, "right") - 1
    return np.asarray((slot >= 0) & ((holds.line * _WIDE + holds.high)[np.maximum(slot, 0)] >= line * _WIDE + at))
