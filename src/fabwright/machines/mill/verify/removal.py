"""The block after each program: every move's swept envelope taken off, and what each move met."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fabwright.machines.mill.cutter import Cutter
from fabwright.machines.mill.probes import Probes, axis_mm, probes_at, swept
from fabwright.machines.mill.verify.segments import Segments
from fabwright.model import Floats, Stock

#: The block is sampled with about this many places, between these distances, mm.
PLACES = 500_000
FINEST_MM = 0.15
COARSE_MM = 1.0
#: Removing less than this is touching: the rounding of coordinates, mm.
TOUCH_MM = 0.005
#: The holder is checked against places this far apart, over so many moves at once, mm.
HOLDER_GRID_MM = 2.0
CHUNK = 500


@dataclass(slots=True, eq=False)
class Sampled:
    """A block sampled at `places` (program coordinates): current height `z` (n,), area per place `area_mm2` (n,)."""

    places: Probes
    z: Floats
    area_mm2: Floats
    top_mm: float
    grid_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What each segment (k,) met: height taken off, greatest depth of the tip in stock, by how far the holder hit."""

    taken_mm: Floats
    deep_mm: Floats
    holder_mm: Floats


def sampled_block(stock: Stock, windows: list[tuple[float, float, float, float]]) -> Sampled:
    """Sample a block finely in the windows (x low, y low, x high, y high) and coarsely elsewhere."""
    x0, y0, z0 = stock.origin_mm
    x1, y1 = x0 + stock.size_mm[0], y0 + stock.size_mm[1]
    area = sum((w[2] - w[0]) * (w[3] - w[1]) for w in windows)
    grid = max(FINEST_MM, float(np.sqrt(area / PLACES)))
    xs, ys, areas = [], [], []
    coarse_x, coarse_y = np.meshgrid(*(axis_mm(a, b, COARSE_MM) for a, b in ((x0, x1), (y0, y1))))
    outside = np.ones(coarse_x.shape, dtype=np.bool_)
    for low_x, low_y, high_x, high_y in windows:
        low_x, low_y, high_x, high_y = max(low_x, x0), max(low_y, y0), min(high_x, x1), min(high_y, y1)
        outside &= ~((coarse_x >= low_x) & (coarse_x <= high_x) & (coarse_y >= low_y) & (coarse_y <= high_y))
        ax, ay = (axis_mm(a, b, grid) for a, b in ((low_x, high_x), (low_y, high_y)))
        # Places in the middle of cells, so that their areas add up to the window's.
        fx, fy = np.meshgrid((ax[:-1] + ax[1:]) / 2, (ay[:-1] + ay[1:]) / 2)
        xs.append(fx.ravel())
        ys.append(fy.ravel())
        areas.append(np.full(fx.size, (ax[1] - ax[0]) * (ay[1] - ay[0])))
    xs.append(coarse_x[outside])
    ys.append(coarse_y[outside])
    rest = max(0.0, stock.size_mm[0] * stock.size_mm[1] - float(sum(a.sum() for a in areas)))
    areas.append(np.full(int(outside.sum()), rest / max(1, int(outside.sum()))))
    places = probes_at(np.concatenate(xs), np.concatenate(ys), 2.0 * grid)
    top = z0 + stock.size_mm[2]
    return Sampled(places, np.full(len(places), top), np.concatenate(areas)[places.order], top, grid)


def run_program(block: Sampled, segments: Segments, cutters: dict[int, Cutter], changer: bool) -> Cut:
    """Take a program's moves off the block, in order; `cutters` by tool number (0 where there is no changer)."""
    taken, deep, holder = (np.zeros(len(segments)) for _ in range(3))
    tools = segments.tool if changer else np.zeros(len(segments), dtype=np.int64)
    bounds = np.flatnonzero(np.diff(tools, prepend=tools[:1] - 1))
    for start, stop in pairwise([*bounds, len(segments)]):
        cutter = cutters.get(int(tools[start]))
        if cutter is None:
            continue
        span = slice(int(start), int(stop))
        begin, end = segments.begin[span], segments.end[span]
        holder[span] = _take(block, begin, end, cutter, taken[span], deep[span])
    return Cut(taken, deep, holder)


def _take(block: Sampled, begin: Floats, end: Floats, cutter: Cutter, taken: Floats, deep: Floats) -> Floats:
    """Sweep one tool's moves, filling `taken` and `deep`; gives how deep the holder stood in stock per move.

    Where the holder's bottom stays above the block it cannot touch. Elsewhere it is swept, before each chunk of moves
    cuts, over a coarse sample of the block as it stands then: what the same chunk clears counts as still there.
    """
    hit = np.zeros(len(begin))
    low = np.minimum(begin[:, 2], end[:, 2]) + cutter.stickout_mm < block.top_mm
    if not low.any():
        taken[:], deep[:] = swept(begin, end, cutter.radius_mm, cutter.ball, block.places, block.z)
        return hit
    coarse = _coarse(block)
    few = probes_at(block.places.x[coarse], block.places.y[coarse], HOLDER_GRID_MM)
    lift = np.array([0.0, 0.0, cutter.stickout_mm])
    for at in range(0, len(begin), CHUNK):
        span = slice(at, at + CHUNK)
        if low[span].any():
            stock = block.z[coarse][few.order]
            hit[span], _ = swept(begin[span] + lift, end[span] + lift, cutter.holder_mm / 2, False, few, stock,
                                 cut=False)
        taken[span], deep[span] = swept(begin[span], end[span], cutter.radius_mm, cutter.ball, block.places, block.z)
    return hit


def _coarse(block: Sampled) -> np.ndarray:
    """Index of one place in every square of the holder's grid."""
    column = np.floor(block.places.x / HOLDER_GRID_MM).astype(np.int64)
    row = np.floor(block.places.y / HOLDER_GRID_MM).astype(np.int64)
    return np.asarray(np.unique(np.column_stack([row, column]), axis=0, return_index=True)[1])
