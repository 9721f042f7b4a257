"""Nearest-neighbour order of many paths: places are looked for in the cells around the nozzle."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabwright.model import Floats, Ints

# Places that a cell holds in the mean.
IN_A_CELL = 2.0
# Past this many rings of empty cells all places left are compared instead.
RINGS = 6


def nearest_in_cells(x: Floats, y: Floats, exit_x: Floats, exit_y: Floats, owner: Ints, at: tuple[float, float]
                     ) -> list[int]:
    """Places (n,) at which the paths are entered, the nearest first, one of each owner.

    `owner` (n,) ascends from 0: the path of each place; entering at a place leads to its exit. Of places equally far
    any one is taken, always the same.
    """
    size = float(np.sqrt(max(np.ptp(x), 1e-3) * max(np.ptp(y), 1e-3) * IN_A_CELL / len(x)))
    size = max(size, float(max(np.ptp(x), np.ptp(y))) / 1000.0)
    low_x, low_y = float(x.min()), float(y.min())
    column, row = ((x - low_x) / size).astype(np.int64), ((y - low_y) / size).astype(np.int64)
    cells: dict[tuple[int, int], list[int]] = {}
    for place, cell in enumerate(zip(column.tolist(), row.tolist(), strict=True)):
        cells.setdefault(cell, []).append(place)
    xs, ys, out_x, out_y, paths = x.tolist(), y.tolist(), exit_x.tolist(), exit_y.tolist(), owner.tolist()
    used = np.zeros(len(x), dtype=bool)
    first = np.searchsorted(owner, np.arange(paths[-1] + 2)).tolist()
    chosen: list[int] = []
    for _ in range(paths[-1] + 1):
        best = _around(cells, xs, ys, at, int((at[0] - low_x) // size), int((at[1] - low_y) // size), size)
        if best < 0:
            left = np.flatnonzero(~used)
            best = int(left[((x[left] - at[0]) ** 2 + (y[left] - at[1]) ** 2).argmin()])
        for place in range(first[paths[best]], first[paths[best] + 1]):
            used[place] = True
            cells[int(column[place]), int(row[place])].remove(place)
        at = out_x[best], out_y[best]
        chosen.append(best)
    return chosen


def _around(cells: dict[tuple[int, int], list[int]], x: list[float], y: list[float], at: tuple[float, float], i: int,
            j: int, size: float) -> int:
    """Nearest place in the cells around cell (i, j), -1 where there is none near."""
    best, least = -1, float("inf")
    for ring in range(RINGS + 1):
        for cell in _ring(i, j, ring):
            for place in cells.get(cell, ()):
                away = (x[place] - at[0]) ** 2 + (y[place] - at[1]) ** 2
                if away < least:
                    best, least = place, away
        # What lies further out is at least this many cells away.
        if best >= 0 and least <= (ring * size) ** 2:
            return best
    return best if least <= (RINGS * size) ** 2 else -1


def _ring(i: int, j: int, ring: int) -> Iterator[tuple[int, int]]:
    if ring == 0:
        yield i, j
        return
    for k in range(-ring, ring + 1):
        yield i + k, j - ring
        yield i + k, j + ring
    for k in range(1 - ring, ring):
        yield i - ring, j + k
        yield i + ring, j + k
