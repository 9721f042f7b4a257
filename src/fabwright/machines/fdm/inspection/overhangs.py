"""What a body asks to be laid in the air: rough overhangs, long bridges, and what supports must carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, nothing
from fabwright.geometry.slices import PlacedSolid
from fabwright.machines.fdm.inspection.body import CutBody, finding
from fabwright.machines.fdm.inspection.undersides import Underside, bare_undersides, doubtful_layers
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.schema import Limits
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.zones import PlacedZone
from fabwright.model import Finding, Machine, Severity

FINDINGS_SHOWN = 3
# Steep areas up to this are edges and corners.
STEEP_MM2 = 1.0
# What a zone that forces supports may leave of an underside.
LEFT_SHARE = 0.05
SUPPORTS_REMEDY = 'Order it with supports = "tree" or "grid", turn the part, or let the design avoid it.'


def overhang_findings(body: CutBody) -> Iterator[Finding]:
    """Warnings: what needs supports, else long bridges and steep overhangs."""
    limits = body.limits
    bare = bare_undersides(body.placed, body.sliced, body.grid, limits.refuse_overhang_deg)
    yield from _needing(body.name, _hopeless(bare, limits), body.grid, limits, Severity.WARNING)
    spans = [u.span_mm for u in bare if not u.island]
    if spans and limits.max_bridge_mm < max(spans) <= limits.refuse_bridge_mm:
        yield finding("bridge-long", Severity.WARNING, body.name,
                      f"The longest bridge spans {max(spans):.1f} mm and will sag.", max(spans), limits.max_bridge_mm,
                      "mm", "Shorten it, turn the part, or order supports.", limits.source)
    if not bare:
        steep = _steep_mm2(body)
        if steep > STEEP_MM2:
            yield finding("overhang-steep", Severity.WARNING, body.name,
                          f"Up to {steep:.1f} mm2 of a layer overhang by more than {limits.max_overhang_deg:g} degrees "
                          "from the vertical.", steep, STEEP_MM2, "mm2",
                          "Expect a rough underside, turn the part, or order supports.", limits.source)


def refuse_unsupported(placed: Sequence[PlacedSolid], sliced: Sequence[Sliced], grid: LayerGrid,
                       zones: Sequence[Sequence[PlacedZone]], machine: Machine, settings: PrintSettings) -> None:
    """PlanError where an order without supports leaves something in the air that only they could carry.

    `placed`, `sliced` and `zones` are the bodies on the bed, as the plan has cut them; what a zone that forces supports
    covers counts as carried.
    """
    found = unsupported_findings(placed, sliced, grid, zones, machine, settings)
    if found:
        raise PlanError("the part cannot be printed without supports:\n" + "\n".join(f"- {f}" for f in found))


def unsupported_findings(placed: Sequence[PlacedSolid], sliced: Sequence[Sliced], grid: LayerGrid,
                         zones: Sequence[Sequence[PlacedZone]], machine: Machine, settings: PrintSettings
                         ) -> tuple[Finding, ...]:
    """Errors for what only supports could carry, where the order has none."""
    if settings.supports != "none":
        return ()
    limits: Limits = machine.profile.limits
    found: list[Finding] = []
    for k, (solid, sections) in enumerate(zip(placed, sliced, strict=True)):
        bare = _hopeless(bare_undersides(solid, sections, grid, limits.refuse_overhang_deg), limits)
        left = [u for u in bare if not _carried(u, zones[k] if k < len(zones) else ())]
        found += _needing(solid.name, left, grid, limits, Severity.ERROR)
    return tuple(found)


def _carried(under: Underside, zones: Sequence[PlacedZone]) -> bool:
    forced = nothing()
    for zone in zones:
        order = zone.settings.get("supports")
        if order == "forced":
            forced = forced | zone.sections[under.layer]
        elif order == "blocked":
            forced = forced - zone.sections[under.layer]
    return not forced.empty and (under.region - forced).area_mm2 <= LEFT_SHARE * under.area_mm2


def _hopeless(bare: Sequence[Underside], limits: Limits) -> list[Underside]:
    return [u for u in bare if u.island or u.span_mm > limits.refuse_bridge_mm
            or u.free_mm > limits.refuse_cantilever_mm]


def _needing(body: str, bad: Sequence[Underside], grid: LayerGrid, limits: Limits, severity: Severity
             ) -> Iterator[Finding]:
    """The worst few of what needs supports."""
    for under in sorted(bad, key=lambda u: (-u.area_mm2, u.layer))[:FINDINGS_SHOWN]:
        z = float(grid.tops_mm[under.layer] - grid.heights_mm[under.layer])
        x, y = under.centre_mm
        if under.island:
            what, measured, limit, unit = "starts in the air", under.area_mm2, 0.0, "mm2"
        elif under.free_mm > limits.refuse_cantilever_mm:
            what, measured, limit, unit = (f"hangs {under.free_mm:.1f} mm out over nothing", under.free_mm,
                                           limits.refuse_cantilever_mm, "mm")
        else:
            what, measured, limit, unit = (f"spans {under.span_mm:.1f} mm over nothing", under.span_mm,
                                           limits.refuse_bridge_mm, "mm")
        yield finding("needs-support", severity, body,
                      f"An underside of {under.area_mm2:.1f} mm2 at z = {z:.2f} mm around x = {x:.1f}, y = {y:.1f} mm "
                      f"{what}; it needs supports.", measured, limit, unit, SUPPORTS_REMEDY, limits.source)


def _steep_mm2(body: CutBody) -> float:
    """Largest area of a layer that overhangs by more than the limit of good surfaces."""
    angle = body.limits.max_overhang_deg
    doubtful = doubtful_layers(body.placed, body.grid, angle)
    worst = 0.0
    for layer in range(1, len(body.sliced)):
        if doubtful[layer] and body.sliced.which[layer] != body.sliced.which[layer - 1]:
            step = float(body.grid.heights_mm[layer] + body.grid.heights_mm[layer - 1]) / 2.0
            worst = max(worst, _beyond_mm2(body.sliced.at(layer), body.sliced.at(layer - 1), step, angle))
    return worst


def _beyond_mm2(section: Region, below: Region, height_mm: float, angle_deg: float) -> float:
    if (section - below).empty:
        return 0.0
    return (section - below.grown(height_mm * np.tan(np.radians(angle_deg)) + 0.01)).opened(0.02).area_mm2
