"""What is left of a sheet when a round beam or cutter has run along paths, against the parts it should leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.geometry.distances import densified, nearest
from fabwright.geometry.flat_widths import boundary_pieces, polygon, reachable
from fabwright.model import FlatPart, Floats

#: Distance of the points at which edges are compared, mm.
SAMPLE_MM = 0.25
#: Points nearer than this along an edge are not all tried, mm: corners and arcs come in far finer pieces.
CLOSE_MM = 0.05
#: A piece that reaches further than this beyond the drawn outline hangs on something else, mm. Chosen.
HANGING_MM = 1.0
CHORD_MM = 0.002


@dataclass(frozen=True, slots=True)
class CutPart:
    """One part as the cut leaves it. `freed` is false while it still hangs on the sheet (or was cut to pieces).

    `edge_mm` is the largest distance, both ways, between its edge and the drawn edge as a disc of the kerf can leave
    it; `drawn_edge_mm` the same against the drawn edge itself; `x_mm`, `y_mm` where the first is largest.
    """

    name: str
    freed: bool
    area_mm2: float
    nominal_area_mm2: float
    holes: int
    edge_mm: float
    drawn_edge_mm: float
    x_mm: float
    y_mm: float


def cut_parts(paths: Sequence[Floats], kerf_mm: float, stock_mm: tuple[float, float, float, float],
              parts: Sequence[FlatPart]) -> tuple[CutPart, ...]:
    """Sweep the kerf along `paths` ((n, 2) point chains), take it from the stock (x0, y0, x1, y1), find each part.

    `parts` lie where they are to be cut.
    """
    import shapely

    sheet = shapely.box(*stock_mm)
    if paths:
        lines = shapely.multilinestrings([shapely.linestrings(p) for p in paths])
        sheet = sheet.difference(lines.buffer(kerf_mm / 2, quad_segs=16))
    pieces = shapely.get_parts(sheet)
    tree = shapely.STRtree(pieces)
    return tuple(_judged(part, pieces, tree, kerf_mm) for part in parts)


def _judged(part: FlatPart, pieces: Any, tree: Any, kerf_mm: float) -> CutPart:
    import shapely

    drawn = polygon(part, CHORD_MM)
    found = np.sort(tree.query(drawn, predicate="intersects"))
    if not len(found):
        return CutPart(part.name, False, 0.0, drawn.area, 0, np.inf, np.inf, drawn.centroid.x, drawn.centroid.y)
    shared = shapely.area(shapely.intersection(pieces[found], drawn))
    piece = pieces[found[int(np.argmax(shared))]]
    room = shapely.Polygon(drawn.exterior).buffer(HANGING_MM)
    freed = bool(room.covers(piece)) and float(shared.max()) > 0.5 * drawn.area
    if not freed:
        return CutPart(part.name, False, piece.area, drawn.area, len(piece.interiors), np.inf, np.inf,
                       drawn.centroid.x, drawn.centroid.y)
    edge, at = _apart(piece, reachable(drawn, kerf_mm))
    drawn_edge, _ = _apart(piece, drawn)
    return CutPart(part.name, True, piece.area, drawn.area, len(piece.interiors), edge, drawn_edge,
                   float(at[0]), float(at[1]))


def _apart(one: Any, other: Any) -> tuple[float, Floats]:
    """Largest distance between two boundaries, sampled both ways, and the point where it is."""
    worst, place = 0.0, np.zeros(2)
    a, b = boundary_pieces(one), boundary_pieces(other)
    for from_pieces, to_pieces in ((a, b), (b, a)):
        points = _spread(densified(from_pieces, SAMPLE_MM)[0])
        distance, _ = nearest(points, to_pieces)
        k = int(np.argmax(distance))
        if distance[k] > worst:
            worst, place = float(distance[k]), points[k]
    return worst, place


def _spread(pieces: Floats) -> Floats:
    """Starts of the pieces, thinned where they are nearer than `CLOSE_MM` along the edge."""
    run = np.cumsum(np.hypot(*(pieces[:, 1] - pieces[:, 0]).T))
    slot = np.floor(run / CLOSE_MM)
    return np.asarray(pieces[np.r_[True, slot[1:] != slot[:-1]], 0])


class Waste:
    """Where a lead may run: everything that is no part's material; `parts` lie where they are to be cut."""

    def __init__(self, parts: Sequence[FlatPart], stock_mm: tuple[float, float, float, float]) -> None:
        import shapely

        # Thousandths are taken off material and kerf: one that only touches an edge is what cutting is.
        self._material = [polygon(p, 0.001).buffer(-0.003) for p in parts]
        self._tree = shapely.STRtree(self._material)
        self._stock = shapely.box(*stock_mm)

    def allows(self, path: Floats, kerf_mm: float) -> bool:
        """True when the kerf along an (n, 2) chain stays on the stock and takes nothing of any part."""
        import shapely

        swept = shapely.LineString(path).buffer(kerf_mm / 2 - 0.002, quad_segs=16)
        return bool(self._stock.covers(swept)) and not len(self._tree.query(swept, predicate="intersects"))
