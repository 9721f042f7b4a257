"""Regions snapped outwards to square cells, so that what stands on them has plain sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fabwright.geometry.regions import Region, loops_of, nothing, region_of
from fabwright.machines.fdm.scanlines import Spans, scan
from fabwright.model import Ints

# Lines that look into each row of cells.
LINES = 4


def snapped(regions: Sequence[Region], cell_mm: float) -> list[Region]:
    """Each region as the union of the cells that it touches; strips narrower than a quarter cell may be missed."""
    spans = scan(loops_of(regions), np.zeros(len(regions)), cell_mm / LINES, 0.5)
    owner, row, first, last = _runs(spans, cell_mm)
    result: list[Region] = []
    edges = np.searchsorted(owner, np.arange(len(regions) + 1))
    for k in range(len(regions)):
        at = slice(int(edges[k]), int(edges[k + 1]))
        low, high = np.stack([first[at], row[at]], 1) * cell_mm, np.stack([last[at] + 1, row[at] + 1], 1) * cell_mm
        boxes = np.stack([low, np.stack([high[:, 0], low[:, 1]], 1), high, np.stack([low[:, 0], high[:, 1]], 1)], 1)
        result.append(region_of(list(boxes)) if len(boxes) else nothing())
    return result


def _runs(spans: Spans, cell_mm: float) -> tuple[Ints, Ints, Ints, Ints]:
    """Owner, row, first and last column of unbroken runs of cells, sorted by owner and row."""
    row = np.floor_divide(spans.line, LINES)
    first = np.floor(spans.low / cell_mm).astype(np.int64)
    last = np.ceil(spans.high / cell_mm).astype(np.int64) - 1
    order = np.lexsort((first, row, spans.owner))
    owner, row, first, last = spans.owner[order], row[order], first[order], np.maximum(last, first)[order]
    if not len(owner):
        return owner, row, first, last
    # A run begins where its row does or where it lies beyond everything before it in the row.
    group = np.concatenate([[True], (np.diff(owner) != 0) | (np.diff(row) != 0)])
    wide = int(last.max() - first.min()) + 2
    reach = np.maximum.accumulate(last + np.cumsum(group) * wide) - np.cumsum(group) * wide
    begins = group.copy()
    begins[1:] |= first[1:] > reach[:-1] + 1
    at = np.flatnonzero(begins)
    return owner[at], row[at], first[at], np.maximum.reduceat(last, at)
