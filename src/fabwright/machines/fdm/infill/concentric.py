"""Rings: the region's outline drawn in again and again, and a line down the middle of what is too narrow for a ring."""

from __future__ import annotations

import numpy as np

from fabwright.geometry.medial import medial_lines
from fabwright.geometry.regions import Region
from fabwright.machines.fdm.hatch import Strokes
from fabwright.machines.fdm.infill.area import SHORTEST_MM, Area
from fabwright.machines.fdm.skins import drawn_in, opened
from fabwright.model import Floats

# Rings may leave the exact offset by this much; middle lines are looked for in steps of a share of the pitch.
TOLERANCE_MM, STEP = 0.02, 0.2
# In pitches: both sides of a ring lie at least twice the first apart, and what no ring reaches gets a line of its own
# where it is wider than twice the second.
RING_HALF, LINE_HALF = 0.25, 0.1
PASSES = 4


def concentric(regions: list[Region], area: Area) -> list[Strokes]:
    """Closed rings half a pitch, one and a half pitches, ... inside the outline, and open lines between.

    A ring takes half a pitch on either side. A place from 1 to 1.5 pitches wide so has one line, one of 1.5 to 2.5 a
    ring's two: as many as it is wide, on the mean.
    """
    pitch = area.spacing_mm / area.density
    rings: list[Floats] = []
    owner: list[int] = []
    rests: list[Region] = []
    rest_of: list[int] = []
    for index, region in enumerate(regions):
        room = region
        while not room.empty:
            ring = drawn_in(room, pitch / 2.0 + RING_HALF * pitch).grown(RING_HALF * pitch).simplified(TOLERANCE_MM)
            polygons = ring.polygons()
            rings += polygons
            owner += [index] * len(polygons)
            rest = room if ring.empty else room - ring.grown(pitch / 2.0)
            rest = opened(rest, LINE_HALF * pitch)
            if not rest.empty:
                rests.append(rest)
                rest_of.append(index)
            room = ring.grown(-pitch / 2.0)
    start = np.zeros(len(rings) + 1, dtype=np.int64)
    np.cumsum([len(r) for r in rings], out=start[1:])
    points = np.concatenate(rings) if rings else np.empty((0, 2))
    return [Strokes(points, start, np.asarray(owner, dtype=np.int64), closed=True),
            *_middles(rests, np.asarray(rest_of, dtype=np.int64), pitch)]


def _middles(rests: list[Region], rest_of: np.ndarray, pitch: float) -> list[Strokes]:
    """Lines down the middle of what rings leave, by region."""
    if not rests:
        return []
    lines = medial_lines(rests, STEP * pitch)
    if not len(lines):
        return []
    order = np.argsort(rest_of[lines.owner], kind="stable")
    result: list[Strokes] = []
    for closed in (True, False):
        chosen = [k for k in order.tolist() if bool(lines.closed[k]) == closed]
        paths = [_smooth(lines.points[lines.start[k]:lines.start[k + 1]]) for k in chosen]
        kept = [i for i, p in enumerate(paths) if np.hypot(*np.diff(p, axis=0).T).sum() >= SHORTEST_MM]
        if kept:
            start = np.concatenate([[0], np.cumsum([len(paths[i]) for i in kept])]).astype(np.int64)
            result.append(Strokes(np.concatenate([paths[i] for i in kept]), start,
                                  rest_of[lines.owner[[chosen[i] for i in kept]]], closed))
    return result


def _smooth(line: Floats) -> Floats:
    """A line without the steps that come from unequal points on its two sides; its ends stay."""
    for _ in range(PASSES if len(line) > 2 else 0):
        line = np.concatenate([line[:1], (line[:-2] + line[1:-1] + line[2:]) / 3.0, line[-1:]])
    return line
