"""Which part of a layer must be solid: what has too few layers of material above or below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fabwright.geometry.regions import Region, Windows, nothing, united
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.walls import Walled

# In bead spacings. A sparse strip narrower than 3 holds no line, a solid one narrower than half none either; solid
# grows by half over its edge, so that no seam stays open. A strip of top skin narrower than half is left to the solid.
SPARSE_OPENING, SOLID_OPENING, SOLID_GROWTH, TOP_OPENING = 1.5, 0.25, 0.5, 0.25
# How far top skin reaches beyond its edge to be anchored (Slic3r's and PrusaSlicer's EXTERNAL_INFILL_MARGIN).
TOP_MARGIN_MM = 3.0
# Lines may end this far from where the walls leave room, what encloses a sparse area and how far top skin
# reaches be this inexact.
END_TOLERANCE_MM, ENCLOSING_TOLERANCE_MM, MARGIN_TOLERANCE_MM = 0.02, 0.04, 0.1
# Edges this close coincide.
SLIVER_MM = 0.002
# Less solid than this under the margin of a skin is left out.
LEAST_MM2 = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """Hatching areas of one layer, inset already for the ends of their lines, side by side: `top` faces up with nothing
    over it, `solid` is the rest that must be solid, `sparse` takes infill; `whole` is all of it."""

    top: Region
    solid: Region
    sparse: Region
    whole: Region

    def with_sparse(self, sparse: Region, spacing_mm: float) -> Fill:
        """The same skins with less infill and more solid, but for slivers."""
        solid = self.whole if sparse.empty else self.whole - sparse
        solid = opened(solid if self.top.empty else solid - self.top, SOLID_OPENING * spacing_mm)
        return Fill(self.top, solid, sparse, self.whole)


def find_skins(sliced: Sliced, walled: tuple[Walled, ...], settings: PrintSettings) -> tuple[Fill, ...]:
    """Skins and sparse areas of every layer.

    An area is sparse where the outer wall's centre line (without walls the room for lines) of each of the `top_layers`
    above and `bottom_layers` below encloses it, and where it measures at least `solid_below_mm2`. It faces up where the
    section above does not cover it; such skin reaches TOP_MARGIN_MM further, where there is room, and so does the solid
    below it. Equal neighbourhoods share one result.
    """
    top, bottom = settings.top_layers, settings.bottom_layers
    windows = Windows([(w.walls[0] if w.walls else w.hatched).simplified(ENCLOSING_TOLERANCE_MM) for w in walled])
    count, which = len(sliced), sliced.which
    fills: dict[tuple[int, int, int, int], Fill] = {}
    result: list[Fill] = []
    for layer in range(count):
        own = which[layer]
        above = which[layer + 1] if layer + 1 < count else -1
        inside = layer >= bottom and layer + top < count
        low, high = (which[layer - bottom], which[layer + top]) if inside else (-1, -1)
        key = (own, low, high, above)
        if key not in fills:
            enclosed = windows.common(low, high) if inside else nothing()
            cover = nothing() if above < 0 else sliced.distinct[above]
            fills[key] = _fill(walled[own], enclosed, None if top == 0 or above == own else cover,
                               sliced.spacing_mm(own), settings.solid_below_mm2)
        result.append(fills[key])
    return _backed(result, sliced, settings)


def _backed(fills: Sequence[Fill], sliced: Sliced, settings: PrintSettings) -> tuple[Fill, ...]:
    """Fills with the margins of the top skins above made solid too, as many layers down as the skins are thick."""
    known: dict[tuple[int, ...], Fill] = {}
    has_top = [not f.top.empty for f in fills]
    result: list[Fill] = []
    for layer, fill in enumerate(fills):
        above = range(layer + 1, min(layer + settings.top_layers, len(fills)))
        tops = dict.fromkeys(id(fills[k]) for k in above if has_top[k])
        key = (id(fill), *tops)
        if tops and key not in known and not fill.sparse.empty:
            sparse = fill.sparse
            for k in above:
                if has_top[k] and fills[k] is not fills[k - 1]:
                    sparse = sparse - fills[k].top
            if sparse.area_mm2 < fill.sparse.area_mm2 - LEAST_MM2:
                spacing = sliced.spacing_mm(sliced.which[layer])
                sparse = _large(opened(sparse, SPARSE_OPENING * spacing), settings.solid_below_mm2)
                known[key] = fill.with_sparse(sparse, spacing)
        result.append(known.get(key, fill))
    return tuple(result)


def _fill(walled: Walled, enclosed: Region, cover: Region | None, spacing_mm: float, least_mm2: float) -> Fill:
    area = walled.hatched.simplified(END_TOLERANCE_MM)
    if area.empty:
        return Fill(area, area, area, area)
    sparse = area & enclosed
    if not sparse.empty:
        sparse = _large(opened(sparse, SPARSE_OPENING * spacing_mm), least_mm2)
    solid = area
    if not sparse.empty:
        solid = area - sparse
        solid = drawn_in(solid, SOLID_OPENING * spacing_mm).grown((SOLID_OPENING + SOLID_GROWTH) * spacing_mm) & area
        # What is too narrow for solid lines is left to the sparse ones, which end where the walls leave room.
        sparse = area - solid
    if cover is None or solid.empty:
        return Fill(nothing(), solid, sparse, area)
    top = drawn_in(solid - cover, TOP_OPENING * spacing_mm)
    if top.empty:
        return Fill(top, solid, sparse, area)
    top = top.grown(TOP_OPENING * spacing_mm + TOP_MARGIN_MM).simplified(MARGIN_TOLERANCE_MM) & area
    rest = opened(solid - top, SOLID_GROWTH * spacing_mm) & solid
    if not sparse.empty:
        sparse = opened(sparse - top, SPARSE_OPENING * spacing_mm)
    return Fill((area - sparse - rest).simplified(SLIVER_MM), rest, sparse, area)


def drawn_in(region: Region, distance_mm: float) -> Region:
    """A difference of regions with its edges drawn in: its degenerate slivers, where edges coincide but for rounding,
    are dropped first, as they would come out inside out and grow."""
    return region.simplified(SLIVER_MM).grown(-distance_mm)


def opened(region: Region, radius_mm: float) -> Region:
    """A difference of regions without what is narrower than twice the radius."""
    return drawn_in(region, radius_mm).grown(radius_mm)


def _large(region: Region, least_mm2: float) -> Region:
    """Without the pieces smaller than that."""
    if least_mm2 <= 0.0 or region.empty:
        return region
    pieces = region.parts()
    kept = [p for p in pieces if p.area_mm2 >= least_mm2]
    return region if len(kept) == len(pieces) else united(kept)
