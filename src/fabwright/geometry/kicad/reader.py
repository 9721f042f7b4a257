"""Read a `.kicad_pcb` of KiCad 5 to 8 into a `Board`, without KiCad."""

from __future__ import annotations

import math

import numpy as np

from fabwright.geometry.kicad.boards import Board, EdgeConnector, Keepout, MountingHole, Rect
from fabwright.geometry.kicad.connectors import connector_at, is_board_edge
from fabwright.geometry.kicad.footprints import SMALLEST_HOLE_MM, Footprint, layers_of, read_footprint
from fabwright.geometry.kicad.outline import Rings, rings_of
from fabwright.geometry.kicad.sexpr import Node, read_tree
from fabwright.geometry.kicad.source import Source, open_source
from fabwright.geometry.kicad.strokes import stroke_of
from fabwright.model import Floats

_DRAWN = ("gr_line", "gr_arc", "gr_rect", "gr_circle", "gr_poly", "gr_curve")
_WANTED = frozenset(("general", "footprint", "module", *_DRAWN))
_IGNORED = frozenset(("fp_text", "model", "property", "zone", "effects", "net", "uuid", "tstamp", "primitives",
                      "options"))
DEFAULT_THICKNESS_MM = 1.6
THINNEST_MM, THICKEST_MM = 0.1, 10.0
# A ring inside the outline is a drilled hole where its perimeter is a circle's of its width within 2 %.
ROUNDNESS = 0.02
WIDEST_HOLE_MM = 8.0


def read_board(data: bytes, file: str) -> Board:
    """The board in the bytes of a `.kicad_pcb`; `file` is the name that messages use.

    InputFileError names the file, the line or the place, what was measured, and what to do about it.
    """
    source = open_source(data, file)
    root = read_tree(source, _WANTED, _IGNORED)
    parts = [read_footprint(n, source) for n in root.lists("footprint", "module")]
    drawn = [stroke_of(n, source) for n in root.lists(*_DRAWN) if "Edge.Cuts" in layers_of(n)]
    strokes = [s for s in drawn if s is not None]
    strokes += [c for p in parts for c in p.cuts]
    rings = rings_of(strokes, file)
    origin = (float(rings.outer[:, 0].min()), float(rings.outer[:, 1].max()))
    frame = _Frame(origin)
    outline = frame.ring(rings.outer)
    holes, cutouts = _openings(rings, parts, frame, outline)
    connectors, warnings = _connectors(parts, frame, outline)
    return Board(_board_name(file), outline, cutouts, holes, connectors, _keepouts(parts, frame),
                 _thickness(root, source), (*rings.warnings, *warnings), origin)


class _Frame:
    """From file coordinates (y down) to the board's own (y up, lower left corner at zero)."""

    def __init__(self, origin: tuple[float, float]) -> None:
        self.origin = origin

    def points(self, points: Floats) -> Floats:
        moved = np.column_stack([points[:, 0] - self.origin[0], self.origin[1] - points[:, 1]])
        # KiCad writes six decimals; the rest is noise of the subtraction.
        return np.round(moved, 6) + 0.0

    def ring(self, ring: Floats) -> Floats:
        # Turning y over turns the ring's sense over.
        return self.points(ring)[::-1].copy()

    def rect(self, points: Floats) -> Rect:
        moved = self.points(points)
        low, high = moved.min(axis=0), moved.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _board_name(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2].removesuffix(".kicad_pcb")


def _thickness(root: Node, source: Source) -> float:
    general = root.first("general")
    found = general.first("thickness") if general is not None else None
    if found is None or not found.words():
        return DEFAULT_THICKNESS_MM
    value = source.number(found.words()[0], found.at)
    if not THINNEST_MM <= value <= THICKEST_MM:
        raise source.refusal(found.at, f"the board is {value:g} mm thick, which must be {THINNEST_MM:g} to "
                                       f"{THICKEST_MM:g} mm; set it in KiCad's board setup")
    return value


def _openings(rings: Rings, parts: list[Footprint], frame: _Frame, outline: Floats
              ) -> tuple[tuple[MountingHole, ...], tuple[Floats, ...]]:
    """Screw holes (drilled, or cut as a circle) that lie wholly on the board, and the other cutouts."""
    from shapely.geometry import Point, Polygon

    holes = [MountingHole(float(at[0]), float(at[1]), hole[2]) for p in parts for hole in p.holes
             for at in frame.points(np.array([hole[:2]]))]
    cutouts: list[Floats] = []
    for ring in (frame.ring(r) for r in rings.inner):
        polygon = Polygon(ring)
        # The corners of a drawn circle lie on it, wherever the chords between them are.
        diameter = round(2.0 * float(np.hypot(*(ring - polygon.centroid.coords[0]).T).max()), 4)
        round_ = abs(polygon.length / (math.pi * diameter) - 1.0) < ROUNDNESS
        if round_ and SMALLEST_HOLE_MM <= diameter <= WIDEST_HOLE_MM:
            holes.append(MountingHole(round(polygon.centroid.x, 6), round(polygon.centroid.y, 6), diameter))
        else:
            cutouts.append(ring)
    board = Polygon(outline)
    kept = [h for h in holes if board.contains(Point(h.x_mm, h.y_mm).buffer(h.diameter_mm / 2.0))]
    kept.sort(key=lambda h: (round(h.y_mm, 3), round(h.x_mm, 3)))
    distinct = [h for k, h in enumerate(kept)
                if not any(math.hypot(h.x_mm - o.x_mm, h.y_mm - o.y_mm) < h.diameter_mm for o in kept[:k])]
    return tuple(distinct), tuple(cutouts)


def _connectors(parts: list[Footprint], frame: _Frame, outline: Floats) -> tuple[tuple[EdgeConnector, ...], list[str]]:
    from shapely.geometry import Polygon

    board = Polygon(outline)
    found: list[EdgeConnector] = []
    warnings: list[str] = []
    for part in parts:
        if is_board_edge(part.name):
            warnings.append(f"{part.name.rpartition(':')[2]} is made of the board's own edge; no opening is made for "
                            "it")
            continue
        points = part.body if len(part.body) > 1 else part.pads
        if len(points) < 2:
            continue
        connector = connector_at(part.name, frame.rect(points), part.back, board.bounds, board)
        if connector is not None:
            found.append(connector)
    return tuple(sorted(found, key=lambda c: (c.side, c.rect_mm, c.name))), warnings


def _keepouts(parts: list[Footprint], frame: _Frame) -> tuple[Keepout, ...]:
    """Bodies on the side they sit on, leads on both."""
    kept: list[Keepout] = []
    for part in parts:
        if part.holes:
            continue
        both = np.vstack([part.body, part.pads])
        if len(both):
            kept.append(Keepout(frame.rect(both), not part.back, part.back))
        if len(part.leads):
            kept.append(Keepout(frame.rect(part.leads), True, True))
    return tuple(kept)


