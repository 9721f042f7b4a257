"""The printed lid: plate, lip, hold-downs and tongues, with vents, screw holes and label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely.geometry import box
from shapely.ops import unary_union

from fabwright.design import Making, grown, rounded

from .base import SINK_MM, opening_block, shell, tongues
from .face import grooves, lettering, vents
from .layout import HOLD_DOWN_AIR_MM, LIP_THICKNESS_MM, Layout
from .prisms import cylinder, fused, one_solid, polygon_prism, prism, without

if TYPE_CHECKING:
    from .design import Enclosure

# Three layers of 0.2 mm.
STROKE_DEPTH_MM = 0.6
# Plate kept around vents and label.
FRAME_MM = 3.0


def make_lid(layout: Layout, options: Enclosure) -> Any:
    """The lid in place on the base, open for connectors and not yet pierced."""
    plate, *bevel = shell(layout, options.chamfer_mm, layout.split, layout.height - layout.split, chamfer_on_top=True)
    lugs = [cylinder(x, y, layout.split, layout.lug_diameter_mm, layout.height - layout.split) for x, y in layout.lugs]
    down = [_lip(layout)]
    low = layout.top + HOLD_DOWN_AIR_MM
    down += [polygon_prism(p, low, layout.split - low + SINK_MM) for p in layout.hold_downs]
    body = fused(plate, [*bevel, *lugs, *down, *tongues(layout)])
    return one_solid(without(body, [opening_block(layout, o, lid=True) for o in layout.openings]), "lid")


def pierced(lid: Any, layout: Layout, options: Enclosure, making: Making) -> Any:
    """The lid with its screw holes, label and vents."""
    hole = layout.lug_fastening.thread.medium_mm + making.hole_compensation_mm
    through = [cylinder(x, y, layout.split - 1.0, hole, layout.height - layout.split + 2.0) for x, y in layout.lugs]
    face = label_face(layout)
    strokes, taken = lettering(face, options.label)
    through += [polygon_prism(g, layout.height - min(STROKE_DEPTH_MM, (layout.height - layout.split) / 2.0), 2.0)
                for g in grooves(strokes)]
    if options.vents:
        through += [prism(v, layout.split - 1.0, layout.height - layout.split + 2.0)
                    for v in vents(face.difference(taken.buffer(2.0, join_style="mitre")))]
    return one_solid(without(lid, through), "lid")


def _lip(layout: Layout) -> Any:
    """The ring that enters the base."""
    outside = grown(layout.inner, -layout.lid_gap_mm)
    inside = grown(outside, -LIP_THICKNESS_MM)
    radius = max(0.0, layout.inner_radius_mm - layout.lid_gap_mm)
    return prism(rounded(outside, radius), layout.split - layout.lip_mm, layout.lip_mm + SINK_MM,
                 [rounded(inside, max(0.0, radius - LIP_THICKNESS_MM))])


def label_face(layout: Layout) -> Any:
    """The part of the lid's top that vents and label may use."""
    face = layout.inner.buffer(-(LIP_THICKNESS_MM + FRAME_MM), join_style="mitre")
    opened = [box(*o.rect(layout.beyond)).buffer(1.0, join_style="mitre") for o in layout.openings
              if o.z_high_mm > layout.split]
    return face.difference(unary_union([*opened, *(p.buffer(1.0) for p in layout.hold_downs)]))
