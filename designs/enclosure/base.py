"""The printed base: floor, walls, bosses, supports and lid lugs, opened for the connectors."""

from __future__ import annotations

from typing import Any

from fabwright.design import Making, grown, rounded

from .layout import RIM_MM, Layout
from .openings import Opening
from .prisms import block, cylinder, frustum, fused, one_solid, polygon_prism, prism, without

# A skin thinner than this below an opening, or above one in the lid, would break: it is opened.
SKIN_MM = 0.8
# Parts that stand on another sink this far into it, so that they share volume and not just a face.
SINK_MM = 0.2


def open_to_rim(layout: Layout, opening: Opening) -> bool:
    """Whether the opening goes up to the base's rim: where little wall is left above, or the connector sticks out so
    far that the board could not be lowered in."""
    low_x, low_y, high_x, high_y = layout.inner.bounds
    past = {"-x": low_x - opening.outer_mm, "+x": opening.outer_mm - high_x,
            "-y": low_y - opening.outer_mm, "+y": opening.outer_mm - high_y}[opening.side]
    return past > 0.0 or opening.z_high_mm > layout.split - RIM_MM


def opening_block(layout: Layout, opening: Opening, lid: bool) -> Any:
    """What an opening takes off the base, or off the lid."""
    low = opening.z_low_mm if opening.z_low_mm >= SKIN_MM else -1.0
    high = opening.z_high_mm
    if lid:
        high = high if high <= layout.height - SKIN_MM else layout.height + 1.0
    elif open_to_rim(layout, opening):
        high = max(high, layout.split + 1.0)
    return block(opening.rect(layout.beyond), low, high)


def shell(layout: Layout, chamfer_mm: float, z_mm: float, height_mm: float, chamfer_on_top: bool) -> list[Any]:
    """The box's outside from `z_mm` up, with its bevel; two solids where there is one."""
    outside = layout.outer_contour()
    if chamfer_mm <= 0.0:
        return [prism(outside, z_mm, height_mm)]
    narrow = layout.outer_contour(chamfer_mm)
    if len(narrow.vertices) != len(outside.vertices):
        # Short edges vanish in the bevel: a ruled face between unlike outlines would be wrong.
        return [prism(outside, z_mm, height_mm)]
    if chamfer_on_top:
        middle = z_mm + height_mm - chamfer_mm
        return [prism(outside, z_mm, height_mm - chamfer_mm), frustum(outside, middle, narrow, z_mm + height_mm)]
    middle = z_mm + chamfer_mm
    return [prism(outside, middle, height_mm - chamfer_mm), frustum(narrow, z_mm, outside, middle)]


def make_base(layout: Layout, chamfer_mm: float) -> Any:
    """The base, underside at z = 0, open for connectors and not yet bored."""
    slab = shell(layout, chamfer_mm, 0.0, layout.floor, chamfer_on_top=False)
    inside = rounded(layout.inner, layout.inner_radius_mm)
    walls = prism(layout.outer_contour(), layout.floor, layout.split - layout.floor, [inside])
    lugs = [cylinder(x, y, 0.0, layout.lug_diameter_mm, layout.split) for x, y in layout.lugs]
    stand = layout.bottom - layout.floor + SINK_MM
    standing = [cylinder(b.x_mm, b.y_mm, layout.floor - SINK_MM, b.diameter_mm, stand) for b in layout.bosses]
    standing += [polygon_prism(p, layout.floor - SINK_MM, stand) for p in layout.pillars]
    body = fused(walls, [*slab, *lugs, *standing])
    return one_solid(without(body, [opening_block(layout, o, lid=False) for o in layout.openings]), "base")


def bored(base: Any, layout: Layout, making: Making) -> Any:
    """The base with the bores of its bosses and lugs."""
    more = making.hole_compensation_mm
    bores = [cylinder(b.x_mm, b.y_mm, layout.bottom - b.fastening.depth_mm, b.fastening.bore_mm + more,
                      b.fastening.depth_mm + 1.0) for b in layout.bosses]
    lug = layout.lug_fastening
    bores += [cylinder(x, y, layout.split - lug.depth_mm, lug.bore_mm + more, lug.depth_mm + 1.0)
              for x, y in layout.lugs]
    return one_solid(without(base, bores), "base")


def tongues(layout: Layout) -> list[Any]:
    """What fills, on the lid, the slots above connectors that are open to the base's rim."""
    filled: list[Any] = []
    ring = layout.outer.difference(grown(layout.inner, -(layout.lid_gap_mm + SINK_MM)))
    outside = prism(layout.outer_contour(), 0.0, layout.split + 1.0)
    for opening in layout.openings:
        if not open_to_rim(layout, opening) or opening.z_high_mm > layout.split - RIM_MM:
            continue
        low_x, low_y, high_x, high_y = opening.rect(layout.beyond)
        side = layout.lid_gap_mm
        rect = ((low_x, low_y + side, high_x, high_y - side) if opening.side[1] == "x"
                else (low_x + side, low_y, high_x - side, high_y))
        piece = _largest(ring, rect)
        if piece is not None:
            raw = polygon_prism(piece, opening.z_high_mm, layout.split - opening.z_high_mm + SINK_MM)
            filled += raw.intersect(outside).Solids()
    return filled


def _largest(ring: Any, rect: tuple[float, float, float, float]) -> Any:
    from shapely.geometry import box

    piece = ring.intersection(box(*rect))
    pieces = [g for g in getattr(piece, "geoms", [piece]) if g.geom_type == "Polygon" and g.area > 0.5]
    return max(pieces, key=lambda g: g.area) if pieces else None
